"""Late days in nbgrader's gradebook -> the penalties that stand there."""

from datetime import timedelta
from typing import Any

from nbgrader import api
from sqlalchemy import func, select, update

from autograder.errors import GradebookError
from autograder.policy import Late, late_penalty, lateness
from autograder.settings import Course


def settle(gradebook: Any, course: Course, student: str | None = None) -> None:
    """Bring deadlines and late penalties up to date with all that stands in the gradebook, commit.

    Points that a person gave later, extensions, and course.toml's deadlines and late rule all
    count. Of everyone, or of one student. nbgrader's own pages and exports then show the same.
    """
    for assignment in gradebook.assignments:
        if assignment.name in course.assignments:
            assignment.duedate = course.assignments[assignment.name].due_utc
    late = late_days(gradebook, course, student)
    notebook = api.SubmittedNotebook
    owner = (api.SubmittedAssignment.student_id, api.Assignment.name)
    columns = (notebook.id, notebook.late_submission_penalty, *owner)
    query = (
        select(*columns, func.coalesce(func.sum(api.Grade.score), 0.0))
        .join(api.SubmittedAssignment, api.SubmittedAssignment.id == notebook.assignment_id)
        .join(api.Assignment, api.Assignment.id == api.SubmittedAssignment.assignment_id)
        .outerjoin(api.Grade, api.Grade.notebook_id == notebook.id)
        .group_by(*columns)
    )
    if student is not None:
        query = query.where(api.SubmittedAssignment.student_id == student)
    for key, before, who, what, score in gradebook.db.execute(query).all():
        penalty = late_penalty(score, late[who, what]) or None
        if penalty != before:
            change = update(notebook).where(notebook.id == key)
            gradebook.db.execute(change.values(late_submission_penalty=penalty))
    gradebook.db.commit()


def late_days(
    gradebook: Any, course: Course, student: str | None = None
) -> dict[tuple[str, str], Late]:
    """Return, by student and assignment, how late each submission counts (see policy.lateness)."""
    work, assignment = api.SubmittedAssignment, api.Assignment
    query = (
        select(work.student_id, assignment.name, assignment.duedate, work.extension, work.timestamp)
        .join(assignment, assignment.id == work.assignment_id)
        .order_by(assignment.duedate, assignment.name)
    )
    if student is not None:
        query = query.where(work.student_id == student)
    seconds: dict[str, dict[str, float]] = {}
    for who, what, due, extension, timestamp in gradebook.db.execute(query):
        on_time = due is None or timestamp is None
        late = timedelta(0) if on_time else timestamp - due - (extension or timedelta(0))
        seconds.setdefault(who, {})[what] = late.total_seconds()
    return {
        (who, what): late
        for who, own in seconds.items()
        for what, late in zip(own, lateness(list(own.values()), course.late), strict=True)
    }


def extend(gradebook: Any, course: Course, assignment: str, student: str, days: int) -> None:
    """Move a student's deadline by so many days (0: as for everyone), and settle the penalties.

    Raises:
        GradebookError: nothing of the student's is in the gradebook yet.
    """
    try:
        gradebook.grant_extension(assignment, student, days=days)
    except api.MissingEntry:
        raise GradebookError(
            f"there is no work of {student} for {assignment} in the gradebook: grade it, then "
            "extend the deadline; the penalty goes"
        ) from None
    settle(gradebook, course, student)
