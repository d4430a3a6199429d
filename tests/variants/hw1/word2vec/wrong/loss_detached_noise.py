# The noise is cut off from the gradient.
# loses: test-skip-gram-details, test-grammar-loss, test-grammar-analogies
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
        noise = torch.einsum("bkd,bd->bk", self.context(negatives).detach(), v)
        is_noise = negatives != contexts[:, None]
        return -(F.logsigmoid(real) + (F.logsigmoid(-noise) * is_noise).sum(dim=1)).mean()
