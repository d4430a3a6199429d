"""What is said of a wrong answer: recognised where it can be, and never the right value."""

import re

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from autograder.judge.diagnosis import diagnose
from autograder.judge.profile import plan
from tests.judge_pair import judged

TABLE = np.array([[1.0, 2.0], [3.0, 5.0], [8.0, 13.0]])
SQUARE = TABLE[:2]
EXPS = np.exp(TABLE / 5)
ROWS, COLUMNS = (EXPS / EXPS.sum(axis, keepdims=True) for axis in (1, 0))


@pytest.mark.parametrize(
    ("actual", "expected", "said"),
    [
        (TABLE[:2], TABLE, "the shape is (2, 2), it should be (3, 2)"),
        ([1.0, 2.0], [1.0, 2.0, 3.0], "the shape is (2,), it should be (3,)"),
        (TABLE.T, TABLE, "transposed: the shape is (2, 3), it should be (3, 2)"),
        (TABLE.T + 1, TABLE, "the shape is (2, 3), it should be (3, 2): transposed?"),
        (SQUARE.T, SQUARE, "transposed: rows and columns are exchanged"),
        (-TABLE, TABLE, "all signs are the wrong way round"),
        (2 * TABLE, TABLE, "every value is twice as large as it should be"),
        (TABLE / 2, TABLE, "every value is half as large as it should be"),
        (0.25, 0.5, "every value is half as large as it should be"),
        (3 * TABLE, TABLE, "every value is 3 times too large: divide by the number of rows?"),
        (-2 * TABLE, TABLE, "every value is twice as large as it should be, with the wrong sign"),
        (0.7 * TABLE, TABLE, "right up to one constant factor"),
        (np.where(TABLE > 8, np.nan, TABLE), TABLE, "there is NaN in the result"),
        (np.where(TABLE > 8, np.inf, TABLE), TABLE, "there is infinity in the result"),
        (COLUMNS, ROWS, "over the wrong axis: rows and columns are exchanged in a sum or mean"),
        (0.7, 0.5, ""),  # any wrong number is a factor away
        (TABLE + 0.1, TABLE, ""),
        (np.zeros(3), np.ones(3), ""),
        ("text", TABLE, ""),
        ([[1.0], [1.0, 2.0]], TABLE, ""),
        ([object()], [1.0], ""),
        (np.array([None]), TABLE, ""),
    ],
)
def test_a_wrong_answer_is_recognised(actual, expected, said):
    """Each known mistake gets its sentence, and what is not known gets none."""
    assert diagnose(actual, expected) == said


NUMBERS = arrays(np.float64, array_shapes(max_dims=2, max_side=4), elements=st.floats(-1e3, 1e3))


@given(NUMBERS, NUMBERS)
@example(np.array([1.0]), np.array([2e-309]))
@example(np.array([1e3, -1e3]), np.array([5e-324, 1e-300]))
def test_no_value_is_told(actual, expected):
    """The only numbers in a sentence are lengths of the two values."""
    told = {int(number) for number in re.findall(r"\d+", diagnose(actual, expected))}
    assert told <= {*actual.shape, *expected.shape}


NAMED = [1, 2, 1 / 2, len(TABLE), 1 / len(TABLE)]


@given(
    st.floats(-1e3, 1e3).filter(lambda factor: abs(factor) > 1e-3), st.sampled_from([TABLE, 0.5])
)
def test_no_arbitrary_ratio_is_told(factor, right):
    """Of a factor that has no name, the same is said whatever it is; of one number nothing."""
    if not any(np.isclose(abs(factor), named, rtol=2e-3) for named in NAMED):
        several = right is TABLE
        assert diagnose(factor * right, right) == "right up to one constant factor" * several


REFERENCE = "import numpy as np\ndef f(x): return x / len(x)"
TEST = "import numpy as np\nx = np.array([1.0, 2.0, 3.0, 5.0])\n"


@pytest.mark.parametrize(
    ("student", "check", "said"),
    [
        ("def f(x): return x", "assert np.allclose(f(x), x / 4)", "4 times too large"),
        ("def f(x): return x", "np.testing.assert_allclose(f(x), x / 4)", "4 times too large"),
        ("def f(x): return -x / 4", "assert not (\n not np.allclose(f(x), x / 4))", "all signs"),
        ("def f(x): return x[:2]", "assert np.allclose(f(x), x / 4)", "the shape is (2,)"),
        ("def f(x): return x[:2]", "y = f(x)\nassert np.shape(y) == (4,)", "should be (4,)"),
        ("def f(x): return x[:2]", "y = f(x)\nassert y.shape == (4,)", "should be (4,)"),
        (
            "def f(x):\n x /= len(x)\n return x",
            "y = x.copy()\nf(x)\nassert np.array_equal(x, y)",
            "your code changed an array that it was given",
        ),
        # what held, and was not the reason
        (
            "def f(x): return x",
            "y = f(x)\nassert not np.allclose(2 * y, y)\nassert y is None",
            "",
        ),
        ("def f(x): return x", "y = f(x)\nassert np.sum(y) < 0", ""),
    ],
)
def test_a_failed_check_is_explained(student, check, said):
    """What a failed check of a test compared is looked at, and only that."""
    profile = judged(REFERENCE, {"t": TEST + check})[1]
    result = judged("import numpy as np\n" + student, {"t": TEST + check}, profile=profile)[0]["t"]
    assert result["error"] is not None
    assert said in result["diagnosis"]
    assert bool(said) == bool(result["diagnosis"])


SPY = """\
class Spy:
    def __getattr__(self, name):
        raise SystemExit
    def __len__(self): global asked; asked = True; return 2
    def __array__(self, *_): global asked; asked = True
asked = False
def f(x): return Spy()
def told(): return asked
"""


def test_a_students_object_is_not_asked():
    """An object in place of data fails as before, and nothing is asked of it to explain that."""
    tests = {"t": TEST + "assert np.allclose(f(x), x / 4)", "u": "assert told() is False"}
    profile = plan([("answer", "answer", SPY)])
    results, _ = judged(SPY, tests, profile=profile)
    assert results["t"]["error"] == "(refused)"
    assert results["t"]["diagnosis"] == ""
    assert results["u"]["error"] is None


@pytest.mark.parametrize(
    ("student", "where"),
    [
        ("def g(x):\n    return x[9]\ndef f(x):\n    return g(x)", "in line 3 of your g"),
        ("def f(x):\n    return int('x')", "in line 3 of your f"),
        ("import json\ndef f(x):\n    return json.loads('x')", "in line 4 of your f"),
        ("def f(x): return 1", ""),
    ],
)
def test_the_students_own_line_is_told(student, where):
    """An exception of a student's code names the line of its own last function, not a library's."""
    test = "assert f([1.0]) == 2"  # the student's source begins in line 2, below what is provided
    result = judged(student, {"t": test}, profile=plan([("a", "answer", student)]))
    assert result[0]["t"]["error"] is not None
    assert result[0]["t"]["where"] == where
