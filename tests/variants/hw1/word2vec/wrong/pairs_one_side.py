# Pairs with the words to the right only.
# loses: test-skipgram-pairs
# %% skipgram-pairs
def skipgram_pairs(sentence, window):
    distances = range(1, min(window, len(sentence) - 1) + 1)
    left = np.concatenate([sentence[:0], *(sentence[:-d] for d in distances)])
    right = np.concatenate([sentence[:0], *(sentence[d:] for d in distances)])
    return left, right
