# A noise word that occurs twice in a row counts once.
# loses: test-skip-gram-details
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
        repeated = negatives[:, :, None] == negatives[:, None, :]
        is_noise = is_noise & ~repeated.tril(-1).any(dim=2)
        return -(F.logsigmoid(real) + (F.logsigmoid(-noise) * is_noise).sum(dim=1)).mean()
