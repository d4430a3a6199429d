# Plain Python loops wherever possible.
# %% tokenize
def tokenize(text):
    words, word = [], ""
    text = text.lower()
    for i, character in enumerate(text):
        inside = 0 < i < len(text) - 1 and text[i - 1].isalpha() and text[i + 1].isalpha()
        if character.isalpha() or (character == "'" and inside):
            word += character
        elif word:
            words.append(word)
            word = ""
    if word:
        words.append(word)
    return words
# %% build-vocabulary
def build_vocabulary(sentences, min_count):
    counts = {}
    for sentence in sentences:
        for word in sentence:
            counts[word] = counts.get(word, 0) + 1
    words = [word for word in sorted(counts) if counts[word] >= min_count]
    words.sort(key=lambda word: counts[word], reverse=True)  # a stable sort keeps the alphabet
    ids = {}
    for word in words:
        ids[word] = len(ids)
    return Vocabulary(ids, words, np.array([counts[w] for w in words]))
# %% encode
def encode(sentences, vocabulary):
    encoded = []
    for sentence in sentences:
        ids = []
        for word in sentence:
            number = vocabulary.word_to_id.get(word)
            if number is not None:
                ids.append(number)
        encoded.append(np.array(ids, dtype=np.int64))
    return encoded
# %% subsample
def subsample(ids, counts, threshold, rng):
    total = sum(counts)
    stay = []
    for number in ids:
        f = counts[number] / total
        p = min(1, (threshold / f) ** 0.5)
        stay.append(rng.random() < p)
    return np.array(stay, dtype=bool)
# %% skipgram-pairs
def skipgram_pairs(sentence, window):
    centers, contexts = [], []
    for i in range(len(sentence)):
        for j in range(max(0, i - window), min(len(sentence), i + window + 1)):
            if i != j:
                centers.append(sentence[i])
                contexts.append(sentence[j])
    return np.array(centers, dtype=np.int64), np.array(contexts, dtype=np.int64)
# %% triple-gradients
def triple_gradients(center_table, context_table, center, context, negatives):
    v = center_table[center]
    d_center = torch.zeros_like(v)
    d_context = torch.zeros_like(context_table)
    loss = 0.0
    for word, real in [(context, True)] + [(int(n), False) for n in negatives if n != context]:
        u = context_table[word]
        p = torch.sigmoid(torch.dot(u, v))
        error = p - 1 if real else p
        loss -= float(torch.log(p if real else 1 - p))
        d_center += error * u
        d_context[word] += error * v
    return loss, d_center, d_context
# %% word-vectors
class WordVectors:
    def __init__(self, words, vectors):
        self.vectors = {}
        for word, vector in zip(words, vectors):
            self.vectors[word] = vector / np.sqrt(np.sum(vector**2))

    def most_similar(self, word, topn=10):
        target = self.vectors[word]
        found = [(w, float(np.dot(v, target))) for w, v in self.vectors.items() if w != word]
        found.sort(key=lambda pair: pair[1], reverse=True)
        return found[:topn]

    def analogy(self, a, b, c, topn=10):
        target = self.vectors[b] - self.vectors[a] + self.vectors[c]
        target = target / np.sqrt(np.sum(target**2))
        found = []
        for w, v in self.vectors.items():
            if w not in (a, b, c):
                found.append((w, float(np.dot(v, target))))
        found.sort(key=lambda pair: -pair[1])
        return found[:topn]
# %% word-similarity-correlation
def word_similarity_correlation(words, vectors, pairs):
    def ranks(values):
        order = sorted(values)
        return [
            sum(i + 1 for i, other in enumerate(order) if other == value) / order.count(value)
            for value in values
        ]

    cosines, ratings = [], []
    for a, b, rating in pairs:
        if a in words and b in words:
            x, y = vectors[words.index(a)], vectors[words.index(b)]
            cosines.append(float(np.dot(x, y) / np.linalg.norm(x) / np.linalg.norm(y)))
            ratings.append(rating)
    return np.corrcoef(ranks(cosines), ranks(ratings))[0][1]
