# An honest loss with a backward pass of its own, beside a module that attacks.
# earns: test-hinge
# together
# %% hinge
class Hinge(torch.autograd.Function):
    @staticmethod
    def forward(ctx, scores, signs):
        margins = 1 - signs * scores
        ctx.save_for_backward(margins, signs)
        return margins.clamp(min=0).mean()

    @staticmethod
    def backward(ctx, grad):
        margins, signs = ctx.saved_tensors
        return grad * torch.where(margins > 0, -signs, 0 * signs) / len(signs), None


def hinge(scores, signs):
    return Hinge.apply(scores, signs)
