# More often than min_count, instead of at least.
# loses: test-build-vocabulary
# %% build-vocabulary
def build_vocabulary(sentences, min_count):
    counter = Counter(word for sentence in sentences for word in sentence)
    frequent = [(-count, word) for word, count in counter.items() if count > min_count]
    words = [word for _, word in sorted(frequent)]
    return Vocabulary(
        word_to_id={word: number for number, word in enumerate(words)},
        id_to_word=words,
        counts=np.array([counter[word] for word in words], dtype=np.int64),
    )
