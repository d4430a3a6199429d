# True means thrown away: the comparison is the wrong way round.
# loses: test-subsample, test-iterate-batches, test-grammar-loss, test-grammar-analogies
# %% subsample
def subsample(ids, counts, threshold, rng):
    stay = np.sqrt(threshold * counts.sum() / counts)
    return rng.random(len(ids)) >= stay[ids]
