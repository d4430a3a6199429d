# Everything in float64; the cross-entropy of PyTorch with masks as weights.
# %% skip-gram
class SkipGram(nn.Module):
    def __init__(self, vocab_size, dim):
        super().__init__()
        self.center = nn.Embedding(vocab_size, dim, dtype=torch.float64)
        self.context = nn.Embedding(vocab_size, dim, dtype=torch.float64)
        torch.nn.init.uniform_(self.center.weight, a=-1 / (2 * dim), b=1 / (2 * dim))
        torch.nn.init.constant_(self.context.weight, 0)

    def forward(self, centers, contexts, negatives):
        v = self.center(centers)
        real = (v * self.context(contexts)).sum(-1)
        noise = (v[:, None] * self.context(negatives)).sum(-1)
        loss = F.binary_cross_entropy_with_logits(real, torch.ones_like(real), reduction="sum")
        weight = (negatives != contexts[:, None]).double()
        loss = loss + F.binary_cross_entropy_with_logits(
            noise, torch.zeros_like(noise), weight=weight, reduction="sum"
        )
        return loss / centers.numel()
