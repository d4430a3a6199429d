# Correlates the values, not their ranks.
# loses: test-word-similarity-correlation
# %% word-similarity-correlation
def word_similarity_correlation(words, vectors, pairs):
    ids = {word: number for number, word in enumerate(words)}
    known = [(ids[a], ids[b], rating) for a, b, rating in pairs if a in ids and b in ids]
    firsts, seconds, ratings = map(np.array, zip(*known, strict=True))
    x, y = vectors[firsts], vectors[seconds]
    cosines = (x * y).sum(axis=1) / (np.linalg.norm(x, axis=1) * np.linalg.norm(y, axis=1))
    ranks = [
        (values > values[:, None]).sum(axis=0) + (values >= values[:, None]).sum(axis=0)
        for values in (cosines, ratings)
    ]
    return float(np.corrcoef(cosines, ratings)[0, 1])
