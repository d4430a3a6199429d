import pytest

from autograder.judge.profile import Profile, plan, python
from tests.judge_pair import judged


def planned(*cells):
    """Return the plan of cells written as (role, source)."""
    return plan([(f"c{number}", role, source) for number, (role, source) in enumerate(cells)])


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("x = 1", {"x"}),
        ("x: int = 1", {"x"}),
        ("x, (y, *z) = 1, (2, 3)", {"x", "y", "z"}),
        ("x[0] = y.a = 1", set()),
        ("def f(a, b=1):\n    c = 2", {"f"}),
        ("async def f(): pass", {"f"}),
        ("class A:\n    x = 1\n    def m(self): y = 2", {"A"}),
        ("import numpy as np\nfrom a import b", set()),
        ("for i in []: pass\nwith a as w: pass\ntry: pass\nexcept E as e: pass", {"i", "w", "e"}),
        ("[i for i in a]\n{k: v for k, v in a}", set()),
        ("(n := 1)\n[m := i for i in a]", {"n", "m"}),
        (
            "def f():\n    global g\n    g = 1\n    def h():\n        global k; k = 1",
            {"f", "g", "k"},
        ),
        ("def f():\n    x = 1\n    def g():\n        nonlocal x\n        x = 2", {"f"}),
        ("match a:\n    case [p, *q]: pass\n    case {'k': r, **s}: pass", set("pqrs")),
        ("%matplotlib inline\nx = 1\n!ls", {"x"}),
        ("%%bash\nls -l", set()),
        ("f = lambda u: u", {"f"}),
        ("", set()),
    ],
)
def test_names_of_answers_are_the_students(source, names):
    """What an answer binds at the top, and no import and no local name, is taken from students."""
    assert planned(("answer", source)).names == names


@pytest.mark.parametrize(
    ("source", "runs_here"),
    [
        ("import numpy as np\nk = 3", True),
        ("k = double(3)", False),
        ("def again(x): return double(x)", False),
        ("class A:\n    def m(self): return double(1)", False),
        ("class A(double): pass", False),
        ("k = [double(i) for i in range(3)]", False),
        ("k = [double for double in range(3)]", True),
        ("def f(double): return double", True),
        ("def f():\n    double = 1\n    return double", True),
        ("@double\ndef f(): pass", False),
        ("def f(x=double): pass", False),
        ("%matplotlib inline\nimport numpy as np", True),
        ("%time double(3)\nk = 3", True),
        ("text = 'double'", True),
    ],
)
def test_a_provided_cell_that_uses_an_answer_is_the_kernels_alone(source, runs_here):
    """Provided cells run on both sides, unless they use what an answer binds."""
    found = planned(("answer", "def double(x): return 2 * x"), ("provided", source))
    assert found.provided == ({"c1"} if runs_here else set())
    if not runs_here:
        bound = planned(("answer", source)).names
        assert found.names == {"double"} | bound


def test_use_spreads_from_cell_to_cell():
    """A provided cell that uses a name of a cell that uses an answer is the kernel's too."""
    cells = [("answer", "a = 1"), ("provided", "b = a"), ("provided", "c = b"), ("provided", "d=1")]
    found = planned(*cells, ("test", "e = a"))
    assert found == Profile(frozenset("abc"), frozenset({"c3"}))


def test_an_answer_below_does_not_matter_to_a_cell_above():
    """A provided cell above an answer can't have used it."""
    found = planned(("provided", "b = min"), ("answer", "min = 1"))
    assert found == Profile(frozenset({"min"}), frozenset({"c0"}))


@pytest.mark.parametrize(
    ("source", "plain"),
    [
        ("x = 5 \\\n  % 3", "x = 5 \\\n  % 3"),
        ("if x:\n    %time f()\ny = 1", "if x:\n    pass\ny = 1"),
        ("%%time\nx = 1", "pass\nx = 1"),
        ("!pip install x", "pass"),
        ("%%html\n<b>x</b>", ""),
        ("x = (", ""),
    ],
)
def test_magics_are_no_python(source, plain):
    """IPython's lines are left out, operators at the start of a line stay, no Python is empty."""
    assert python(source) == plain


def test_a_profile_survives_as_text():
    """What to_json writes, from_json reads."""
    kinds = {"t": {"1:0-1:4 call": frozenset({"data", "object"})}}
    profile = Profile(frozenset("ab"), frozenset({"c"}), kinds)
    assert Profile.from_json(profile.to_json()) == profile


def test_places_are_the_same_in_each_run():
    """A reference's profile is the same in two runs, and holds every way to make a call."""
    student = "def f(x): return x\nclass A:\n    n = 1\n    def m(self): return self.n"
    test = """
def helper(x):
    return f(x) + f(
        x)
helper(1)
[f(i) for i in range(3)]
list(map(f, [1, 2])); sorted([2, 1], key=f)
a = A(); a.n; a.m()
(lambda: f(1))()
class T:
    y = f(3)
"""
    (one, first), (_, second) = (judged(student, {"t": test, "u": test}) for _ in range(2))
    assert first == second
    assert one["t"]["error"] is None
    places = {place.rsplit(" ", 1)[0] for place in first.kinds["t"]}
    spans = {"3:11-3:15", "3:18-4:10", "6:1-6:5", "7:0-7:20", "7:22-7:43", "8:4-8:7", "9:9-9:13"}
    assert spans <= places
    assert "?" not in places


def test_equal_code_of_two_cells_has_its_own_places():
    """Two cells that differ by blanks only do not share what is known of their places."""
    tests = {"one": "f( 1 )", "two": "f(1)"}
    _, profile = judged("def f(x): return x", tests)
    assert "1:0-1:6 call" in profile.kinds["one"]
    assert "1:0-1:4 call" in profile.kinds["two"]


def test_imports_of_an_answer_are_not_given_to_tests():
    """A test that needs a module imports it: a student's is not trusted."""
    student = "import math\ndef f(x): return math.sqrt(x)"
    results, _ = judged(student, {"a": "math.pi", "b": "import math\nassert math.sqrt(4) == f(4)"})
    assert (results["a"]["error"], results["b"]["error"]) == ("NameError", None)


def test_a_tainted_cell_runs_with_the_students_answer():
    """A provided cell that uses an answer is computed by the student's code, where it fails too."""
    cells = [
        ("answer", "answer", "def double(x): return 2 * x"),
        ("provided", "provided", "table = [double(i) for i in range(3)]"),
    ]
    base = plan(cells)
    assert base.names == {"double", "table"}
    results, _ = judged(
        "def double(x): return 0\ntable = [double(i) for i in range(3)]",
        {"t": "assert table == [0, 2, 4]"},
        profile=base,
    )
    assert results["t"]["error"] == "AssertionError"
