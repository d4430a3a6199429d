"""The history of verdicts: lines are added, never changed, and a kill costs at most the last."""

from dataclasses import replace

import pytest

from autograder import history
from autograder.execute import TIMEOUT
from autograder.grade import grade_submission
from autograder.models import Basis, CellRun
from autograder.settings import Course
from tests import toy
from tests.toy import FakeExecutor, job

FAILS = {"test-double": CellRun(True, error=TIMEOUT, message="stopped")}
BASIS = Basis("answers", "tests", "grader", "rules")
GOOD = grade_submission(job(), FakeExecutor())
BAD = grade_submission(job(), FakeExecutor(FAILS))


@pytest.fixture
def course(tmp_path) -> Course:
    return Course(tmp_path, "toy")


def points(course: Course) -> list[list[float | None]]:
    return [[v.points for v in one.verdicts] for one in history.read(course, "hw1", "ada")]


def test_each_verdict_is_kept(course):
    """Every grading that said something new has its line, in order, with time, tests and grader."""
    history.append(course, GOOD, BASIS)
    history.append(course, BAD, replace(BASIS, tests="mended"))
    assert points(course) == [[2, 3, None], [0, 3, None]]
    first, second = history.read(course, "hw1", "ada")
    assert (first.basis, second.basis.tests) == (BASIS, "mended")
    assert first.when < second.when
    assert first.verdicts == GOOD.notebooks[0].verdicts


def test_the_same_again_adds_nothing(course):
    """A grading with the same basis and verdicts, at another time, adds no line."""
    for seconds in (1.0, 2.0):
        history.append(course, replace(GOOD, seconds=seconds), BASIS)
    history.append(course, BAD, BASIS)  # the same basis, other verdicts: chance in the answer
    assert points(course) == [[2, 3, None], [0, 3, None]]


def test_a_line_cut_short_costs_only_itself(course):
    """Whatever byte a kill cuts the last line at, earlier lines are read and later ones added."""
    history.append(course, GOOD, BASIS)
    path = course.history / "hw1" / "ada.jsonl"
    whole = path.read_bytes()
    history.append(course, BAD, BASIS)
    both = path.read_bytes()
    for cut in (len(whole) + 1, len(both) - 2, len(both) - 1):
        path.write_bytes(both[:cut])
        history.append(course, BAD, BASIS)
        assert points(course) == [[2, 3, None], [0, 3, None]]
        assert path.read_bytes().startswith(whole)


def test_the_tests_are_kept_with_their_hash(course):
    """The notebooks that a line's hash names are there, once, as they were."""
    history.keep_tests(course, "hw1", BASIS, {"toy": "first"})
    history.keep_tests(course, "hw1", BASIS, {"toy": "never written"})
    assert toy.files_in(course.history) == {"hw1/tests-tests/toy.ipynb": b"first"}


def test_no_history(course):
    """Who was never graded has no history."""
    assert history.read(course, "hw1", "ada") == []
