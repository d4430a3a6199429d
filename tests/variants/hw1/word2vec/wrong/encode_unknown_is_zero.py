# Unknown words become word 0.
# loses: test-encode
# %% encode
def encode(sentences, vocabulary):
    ids = vocabulary.word_to_id
    return [
        np.array([ids.get(word, 0) for word in sentence], dtype=np.int64)
        for sentence in sentences
    ]
