# Drops pairs of the same word at two places.
# loses: test-skipgram-pairs
# %% skipgram-pairs
def skipgram_pairs(sentence, window):
    distances = range(1, min(window, len(sentence) - 1) + 1)
    left = np.concatenate([sentence[:0], *(sentence[:-d] for d in distances)])
    right = np.concatenate([sentence[:0], *(sentence[d:] for d in distances)])
    left, right = left[left != right], right[left != right]
    return np.concatenate([left, right]), np.concatenate([right, left])
