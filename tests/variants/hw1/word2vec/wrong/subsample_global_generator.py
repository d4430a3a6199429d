# Draws from the global generator.
# loses: test-subsample
# %% subsample
def subsample(ids, counts, threshold, rng):
    stay = np.sqrt(threshold * counts.sum() / counts)
    return np.random.rand(len(ids)) < stay[ids]
