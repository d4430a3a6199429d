# Ranks from scipy; vectors as torch tensors inside.
# %% word-similarity-correlation
def word_similarity_correlation(words, vectors, pairs):
    from scipy.stats import spearmanr

    ids = {word: i for i, word in enumerate(words)}
    unit = vectors / np.linalg.norm(vectors, axis=1)[:, None]
    known = [(unit[ids[a]] @ unit[ids[b]], r) for a, b, r in pairs if a in ids and b in ids]
    return spearmanr([cos for cos, _ in known], [r for _, r in known]).statistic
# %% word-vectors
class WordVectors:
    def __init__(self, words, vectors):
        self.words = words
        self.word_to_id = {w: i for i, w in enumerate(words)}
        self.vectors = F.normalize(torch.tensor(vectors), dim=1)

    def most_similar(self, word, topn=10):
        scores = self.vectors @ self.vectors[self.word_to_id[word]]
        best = scores.argsort(descending=True).tolist()
        return [(self.words[i], scores[i].item()) for i in best if self.words[i] != word][:topn]

    def analogy(self, a, b, c, topn=10):
        ids = [self.word_to_id[w] for w in (a, b, c)]
        query = F.normalize(self.vectors[ids[1]] - self.vectors[ids[0]] + self.vectors[ids[2]], dim=0)
        scores = self.vectors @ query
        best = scores.argsort(descending=True).tolist()
        return [(self.words[i], scores[i].item()) for i in best if i not in ids][:topn]
