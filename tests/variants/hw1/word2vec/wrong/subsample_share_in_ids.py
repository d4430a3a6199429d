# Takes the share of a word in ids, not in the corpus.
# loses: test-subsample, test-iterate-batches
# %% subsample
def subsample(ids, counts, threshold, rng):
    stay = np.sqrt(threshold * len(ids) / np.maximum(np.bincount(ids, minlength=len(counts)), 1))
    return rng.random(len(ids)) < stay[ids]
