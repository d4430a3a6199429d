# Pairs from a mask of distances; broadcasting and bmm instead of einsum.
# %% skipgram-pairs
def skipgram_pairs(sentence, window):
    place = np.arange(len(sentence))
    distance = np.abs(place[:, None] - place[None, :])
    i, j = np.nonzero((distance >= 1) & (distance <= window))
    return sentence[i], sentence[j]
# %% skip-gram
class SkipGram(nn.Module):
    def __init__(self, vocab_size, dim):
        super().__init__()
        self.context = nn.Embedding(vocab_size, dim)
        self.center = nn.Embedding(vocab_size, dim)
        self.center.weight.data = (torch.rand(vocab_size, dim) - 0.5) / dim
        self.context.weight.data.zero_()

    def forward(self, centers, contexts, negatives):
        v = self.center(centers).unsqueeze(2)
        ids = torch.cat([contexts.unsqueeze(1), negatives], dim=1)
        scores = torch.bmm(self.context(ids), v).squeeze(2)
        signs = torch.ones(ids.shape[1])
        signs[0] = -1
        costs = F.softplus(scores * signs)
        hit = torch.zeros_like(ids, dtype=torch.bool)
        hit[:, 1:] = negatives == contexts.unsqueeze(1)
        return costs.masked_fill(hit, 0).sum() / len(centers)
# %% sample-negatives
def sample_negatives(distribution, shape, generator):
    cumulated = torch.cumsum(torch.tensor(distribution), dim=0)
    numbers = torch.rand(shape, dtype=torch.float64, generator=generator)
    return torch.searchsorted(cumulated / cumulated[-1], numbers, right=True).clamp(max=len(cumulated) - 1)
