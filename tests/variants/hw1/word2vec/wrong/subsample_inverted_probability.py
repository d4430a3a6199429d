# Takes the formula for the probability of being thrown away.
# loses: test-subsample, test-iterate-batches, test-grammar-loss, test-grammar-analogies
# %% subsample
def subsample(ids, counts, threshold, rng):
    stay = 1 - np.sqrt(threshold * counts.sum() / counts)
    return rng.random(len(ids)) < stay[ids]
