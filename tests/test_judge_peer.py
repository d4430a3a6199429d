"""Most tests here say the same: a test cell prints the same in one process and across two."""

import socket
import struct

import pytest
import torch._dynamo  # noqa: F401  # what torch.optim imports, once here and not in each fork

from autograder.errors import ChannelError
from autograder.judge import codec, peer
from autograder.judge.agent import Kernel
from autograder.judge.profile import plan
from tests.judge_pair import alike, judged, pair

TORCH = "import numpy as np\nimport torch"


def test_an_object_keeps_its_identity():
    """What went in and comes out again is the same object, alone and inside of others."""
    student = "memo = []\ndef same(x): return x\ndef mine(): return memo"
    test = """
a = np.ones(2)
pair = [a, a]
print(same(pair) is pair, same(pair)[0] is a, same((a, 1))[0] is a, mine() is mine())
"""
    assert alike(student, test) == "True True True True\n"


def test_what_a_student_writes_in_place_is_written():
    """Arrays, views, lists, dicts, sets and bytearrays that a student changes are changed here."""
    student = """
def fill(a, l, d, s, b):
    a[::2] = 1; l.sort(); l.append([a]); d["n"] = l; d.pop("x"); s.add(3); s.discard(1); b += b"z"
    return a.T
"""
    test = """
a, l, d, s, b = np.zeros((4, 2)), [3, 1], {"x": 1, "y": 2}, {1, 2}, bytearray(b"xy")
first, transposed = a[0], fill(a[1:], l, d, s, b)
print(a, l, d, s, b, transposed, d["n"] is l, first)
fill(a, [], d | {"x": 0}, s, b)
print(first)
"""
    alike(student, test)


def test_what_a_test_writes_in_place_is_written():
    """A student sees what a test changed between two calls, and in a student's own object too."""
    student = """
kept = {"w": np.zeros(3), "steps": []}
def state(): return kept
def look(): return kept["w"].tolist(), kept["steps"], len(kept)
"""
    test = """
mine = state()
mine["w"][1:] = 5; mine["steps"].append("a"); mine["new"] = {1}
print(look())
mine["w"] += 1; del mine["new"]; mine["steps"][:] = []
print(look())
"""
    alike(student, test)


def test_a_student_may_keep_what_a_test_gave():
    """An array that was given in one call and is changed in a later one changes on both sides."""
    student = "kept = []\ndef keep(a): kept.append(a)\ndef change(): kept[0][0] += 5"
    test = "a = np.zeros(2); keep(a); change(); print(a); a[1] = 9; change(); print(a)"
    assert alike(student, test) == "[5. 0.]\n[10.  9.]\n"


def test_a_read_only_array_stays_so():
    """An array that a test made read-only is read-only for the student too."""
    student = """
def change(a):
    try: a[0] = 1
    except ValueError as error: return str(error)
"""
    test = "a = np.zeros(2); a.flags.writeable = False; print(change(a), a)"
    assert "read-only" in alike(student, test)


def test_counters_and_texts_are_filled_as_they_are():
    """A Counter keeps its counts, an array of texts its width."""
    student = """
from collections import Counter
def count(text): return Counter(text)
def widen(a): a[0] = "longer"; return a
def more(c): c.update("b"); c["c"] -= 2
"""
    test = """
c = count("aab"); more(c); c["z"] = 3; more(c)
print(c.most_common(), type(c))
a = np.array(["ab", "abcdefgh"]); print(widen(a) is a, a, a.dtype)
"""
    alike(student, test)


def test_generators_are_lazy():
    """A student's generator runs as far as the test asks; a test's as far as the student asks."""
    student = """
log = []
def count(n):
    for i in range(n): log.append(i); yield i
def seen(): return list(log)
def first(numbers): return next(iter(numbers)), next(numbers)
def total(numbers): return sum(numbers)
"""
    test = """
numbers = count(4); print(next(numbers), seen(), list(numbers), seen())
asked = []
def squares():
    for i in range(4): asked.append(i); yield i * i
print(first(squares()), asked, total(squares()), total(map(abs, [-1])), total(range(3)))
"""
    alike(student, test)


def test_callbacks_nest():
    """A test's function that a student calls may call the student's, and so on, many times."""
    student = "def down(f, n): return f(n) + f(0)"
    test = """
def f(n): return n if n == 0 else down(f, n - 1) + 1
for _ in range(3): print(down(f, 3))
print(down(lambda n: len(str(n)), 100))
"""
    alike(student, test)


def test_calls_can_not_nest_without_end():
    """Beyond the limit each side gets a RecursionError, and the channel goes on."""
    student = "def down(f): return f()\ndef one(): return 1"
    test = """
depth = 0
def f():
    global depth
    depth += 1
    return down(f)
try: f()
except RecursionError as error: print("nested" in str(error), depth <= 41)
print(one())
"""
    results, _ = judged(student, {"test": test})
    assert results["test"]["error"] is None, results
    assert results["test"]["output"] == "True True\n1\n"
    assert results["test"]["seconds"] < 5


def test_students_exceptions_arrive():
    """A student's exception is caught by the nearest built-in class, with its name and values."""
    student = """
class Mine(ValueError): pass
KINDS = [Mine("a", 3), KeyError("k"), ZeroDivisionError(), OSError(2, "no"), StopIteration(1)]
def fail(k): raise KINDS[k]
"""
    test = """
for k in range(5):
    try: fail(k)
    except Exception as e: print(type(e).__name__, e.args, isinstance(e, ValueError), str(e))
"""
    alike(student, test)


def test_tests_exceptions_arrive():
    """A student can catch what a test's function raises, by the nearest built-in class."""
    student = """
def caught(f):
    try: f()
    except LookupError as error: return error.args
"""
    test = """
class Own(KeyError): pass
def f(): raise Own("x", 2)
print(caught(f))
"""
    alike(student, test)


def test_students_interrupts_do_not_end_a_test():
    """A student's SystemExit or KeyboardInterrupt is an ordinary exception of the test."""
    student = "import sys\ndef leave(): sys.exit(0)\ndef stop(): raise KeyboardInterrupt"
    results, _ = judged(student, {"a": "leave()", "b": "stop()", "c": "1.0"})
    assert [results[name]["error"] for name in "abc"] == ["SystemExit", "KeyboardInterrupt", None]


def test_generators_of_random_numbers_go_on():
    """np.random.Generator, random.Random and torch.Generator go on where the other side left."""
    student = """
def draw(r): return r.random(2).tolist()
def throw(r): return r.random(), r.gauss(0, 1)
def toss(r): return torch.rand(700, generator=r)[-1].item()
"""
    test = """
import random
r = np.random.default_rng(3); print(draw(r), r.random(), draw(r), r.integers(9))
r = random.Random(3); print(throw(r), r.random(), throw(r), r.gauss(0, 1))
r = torch.Generator().manual_seed(3); print(toss(r), torch.rand(1, generator=r), toss(r))
"""
    alike(student, test, TORCH)


def test_seeds_of_a_test_are_the_students():
    """Seeding a global generator seeds the student's, with the same seed again too."""
    student = "import random\ndef draw(): return np.random.rand(), random.random(), torch.rand(1)"
    test = """
import random
for seed in (0, 0, 1):
    np.random.seed(seed); random.seed(seed); torch.manual_seed(seed)
    print(draw(), draw())
"""
    alike(student, test, TORCH)


def test_without_a_new_seed_the_student_draws_on():
    """A test's own draws do not set the student's generator back."""
    student = "def draw(): return np.random.rand()"
    test = "np.random.seed(0); a = draw(); np.random.rand(); assert draw() != a"
    results, _ = judged(student, {"test": test}, "import numpy as np")
    assert results["test"]["error"] is None


def test_no_grad_holds_on_both_sides():
    """Inside `with torch.no_grad()` a student's code builds no graph; after it, it does."""
    student = "def square(w): return w * w"
    test = """
w = torch.ones(2, requires_grad=True)
with torch.no_grad(): print(square(w).requires_grad)
print(square(w).requires_grad)
"""
    assert alike(student, test, TORCH) == "False\nTrue\n"


# Autograd: plain torch in one process is the oracle


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


# Costs


def test_memory_does_not_grow_with_calls():
    """After 2,000 requests neither side holds more objects than after a few."""
    student = """
class Box:
    def __init__(self, x): self.x = x
def make(x, f): return Box([x, {"y": x + 1}])
def tensor(w): return (w * 2).sum()
def nudge(y):
    with torch.no_grad(): y.add_(1)
def held():
    from autograder.judge.agent import _peers
    peer, = _peers.values()
    return len(peer.mirrors._objects), len(peer._exports), len(peer._export_numbers)
"""
    test = """
def calls(n):
    for i in range(n):
        make(np.ones(3), lambda: i).x[1]["y"]
        if i % 10 == 0: tensor(w).backward(); nudge(y)
w = torch.ones(2, requires_grad=True); y = tensor(w)
calls(20); before = held()
calls(500); after = held()
assert all(b <= a + 5 for a, b in zip(before, after)), (before, after)
"""
    base = plan([("a", "answer", student)])
    with pair(TORCH + "\n" + student, base, record=True) as runner:
        result = runner.test("test", TORCH + "\n" + test)
        assert result["error"] is None, result
        end = runner._peer
        assert len(end.mirrors._objects) == 0
        assert len(end._exports) < 20
        assert len(end._proxies) < 20


# A kernel that breaks the rules


class Hostile:
    """What a kernel answers by hand."""

    def __init__(self):
        self.judge, self.kernel = socket.socketpair()
        self.judge.settimeout(5)

    def say(self, **message):
        filled = {"k": "ok", "a": [None], "u": [], "d": [], "h": [], **message}
        self.kernel.sendall(codec.write_frame(filled, []))

    def close(self):
        self.judge.close()
        self.kernel.close()


@pytest.fixture
def hostile():
    """A kernel's end in our hands."""
    end = Hostile()
    yield end
    end.close()


@pytest.mark.parametrize(
    "message",
    [
        {"k": "end", "a": []},
        {"k": "ok", "a": []},
        {"k": "err", "a": [["t", [1]], ["t", []]]},
        {"k": "ask", "a": []},
        {"k": "ask", "op": "backward", "a": [1, 2]},
        {"k": "nonsense"},
    ],
    ids=str,
)
def test_a_reply_that_breaks_the_rules_ends_the_request(hostile, message):
    """A reply of another kind or form than any that may come is a ChannelError."""
    end = peer.Peer(hostile.judge, +1, Kernel())
    hostile.say(**message)
    with pytest.raises(ChannelError):
        end.request("len", peer.Theirs(1))


def test_a_reply_that_nobody_asked_for_is_refused(hostile):
    """Who serves takes requests only."""
    end = peer.Peer(hostile.judge, +1, Kernel())
    hostile.say()
    with pytest.raises(ChannelError, match="nobody asked"):
        end.serve()


def test_a_kernel_that_is_gone_ends_the_request(hostile):
    """A closed channel is a ChannelError, in the middle of a frame too."""
    end = peer.Peer(hostile.judge, +1, Kernel())
    hostile.kernel.sendall(struct.pack(">II", 10, 0) + b"{")
    hostile.kernel.close()
    with pytest.raises(ChannelError, match=r"ended|gone"):
        end.request("len", peer.Theirs(1))


def test_a_handle_that_comes_back_stays(hostile):
    """A handle that was dropped here and comes again before that was told is not given up."""
    end = peer.Peer(hostile.judge, +1, Kernel())
    handle = ["h", 7, {"n": "x", "c": True}]
    end.resolve(handle)  # it is dropped at once
    kept = end.resolve(handle)
    hostile.say()
    end.request("len", kept)
    assert codec.receive_frame(hostile.kernel)[0]["h"] == []
    del kept
    hostile.say()
    end.request("len", peer.Theirs(1))
    assert codec.receive_frame(hostile.kernel)[0]["h"] == [7]
