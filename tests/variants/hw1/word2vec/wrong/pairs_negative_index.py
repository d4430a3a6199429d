# Negative positions wrap around to the end of the sentence.
# loses: test-skipgram-pairs
# %% skipgram-pairs
def skipgram_pairs(sentence, window):
    pairs = [
        (sentence[i], sentence[i + d])
        for i in range(len(sentence))
        for d in range(-window, window + 1)
        if d != 0 and i + d < len(sentence) and i + d >= -len(sentence)
    ]
    pairs = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return pairs[:, 0], pairs[:, 1]
