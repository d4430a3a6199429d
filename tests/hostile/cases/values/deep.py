# Returns a list nested a hundred thousand deep, and tuples as deep as Python can.
# earns: 0
# together
# %% tokens
def tokens(text):
    deep = []
    for _ in range(100_000):
        deep = [deep]
    return deep
