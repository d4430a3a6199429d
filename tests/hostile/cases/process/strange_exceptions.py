# Raises StopIteration, GeneratorExit, SystemExit, KeyboardInterrupt, and a group of them.
# earns: 0
# %% softmax
def softmax(scores):
    raise SystemExit(0)


# %% loss
def mean_loss(chances):
    raise KeyboardInterrupt


# %% tokens
def tokens(text):
    raise StopIteration(["a", "b"])


# %% pairs
def pairs(items, window):
    raise GeneratorExit


# %% centre
def centre(x):
    raise BaseExceptionGroup("all", [SystemExit(0), KeyboardInterrupt()])


# %% integrate
def integrate(f, a, b, n):
    raise SyntaxError("bad", ("<judge:test-integrate>", 1, 1, "text"))
