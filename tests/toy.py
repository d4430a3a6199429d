"""A toy course in a folder: built in code, released once a run, handed in by toy students."""

import functools
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from autograder.execute import code_cells, role
from autograder.grade import Job
from autograder.judge.profile import Profile, plan
from autograder.merge import grade_id
from autograder.models import CellRun, StudentCell, Submission
from autograder.release import grading_version, release, student_version, written
from autograder.sandbox import Sandbox, Unconfined, missing
from autograder.settings import Course, Limits, load_course

UNSAFE = missing() is not None  # tests of what needs no sandbox run without one
BOX = Unconfined if UNSAFE else Sandbox
TOML = """\
name = "Toy"
[assignments.hw1]
title = "Toy homework"
due = 2026-01-10T00:00:00Z
[late]
penalty_per_day = 0.1
cap = 0.5
[limits]
cell_seconds = 20
"""
SOLUTION = {
    "double": "def double(x):\n    return 2 * x",
    "half": "def half(x):\n    return x / 2",
    "explain": "Because twice a half is one.",
}
VISIBLE_MESSAGE = "double(2) is 4"
HIDDEN_MESSAGE = "try a negative number"
HIDDEN_LINE = "assert double(-31.25) == -62.5"  # a secret of the toy homework
TEST_DOUBLE = f"""\
assert double(2) == 4, "{VISIBLE_MESSAGE}"
### BEGIN HIDDEN TESTS
{HIDDEN_LINE}, "{HIDDEN_MESSAGE}"
### END HIDDEN TESTS
"""
TEST_HALF = """\
right = half(2) == 1
### BEGIN HIDDEN TESTS
right = right + 2 * (half(-40960) == -20480)
### END HIDDEN TESTS
float(right)
"""


def source() -> NotebookNode:
    """Return the instructor's notebook: 2 + 3 points by tests, 2 by hand."""
    solved = "def {0}(x):\n    ### BEGIN SOLUTION\n    {1}\n    ### END SOLUTION"
    notebook = nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_markdown_cell("# Toy", id="title"),
            _cell("setup", "import math", locked=True),
            _cell("double", solved.format("double", "return 2 * x"), solution=True),
            _cell("test-double", TEST_DOUBLE, points=2, locked=True),
            _cell("half", solved.format("half", "return x / 2"), solution=True),
            _cell("test-half", TEST_HALF, points=3, locked=True),
            _cell("explain", "Because ...", solution=True, points=2, kind="markdown"),
        ]
    )
    notebook.metadata.kernelspec = {
        "name": "python3",
        "display_name": "Python 3",
        "language": "python",
    }
    return notebook


def _cell(
    name: str,
    text: str,
    *,
    solution: bool = False,
    points: float = 0,
    locked: bool = False,
    kind: str = "code",
) -> NotebookNode:
    make = nbformat.v4.new_code_cell if kind == "code" else nbformat.v4.new_markdown_cell
    nbgrader = {
        "grade_id": name,
        "solution": solution,
        "grade": points > 0,
        "locked": locked,
        "task": False,
        "schema_version": 3,
    }
    if points:
        nbgrader["points"] = points
    return make(text, id=name, metadata={"nbgrader": nbgrader})


def course_in(root: Path, toml: str = TOML) -> Course:
    """Lay out an unreleased toy course."""
    folder = root / "assignments" / "hw1"
    folder.mkdir(parents=True)
    (root / "course.toml").write_text(toml)
    nbformat.write(source(), folder / "toy.ipynb")
    return load_course(root)


def released_in(root: Path, toml: str = TOML) -> Course:
    """Lay out a toy course with a gradebook; the release itself runs once a session."""
    for name, data in _released_files().items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(data)
    (root / "course.toml").write_text(toml)
    return load_course(root)


@functools.cache
def _released_files() -> Mapping[str, bytes]:
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch)
        course = course_in(root)
        release(course, course.assignment("hw1"))
        return files_in(root)


def files_in(root: Path) -> dict[str, bytes]:
    """Return every file below a folder."""
    return {str(p.relative_to(root)): p.read_bytes() for p in root.rglob("*") if p.is_file()}


def student_notebook(
    answers: Mapping[str, str] = SOLUTION, extra: Mapping[str, str] | None = None
) -> NotebookNode:
    """Return a handed-in notebook; `extra` puts a code cell after the named one."""
    notebook = student_version(source())
    cells = []
    for cell in notebook.cells:
        cell.source = answers.get(grade_id(cell), cell.source)
        cells.append(cell)
        if extra and grade_id(cell) in extra:
            cells.append(nbformat.v4.new_code_cell(extra[grade_id(cell)]))
    notebook.cells = cells
    return notebook


def hand_in(
    course: Course,
    student: str,
    answers: Mapping[str, str] = SOLUTION,
    extra: Mapping[str, str] | None = None,
) -> Path:
    """Put a student's notebook into submitted/."""
    folder = course.submitted / student / "hw1"
    folder.mkdir(parents=True, exist_ok=True)
    nbformat.write(student_notebook(answers, extra), folder / "toy.ipynb")
    return folder


def job(
    student: str = "ada",
    answers: Mapping[str, str] = SOLUTION,
    extra: Mapping[str, str] | None = None,
    **submission: object,
) -> Job:
    """Return a job to grade the toy homework with these answers."""
    cells = tuple(
        StudentCell(cell.cell_type, cell.source, cell.id, grade_id(cell) or None)
        for cell in student_notebook(answers, extra).cells
    )
    submission.setdefault("notebooks", {"toy": cells})
    return Job(
        Submission(student, "hw1", **submission),  # type: ignore[arg-type]
        {"toy": written(grading_version(source()))},
        {"toy": profile().to_json()},
        Limits(cell_seconds=20),
        unsafe=UNSAFE,
    )


def profile() -> Profile:
    """Return what the toy's tests may ask for; its functions give plain data only."""
    return plan([(cell.id, role(cell), cell.source) for cell in code_cells(source())])


@dataclass
class FakeExecutor:
    """Runs nothing: every cell is clean, or as told, by its id."""

    runs: Mapping[str, CellRun] = field(default_factory=dict)
    seen: list[Sequence[str]] = field(default_factory=list)

    def run(
        self,
        notebook: NotebookNode,
        profile: Profile,
        files: Mapping[str, bytes],
        limits: Limits,
    ) -> dict[str, CellRun]:
        """See Executor.run."""
        self.seen.append(sorted(files))
        cells = (cell for cell in notebook.cells if cell.cell_type == "code")
        return {cell.id: self.runs.get(cell.id, CellRun(ran=True)) for cell in cells}
