# Decides once for each word, not for each token.
# loses: test-subsample
# %% subsample
def subsample(ids, counts, threshold, rng):
    stay = np.sqrt(threshold * counts.sum() / counts)
    return (rng.random(len(counts)) < stay)[ids]
