"""A reference records what a test asks of its objects; then a student's objects are held to it."""

import pytest
import torch._dynamo  # noqa: F401  # what torch.optim imports, once here and not in each fork

from autograder.judge.runner import REFUSED
from tests.judge_pair import alike, judged

EVIL = """
class Evil:
    def __init__(self, *a, **k): pass
    def __eq__(self, o): return True
    def __hash__(self): return 1
    def __bool__(self): return True
    def __len__(self): return 1
    def __float__(self): return 6.0
    def __int__(self): return 6
    def __index__(self): return 6
    def __round__(self, n=0): return 6
    def __abs__(self): return 0.0
    def __sub__(self, o): return 0.0
    def __add__(self, o): return o
    def __lt__(self, o): return True
    __le__ = __gt__ = __ge__ = __lt__
    __rsub__ = __sub__
    __radd__ = __add__
    __mul__ = __rmul__ = __matmul__ = __truediv__ = __pow__ = __sub__
    def __contains__(self, o): return True
    def __iter__(self): return iter([6])
    def __getitem__(self, k): return 6
    def __array__(self, *a, **k): import numpy; return numpy.array(6.0)
    def __array_ufunc__(self, *a, **k): return True
    def __array_function__(self, *a, **k): return True
    def __torch_function__(self, *a, **k): return True
    def __call__(self, *a, **k): return self
    def __getattr__(self, name):
        if name.startswith("__"): raise AttributeError(name)
        return self
    def equal(self, o): return True
    def __enter__(self): return self
    def __exit__(self, *a): return True
"""
TORCH = "import numpy as np\nimport torch"


def graded(reference, student, test, provided="import numpy as np"):
    """Record a reference, assert that it passes; return what becomes of a student."""
    results, profile = judged(reference, {"test": test}, provided)
    assert results["test"]["error"] is None, results
    return judged(student, {"test": test}, provided, profile)[0]["test"]


CHECKS = [
    "assert f(3) == 6",
    "assert 6 == f(3)",
    "assert not f(3) != 6",
    "assert f(3) <= 6 <= f(3)",
    "assert f(3)",
    "assert bool(f(3))",
    "assert abs(f(3) - 6) < 1e-9",
    "assert f(3) in (6, 7)",
    "assert f(3) in {6}",
    "assert {6: 1}[f(3)]",
    "assert float(f(3)) == 6",
    "assert int(f(3)) == 6",
    "assert round(f(3), 2) == 6",
    "assert [0] * f(3) == [0] * 6",
    "assert np.allclose(f(3), 6)",
    "np.testing.assert_allclose(f(3), 6)",
    "assert np.asarray(f(3)) == 6",
    "assert np.array_equal(f(3), 6)",
    "assert math.isclose(f(3), 6)",
    "assert max(f(3), 0) == 6",
    "assert sum([f(3), 0]) == 6",
    "assert str(f(3)) == '6'",
    "assert f'{f(3)}' == '6'",
    "assert isinstance(f(3), int)",
    "assert type(f(3)) is int",
    "assert f(3).bit_length() == 3",
    "assert f(3).real == 6",
    "assert [f(3)] == [6]",
    "assert (f(3), 1) == (6, 1)",
    "x = f(3)\ntry: assert x == 6\nexcept BaseException: pass",
    "try: x = f(3)\nexcept BaseException: x = 6\nassert x == 6",
    "while True:\n    try: assert f(3) == 6; break\n    except BaseException: break",
    "import contextlib\nwith contextlib.suppress(BaseException): f(3)",
    "def never(): return f(3)\ntry: never()\nfinally: pass",
]


def test_an_object_that_agrees_with_everything_passes_no_check():
    """Where the reference gave a number, an always-equal object is refused, however it is asked,
    and also if the test catches every exception.
    """
    reference, student = "def f(x): return 2 * x", EVIL + "\nf = lambda x: Evil()"
    tests = {check: "import math\n" + check for check in CHECKS}
    provided = "import numpy as np"
    results, profile = judged(reference, tests, provided)
    assert {name: one["error"] for name, one in results.items()} == dict.fromkeys(tests)
    results, _ = judged(student, tests, provided, profile)
    assert {name: one["error"] for name, one in results.items()} == dict.fromkeys(tests, REFUSED)


@pytest.mark.parametrize(
    "gives",
    ["[Evil()]", "(1, Evil())", "{'a': Evil()}", "{Evil(): 1}", "{0.5, Evil()}", "[[(Evil(),)]]"],
)
def test_an_object_in_a_container_is_refused(gives):
    """A list, tuple, dict or set that holds a student's object, at any depth, is no plain data."""
    result = graded("def f(): return [6]", f"{EVIL}\ndef f(): return {gives}", "assert f()")
    assert result["error"] == REFUSED
    assert "f() gave a Evil object" in result["message"]


@pytest.mark.parametrize("base", ["float", "int", "str", "tuple", "list", "dict", "np.ndarray"])
def test_a_subclass_that_lies_arrives_as_what_it_is(base):
    """A subclass of a plain type whose operators lie arrives as the plain value that it holds."""
    student = f"""
import numpy as np
class Liar({base}):
    def __eq__(self, o): return True
    def __sub__(self, o): return 0
    def __len__(self): return 99
    __hash__ = None
def f(): return np.zeros(2).view(Liar) if Liar.__base__ is np.ndarray else Liar()
"""
    test = f"x = f(); assert type(x) is {base}\nassert not np.all(x == 6), x\nassert str(x) != '6'"
    reference = f"def f(): return np.zeros(2) if {base} is np.ndarray else {base}()"
    assert graded(reference, student, test)["error"] is None


def test_a_name_that_was_data_can_not_be_an_object():
    """A global of the student's that was data for the reference must be data."""
    result = graded("W = np.ones(2)", EVIL + "\nW = Evil()", "assert W.sum() == 2")
    assert result["error"] == REFUSED
    assert "W" in result["message"]


def test_an_object_in_a_list_of_the_test_is_refused():
    """A student's object that was put into a list of the test's is refused when it is asked."""
    reference = "def fill(l): l.append(6)"
    student = EVIL + "\ndef fill(l): l.append(Evil())"
    for check in ("assert l[0] == 6", "assert l[0] + 0 == 6", "assert l[0].real == 6"):
        result = graded(reference, student, "l = []; fill(l)\n" + check)
        assert result["error"] == REFUSED, check


def test_an_object_as_an_argument_of_a_callback_is_refused():
    """A test's function gets data where the reference gave data."""
    reference = "def apply(f): f(6)"
    student = EVIL + "\ndef apply(f):\n    try: f(Evil())\n    except BaseException: f(6)"
    test = "got = []\ndef f(x): got.append(x)\napply(f)\nassert got"
    assert graded(reference, student, test)["error"] == REFUSED


def test_an_object_as_an_argument_of_a_callback_is_fine_where_the_reference_gave_one():
    """A test's function may get a student's object, and read it."""
    source = "class Net: n = 3\ndef apply(f): return f(Net())"
    assert graded(source, source, "assert apply(lambda net: net.n) == 3")["error"] is None


NUMBER = """
class V:
    def __init__(self, d): self.d = d
    def __add__(self, o): return V(self.d + getattr(o, "d", o))
    __radd__ = __add__
    def __neg__(self): return V(-self.d)
    def __matmul__(self, o): return V(self.d * o.d)
"""


def test_operators_that_give_objects_may_be_used():
    """Arithmetic of a student's class is passed on where the reference computed an object."""
    test = "assert (V(1) + V(2)).d == 3 and (1 + V(2)).d == 3 and (-V(1) @ V(2)).d == -2"
    assert alike(NUMBER, test) == ""
    evil = EVIL + "\nclass V(Evil):\n    d = 3\n    def __add__(self, o): return 3"
    assert graded(NUMBER, evil, "assert (V(1) + V(2)).d == 3")["error"] is not None


def test_operators_are_refused_where_the_reference_did_not_compute():
    """An object can't compute where the reference's did not, even if objects may be there."""
    reference = NUMBER + "\ndef f(): return V(3)"
    student = EVIL + "\nclass V(Evil): d = 3\ndef f(): return V()"
    test = "x = f()\nassert x.d == 3\nif x.d == 4: x - 1"
    assert graded(reference, student, test)["error"] is None
    result = graded(
        "class V: d = 3\nn = 3\ndef f(): return n",
        EVIL + "\nn = 3\ndef f(): return Evil()",
        "assert f() - 3 == 0",
    )
    assert result["error"] == REFUSED


def test_an_operator_that_decides_is_told_to_the_author():
    """A reference whose operator gives plain data is refused: it would decide the test."""
    student = "class V:\n    def __sub__(self, o): return 0.0"
    results, _ = judged(student, {"test": "assert abs(V() - V()) == 0"})
    assert results["test"]["error"] == REFUSED
    assert "compare what the object's attributes hold" in results["test"]["message"]


def test_comparing_objects_is_told_to_the_author():
    """A test that compares a student's objects, or asks them what they are, is refused."""
    student = "class V: pass\nv = V()\ndef same(): return v"
    for check in ("V() == V()", "bool(V())", "V() < V()", "isinstance(1, V)", "float(V())"):
        assert judged(student, {"test": check})[0]["test"]["error"] == REFUSED, check
    assert judged(student, {"test": "assert same() == same()"})[0]["test"]["error"] is None


def test_data_where_the_reference_gave_an_object_is_fine():
    """A student may return a list where the reference returned an object with items."""
    reference = """
class Rows:
    def __init__(self): self.rows = [1, 2]
    def __iter__(self): return iter(self.rows)
    def __len__(self): return 2
    def __getitem__(self, i): return self.rows[i]
def f(): return Rows()
"""
    test = "assert list(f()) == [1, 2] and len(f()) == 2 and f()[1] == 2"
    assert graded(reference, "def f(): return [1, 2]", test)["error"] is None


def test_an_object_where_the_reference_gave_a_list_is_refused():
    """A sequence of a student's own does not stand for a list."""
    student = "class L:\n    def __getitem__(s, i): return 6\n    def __len__(s): return 1\n"
    student += "def f(): return L()"
    assert graded("def f(): return [6]", student, "assert f()[0] == 6")["error"] == REFUSED


@pytest.mark.parametrize(
    "empty", ["np.array([])", "[np.zeros((0, 2))]", "torch.zeros(0)", "[]", "()"]
)
def test_an_empty_array_is_refused_where_the_reference_gave_none(empty):
    """An empty array, which is close to every number, stands for no number."""
    student = f"def f(): return {empty}"
    reference = "def f(): return 3.0"
    assert graded(reference, student, "assert np.allclose(f(), 3)", TORCH)["error"] == REFUSED
    assert graded(student, student, "assert len(f()) < 2", TORCH)["error"] is None


def test_lengths_and_membership_of_objects_are_plain():
    """`len` of a student's object is a whole number that is not negative, or refused."""
    reference = "class B:\n    def __len__(self): return 2\n    def __contains__(self, x): return x"
    assert alike(reference, "print(len(B()), True in B(), False in B())") == "2 True False\n"
    student = EVIL + "\nclass N(int): pass\nclass B(Evil): __len__ = lambda self: 2\n"
    student += "class M(type(B)): pass\nB.__contains__ = lambda self, x: True"
    assert graded(reference, student, "assert len(B()) == 2")["error"] is None


MODULE = """
class Net(torch.nn.Module):
    def __init__(self): super().__init__(); self.w = torch.nn.Parameter(torch.ones(2))
    def forward(self, x): return self.w * x
"""


def test_tensors_must_be_tensors():
    """Where the reference gave a tensor, an object that says it is one is refused."""
    student = EVIL + "\nclass Net(Evil): pass"
    for check in ("torch.allclose(y, torch.ones(2))", "y.equal(torch.ones(2))", "(y == 1).all()"):
        test = f"y = Net()(torch.ones(2))\nassert {check}"
        assert graded(MODULE, student, test, TORCH)["error"] == REFUSED, check
        assert graded(MODULE, MODULE, test, TORCH)["error"] is None, check


def test_a_backward_pass_that_lies_is_seen():
    """Gradients from a student's side have the shape and type of their tensors, or nothing does."""
    student = """
class Bad(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x): return x.sum()
    @staticmethod
    def backward(ctx, g):
        from autograder.judge import tensors
        tensors.backward = lambda *a: ["lie"] * len(a[2])
        return torch.ones(2)
def f(x): return Bad.apply(x)
"""
    test = """
x = torch.ones(2, requires_grad=True); y = f(x)
try: y.backward(); y.backward()
except Exception: pass
assert x.grad is None or x.grad.shape == (2,)
"""
    assert graded("def f(x): return x.sum()", student, test, TORCH)["output"] == ""


def test_a_broken_channel_taints_a_backward_pass():
    """A kernel that ends inside of `backward` is no exception that a test could swallow."""
    student = """
import os
class Bad(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x): return x.sum()
    @staticmethod
    def backward(ctx, g): os._exit(0)
def f(x): return Bad.apply(x)
"""
    test = """
x = torch.ones(2, requires_grad=True); y = f(x)
try: y.backward()
except Exception: pass
"""
    assert graded("def f(x): return x.sum()", student, test, TORCH)["error"] == REFUSED


# What a kernel may do to the tests' objects

LADDERS = [
    "f.__globals__",
    "f.__code__",
    "f.secret",
    "f.__class__",
    "len(f)",
    "f[0]",
    "toy._hidden",
    "toy.__class__",
    "toy.__dict__",
    "toy.method.__globals__",
    "toy.method.__self__",
    "Toy.public",
    "setattr(toy, '_hidden', 1)",
    "setattr(f, 'x', 1)",
    "gen.gi_frame",
    "gen.send(1)",
    "library.__globals__",
]


def test_nothing_leads_from_a_tests_object_to_the_test():
    """A test's function can be called, its instances' public names used, and no more."""
    student = """
def climb(how, f, toy, Toy, gen, library):
    try: return "got", repr(eval(how))
    except Exception as error: return type(error).__name__, str(error)
"""
    test = f"""
SECRET = "a hidden value"
class Toy:
    public = SECRET
    def __init__(self): self._hidden = SECRET; self.open = [1]
    def method(self): return 3
def f(): return SECRET
f.secret = SECRET
def numbers():
    yield SECRET
print(climb("toy.open", f, Toy(), Toy, numbers(), len))
print(climb("toy.method()", f, Toy(), Toy, numbers(), len))
for how in {LADDERS}:
    print(climb(how, f, Toy(), Toy, numbers(), np.exp))
"""
    result = judged(student, {"test": test}, "import numpy as np")[0]["test"]
    lines = result["output"].splitlines()
    assert result["error"] is None
    assert lines[:2] == ["('got', '[1]')", "('got', '3')"]
    assert len(lines) == len(LADDERS) + 2
    assert "a hidden value" not in result["output"]


def test_what_can_not_be_given_to_a_student_is_told():
    """A module, or an instance of a library's class, does not cross, with a plain reason."""
    student = "def f(x): return x"
    for value in ("np", "object()", "np.array([object()])"):
        result = judged(student, {"test": f"f({value})"}, "import numpy as np")[0]["test"]
        assert result["error"] == REFUSED
        assert "can't be given to a student's code" in result["message"]


def test_handles_can_not_be_copied_or_compared_by_libraries():
    """copy, pickle and json do not look into a student's object."""
    student = "class V: pass\nv = V()\ndef f(): return v"
    for how in ("copy.copy", "copy.deepcopy", "pickle.dumps"):
        test = f"import copy, pickle\n{how}(f())"
        assert judged(student, {"test": test})[0]["test"]["error"] == REFUSED
