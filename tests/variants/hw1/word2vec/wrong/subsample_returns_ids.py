# Returns the tokens that stay, not which.
# loses: test-subsample, test-iterate-batches, test-grammar-loss, test-grammar-analogies
# %% subsample
def subsample(ids, counts, threshold, rng):
    stay = np.sqrt(threshold * counts.sum() / counts)
    return ids[rng.random(len(ids)) < stay[ids]]
