"""The gradebook: what a re-grade writes, what it must not touch, and when it refuses."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import nbformat
import pytest
from nbgrader.api import Gradebook, MissingEntry

from autograder import gradebook
from autograder.errors import GradebookError
from autograder.execute import TIMEOUT
from autograder.grade import grade_submission
from autograder.gradebook import Recorder, check_released, open_gradebook, rows
from autograder.models import CellRun, GradedSubmission
from autograder.release import grading_version
from autograder.settings import Course
from tests import toy
from tests.toy import FakeExecutor, job

DUE = datetime(2026, 1, 10, tzinfo=UTC)
FAILS = {"test-double": CellRun(True, error=TIMEOUT, message="stopped")}


@pytest.fixture
def course(tmp_path) -> Course:
    return toy.released_in(tmp_path)


def graded(student: str = "ada", runs=None, **submission) -> GradedSubmission:
    return grade_submission(job(student, **submission), FakeExecutor(runs or {}))


def record(course: Course, *submissions: GradedSubmission) -> None:
    with open_gradebook(course) as book:
        recorder = Recorder(book, course, "hw1")
        for submission in submissions:
            recorder.record(submission)


def row(course: Course, student: str = "ada") -> gradebook.Row:
    with open_gradebook(course) as book:
        return next(row for row in rows(book, "hw1") if row.student == student)


def by_person(course: Course) -> Gradebook:
    return Gradebook(course.db_url)


def test_points_are_written(course):
    """What the tests gave is in the gradebook, and a written answer waits for a person."""
    record(course, graded("ada"), graded("bob", FAILS))
    assert row(course) == gradebook.Row("ada", 5.0, 0.0, 0.0, 7.0, True)
    assert row(course, "bob").tests == 3
    assert row(course, "bob").score == 3


def test_students_are_in_natural_order(course):
    """student2 comes before student10."""
    record(course, *(graded(name) for name in ("student10", "student2", "ada")))
    with open_gradebook(course) as book:
        assert [row.student for row in rows(book, "hw1")] == ["ada", "student2", "student10"]


@pytest.mark.parametrize(
    ("change", "error"),
    [({"points": "many"}, (GradebookError, TypeError)), ({"grade_id": "unknown"}, KeyError)],
)
def test_a_failure_in_the_middle_leaves_nothing(course, change, error):
    """If one cell of a submission can't be written, nothing of that submission is."""
    good = graded("ada")
    first, second, third = good.notebooks[0].verdicts
    half = replace(good.notebooks[0], verdicts=(first, replace(second, **change), third))
    with open_gradebook(course) as book:
        recorder = Recorder(book, course, "hw1")
        with pytest.raises(error):
            recorder.record(replace(good, notebooks=(half,)))
        recorder.record(graded("bob"))
    with by_person(course) as book:
        assert [student.id for student in book.students] == ["bob"]
        with pytest.raises(MissingEntry):
            book.find_submission("hw1", "ada")


def test_a_persons_work_survives_a_regrade(course):
    """Manual score, comment, extra credit and extension are as they were after a re-grade."""
    late = DUE + timedelta(hours=30)
    record(course, graded("ada", timestamp=late))
    with by_person(course) as book:
        grade = book.find_grade("test-double", "toy", "hw1", "ada")
        grade.manual_score, grade.extra_credit = 1.5, 0.25
        book.find_grade("explain", "toy", "hw1", "ada").manual_score = 2.0
        book.find_comment("explain", "toy", "hw1", "ada").manual_comment = "well said"
        book.find_submission("hw1", "ada").extension = timedelta(hours=24)
        book.db.commit()
    record(course, graded("ada", FAILS, timestamp=late))
    with by_person(course) as book:
        grade = book.find_grade("test-double", "toy", "hw1", "ada")
        assert (grade.auto_score, grade.manual_score, grade.extra_credit) == (0, 1.5, 0.25)
        assert grade.score == 1.75
        assert book.find_comment("explain", "toy", "hw1", "ada").comment == "well said"
        assert book.find_submission("hw1", "ada").extension == timedelta(hours=24)
    # 1.5 + 0.25 + 3 + 2, one day begun after the extension
    assert row(course).score == pytest.approx(6.75 * 0.9)


def test_a_regrade_replaces_what_the_tests_gave(course):
    """A second grading of the same student overwrites scores and adds no second row."""
    record(course, graded("ada", FAILS), graded("ada"))
    record(course, graded("ada", FAILS))
    with open_gradebook(course) as book:
        assert [(row.student, row.tests) for row in rows(book, "hw1")] == [("ada", 3.0)]


@pytest.mark.parametrize(
    ("late", "share"),
    [
        (None, 0),
        (timedelta(0), 0),
        (timedelta(days=-3), 0),
        (timedelta(seconds=1), 0.1),
        (timedelta(days=1), 0.1),
        (timedelta(days=1, seconds=1), 0.2),
        (timedelta(days=30), 0.5),
    ],
)
def test_each_day_begun_costs_its_share(course, late, share):
    """Each day begun after the deadline takes a tenth of the points, half at the most."""
    record(course, graded("ada", timestamp=DUE + late if late is not None else None))
    assert row(course).penalty == pytest.approx(5 * share)
    assert row(course).score == pytest.approx(5 * (1 - share))


def test_other_time_zones_are_understood(course):
    """A time with another offset is the same moment: one minute after midnight UTC is late."""
    stamp = datetime.fromisoformat("2026-01-09T23:01:00-01:00")
    record(course, graded("ada", timestamp=stamp))
    assert row(course).penalty == pytest.approx(0.5)


def test_an_untouched_answer_has_nbgraders_comment(course):
    """A missing answer gets the comment `No response.`; an answered one loses it again."""
    answers = {**toy.SOLUTION, "explain": ""}
    record(course, grade_submission(job("ada", answers), FakeExecutor()))
    with by_person(course) as book:
        assert book.find_comment("explain", "toy", "hw1", "ada").comment == "No response."
        assert not book.find_grade("explain", "toy", "hw1", "ada").needs_manual_grade
    record(course, graded("ada"))
    with by_person(course) as book:
        assert book.find_comment("explain", "toy", "hw1", "ada").comment is None
        assert book.find_grade("explain", "toy", "hw1", "ada").needs_manual_grade


def test_a_released_source_is_accepted(course):
    """An unchanged notebook is what the gradebook holds."""
    with open_gradebook(course) as book:
        check_released(book, "hw1", {"toy": grading_version(toy.source())})


@pytest.mark.parametrize("change", ["text", "points", "gone", "new notebook"])
def test_a_changed_source_is_refused(course, change):
    """A test, points or a cell changed since the release is named, and nothing is graded."""
    source = toy.source()
    test = next(cell for cell in source.cells if cell.id == "test-double")
    if change == "text":
        test.source += "assert double(0) == 0\n"
    if change == "points":
        test.metadata.nbgrader.points = 4
    if change == "gone":
        source.cells.remove(test)
    sources = {"toy": grading_version(source)}
    if change == "new notebook":
        sources["toy2"] = sources["toy"]
    named = "toy2" if change == "new notebook" else "toy/test-double"
    with (
        open_gradebook(course) as book,
        pytest.raises(GradebookError, match=f"changed since its release .*{named}.* release hw1`"),
    ):
        check_released(book, "hw1", sources)


def test_an_assignment_that_was_never_released(course):
    """An assignment that is not in the gradebook is an error that says what to run."""
    with open_gradebook(course) as book:
        with pytest.raises(GradebookError, match="run `autograder release hw2`"):
            check_released(book, "hw2", {})
        with pytest.raises(GradebookError, match="run `autograder release hw2`"):
            rows(book, "hw2")


def test_no_gradebook(tmp_path):
    """Without a gradebook the error says what to run, and none is made."""
    course = toy.course_in(tmp_path)
    with (
        pytest.raises(GradebookError, match="run `autograder release` first"),
        open_gradebook(course),
    ):
        pass
    assert not (tmp_path / "gradebook.db").exists()


def test_a_locked_gradebook(course, monkeypatch):
    """A gradebook locked by another program is an error that says so, not a traceback."""
    path = course.root / "gradebook.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        fast = replace(course)
        monkeypatch.setattr(
            type(course), "db_url", property(lambda self: f"sqlite:///{path}?timeout=0.1")
        )
        with pytest.raises(GradebookError, match=r"locked; close formgrader and try again"):
            record(fast, graded("ada"))


def test_a_gradebook_locked_while_grading(course, monkeypatch):
    """A lock that comes after opening is the same error, and the student's part is not half."""
    path = course.root / "gradebook.db"
    monkeypatch.setattr(
        type(course), "db_url", property(lambda self: f"sqlite:///{path}?timeout=0.1")
    )
    with open_gradebook(course) as book:
        recorder = Recorder(book, course, "hw1")
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            book.db.rollback()
            other.execute("BEGIN EXCLUSIVE")
            with pytest.raises(GradebookError) as caught:
                recorder.record(graded("ada"))
            other.execute("ROLLBACK")
        assert "locked" in str(caught.value)
        assert "\n" not in str(caught.value)
        recorder.record(graded("ada"))
    assert row(course).tests == 5


@pytest.mark.parametrize("data", [b"this is no database, however long it may be" * 50, b""])
def test_a_damaged_gradebook(course, data):
    """A file that is no gradebook is an error in one line."""
    (course.root / "gradebook.db").write_bytes(data)
    with pytest.raises(GradebookError) as caught, open_gradebook(course) as book:
        rows(book, "hw1")
    assert "\n" not in str(caught.value)


def test_work_a_submission_does_not_grow_with_the_class(course):
    """Writing one more submission, and reading a line of the table, cost the same in a large class.

    Counted in steps of SQLite's machine, which do not depend on how busy this computer is.
    """
    one = graded()
    steps = {}
    with open_gradebook(course) as book:
        recorder = Recorder(book, course, "hw1")
        count = Steps(book.db.connection().connection.driver_connection)
        for number in range(1, 81):
            before = count.steps
            recorder.record(replace(one, student=f"s{number}"))
            written = count.steps - before
            if number in (10, 80):
                rows(book, "hw1")
                steps[number] = (written, (count.steps - before - written) / number)
    for small, large in zip(steps[10], steps[80], strict=True):
        assert 0 < large <= 1.1 * small


class Steps:
    """Counts the steps of a SQLite connection, in tens."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.steps = 0
        connection.set_progress_handler(self._count, 10)

    def _count(self) -> int:
        self.steps += 1
        return 0


def test_toy_is_as_released():
    """The toy's points are those that these tests count with."""
    points = [c.metadata.nbgrader.get("points") for c in toy.source().cells if c.id != "title"]
    assert points == [None, None, 2, None, 3, 2]
    assert nbformat.validate(toy.source()) is None
