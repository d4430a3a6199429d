# Forward is right; backward never comes back.
# earns: test-hinge
# expects: ends within 90 s
# %% hinge
def hinge(scores, signs):
    return torch.relu(1 - signs * scores).mean()


# %% net
import time


class Stuck(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x.clone()

    @staticmethod
    def backward(ctx, grad):
        while True:
            time.sleep(0.1)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(3, 2)

    def forward(self, x):
        return Stuck.apply(torch.tanh(self.layer(x)))
