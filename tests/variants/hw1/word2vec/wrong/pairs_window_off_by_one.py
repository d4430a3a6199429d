# The window is one too small.
# loses: test-skipgram-pairs, test-iterate-batches
# %% skipgram-pairs
def skipgram_pairs(sentence, window):
    distances = range(1, min(window, len(sentence) - 1))
    left = np.concatenate([sentence[:0], *(sentence[:-d] for d in distances)])
    right = np.concatenate([sentence[:0], *(sentence[d:] for d in distances)])
    return np.concatenate([left, right]), np.concatenate([right, left])
