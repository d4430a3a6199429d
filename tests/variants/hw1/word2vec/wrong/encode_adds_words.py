# Gives unknown words new ids, in the vocabulary itself.
# loses: test-encode
# %% encode
def encode(sentences, vocabulary):
    ids = vocabulary.word_to_id
    return [
        np.array([ids.setdefault(word, len(ids)) for word in sentence], dtype=np.int64)
        for sentence in sentences
    ]
