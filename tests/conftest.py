"""A small course for the tests of the grader: one assignment, one notebook, `toy`."""

import json
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from autograder.merge import grade_id
from autograder.models import StudentCell
from autograder.release import grading_version, student_version
from autograder.settings import Course, load_course

# These files take longest: they begin first, so that no process waits for another's at the end.
LONGEST = ("test_hostile", "test_homeworks", "test_lectures", "test_warm", "test_determinism")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest files first; else the order stays."""
    last = len(LONGEST)
    items.sort(
        key=lambda item: LONGEST.index(item.path.stem) if item.path.stem in LONGEST else last
    )


COURSE_TOML = """\
name = "A small course"

[assignments.hw1]
title = "HW1: toys"
due = 2026-12-14T23:59:59Z

[late]
penalty_per_day = 0.1
cap = 0.5

[limits]
cell_seconds = 5
notebook_seconds = 20
output_mb = 0.01
submission_mb = 1
"""

DOUBLE = '''\
def double(x):
    """Return twice x."""
    ### BEGIN SOLUTION
    twice_the_number = x + x
    return twice_the_number
    ### END SOLUTION
'''
TEST_DOUBLE = """\
assert double(2) == 4, "double(2) is 4"
### BEGIN HIDDEN TESTS
assert abs(double(1.2345678) - 2.4691356) < 1e-9, "fractions are doubled too"
### END HIDDEN TESTS
"""
SHOUT = '''\
def shout(text):
    """Return the text in capitals."""
    ### BEGIN SOLUTION
    capital_letters = text.upper()
    return capital_letters + "!"
    ### END SOLUTION
'''
TEST_SHOUT = """\
assert shout("a") == "A!", "shout('a') is 'A!'"
### BEGIN HIDDEN TESTS
assert shout("quiet words spoken") == "QUIET WORDS SPOKEN!", "every letter"
### END HIDDEN TESTS
"""
WRITTEN = """\
### BEGIN SOLUTION
Because adding a number to itself is the same as multiplying by two.
### END SOLUTION
"""
# Lines that no student may see, as they stand above.
HIDDEN_LINES = (
    "twice_the_number = x + x",
    "capital_letters = text.upper()",
    "2.4691356",
    "QUIET WORDS SPOKEN!",
    "Because adding a number to itself",
)


def cell_of(notebook, name):
    return next(cell for cell in notebook.cells if cell.id == name)


def nbgrader_cell(name, source, kind, points=None):
    """Return an instructor's cell. `kind`: answer, test, written or provided."""
    metadata = {
        "schema_version": 3,
        "grade_id": name,
        "cell_type": "markdown" if kind == "written" else "code",
        "solution": kind in {"answer", "written"},
        "grade": kind in {"test", "written"},
        "locked": kind in {"test", "provided"},
        "task": False,
    }
    if points is not None:
        metadata["points"] = points
    make = new_markdown_cell if kind == "written" else new_code_cell
    return make(source.strip("\n"), id=name, metadata={"nbgrader": metadata})


def toy_notebook():
    """Return the instructor's notebook: 2 + 3 points of tests, 1 point by hand."""
    cells = [
        new_markdown_cell("# Toys\nTwo functions and a question.", id="intro"),
        nbgrader_cell("setup", "import math", "provided"),
        nbgrader_cell("double", DOUBLE, "answer"),
        nbgrader_cell("test-double", TEST_DOUBLE, "test", 2),
        new_markdown_cell("Now with text.", id="now-text"),
        nbgrader_cell("shout", SHOUT, "answer"),
        nbgrader_cell("test-shout", TEST_SHOUT, "test", 3),
        nbgrader_cell("written-why", WRITTEN, "written", 1),
    ]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = new_notebook(cells=cells, metadata={"kernelspec": kernel})
    notebook.nbformat_minor = 5
    return notebook


def make_course(root: Path, notebook=None) -> Course:
    """Write a course folder and load it."""
    folder = root / "assignments" / "hw1"
    folder.mkdir(parents=True)
    (root / "course.toml").write_text(COURSE_TOML, "utf-8")
    nbformat.write(notebook or toy_notebook(), folder / "toy.ipynb")
    return load_course(root)


@pytest.fixture
def toy():
    """The instructor's notebook, with solutions and hidden tests."""
    return toy_notebook()


@pytest.fixture
def grading(toy):
    """The notebook that is graded: stubs and all tests."""
    return grading_version(toy)


@pytest.fixture
def released(toy):
    """The notebook that students get."""
    return student_version(toy)


@pytest.fixture
def expected(toy):
    """What `intake.read` needs to know a renamed notebook: grade_ids by notebook."""
    return {"toy": frozenset(filter(None, map(grade_id, toy.cells)))}


@pytest.fixture
def course(tmp_path):
    """A course folder that was never released."""
    return make_course(tmp_path / "course")


@pytest.fixture(scope="session")
def solved_bytes():
    """The file that a student with the right answers hands in."""
    return json.dumps(solved_notebook()).encode()


def solved_notebook():
    """Return the release with right answers, as plain JSON."""
    notebook = json.loads(nbformat.writes(student_version(toy_notebook())))
    answers = {
        "double": "def double(x):\n    return 2 * x",
        "shout": "def shout(text):\n    return text.upper() + '!'",
        "written-why": "x + x is 2 x.",
    }
    for cell in notebook["cells"]:
        cell["source"] = answers.get(cell["id"], "".join(cell["source"]))
    return notebook


def student_cells(notebook) -> tuple[StudentCell, ...]:
    """Return a notebook's cells as intake gives them, without going through a file."""
    return tuple(
        StudentCell(
            cell["cell_type"],
            "".join(cell["source"]),
            cell.get("id"),
            cell["metadata"].get("nbgrader", {}).get("grade_id"),
        )
        for cell in notebook["cells"]
    )
