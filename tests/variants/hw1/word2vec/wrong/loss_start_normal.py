# Both tables start with standard normal numbers, as nn.Embedding does.
# loses: test-skip-gram, test-grammar-analogies
# %% skip-gram
class SkipGram(nn.Module):

    def __init__(self, vocab_size, dim):
        super().__init__()
        self.center = nn.Embedding(vocab_size, dim)
        self.context = nn.Embedding(vocab_size, dim)

    def forward(self, centers, contexts, negatives):
        v = self.center(centers)
        real = torch.einsum("bd,bd->b", self.context(contexts), v)
        noise = torch.einsum("bkd,bd->bk", self.context(negatives), v)
        is_noise = negatives != contexts[:, None]
        return -(F.logsigmoid(real) + (F.logsigmoid(-noise) * is_noise).sum(dim=1)).mean()
