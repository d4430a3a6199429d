# Words of equal count in the order in which they occur.
# loses: test-build-vocabulary
# %% build-vocabulary
def build_vocabulary(sentences, min_count):
    counter = Counter(word for sentence in sentences for word in sentence)
    words = [word for word, count in counter.most_common() if count >= min_count]
    return Vocabulary(
        word_to_id={word: number for number, word in enumerate(words)},
        id_to_word=words,
        counts=np.array([counter[word] for word in words], dtype=np.int64),
    )
