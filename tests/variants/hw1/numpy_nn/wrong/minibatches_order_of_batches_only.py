# Only the order of the batches is random: neighbours stay together.
# loses: test-iterate-minibatches
# %% iterate-minibatches
def iterate_minibatches(x, y, batch_size, rng):
    starts = np.arange(0, len(x), batch_size)
    for start in rng.permutation(starts):
        yield x[start : start + batch_size], y[start : start + batch_size]
