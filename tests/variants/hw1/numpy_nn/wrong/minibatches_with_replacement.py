# Examples are drawn with replacement: some twice, some never.
# loses: test-iterate-minibatches
# %% iterate-minibatches
def iterate_minibatches(x, y, batch_size, rng):
    for start in range(0, len(x), batch_size):
        size = min(batch_size, len(x) - start)
        chosen = rng.integers(0, len(x), size=size)
        yield x[chosen], y[chosen]
