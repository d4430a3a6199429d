"""A grading run that is killed, or can't write: the same command goes on, and nothing is lost."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from autograder import cli, commands
from autograder.batch import grade_and_record
from autograder.errors import GradebookError
from autograder.execute import DEAD, DIED
from autograder.grade import grade_submission
from autograder.gradebook import open_gradebook, rows
from autograder.models import CellRun
from autograder.settings import Course, load_course
from tests import crash, toy
from tests.toy import FakeExecutor, job


def test_a_killed_run_goes_on(tmp_path):
    """After kill -9 of a worker, a kernel and the grader the same command ends as undisturbed."""
    root = crash.lay_out(tmp_path)
    assert crash.disturb(root, [("worker", 0), ("kernel", 0), ("grader", 2)]) == 3
    crash.disturb(root, ())
    with open_gradebook(load_course(root)) as book:
        assert {row.student: row.tests for row in rows(book, "hw1")} == crash.POINTS
    left = crash.state(root)
    assert [student for student, _ in left["students"]] == sorted(crash.POINTS)
    assert left["records"].keys() == {f"{name}.json" for name in crash.POINTS}
    assert all(record["key"] for record in left["records"].values())
    assert left["folders"] == [f"build/autograded/{name}/hw1" for name in sorted(crash.POINTS)]


class DiesOnce(FakeExecutor):
    """An executor whose first kernel dies in the first test."""

    def run(self, notebook, profile, files, limits):
        first = not self.seen
        runs = super().run(notebook, profile, files, limits)
        died = {"test-double": CellRun(True, error=DEAD, message=DIED)} if first else {}
        return {**runs, **died}


def test_a_kernel_that_dies_once_costs_nothing():
    """A kernel that somebody killed costs no point; one that its own code kills does."""
    assert grade_submission(job(), DiesOnce()).notebooks[0].auto_score == 5
    dies = FakeExecutor({"test-double": CellRun(True, error=DEAD, message=DIED)})
    assert grade_submission(job(), dies).notebooks[0].auto_score == 3
    assert len(dies.seen) == 2


def grade(course: Course, names) -> int:
    """Grade without a kernel; return how many were graded."""
    jobs = [job(name) for name in names]

    def run(todo):
        return (grade_submission(one, FakeExecutor()) for one in todo)

    with open_gradebook(course) as book:
        return grade_and_record(course, "hw1", jobs, book, lambda items, _: items, run).graded


@contextmanager
def no_file_above(size: int) -> Iterator[None]:
    """Let no file grow beyond this size, as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("full", ["results", "gradebook"])
def test_a_full_disk_stops_and_loses_nothing(tmp_path, full, monkeypatch):
    """Where nothing more can be written, the run stops with one line, and goes on later."""
    course = toy.released_in(tmp_path)
    grade(course, ["ada"])
    size = 1000 if full == "results" else (tmp_path / "gradebook.db").stat().st_size
    with pytest.raises(GradebookError) as caught, no_file_above(size):
        grade(course, ["ada", *(f"s{number}" for number in range(40))])
    assert "run the same command again" in str(caught.value)
    assert "\n" not in str(caught.value)
    kept = len(crash.state(tmp_path)["records"])
    assert grade(course, ["ada", "bob", *(f"s{number}" for number in range(9))]) >= 1
    with open_gradebook(course) as book:
        assert {row.student for row in rows(book, "hw1")} >= {"ada", "bob", "s0", "s8"}
    assert kept >= 1


def test_results_that_were_lost_are_made_again(tmp_path):
    """A student whose graded notebooks are gone is graded again, though the record is there."""
    course = toy.released_in(tmp_path)
    grade(course, ["ada", "bob"])
    (tmp_path / "build/autograded/ada/hw1").rename(tmp_path / "lost")
    assert grade(course, ["ada", "bob"]) == 1
    assert cli.main(["--course", str(tmp_path), "grades", "hw1"]) == commands.OK
