import io
import json
import socket

import pytest

from autograder.judge.profile import Profile, plan
from autograder.judge.runner import REFUSED, obey
from tests.judge_pair import judged, pair

STUDENT = "def f(x): return x"


def run(test, student=STUDENT, provided=""):
    """Return what becomes of one test cell of the reference."""
    return judged(student, {"test": test}, provided)[0]["test"]


@pytest.mark.parametrize(
    ("last", "value"),
    [
        ("0.5", "0.5"),
        ("1 / 3", repr(1 / 3)),
        ("f(2)", "2.0"),
        ("np.float32(0.5)", "0.5"),
        ("np.int64(2)", "2.0"),
        ("float('nan')", "nan"),
        ("None", None),
        ("print(1)", None),
        ("x = 0.5", None),
        ("if True: 0.5", None),
        ("'0.5'", "'0.5'"),
        ("True", "True"),
        ("np.bool_(True)", "np.True_"),
        ("np.str_('a')", "np.str_('a')"),
        ("[0.5]", "[0.5]"),
        ("1j", "1j"),
        ("f", "<f of the student>"),
    ],
)
def test_a_last_number_is_the_points(last, value):
    """A real number at the end is told as points; a truth value or anything else as what it is."""
    result = run("import numpy as np\n" + last)
    assert (result["error"], result["value"]) == (None, value)


def test_a_last_value_that_can_not_be_told_fails_the_test():
    """A value whose repr raises fails its test, and the next test runs."""
    source = "class A:\n    def __repr__(self): raise ValueError('no')\nA()"
    results, _ = judged(STUDENT, {"a": source, "b": "f(1)"})
    assert (results["a"]["error"], results["b"]["error"]) == ("ValueError", None)


def test_what_a_test_prints_is_kept():
    """Prints of the test are its output, up to a limit; prints of the student's are not there."""
    student = "def f(x): print('from the student'); return x"
    assert run("print('a', f(1)); print('b')", student)["output"] == "a 1\nb\n"
    assert len(run("print('x' * 1_000_000)")["output"]) == 100_000
    assert run("print('before')\nassert False")["output"] == "before\n"


@pytest.mark.parametrize(
    ("test", "error", "message", "line"),
    [
        ("x = 1\nassert f(1) == 2, 'one is two'", "AssertionError", "one is two", 2),
        ("def g():\n    assert f(1) == 2, 'in g'\n\ng()", "AssertionError", "in g", 2),
        ("def g(k):\n    return g(k - 1) if k else h()\ng(3)", "NameError", None, 2),
        ("x = (f(1) +\n  1 / 0)", "ZeroDivisionError", "division by zero", 2),
        ("f(1)\nraise KeyError('k')", "KeyError", "'k'", 2),
        ("\n\nx = = 1", "SyntaxError", None, 3),
        ("f(1)\nf(1, 2, 3)", "TypeError", None, 2),
        ("import json\njson.loads('x')", "JSONDecodeError", None, 2),
        ("[1 / i for i in (1, 0)]", "ZeroDivisionError", "division by zero", 1),
        ("import sys\nsys.exit(0)", "SystemExit", "0", 2),
        ("assert False, '\\ud800'", "AssertionError", "\\ud800", 1),
        ("assert False, 'x' * 5000", "AssertionError", "x" * 2000, 1),
    ],
)
def test_a_failure_tells_its_line(test, error, message, line):
    """A failing test gives its exception's name, its text, and the innermost line of the cell."""
    result = run(test)
    assert (result["error"], result["line"]) == (error, line)
    assert message is None or result["message"] == message
    json.dumps(result)


def test_a_failure_in_a_helper_of_another_cell_is_told_where_it_was_called():
    """The line is one of the failing cell, also if a function above raised."""
    tests = {"a": "def near(x):\n    assert x == 1, 'not near'", "b": "\n\nnear(2)"}
    result = judged(STUDENT, tests)[0]["b"]
    assert (result["message"], result["line"], result["trace"]) == ("not near", 3, [3])


def test_names_of_one_test_are_there_in_the_next():
    """Tests run in one namespace, as in a kernel."""
    tests = {
        "a": "import math\nk = 3\ndef g(): return k\nclass A: pass",
        "b": "assert g() == k; A()",
    }
    assert judged(STUDENT, tests)[0]["b"]["error"] is None


@pytest.mark.parametrize(
    "binds",
    ["f = lambda x: 9", "def f(x): return 9", "global f; f = min", "del f", "for f in 'ab': 0"],
)
def test_a_students_name_is_the_students_again(binds):
    """What a test binds to a student's name lasts for that test."""
    tests = {"a": f"f\n{binds}", "b": "assert f(1) == 1"}
    assert judged(STUDENT, tests)[0]["b"]["error"] is None


def test_a_students_name_hides_a_builtin():
    """A student's function that has the name of a built-in one is the student's."""
    assert run("assert sum([1, 2]) == 'mine'", "def sum(x): return 'mine'")["error"] is None


def test_a_name_that_is_missing_is_a_name_error():
    """A student who did not define a function fails with a NameError."""
    profile = plan([("a", "answer", STUDENT)])
    result = judged("", {"test": "f(1)"}, profile=profile)[0]["test"]
    assert (result["error"], result["message"]) == ("NameError", "name 'f' is not defined")


def test_dataclasses_and_helpers_of_tests_work():
    """Test cells may define dataclasses, named tuples and recursive functions."""
    test = """
from dataclasses import dataclass
from typing import NamedTuple
@dataclass
class P:
    x: "int"
class Q(NamedTuple):
    y: int = 2
def fact(n): return 1 if n < 2 else n * fact(n - 1)
assert P(f(1)) == P(1) and Q().y == 2 and fact(5) == 120
"""
    assert run(test)["error"] is None


def test_provided_cells_run_on_both_sides():
    """What a provided cell defines is there for tests, and is the tests' own."""
    provided = "import math\ndef helper(x): return x + 1\nprint('hello')"
    student = "helper = None\ndef f(x): return math.floor(x)"
    base = Profile(frozenset({"f"}), frozenset({"provided"}))
    result = judged(student, {"test": "assert helper(f(1.5)) == 2"}, provided, base)[0]["test"]
    assert (result["error"], result["output"]) == (None, "")


def test_a_session_goes_on_with_what_tests_defined():
    """After a kernel ended, `define` takes functions, classes and imports, and nothing else."""
    source = (
        "import math\ndef g(): return math.pi\nclass A: pass\nf = 3\nassert False\nraise SystemExit"
    )
    with pair(STUDENT, plan([("a", "answer", STUDENT)]), record=True) as runner:
        runner.define("old", source)
        runner.define("broken", "import nothing_of_that_name\ndef h(): pass")
        runner.define("no", "x = = 1")
        assert runner.test("t", "assert g() > 3 and A() and f(1) == 1 and h")["error"] is None


def test_a_dead_kernel_taints_every_test():
    """Without a kernel, a test that needs it fails whatever it catches; another one may pass."""
    student = "import os\ndef f(x): os._exit(1)"
    tests = {"a": "try: f(1)\nexcept BaseException: pass", "b": "assert 1 + 1 == 2"}
    results, _ = judged(student, tests, profile=plan([("a", "answer", student)]))
    assert (results["a"]["error"], results["b"]["error"]) == (REFUSED, None)


def test_the_grader_is_obeyed():
    """Orders are lines of JSON; each test is answered in one, with a provided cell's problem."""
    base = plan([("p", "provided", "k = 1"), ("a", "answer", STUDENT)])
    orders = [
        {"do": "start", "profile": base.to_json(), "record": True},
        {"do": "provide", "cell": "p", "source": "k = 1"},
        {"do": "test", "cell": "one", "source": "assert k == 1\n0.5"},
        {"do": "provide", "cell": "q", "source": "import nothing_of_that_name"},
        {"do": "define", "cell": "z", "source": "def g(): return 2"},
        {"do": "test", "cell": "two", "source": "assert g() == 2"},
    ]
    ours, theirs = socket.socketpair()
    with ours, theirs:
        written = io.StringIO()
        obey(io.StringIO("".join(json.dumps(order) + "\n" for order in orders)), written, ours)
    one, two = map(json.loads, written.getvalue().splitlines())
    assert (one["value"], one["error"], one["problem"]) == ("0.5", None, None)
    assert (two["error"], two["problem"]) == (
        None,
        "q: ModuleNotFoundError: No module named 'nothing_of_that_name'",
    )
