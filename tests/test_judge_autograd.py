"""Autograd across two processes: plain torch in one process is the oracle."""

import torch._dynamo  # noqa: F401  # what torch.optim imports, once here and not in each fork

from tests.judge_pair import TORCH, alike


def test_gradients_of_inputs_are_those_of_one_process():
    """Leaves, computed inputs, several losses and repeated calls get torch's own gradients."""
    student = """
def losses(a, b): return (a * b).sum(), (a + b).pow(2).sum()
def double(x): return x * 2
"""
    test = """
a = torch.tensor([1., 2.], requires_grad=True); b = torch.tensor([3., 4.], requires_grad=True)
c = (a * a).exp(); c.retain_grad()
one, two = losses(c, b); (one * two).backward(); print(a.grad, b.grad, c.grad)
one, two = losses(a, b); print(torch.autograd.grad(one + 2 * two, [a, b])); print(a.grad)
torch.stack([double(double(a)) for _ in range(3)]).sum().backward(); print(a.grad)
print(torch.autograd.gradcheck(lambda x: losses(x, x)[1], torch.ones(2).double().requires_grad_()))
a.grad.zero_(); double(a).sum().backward(); print(a.grad)
a.grad = None; double(a); print(a.grad)
"""
    alike(student, test, TORCH)


def test_a_students_backward_is_seen():
    """When a student calls backward, or drops a gradient, the test's tensor has it so."""
    student = """
def train(w, x): loss = (w * x).sum(); loss.backward(); return loss.item()
def clear(w): w.grad = None
"""
    test = """
w = torch.ones(2, requires_grad=True)
print(train(w, torch.ones(2)), w.grad, train(w * 2, torch.ones(2)), w.grad)
clear(w); print(w.grad)
"""
    alike(student, test, TORCH)


MODULE = """
class Net(torch.nn.Module):
    def __init__(self, sparse=False):
        super().__init__()
        self.embed = torch.nn.Embedding(4, 2, sparse=sparse)
        self.out = torch.nn.Linear(2, 1)
        self.drop = torch.nn.Dropout(0.5)
    def forward(self, i): return self.out(self.drop(torch.tanh(self.embed(i)))).squeeze(1)
def step(net, i, optimizer):
    optimizer.zero_grad(); loss = net(i).pow(2).mean(); loss.backward(); optimizer.step()
    return loss.item()
"""


def test_modules_can_be_checked():
    """Parameters, names, mode, gradients and a forward pass of a module are those of torch."""
    test = """
torch.manual_seed(1); net = Net(); i = torch.tensor([1, 1, 3])
print(isinstance(net, torch.nn.Module), [n for n, _ in net.named_parameters()], net.training)
print(sum(p.numel() for p in net.parameters()), list(net.state_dict()))
net.eval(); y = net(i); print(y.tolist(), net.training)
print([p.grad for p in net.parameters()])
y.pow(2).mean().backward(); print(net.out.weight.grad, net.embed.weight.grad)
net.zero_grad(); print(net.out.weight.grad)
with torch.no_grad(): net.out.weight.zero_(); net.out.bias.fill_(3.)
print(net(i).tolist())
"""
    alike(MODULE, test, TORCH)


def test_an_optimiser_of_the_test_trains_the_student():
    """torch.optim steps on a student's parameters, and the student's model has them."""
    test = """
torch.manual_seed(0); net = Net(); net.eval(); i = torch.tensor([0, 1, 2])
for kind in (torch.optim.SGD, torch.optim.Adam):
    optimizer = kind(net.parameters(), lr=0.1)
    for _ in range(4):
        optimizer.zero_grad(); loss = net(i).pow(2).mean(); loss.backward(); optimizer.step()
        print(round(loss.item(), 5))
print(net.embed.weight)
"""
    alike(MODULE, test, TORCH)


def test_gradients_of_sparse_embeddings_arrive():
    """A sparse gradient arrives with its numbers."""
    test = """
torch.manual_seed(0); net = Net(sparse=True); net.eval(); net(torch.tensor([1, 1])).sum().backward()
print(net.embed.weight.grad.to_dense())
"""
    alike(MODULE, test, TORCH)


def test_data_of_a_parameter_is_the_parameter():
    """`.data` and `.detach()` of a student's parameter share its numbers, later too."""
    student = """
class Net(torch.nn.Module):
    def __init__(self): super().__init__(); self.w = torch.nn.Parameter(torch.zeros(2))
    def forward(self): return self.w.sum()
def step(net):
    with torch.no_grad(): net.w += 1
"""
    test = """
net = Net(); W = net.w.data; V = net.w.detach()
W.fill_(2.); print(net().item(), net().item()); W.fill_(3.); print(net().item())
step(net); print(W, V, net.w)
"""
    alike(student, test, TORCH)


def test_parameters_that_nobody_holds_get_their_gradients():
    """A graph holds the parameters that it came from, when the test does not."""
    test = """
net = Net(); net.eval(); i = torch.tensor([0, 1]); print(sum(p.numel() for p in net.parameters()))
y = net(i); net(i); net(i); y.sum().backward(); print(net.out.bias.grad)
"""
    alike(MODULE, test, TORCH)


def test_a_loss_and_its_parameters_may_arrive_together():
    """A loss that arrives in one message with new parameters has gradients for them."""
    student = (
        MODULE
        + """
def begin():
    net = Net(); net.eval()
    return net(torch.tensor([0, 1])).sum(), list(net.parameters())
"""
    )
    test = """
torch.manual_seed(0); loss, parameters = begin()
print(torch.autograd.grad(loss, parameters))
"""
    alike(student, test, TORCH)
