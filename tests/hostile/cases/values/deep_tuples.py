# Returns tuples nested five thousand deep.
# earns: 0
# together
# %% pairs
def pairs(items, window):
    deep = ()
    for _ in range(5000):
        deep = (deep,)
    yield deep
