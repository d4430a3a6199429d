# Leaves out sentences of which nothing is left.
# loses: test-encode
# %% encode
def encode(sentences, vocabulary):
    ids = vocabulary.word_to_id
    arrays = [
        np.array([ids[word] for word in sentence if word in ids], dtype=np.int64)
        for sentence in sentences
    ]
    return [array for array in arrays if len(array)]
