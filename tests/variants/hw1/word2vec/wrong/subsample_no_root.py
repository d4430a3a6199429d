# Forgets the square root.
# loses: test-subsample
# %% subsample
def subsample(ids, counts, threshold, rng):
    stay = threshold * counts.sum() / counts
    return rng.random(len(ids)) < stay[ids]
