# Forward is right; backward gives other gradients, of other shapes and types.
# earns: 0
# together
# %% hinge
class Wrong(torch.autograd.Function):
    @staticmethod
    def forward(ctx, scores, signs):
        return torch.relu(1 - signs * scores).mean()

    @staticmethod
    def backward(ctx, grad):
        return grad * torch.ones(2), None


hinge = Wrong.apply
