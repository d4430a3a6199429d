# Compares the threshold with counts, not with shares.
# loses: test-subsample
# %% subsample
def subsample(ids, counts, threshold, rng):
    stay = np.sqrt(threshold / counts) * 100
    return rng.random(len(ids)) < stay[ids]
