# The last, smaller batch is dropped.
# loses: test-iterate-minibatches
# %% iterate-minibatches
def iterate_minibatches(x, y, batch_size, rng):
    order = rng.permutation(len(x))
    for k in range(len(x) // batch_size):
        chosen = order[k * batch_size : (k + 1) * batch_size]
        yield x[chosen], y[chosen]
