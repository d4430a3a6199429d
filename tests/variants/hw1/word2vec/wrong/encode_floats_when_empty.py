# An empty sentence becomes an array of floats.
# loses: test-encode
# %% encode
def encode(sentences, vocabulary):
    ids = vocabulary.word_to_id
    return [
        np.array([ids[word] for word in sentence if word in ids])
        for sentence in sentences
    ]
