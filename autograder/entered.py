"""What people entered in the gradebook beside the tests' points."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from nbgrader import api
from sqlalchemy import and_, select

Cell = tuple[str, str]  # notebook, grade_id


@dataclass(frozen=True)
class Entered:
    """Of one student and assignment. All points are as entered."""

    manual: Mapping[Cell, float] = field(default_factory=dict)  # in place of the tests'
    extra: Mapping[Cell, float] = field(default_factory=dict)  # on top
    comments: Mapping[Cell, str] = field(default_factory=dict)
    penalty: float = 0.0  # off, for lateness


def read(gradebook: Any, assignment: str) -> dict[str, Entered]:
    """Return what was entered for an assignment, by student, in one query."""
    by_student: dict[str, tuple[dict[Cell, float], dict[Cell, float], dict[Cell, str]]] = {}
    penalties: dict[str, dict[str, float]] = {}
    for student, late, notebook, cell, points, on_top, comment in gradebook.db.execute(
        _query(assignment)
    ):
        manual, extra, comments = by_student.setdefault(student, ({}, {}, {}))
        penalties.setdefault(student, {})[notebook] = late or 0.0
        if points is not None:
            manual[notebook, cell] = points
        if on_top:
            extra[notebook, cell] = on_top
        if comment:
            comments[notebook, cell] = comment
    return {
        student: Entered(*found, sum(penalties[student].values()))
        for student, found in by_student.items()
    }


def hand_scores(gradebook: Any, assignment: str) -> dict[tuple[str, str, str], float]:
    """Return the scores that a person gave, by student, notebook and cell."""
    return {
        (student, *cell): score
        for student, entered in read(gradebook, assignment).items()
        for cell, score in entered.manual.items()
    }


def _query(assignment: str) -> Any:
    """Select each graded or answered cell of each submission, with what was entered for it."""
    notebook, cell, grade, comment = api.SubmittedNotebook, api.BaseCell, api.Grade, api.Comment
    return (
        select(
            api.SubmittedAssignment.student_id,
            notebook.late_submission_penalty,
            api.Notebook.name,
            cell.name,
            grade.manual_score,
            grade.extra_credit,
            comment.manual_comment,
        )
        .join(notebook, notebook.assignment_id == api.SubmittedAssignment.id)
        .join(api.Assignment, api.Assignment.id == api.SubmittedAssignment.assignment_id)
        .join(api.Notebook, api.Notebook.id == notebook.notebook_id)
        .join(cell, cell.notebook_id == api.Notebook.id)
        .outerjoin(grade, and_(grade.notebook_id == notebook.id, grade.cell_id == cell.id))
        .outerjoin(comment, and_(comment.notebook_id == notebook.id, comment.cell_id == cell.id))
        .where(api.Assignment.name == assignment)
    )
