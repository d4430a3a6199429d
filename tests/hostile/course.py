"""The course that hostile students attack: hw1 in numpy, hw2 in torch, with secrets in its tests.

The instructor's notebooks are `cases/hw1.py` and `cases/hw2.py`: cells of the form
`# %% <provided, answer or test> <grade_id> <points>`.
"""

import re
from collections.abc import Mapping
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from autograder.release import student_version
from autograder.settings import Course, load_course

FOLDER = Path(__file__).with_name("cases")
NOTEBOOKS = {"hw1": "numbers", "hw2": "tensors"}
TOML = """\
name = "Hostile"
[assignments.hw1]
[assignments.hw2]
[limits]
cell_seconds = {cell_seconds}
notebook_seconds = {notebook_seconds}
memory_mb = {memory}
processes = 48
disk_mb = 40
file_mb = 20
submission_mb = 2
"""
LIMITS = {  # torch takes long to import, and much address space
    "hw1": {"cell_seconds": 2, "notebook_seconds": 8, "memory": 700},
    "hw2": {"cell_seconds": 20, "notebook_seconds": 60, "memory": 2000},
}
_MARK = re.compile(r"^# %% (\w+) (\S+) *(\d*)\n", re.MULTILINE)

# Constants of hidden tests. Students' functions are given inputs; expected values they never see.
SECRET_INPUTS = ("-31.40625", "0.8125", "Quokka", "gryphon-77", "17.328125", "-9.28125", "0.71875")
SECRET_VALUES = ("0.2689414213", "1.49011404", "wyvern-78", "0.003173828125", "flumph-79")


def source(assignment: str) -> NotebookNode:
    """Return the instructor's notebook of an assignment."""
    text = (FOLDER / f"{assignment}.py").read_text("utf-8")
    marks = list(_MARK.finditer(text))
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    cells = [
        _cell(mark[1], mark[2], text[mark.end() : end].strip("\n"), int(mark[3] or 0))
        for mark, end in zip(marks, ends, strict=True)
    ]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})


def _cell(role: str, name: str, text: str, points: int) -> NotebookNode:
    nbgrader = {
        "schema_version": 3,
        "grade_id": name,
        "solution": role == "answer",
        "grade": role == "test",
        "locked": role != "answer",
        "task": False,
        **({"points": points} if points else {}),
    }
    return nbformat.v4.new_code_cell(text, id=name, metadata={"nbgrader": nbgrader})


def student_notebook(
    assignment: str, answers: Mapping[str, str], extra: Mapping[str, tuple[str, ...]] | None = None
) -> NotebookNode:
    """Return the released notebook with answers, and code cells after the named ones."""
    notebook, cells = student_version(source(assignment)), []
    for cell in notebook.cells:
        cell.source = answers.get(cell.id, cell.source)
        more = (extra or {}).get(cell.id, ())
        cells += [cell, *map(nbformat.v4.new_code_cell, more)]
    notebook.cells = cells
    return notebook


def solutions(assignment: str) -> Mapping[str, str]:
    """Return the instructor's answers by grade_id."""
    cells = source(assignment).cells
    return {cell.id: cell.source for cell in cells if cell.metadata.nbgrader.solution}


def points(assignment: str) -> Mapping[str, float]:
    """Return the points of each test cell."""
    cells = source(assignment).cells
    graded = ((cell.id, cell.metadata.nbgrader.get("points")) for cell in cells)
    return {name: float(points) for name, points in graded if points}


def course_in(root: Path, assignment: str) -> Course:
    """Lay out the course in a folder, with the limits that this assignment's cases need."""
    (root / "course.toml").write_text(TOML.format(**LIMITS[assignment]))
    for name, stem in NOTEBOOKS.items():
        folder = root / "assignments" / name
        folder.mkdir(parents=True, exist_ok=True)
        nbformat.write(source(name), folder / f"{stem}.ipynb")
    return load_course(root)
