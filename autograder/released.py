"""The assignment's cells in the gradebook, brought to what its notebooks are now, after hand-in.

nbgrader's own release writes the same rows, but refuses cells added or removed once anybody has
handed in. A test may come or go here; an answer may not, since students wrote what they were given.
"""

from collections.abc import Mapping
from typing import Any

from nbformat import NotebookNode
from nbgrader import api, utils
from sqlalchemy import select

from autograder.errors import GradebookError


def update(gradebook: Any, assignment: str, sources: Mapping[str, NotebookNode]) -> None:
    """Write the cells of an assignment: sources, checksums, points; in one transaction.

    Args:
        gradebook: an open gradebook that holds the assignment with these notebooks.
        assignment: the assignment's name.
        sources: grading versions by notebook name.

    Raises:
        GradebookError: an answer cell came or went, or a test went that a person has graded.
            Nothing is written then.
    """
    database = gradebook.db
    try:
        for name, source in sources.items():
            notebook = gradebook.find_notebook(name, assignment)
            cells = {
                cell.metadata.nbgrader.grade_id: cell
                for cell in source.cells
                if "nbgrader" in cell.metadata
            }
            _check_answers(notebook, cells)
            _remove(database, notebook, cells)
            for cell_name, cell in cells.items():
                _write(database, notebook, cell_name, cell)
        database.commit()
    except BaseException:
        database.rollback()
        raise


def _check_answers(notebook: Any, cells: Mapping[str, NotebookNode]) -> None:
    now = {name for name, cell in cells.items() if utils.is_solution(cell)}
    other = sorted(now ^ {cell.name for cell in notebook.solution_cells})
    if other:
        raise GradebookError(
            f"{notebook.name}: answer cells were added or removed ({', '.join(other)}), which "
            "students who have handed in can't follow: undo that, or release a new assignment"
        )


def _remove(database: Any, notebook: Any, cells: Mapping[str, NotebookNode]) -> None:
    """Take out tests and provided cells that are no longer there, with their automatic points."""
    for cell in list(notebook.grade_cells):
        if cell.name in cells and utils.is_grade(cells[cell.name]):
            continue
        grades = database.scalars(select(api.Grade).filter_by(cell_id=cell.id)).all()
        by_hand = [
            grade for grade in grades if grade.manual_score is not None or grade.extra_credit
        ]
        if by_hand:
            raise GradebookError(
                f"{notebook.name}: the test {cell.name} was removed, but points were given there "
                f"by hand to {len(by_hand)} students: take them back in formgrader first"
            )
        for row in [*grades, cell]:
            database.delete(row)
    for source in list(notebook.source_cells):
        if source.name not in cells:
            database.delete(source)
    database.flush()


def _write(database: Any, notebook: Any, name: str, cell: NotebookNode) -> None:
    """Write one cell's rows as nbgrader's SaveCells does."""
    sources = {row.name: row for row in notebook.source_cells}
    source = sources.get(name) or api.SourceCell(name=name, notebook_id=notebook.id)
    source.cell_type, source.source = cell.cell_type, cell.source
    source.locked, source.checksum = utils.is_locked(cell), cell.metadata.nbgrader.checksum
    database.add(source)
    if utils.is_grade(cell):
        grades = {row.name: row for row in notebook.grade_cells}
        grade = grades.get(name) or api.GradeCell(name=name, notebook_id=notebook.id)
        grade.max_score, grade.cell_type = float(cell.metadata.nbgrader.points), cell.cell_type
        database.add(grade)
