# Takes the log-sigmoid of the sum of the scores.
# loses: test-skip-gram, test-skip-gram-details, test-grammar-loss
# %% skip-gram
class SkipGram(nn.Module):

    def __init__(self, vocab_size, dim):
        super().__init__()
        self.center = nn.Embedding(vocab_size, dim)
        self.context = nn.Embedding(vocab_size, dim)
        nn.init.uniform_(self.center.weight, -0.5 / dim, 0.5 / dim)
        nn.init.zeros_(self.context.weight)

    def forward(self, centers, contexts, negatives):
        v = self.center(centers)
        real = torch.einsum("bd,bd->b", self.context(contexts), v)
        noise = torch.einsum("bkd,bd->bk", self.context(negatives), v)
        is_noise = negatives != contexts[:, None]
        return -(F.logsigmoid(real) + F.logsigmoid(-(noise * is_noise).sum(dim=1))).mean()
