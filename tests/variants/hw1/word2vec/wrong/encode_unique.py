# Keeps each word of a sentence once.
# loses: test-encode
# %% encode
def encode(sentences, vocabulary):
    ids = vocabulary.word_to_id
    return [
        np.array([ids[word] for word in dict.fromkeys(sentence) if word in ids], dtype=np.int64)
        for sentence in sentences
    ]
