"""Verdicts: what a run of a test cell is worth, and what the student is told."""

import os
import time
from dataclasses import replace

import nbformat
import pytest

from autograder.execute import DEAD, TIMEOUT
from autograder.grade import NOTES_ID, grade_submission, hidden_lines, judge, why
from autograder.judge.runner import REFUSED
from autograder.models import CellRun, GradedSubmission, Verdict
from autograder.pool import KILLED, grade_class
from autograder.settings import Limits
from tests import toy
from tests.toy import FakeExecutor, job

OVER = "not run: the kernel had died, or the time was up, in a cell above"


def cell_to_judge() -> nbformat.NotebookNode:
    metadata = {"nbgrader": {"grade_id": "t", "points": 2, "grade": True, "solution": False}}
    return nbformat.v4.new_code_cell(toy.TEST_DOUBLE, metadata=metadata)


@pytest.mark.parametrize(
    ("run", "points", "status"),
    [
        (CellRun(True), 2, "passed"),
        (CellRun(True, value="2.0"), 2, "passed"),
        (CellRun(True, value="2"), 2, "passed"),
        (CellRun(True, value="1.5"), 1.5, "partly"),
        (CellRun(True, value="np.float64(0.25)"), 0.25, "partly"),
        (CellRun(True, value="0.0"), 0, "failed"),
        (CellRun(True, value="-0.5"), 0, "failed"),
        (CellRun(True, value="2.0001"), 0, "failed"),
        (CellRun(True, value="nan"), 0, "failed"),
        (CellRun(True, value="np.float64(nan)"), 0, "failed"),
        (CellRun(True, value="inf"), 0, "failed"),
        (CellRun(True, value="'full marks'"), 0, "failed"),
        (CellRun(True, value="True"), 0, "failed"),
        (CellRun(True, value="np.float64(2.0) "), 0, "failed"),
        (CellRun(True, value=""), 0, "failed"),
        (CellRun(True, error="AssertionError"), 0, "failed"),
        (CellRun(True, error="AssertionError", value="2.0"), 0, "failed"),
        (CellRun(True, error=TIMEOUT, message="stopped after 1 s"), 0, "failed"),
        (CellRun(True, error=DEAD, message="the kernel died"), 0, "failed"),
        (CellRun(False), 0, "not run"),
        (CellRun(False, value="2.0"), 0, "not run"),
    ],
)
def test_judge(run, points, status):
    """Only a clean run gives points: all, or the final number if it lies in [0, max]."""
    verdict = judge(cell_to_judge(), run)
    assert (verdict.points, verdict.status) == (points, status)
    assert verdict.max_points == 2
    assert bool(verdict.reason) == (status != "passed")


def test_a_cell_that_did_not_run_says_why():
    """The reason of a cell that did not run is the kernel's, or that an earlier cell ended it."""
    assert judge(cell_to_judge(), CellRun(False)) == Verdict("t", 0.0, 2.0, "not run", OVER)
    assert judge(cell_to_judge(), CellRun(False, message="no kernel")).reason == "no kernel"


@pytest.mark.parametrize(
    ("run", "text"),
    [
        # a visible line: quoted with its number
        (CellRun(True, 0, "AssertionError", "double(2) is 4", 1), "line 1: double(2) is 4"),
        (CellRun(True, 0, "NameError", "name 'double'", 1), "line 1: NameError: name 'double'"),
        (CellRun(True, 0, "Mine", "a\nb", 1), "line 1: Mine: a b"),
        # a hidden line: a message that stands in the test, and nothing else
        (
            CellRun(True, 0, "AssertionError", toy.HIDDEN_MESSAGE, 3),
            f"a hidden check: {toy.HIDDEN_MESSAGE}",
        ),
        (CellRun(True, 0, "AssertionError", "-62.5 != 62.5", 3), "a hidden check failed"),
        (CellRun(True, 0, "AssertionError", "", 3), "a hidden check failed"),
        (CellRun(True, 0, "TypeError", "got -31.25", 3), "a hidden check failed with TypeError"),
        (
            CellRun(True, 0, "Leak_31_25", toy.HIDDEN_MESSAGE, 3),
            "a hidden check failed with an exception",
        ),
        # a line that is not known is taken as hidden
        (CellRun(True, 0, "ValueError", "-31.25", None), "a hidden check failed with ValueError"),
        # an object where data belongs
        (CellRun(True, 0, REFUSED, "double() gave a Liar", 1), "double() gave a Liar"),
        (
            CellRun(True, 0, REFUSED, "double() gave a Liar", 3),
            "a hidden check got an object in place of data",
        ),
        # the grader's own words
        (CellRun(True, 0, TIMEOUT, "stopped after 1 s", None), "stopped after 1 s"),
        (CellRun(True, 0, DEAD, "the kernel died", None), "the kernel died"),
    ],
)
def test_why(run, text):
    """A visible failure is quoted with its line; a hidden one tells no value and no made name."""
    assert why(toy.TEST_DOUBLE, run) == text


def test_why_is_short():
    """A message of any length becomes one short line."""
    text = why("assert f()", CellRun(True, 0, "ValueError", "x\n" * 10_000, 1))
    assert len(text) <= 300
    assert "\n" not in text


def test_a_formatted_hidden_message_is_not_quoted():
    """A hidden message made from values is not told, even if a student raises it word for word."""
    source = "### BEGIN HIDDEN TESTS\nassert f(9) == 7, f'got {f(9)}'\n### END HIDDEN TESTS"
    run = CellRun(True, 0, "AssertionError", "got 8", 2)
    assert why(source, run) == "a hidden check failed"


def test_hidden_lines_include_markers():
    """The lines of hidden tests are numbered from 1 with both markers."""
    assert hidden_lines(toy.TEST_DOUBLE) == {2, 3, 4}
    assert hidden_lines("a = 1\nb = 2") == frozenset()


def graded_by(runs=None, **arguments) -> GradedSubmission:
    return grade_submission(job(**arguments), FakeExecutor(runs or {}))


def by_id(graded: GradedSubmission) -> dict[str, Verdict]:
    return {v.grade_id: v for notebook in graded.notebooks for v in notebook.verdicts}


def test_a_clean_submission_gets_all_and_the_written_answer_waits():
    """Clean runs give full points and a written answer is left to a person."""
    verdicts = by_id(graded_by())
    assert {name: v.points for name, v in verdicts.items()} == {
        "test-double": 2,
        "test-half": 3,
        "explain": None,
    }
    assert verdicts["explain"].status == "by hand"


@pytest.mark.parametrize("text", ["", " \n", "YOUR ANSWER HERE"])
def test_a_written_answer_left_alone_gets_nothing(text):
    """An empty or untouched written answer gives 0 without a person's work."""
    verdict = by_id(graded_by(answers={**toy.SOLUTION, "explain": text}))["explain"]
    assert (verdict.points, verdict.status) == (0, "no answer")


class Raises:
    """An executor with a fault."""

    def run(self, notebook, profile, files, limits):
        raise OSError(28, "No space left on device")


def test_a_fault_of_the_grader_is_a_reason():
    """grade_submission never raises: a failing executor gives 0 points and the reason."""
    graded = grade_submission(job(), Raises())
    assert [v.points for v in by_id(graded).values()] == [0, 0, 0]
    assert graded.refusals == (
        "toy: the grader failed: OSError: [Errno 28] No space left on device",
    )


@pytest.mark.parametrize(
    ("submission", "reason"),
    [
        ({"notebooks": {}, "refused": {"toy": "the file is empty"}}, "the file is empty"),
        ({"notebooks": {}}, "nothing was handed in"),
    ],
)
def test_a_refused_notebook_gets_nothing_and_tells_why(submission, reason):
    """A notebook that can't be graded gets 0, is not run, and tells why on top of its page."""
    executor = FakeExecutor()
    graded = grade_submission(job(**submission), executor)
    assert executor.seen == []
    assert [v.points for v in by_id(graded).values()] == [0, 0, 0]
    assert by_id(graded)["test-double"].reason == reason
    first = nbformat.reads(graded.notebooks[0].executed, as_version=4).cells[0]
    assert first.id == NOTES_ID
    assert reason in first.source


def test_a_note_can_not_make_markup():
    """A student's file name in the notes is no HTML and no link."""
    graded = grade_submission(
        job(notebooks={}, refused={"toy": "<img src=x> [a](javascript:1)"}), FakeExecutor()
    )
    text = nbformat.reads(graded.notebooks[0].executed, as_version=4).cells[0].source
    assert "<" not in text
    assert "[a](" not in text


def test_modules_that_shadow_are_not_laid_beside():
    """The executor gets a student's data, not a file that would replace an installed module."""
    executor = FakeExecutor()
    grade_submission(job(files={"data.csv": b"1", "numpy.py": b"", "mine.py": b""}), executor)
    assert executor.seen == [["data.csv", "mine.py"]]


KILLS_WORKER = "import os, psutil\npsutil.Process(os.getppid()).kill()"
KILLS_SERVER = "import os, psutil\npsutil.Process(os.getppid()).parent().kill()"  # of the workers


@pytest.mark.parametrize("kills", [KILLS_WORKER, KILLS_SERVER], ids=["worker", "server"])
def test_a_dying_worker_costs_nobody_else(kills):
    """A submission that kills its grader is refused with that reason; the others are graded.

    In a sandbox it can't; without one it can.
    """
    jobs = [
        job("ada"),
        replace(job("eve", {**toy.SOLUTION, "double": kills}), unsafe=True),
        job("bob", {**toy.SOLUTION, "double": "def double(x):\n    return x + 2"}),
    ]
    graded = {result.student: result for result in grade_class(jobs, workers=2)}
    assert graded.keys() == {"ada", "eve", "bob"}
    points = {name: result.notebooks[0].auto_score for name, result in graded.items()}
    assert points == {"ada": 5, "eve": 0, "bob": 3}
    assert graded["eve"].refusals == (f"toy: {KILLED}",)
    assert by_id(graded["bob"])["test-double"].reason == f"a hidden check: {toy.HIDDEN_MESSAGE}"
    assert os.getpid()  # and this process lives


def test_a_class_of_nobody():
    """An empty class gives no result and no error."""
    assert list(grade_class([])) == []


class Hangs:
    """An executor that waits for ever in the operating system."""

    def run(self, notebook, profile, files, limits):
        time.sleep(1e6)


def test_a_grader_that_hangs_is_ended():
    """Behind all other limits, a submission that can't be ended is refused with that reason."""
    short = replace(job(), limits=Limits(notebook_seconds=-59.5))
    graded = grade_submission(short, Hangs())
    assert graded.refusals == (
        "toy: the grader failed: KernelError: it could not be ended after 1 s",
    )
    assert graded.fault
