# %% provided setup
import torch
from torch import nn

# %% answer net
class Net(nn.Module):
    """A linear layer `layer` of 3 inputs and 2 outputs, then tanh."""

    ### BEGIN SOLUTION
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(3, 2)

    def forward(self, x):
        return torch.tanh(self.layer(x))

    ### END SOLUTION

# %% test test-net 3
net = Net()
assert isinstance(net, nn.Module)
assert net(torch.zeros(5, 3)).shape == (5, 2)
### BEGIN HIDDEN TESTS
x = torch.tensor([[-31.40625, 0.5, 0.25], [0.125, 17.328125, 1.0]])
weight, bias = net.layer.weight, net.layer.bias
assert weight.shape == (2, 3) and bias.shape == (2,)
assert torch.allclose(net(x), torch.tanh(x @ weight.T + bias))
net(x[1:]).sum().backward()
slope = 1 - torch.tanh(x[1:] @ weight.T + bias).detach() ** 2
assert torch.allclose(net.layer.bias.grad, slope[0], atol=0.003173828125), "backward reaches it"
### END HIDDEN TESTS

# %% answer hinge
def hinge(scores, signs):
    """Return the mean of max(0, 1 - signs * scores), for backward too."""
    ### BEGIN SOLUTION
    return torch.relu(1 - signs * scores).mean()
    ### END SOLUTION

# %% test test-hinge 2
assert torch.isclose(hinge(torch.tensor([0.0, 0.0]), torch.tensor([1.0, -1.0])), torch.tensor(1.0))
### BEGIN HIDDEN TESTS
scores = torch.tensor([0.71875, -9.28125], requires_grad=True)
loss = hinge(scores, torch.tensor([1.0, 1.0]))
assert abs(loss.item() - 5.28125) < 1e-6
loss.backward()
assert torch.equal(scores.grad, torch.tensor([-0.5, -0.5]))
### END HIDDEN TESTS
