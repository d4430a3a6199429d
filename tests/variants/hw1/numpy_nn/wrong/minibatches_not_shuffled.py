# The data is never shuffled.
# loses: test-iterate-minibatches
# %% iterate-minibatches
def iterate_minibatches(x, y, batch_size, rng):
    for start in range(0, len(x), batch_size):
        yield x[start : start + batch_size], y[start : start + batch_size]
