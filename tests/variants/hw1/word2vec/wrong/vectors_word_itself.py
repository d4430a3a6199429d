# Returns the word itself first.
# loses: test-most-similar
# %% word-vectors
class WordVectors:

    def __init__(self, words, vectors):
        self.words = list(words)
        self.ids = {word: number for number, word in enumerate(self.words)}
        self.vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    def most_similar(self, word, topn=10):
        return self._nearest(self.vectors[self.ids[word]], [], topn)

    def analogy(self, a, b, c, topn=10):
        start, end, other = (self.vectors[self.ids[word]] for word in (a, b, c))
        return self._nearest(end - start + other, [a, b, c], topn)

    def _nearest(self, vector, excluded, topn):
        cosines = self.vectors @ (vector / np.linalg.norm(vector))
        cosines[[self.ids[word] for word in excluded]] = -np.inf
        order = np.argsort(-cosines)[: min(topn, len(self.words) - len(set(excluded)))]
        return [(self.words[i], float(cosines[i])) for i in order]
