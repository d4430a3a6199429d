"""On honest work the autograder and stock nbgrader agree, and nbgrader reads our gradebook."""

import csv
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook

from autograder import cli
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
    assert cli.main(["--course", str(course.root), "grade", "hw1"]) == 0
    return course


@pytest.fixture(scope="module")
def stock(tmp_path_factory) -> Course:
    """The same class graded by nbgrader with its defaults, from the same release."""
    course = toy.released_in(tmp_path_factory.mktemp("stock"))
    for student, answers in HONEST.items():
        toy.hand_in(course, student, answers, EXTRA.get(student))
    nbgrader(course, "autograde", "hw1")
    return course


def nbgrader(course: Course, *argv: str) -> str:
    """Run a command of plain nbgrader in a course's folder; return what it says."""
    (course.root / "nbgrader_config.py").write_text(PLAIN.format(root=str(course.root)))
    own = Path(sys.executable).parent
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *argv],
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


def test_our_graded_notebooks_are_valid(ours):
    """Each graded notebook is valid and keeps nbgrader's metadata of each of its cells."""
    for path in ours.root.glob("build/autograded/*/hw1/toy.ipynb"):
        notebook = nbformat.read(path, as_version=4)
        nbformat.validate(notebook)
        names = [c.metadata.nbgrader.grade_id for c in notebook.cells if "nbgrader" in c.metadata]
        assert names == ["setup", "double", "test-double", "half", "test-half", "explain"]
