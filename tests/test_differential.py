"""On honest work the autograder and stock nbgrader agree, and nbgrader reads our gradebook."""

import csv
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook

from autograder import cli, history
from autograder.models import Verdict
from autograder.settings import Course
from tests import toy

HONEST = {
    "solution": toy.SOLUTION,
    "untouched": {},
    "blank": dict.fromkeys(toy.SOLUTION, ""),
    "visible-wrong": {**toy.SOLUTION, "double": "def double(x):\n    return x"},
    "hidden-wrong": {**toy.SOLUTION, "double": "def double(x):\n    return x * x"},
    "partial": {**toy.SOLUTION, "half": "def half(x):\n    return abs(x) / 2"},
    "syntax": {**toy.SOLUTION, "half": "def half(x)\n    return x"},
    "helper": {**toy.SOLUTION, "double": "def double(x):\n    return times(x, 2)"},
}
EXTRA = {"helper": {"setup": "def times(x, n):\n    print(x)\n    return x * n"}}
PLAIN = """\
c = get_config()
c.CourseDirectory.root = {root!r}
c.CourseDirectory.source_directory = "assignments"
c.CourseDirectory.release_directory = "build/release"
c.CourseDirectory.autograded_directory = "build/autograded"
c.CourseDirectory.feedback_directory = "build/feedback"
"""


@pytest.fixture(scope="module")
def ours(tmp_path_factory) -> Course:
    """A class graded by `autograder grade`."""
    course = toy.released_in(tmp_path_factory.mktemp("ours"))
    for student, answers in HONEST.items():
        toy.hand_in(course, student, answers, EXTRA.get(student))
    unsafe = ["--unsafe"] if toy.UNSAFE else []
    assert cli.main(["--course", str(course.root), "grade", "hw1", *unsafe]) == 0
    return course


@pytest.fixture(scope="module")
def stock(tmp_path_factory) -> Course:
    """The same class graded by nbgrader with its defaults, from the same release."""
    course = toy.released_in(tmp_path_factory.mktemp("stock"))
    for student, answers in HONEST.items():
        toy.hand_in(course, student, answers, EXTRA.get(student))
    nbgrader(course, "autograde", "hw1")
    return course


LIAR = "class Liar(float):\n    def __eq__(self, other):\n        return True\n"
CHEATS = {
    "liar": {"double": f"{LIAR}def double(x):\n    return Liar()"},
    "printer": {"double": "def double(x):\n    get_ipython().displayhook(2.0)"},
}
FORMGRADER = """\
import asyncio
from nbgrader.apps.api import NbGraderAPI
from nbgrader.apps.nbgraderapp import NbGraderApp
app = NbGraderApp()
app.initialize([])
async def press_the_button():
    return NbGraderAPI(app.coursedir, parent=app).autograde("hw1", "partial")
result = asyncio.run(press_the_button())
assert result["success"], result
"""


@pytest.fixture(scope="module")
def configured(tmp_path_factory) -> Course:
    """The class, with cheats, graded by `nbgrader autograde` under the course's own config."""
    toy.need_sandbox()
    course = toy.released_in(tmp_path_factory.mktemp("configured"))
    for student, answers in HONEST.items():
        toy.hand_in(course, student, answers, EXTRA.get(student))
    for student, answers in CHEATS.items():
        toy.hand_in(course, student, answers)
    folder = course.submitted / "thief" / "hw1"
    folder.mkdir(parents=True)
    (folder / "toy.ipynb").symlink_to(course.submitted / "solution" / "hw1" / "toy.ipynb")
    config = Path(__file__).parents[1] / "nbgrader_config.py"
    (course.root / "nbgrader_config.py").write_text(config.read_text())
    run_python(course, "-m", "nbgrader", "autograde", "hw1")
    return course


@pytest.mark.parametrize("student", [student for student in HONEST if student != "blank"])
def test_nbgrader_autograde_takes_the_same_path(ours, configured, student):
    """Under the course's nbgrader_config.py, `nbgrader autograde` gives our scores and comments."""
    assert grades(configured, student) == grades(ours, student)


def test_nbgrader_autograde_writes_the_history(ours, configured):
    """Under the course's config, `nbgrader autograde` adds the line that ours adds."""
    for student in HONEST.keys() - EXTRA.keys():  # the ids of further cells are random
        (mine,) = history.read(ours, "hw1", student)
        (theirs,) = history.read(configured, "hw1", student)
        assert theirs.basis == mine.basis
        assert [said(verdict) for verdict in theirs.verdicts] == [*map(said, mine.verdicts)]
    assert [*configured.history.glob("hw1/tests-*/toy.ipynb")]


def said(verdict: Verdict) -> Verdict:
    """Return a verdict without the time that it took."""
    return replace(verdict, seconds=0)


@pytest.mark.parametrize(("student", "earned"), [("liar", 0), ("printer", 0), ("thief", 0)])
def test_nbgrader_autograde_is_judged_too(configured, student, earned):
    """Under the course's config, what cheats stock nbgrader earns nothing for that cell."""
    assert grades(configured, student)["test-double"]["auto_score"] == earned


def test_formgraders_button_takes_the_same_path(configured):
    """formgrader's Autograde button, which works inside a running event loop, gives our scores."""
    before = grades(configured, "partial")
    for path in configured.root.glob("build/autograded/partial/hw1/*"):
        path.unlink()
    run_python(configured, "-c", FORMGRADER)
    assert grades(configured, "partial") == before
    assert [*configured.root.glob("build/autograded/partial/hw1/toy.ipynb")]


def nbgrader(course: Course, *argv: str) -> str:
    """Run a command of plain nbgrader in a course's folder; return what it says."""
    (course.root / "nbgrader_config.py").write_text(PLAIN.format(root=str(course.root)))
    return run_python(course, "-m", "nbgrader", *argv)


def run_python(course: Course, *argv: str) -> str:
    """Run this Python in a course's folder, with a home of its own; return what it says."""
    own = Path(sys.executable).parent
    done = subprocess.run(
        [sys.executable, *argv],
        cwd=course.root,
        env={
            **os.environ,
            "PATH": f"{own}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(course.root),
            "JUPYTER_CONFIG_DIR": str(course.root / ".jupyter"),
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def grades(course: Course, student: str) -> dict[str, dict[str, object]]:
    """Return what the gradebook holds of each graded cell, and of the comments."""
    with Gradebook(course.db_url) as book:
        notebook = book.find_submission_notebook("toy", "hw1", student)
        cells = {
            grade.name: {
                "auto_score": grade.auto_score,
                "score": grade.score,
                "max_score": grade.max_score,
                "needs_manual_grade": grade.needs_manual_grade,
            }
            for grade in notebook.grades
        }
        comments = {
            comment.name: {"comment": comment.auto_comment} for comment in notebook.comments
        }
        return {**cells, **{f"comment of {name}": text for name, text in comments.items()}}


@pytest.mark.parametrize("student", [student for student in HONEST if student != "blank"])
def test_scores_are_nbgraders(ours, stock, student):
    """Each graded cell has the same score, state and comment as after `nbgrader autograde`."""
    assert grades(ours, student) == grades(stock, student)


def test_a_blank_notebook_differs_only_in_what_a_person_must_do(ours, stock):
    """Emptied answers have nbgrader's scores, but count as no response: nobody must read them."""
    mine, theirs = grades(ours, "blank"), grades(stock, "blank")
    assert mine["explain"]["score"] == theirs["explain"]["score"] == 0
    assert (mine["explain"]["needs_manual_grade"], mine["comment of explain"]) == (
        False,
        {"comment": "No response."},
    )
    for name in ("test-double", "test-half"):
        assert mine[name] == theirs[name]


def test_the_class_is_not_all_alike(ours):
    """The comparison sees none, part and all of the points."""
    with Gradebook(ours.db_url) as book:
        scores = {entry["student"]: entry["score"] for entry in book.submission_dicts("hw1")}
    assert scores == {
        "solution": 5,
        "untouched": 0,
        "blank": 0,
        "visible-wrong": 3,
        "hidden-wrong": 3,
        "partial": 3,
        "syntax": 2,
        "helper": 5,
    }


def test_nbgrader_exports_our_gradebook(ours):
    """`nbgrader export` writes our scores as CSV."""
    nbgrader(ours, "export")
    with open(ours.root / "grades.csv", newline="") as file:
        table = {row["student_id"]: row for row in csv.DictReader(file)}
    assert table.keys() == HONEST.keys()
    assert float(table["partial"]["score"]) == 3
    assert float(table["partial"]["max_score"]) == 7


def test_nbgrader_makes_feedback_of_our_notebooks(ours):
    """`nbgrader generate_feedback` makes a page of each notebook that we graded."""
    nbgrader(ours, "generate_feedback", "hw1")
    pages = ours.root.glob("build/feedback/*/hw1/toy.html")
    assert {page.parts[-3] for page in pages} == HONEST.keys()


def test_nbgraders_feedback_is_our_page(configured, tmp_path):
    """Under the course's config, nbgrader makes our pages, and hands them out by its exchange."""
    for folder in configured.root.glob("build/autograded/*/hw1"):
        (folder / "timestamp.txt").write_text("2026-01-09 12:00:00 UTC")
        (folder / "submission_secret.txt").write_text(folder.parent.name)  # as `nbgrader submit`
    run_python(configured, "-m", "nbgrader", "generate_feedback", "hw1")
    ours = ["--course", str(configured.root), "feedback", "hw1"]
    assert cli.main(ours) == 0
    pages = {path.parts[-3]: path for path in configured.root.glob("build/feedback/*/hw1/toy.html")}
    assert pages.keys() == HONEST.keys() | CHEATS.keys() | {"thief"}
    for student, path in pages.items():
        page = (configured.root / "build/feedback" / student / "hw1.html").read_text("utf-8")
        assert path.read_text("utf-8").rstrip() == page.rstrip()
    tmp_path.chmod(0o777)
    exchange = ["--course", "toy", f"--Exchange.root={tmp_path}"]
    run_python(configured, "-m", "nbgrader", "release_feedback", "hw1", *exchange)
    assert len([*tmp_path.glob("toy/feedback/*.html")]) == len(pages)


def test_our_graded_notebooks_are_valid(ours):
    """Each graded notebook is valid and keeps nbgrader's metadata of each of its cells."""
    for path in ours.root.glob("build/autograded/*/hw1/toy.ipynb"):
        notebook = nbformat.read(path, as_version=4)
        nbformat.validate(notebook)
        names = [c.metadata.nbgrader.grade_id for c in notebook.cells if "nbgrader" in c.metadata]
        assert names == ["setup", "double", "test-double", "half", "test-half", "explain"]
