# Keeps a test's function and calls it in later tests, and between them.
# earns: 0
# %% integrate
kept = []


def integrate(f, a, b, n):
    kept.append(f)
    return 1.0


# %% after integrate
try:
    print(kept[0](2.0))
except BaseException as error:
    print(type(error))
# %% factors
class Late:
    def __matmul__(self, other):
        return kept[-1](1.0)


L = U = Late()
