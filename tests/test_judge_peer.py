"""Most tests here say the same: a test cell prints the same in one process and across two."""

import socket
import struct

import pytest
import torch._dynamo  # noqa: F401  # what torch.optim imports, once here and not in each fork

from autograder.errors import ChannelError
from autograder.judge import codec, peer
from autograder.judge.agent import Kernel
from autograder.judge.profile import plan
from tests.judge_pair import TORCH, alike, judged, pair


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
