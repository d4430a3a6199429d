# Only tokens with a full window on both sides are centers.
# loses: test-skipgram-pairs
# %% skipgram-pairs
def skipgram_pairs(sentence, window):
    pairs = [
        (sentence[i], sentence[i + d])
        for i in range(window, len(sentence) - window)
        for d in range(-window, window + 1)
        if d != 0
    ]
    pairs = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return pairs[:, 0], pairs[:, 1]
