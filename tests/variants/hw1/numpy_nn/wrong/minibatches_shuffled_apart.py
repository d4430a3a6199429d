# x and y are shuffled apart: every image gets a wrong label.
# loses: test-iterate-minibatches, test-overfit, test-mnist
# %% iterate-minibatches
def iterate_minibatches(x, y, batch_size, rng):
    x, y = rng.permutation(x), rng.permutation(y)
    for start in range(0, len(x), batch_size):
        yield x[start : start + batch_size], y[start : start + batch_size]
