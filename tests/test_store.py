"""The files of grading: nbgrader's autograded/ tree and the verdicts."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from autograder import store
from autograder.execute import TIMEOUT
from autograder.grade import grade_submission
from autograder.models import CellRun
from tests import toy
from tests.toy import FakeExecutor, job

STAMP = datetime(2026, 1, 9, 12, 30, 0, 250000, tzinfo=UTC)


@pytest.fixture
def course(tmp_path):
    return toy.course_in(tmp_path)


def graded(student="ada", **submission):
    runs = {"test-half": CellRun(True, 1.5, TIMEOUT, "stopped after 1 s")}
    return grade_submission(job(student, **submission), FakeExecutor(runs))


def test_what_is_written_is_read(course):
    """Verdicts, notes and time come back as they were, students sorted by name."""
    results = {name: graded(name, notes=("a note ✓",)) for name in ("bob", "ada", "grâce")}
    for result in results.values():
        store.finish(course, result, "key")
    records = store.read(course, "hw1")
    assert [record.student for record in records] == ["ada", "bob", "grâce"]
    for record in records:
        result = results[record.student]
        assert record.verdicts == result.notebooks[0].verdicts
        assert record.notes == ("a note ✓",)
        assert record.refusals == ()
        assert record.seconds == result.seconds


def test_a_refusal_is_read(course):
    """A refused submission's reason comes back."""
    store.finish(course, graded(notebooks={}, refused={"toy": "the file is empty"}))
    assert store.read(course, "hw1")[0].refusals == ("toy: the file is empty",)


def test_the_tree_is_nbgraders(course):
    """autograded/<student>/<assignment>/ holds the notebook, the files and the time."""
    result = graded(files={"data/a.csv": b"1,2"}, timestamp=STAMP)
    store.write(course, result)
    files = toy.files_in(course.build / "autograded" / "ada" / "hw1")
    assert files == {
        "toy.ipynb": result.notebooks[0].executed.encode(),
        "data/a.csv": b"1,2",
        "timestamp.txt": b"2026-01-09 12:30:00.250000 UTC",
    }


def test_a_regrade_leaves_no_old_file(course):
    """A second write replaces the folder whole and leaves no scratch file."""
    store.write(course, graded(files={"old.csv": b""}))
    store.write(course, graded(files={"new.csv": b""}))
    store.finish(course, graded())
    assert sorted(toy.files_in(course.build)) == [
        "autograded/ada/hw1/new.csv",
        "autograded/ada/hw1/toy.ipynb",
        "verdicts/hw1/ada.json",
    ]


def test_a_failed_write_keeps_the_earlier_one(course):
    """If a write fails in the middle, the earlier files and verdicts stay."""
    store.write(course, graded(files={"old.csv": b"1"}))
    store.finish(course, graded())
    before = toy.files_in(course.build)
    with pytest.raises(OSError, match=r"old\.csv"):
        store.write(course, replace(graded(), files={"old.csv": b"2", "old.csv/x": b"3"}))
    assert toy.files_in(course.build) == before


def test_nothing_was_graded(course):
    """An assignment that was never graded has no record."""
    assert store.read(course, "hw1") == []
