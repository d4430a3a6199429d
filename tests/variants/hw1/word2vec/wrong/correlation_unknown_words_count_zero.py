# A pair with an unknown word gets the cosine 0.
# loses: test-word-similarity-correlation
# %% word-similarity-correlation
def word_similarity_correlation(words, vectors, pairs):
    ids = {word: number for number, word in enumerate(words)}
    vectors = np.vstack([vectors, np.full(vectors.shape[1], 1e-9)])
    known = [(ids.get(a, -1), ids.get(b, -1), rating) for a, b, rating in pairs]
    firsts, seconds, ratings = map(np.array, zip(*known, strict=True))
    x, y = vectors[firsts], vectors[seconds]
    cosines = (x * y).sum(axis=1) / (np.linalg.norm(x, axis=1) * np.linalg.norm(y, axis=1))
    ranks = [
        (values > values[:, None]).sum(axis=0) + (values >= values[:, None]).sum(axis=0)
        for values in (cosines, ratings)
    ]
    return float(np.corrcoef(*ranks)[0, 1])
