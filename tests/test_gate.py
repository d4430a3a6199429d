"""The gate: what is checked of an assignment before anybody is graded with it."""

import nbformat
import pytest

from autograder import gate
from autograder.errors import AssignmentError
from autograder.execute import Judged
from autograder.settings import Course, load_course
from tests import toy


def course_with(root, **sources: str) -> Course:
    """Return the toy course with other sources of some cells, by id with _ for -."""
    course = load_course(root) if (root / "course.toml").exists() else toy.course_in(root)
    path = course.sources / "hw1" / "toy.ipynb"
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        cell.source = sources.get(cell.id.replace("-", "_"), cell.source)
    nbformat.write(notebook, path)
    return course


def prepare(course: Course) -> gate.Prepared:
    return gate.prepare(course, course.assignment("hw1"), toy.UNSAFE)


def solved(body: str) -> str:
    return f"### BEGIN SOLUTION\n{body}\n### END SOLUTION"


def test_a_sound_assignment_passes(tmp_path):
    """The solution passes every test and the untouched release none: nothing is said."""
    course = toy.course_in(tmp_path)
    prepared = prepare(course)
    gate.check_untouched(course, course.assignment("hw1"), prepared)
    assert prepared.profiles.keys() == {"toy"}


def test_a_solution_that_fails_is_told_with_cell_and_line(tmp_path):
    """A test that the solution fails stops all, with its cell, line and message."""
    course = course_with(tmp_path, test_half="x = 1\nassert half(3) == 1, 'integer division?'")
    with pytest.raises(
        AssignmentError, match=r"toy: test-half, line 2: .*AssertionError: integer division\?"
    ):
        prepare(course)


def test_a_test_that_tests_nothing_is_told(tmp_path):
    """A test that passes without the student's work stops the release, by name."""
    course = course_with(tmp_path, test_half="assert 1 < 2")
    with pytest.raises(AssignmentError, match="test-half gives 3 points for the untouched release"):
        gate.check_untouched(course, course.assignment("hw1"), prepare(course))


POINT = """\
class Point:
    def __init__(self, x):
        self.x = x
    def __eq__(self, other):
        return self.x == other.x
    def __sub__(self, other):
        return self.x - other.x
def half(x):
    return Point(x / 2)
"""


@pytest.mark.parametrize(
    ("test", "said"),
    [
        ("p, q = half(2), half(2)\nassert p == q", "line 2: .*can't be compared by a test"),
        ("assert half(2)", "line 1: .*asked whether it is true"),
        ("assert float(half(2)) == 1", "line 1: .*taken for a number"),
        ("p, q = half(2), half(2)\nassert p - q == 0", "line 2: .*compare what the object's"),
        ("import inspect\nassert inspect.getsource(half)", "line 2: .*TypeError"),
        ("%timeit half(2)", "line 1: .*SyntaxError"),
        ("half(math)", "line 1: .*can't be given to a student's code; give numbers"),
    ],
)
def test_what_the_judge_does_not_support_is_told_with_cell_and_line(tmp_path, test, said):
    """A test that asks a student's object to judge, or needs one process, stops the release."""
    course = course_with(tmp_path, half=solved(POINT), test_half=test)
    with pytest.raises(AssignmentError, match=said):
        prepare(course)


def test_what_a_solution_did_is_kept_until_the_notebook_changes(tmp_path, monkeypatch):
    """The solution runs once; it runs again after a change of its notebook."""
    course = toy.course_in(tmp_path)
    first = prepare(course)
    runs = []
    run = Judged.run
    monkeypatch.setattr(Judged, "run", lambda *args: runs.append(1) or run(*args))
    assert prepare(course) == first
    assert not runs
    prepare(course_with(tmp_path, setup="import math, sys"))
    assert runs
    (course.build / "profiles" / "hw1" / "toy.json").write_text("damaged")
    prepare(course)
    assert len(runs) == 2
