# An exception whose text unfolds to 2 to the power of 60 words.
# earns: 0
# together
# %% integrate
def integrate(f, a, b, n):
    words = ["x"]
    for _ in range(60):
        words = [words, words]
    raise ValueError(words)
