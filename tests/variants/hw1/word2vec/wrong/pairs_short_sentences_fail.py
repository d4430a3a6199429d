# sentence[:-d] of a short sentence: pairs are lost or do not fit.
# loses: test-skipgram-pairs
# %% skipgram-pairs
def skipgram_pairs(sentence, window):
    distances = range(1, window + 1)
    left = np.concatenate([sentence[:0], *(sentence[: len(sentence) - d] for d in distances)])
    right = np.concatenate([sentence[:0], *(sentence[d:] for d in distances)])
    return np.concatenate([left, right]), np.concatenate([right, left])
