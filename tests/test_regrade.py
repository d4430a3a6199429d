"""Grading again with a mended test: who gains, who loses, what stays, and what a dry run leaves."""

import ast
import shutil
from collections.abc import Callable
from dataclasses import replace

import nbformat
import pytest
from nbformat import NotebookNode
from nbgrader.api import Gradebook

from autograder import batch, cli, commands, gate, history, store
from autograder.errors import GradebookError, SubmissionError
from autograder.execute import code_cells
from autograder.grade import grade_submission
from autograder.gradebook import check_released, open_gradebook, rows
from autograder.models import CellRun
from autograder.regrade import Regraded, regrade
from autograder.release import grading_version, read_source, written
from autograder.settings import Course
from tests import toy

# Who wrote what, and the points that the toy's tests (2 + 3) and the mended ones give.
CLASS = {
    "ada": toy.SOLUTION,  # 5, and 5 again
    "bob": {**toy.SOLUTION, "double": "def double(x):\n    return abs(2 * x)"},  # 3, then 5
    "cyd": {**toy.SOLUTION, "double": "def double(x):\n    return 2 * x if x else 1"},  # 5, then 3
}
GRADE = "autograder.regrade.grade_class"
MENDED = 'assert double(2) == 4, "double(2) is 4"\nassert double(0) == 0, "nothing doubled"'


class InProcess:
    """Runs a toy notebook's cells here, one after the other, without kernel or judge."""

    def run(self, notebook, profile, files, limits) -> dict[str, CellRun]:
        names: dict[str, object] = {}
        return {cell.id: self._run(cell.source, names) for cell in code_cells(notebook)}

    def _run(self, source: str, names: dict[str, object]) -> CellRun:
        tree = ast.parse(source)
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        try:
            exec(compile(tree, "cell", "exec"), names)
            value = eval(ast.unparse(last), names) if last else None  # noqa: S307  # our own
        except Exception as error:
            line = error.__traceback__.tb_next.tb_lineno
            return CellRun(True, 0.0, type(error).__name__, str(error), line)
        return CellRun(True, value=None if last is None else repr(value))


@pytest.fixture
def course(tmp_path, monkeypatch) -> Course:
    """A toy class that was graded, with scores and a comment by hand."""
    monkeypatch.setattr(batch, "grade_class", grade_here)
    monkeypatch.setattr(GRADE, grade_here)
    monkeypatch.setattr(gate, "prepare", prepared)
    monkeypatch.setattr(gate, "check_untouched", lambda *_: None)
    course = toy.released_in(tmp_path)
    for student, answers in CLASS.items():
        toy.hand_in(course, student, answers)
    with open_gradebook(course) as book:
        batch.grade_and_record(
            course, "hw1", jobs(course, prepared(course, None)), book, lambda done, _: done
        )
    with Gradebook(course.db_url) as book:
        book.find_grade("explain", "toy", "hw1", "bob").manual_score = 1.5
        book.find_comment("explain", "toy", "hw1", "bob").manual_comment = "nearly"
        book.db.commit()
    return course


def grade_here(jobs):
    return (grade_submission(job, InProcess()) for job in jobs)


def prepared(course: Course, _assignment, unsafe: bool = False) -> gate.Prepared:
    source = read_source(course.notebooks("hw1")[0])
    grading = {"toy": grading_version(source)}
    profiles = {"toy": toy.profile().to_json()}
    return gate.Prepared(grading, {"toy": written(grading["toy"])}, profiles, course.limits, unsafe)


def jobs(course: Course, ready: gate.Prepared):
    return commands.read_jobs(course, "hw1", ready)


def run(course: Course, dry_run: bool = False) -> Regraded:
    return regrade(course, "hw1", jobs, lambda done, _: done, dry_run=dry_run)


def mend(course: Course, change: Callable[[list[NotebookNode]], object]) -> None:
    """Change the cells of the instructor's notebook."""
    path = course.notebooks("hw1")[0]
    notebook = nbformat.read(path, as_version=4)
    change(notebook.cells)
    nbformat.write(notebook, path)


def mend_double(cells: list[NotebookNode]) -> None:
    cell(cells, "test-double").source = MENDED


def cell(cells: list[NotebookNode], name: str) -> NotebookNode:
    return next(one for one in cells if one.id == name)


def scores(course: Course) -> dict[str, tuple[float, float]]:
    with open_gradebook(course) as book:
        return {row.student: (row.score, row.max_score) for row in rows(book, "hw1")}


def told(done: Regraded) -> dict[str, tuple[float, tuple[str, ...]]]:
    return {change.before.student: (change.gain, change.why) for change in done.changes}


EXPECTED = {
    "cyd": (-2, ("test-double: 2 of 2 -> 0 of 2 (line 2: nothing doubled)",)),
    "bob": (
        2,
        ("test-double: 0 of 2 -> 2 of 2 (before: a hidden check: try a negative number)",),
    ),
}


def test_who_gains_and_who_loses(course):
    """A mended test gives to one, takes from one, and says how much and why; losses come first."""
    mend(course, mend_double)
    done = run(course)
    assert done.cells == ["toy/test-double"]
    assert list(told(done).items()) == list(EXPECTED.items())
    assert scores(course) == {"ada": (5, 7), "bob": (6.5, 7), "cyd": (3, 7)}


def test_a_dry_run_tells_the_same_and_writes_nothing(course, monkeypatch):
    """After a dry run every file has the bytes that it had; only what was graded is kept aside."""
    monkeypatch.setenv("PATH", "/usr/bin")  # as in a shell that has not activated .venv
    mend(course, mend_double)
    before = toy.files_in(course.root)
    assert told(run(course, dry_run=True)) == EXPECTED
    after = toy.files_in(course.root)
    assert {name: data for name, data in after.items() if "dry-run" not in name} == before


def test_what_a_dry_run_graded_is_not_graded_again(course, monkeypatch):
    """After a dry run only what was handed in since is graded; what is written is the same."""
    mend(course, mend_double)
    run(course, dry_run=True)
    toy.hand_in(course, "cyd", toy.SOLUTION)
    again = []

    def counted(jobs):
        again.extend(job.submission.student for job in jobs)
        return grade_here(jobs)

    monkeypatch.setattr(GRADE, counted)
    assert told(run(course))["bob"] == EXPECTED["bob"]
    assert again == ["cyd"]
    assert not [*course.build.glob("dry-run/*")]
    graded = {one.student: one for one in store.read(course, "hw1")}
    executed = {student: store.autograded(course, "hw1", student) for student in CLASS}
    files = {student: toy.files_in(folder) for student, folder in executed.items()}
    with open_gradebook(course) as book:
        fresh = jobs(course, prepared(course, None))
        batch.grade_and_record(course, "hw1", fresh, book, lambda done, _: done, force=True)
    for one in store.read(course, "hw1"):
        assert without_times(one) == without_times(graded[one.student])
        assert toy.files_in(executed[one.student]) == files[one.student]


def without_times(record: store.Record) -> store.Record:
    verdicts = tuple(replace(verdict, seconds=0) for verdict in record.verdicts)
    return replace(record, verdicts=verdicts, seconds=0)


def test_what_a_person_gave_stays(course):
    """A score and a comment by hand, also on the mended test itself, are as they were."""
    with Gradebook(course.db_url) as book:
        book.find_grade("test-double", "toy", "hw1", "cyd").manual_score = 1.75
        book.db.commit()
    mend(course, mend_double)
    changes = told(run(course))
    assert changes["cyd"][0] == 0
    assert changes["cyd"][1][0].endswith("; the 1.75 given by hand stay")
    assert scores(course)["cyd"] == (4.75, 7)
    with Gradebook(course.db_url) as book:
        assert book.find_grade("explain", "toy", "hw1", "bob").manual_score == 1.5
        assert book.find_comment("explain", "toy", "hw1", "bob").comment == "nearly"


def test_the_history_of_a_verdict(course):
    """Both verdicts are kept, each with the tests that gave it, and those tests' text."""
    mend(course, mend_double)
    run(course)
    old, new = history.read(course, "hw1", "cyd")
    assert [entry.verdicts[0].points for entry in (old, new)] == [2, 0]
    assert (old.basis.answers, old.basis.grader) == (new.basis.answers, new.basis.grader)
    texts = [
        (course.history / "hw1" / f"tests-{entry.basis.tests}" / "toy.ipynb").read_text("utf-8")
        for entry in (old, new)
    ]
    assert ["nothing doubled" in text for text in texts] == [False, True]


def test_other_points(course):
    """A test's new points are the new maximum, in the gradebook and in what is told."""

    def change(cells: list[NotebookNode]) -> None:
        cell(cells, "test-double").metadata.nbgrader.points = 4

    mend(course, change)
    done = run(course)
    assert told(done)["ada"] == (2, ("test-double: 2 of 2 -> 4 of 4",))
    assert told(done)["bob"][0] == 0
    assert scores(course) == {"ada": (7, 9), "bob": (4.5, 9), "cyd": (7, 9)}


def test_a_test_more_and_a_test_less(course):
    """A test may come, and counts for all; a test may go, with its points."""

    def change(cells: list[NotebookNode]) -> None:
        new = nbformat.from_dict(cell(cells, "test-double"))
        new.id = new.metadata.nbgrader.grade_id = "test-zero"
        new.source, new.metadata.nbgrader.points = "assert double(0) == 0", 1
        cells.insert(4, new)
        cells.remove(cell(cells, "test-half"))

    mend(course, change)
    changes = told(run(course))
    assert changes["ada"] == (
        -2,
        ("test-half: 3 of 3 -> no such test", "test-zero: no such test -> 1 of 1"),
    )
    assert scores(course) == {"ada": (3, 5), "bob": (2.5, 5), "cyd": (2, 5)}
    with open_gradebook(course) as book:
        check_released(book, "hw1", prepared(course, None).sources)


@pytest.mark.parametrize(
    ("name", "said"), [("half", "answer cells"), ("test-half", "by hand to 1")]
)
def test_what_can_not_go_stops_all(course, name, said):
    """No answer cell may go, nor a test graded by hand: nothing is written, and it says why."""
    with Gradebook(course.db_url) as book:
        book.find_grade("test-half", "toy", "hw1", "ada").manual_score = 3
        book.db.commit()
    mend(course, lambda cells: cells.remove(cell(cells, name)))
    before = toy.files_in(course.root)
    with pytest.raises(GradebookError, match=said):
        run(course)
    assert toy.files_in(course.root) == before


def test_nothing_changed(course):
    """With the same tests nobody is graded again."""
    done = run(course)
    assert (done.cells, done.changes, done.outcome.unchanged) == ([], [], 3)


def test_who_was_not_graded_before(course):
    """Work handed in since is left to `grade`; another version of old work is told as such."""
    toy.hand_in(course, "eve")
    toy.hand_in(course, "ada", {**toy.SOLUTION, "half": "half = None"})
    done = run(course)
    assert told(done)["ada"][1][-1] == "what was handed in is not what was graded before"
    assert "eve" not in scores(course)


def test_whose_work_is_gone(course):
    """Who is no longer in submitted/ keeps the points, and is named."""
    shutil.rmtree(course.submitted / "cyd")
    mend(course, mend_double)
    done = run(course)
    assert (done.gone, list(told(done))) == (["cyd"], ["bob"])
    assert scores(course)["cyd"] == (5, 7)


def test_a_stopped_regrade_goes_on(course, monkeypatch):
    """After a stop the same call does the rest, and ends as if it had not been stopped."""
    mend(course, mend_double)
    whole = batch.grade_class

    def stopped(jobs):
        yield next(whole(jobs))
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(GRADE, stopped)
        with pytest.raises(KeyboardInterrupt):
            run(course)
    assert run(course).outcome.graded == 2
    assert scores(course) == {"ada": (5, 7), "bob": (6.5, 7), "cyd": (3, 7)}
    assert [len(history.read(course, "hw1", student)) for student in CLASS] == [2, 2, 2]


def test_nobody_was_graded(tmp_path):
    """Before the first grading the line says what to run."""
    with pytest.raises(SubmissionError, match="run `autograder grade` first"):
        run(toy.released_in(tmp_path))


def test_the_command(tmp_path, capsys):
    """For real: graded, a test mended, graded again, and told; the history outlives build/."""
    course = toy.released_in(tmp_path)
    toy.hand_in(course, "bob", CLASS["bob"])
    unsafe = ["--unsafe"] if toy.UNSAFE else []
    command = ["--course", str(tmp_path), "regrade", "hw1", *unsafe]
    assert cli.main(["--course", str(tmp_path), "grade", "hw1", *unsafe]) == 0
    mend(course, mend_double)
    capsys.readouterr()
    assert cli.main(command) == 0
    out = capsys.readouterr().out
    assert "test-double: 0 of 2 -> 2 of 2" in out
    assert "1 gain, 0 lose" in out
    assert scores(course) == {"bob": (5, 7)}
    shutil.rmtree(course.build)  # as `make clean` does
    assert [one.verdicts[0].points for one in history.read(course, "hw1", "bob")] == [0, 2]
