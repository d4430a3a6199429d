# np.random.permutation: the generator that was given is not used.
# loses: test-iterate-minibatches
# %% iterate-minibatches
def iterate_minibatches(x, y, batch_size, rng):
    order = np.random.permutation(len(x))
    for start in range(0, len(x), batch_size):
        chosen = order[start : start + batch_size]
        yield x[chosen], y[chosen]
