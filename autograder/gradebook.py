"""The only writer of nbgrader's gradebook, and the reader for tables."""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from nbformat import NotebookNode
from nbgrader import api
from sqlalchemy import exc, func, select

from autograder.errors import GradebookError
from autograder.models import GradedNotebook, GradedSubmission
from autograder.policy import late_penalty
from autograder.settings import Course

NO_RESPONSE = "No response."  # nbgrader's own comment on an untouched answer


@dataclass(frozen=True)
class Row:
    """One student's line of the gradebook. Scores in points."""

    student: str
    tests: float
    written: float
    penalty: float
    max_score: float
    needs_manual_grade: bool

    @property
    def score(self) -> float:
        """Points after the late penalty."""
        return self.tests + self.written - self.penalty


@contextmanager
def open_gradebook(course: Course) -> Iterator[Any]:
    """Open the course's gradebook.

    Raises:
        GradebookError: there is none yet, or it is locked, damaged or not nbgrader's.
    """
    path = course.root / "gradebook.db"
    if not path.exists():
        raise GradebookError(f"no gradebook in {course.root}: run `autograder release` first")
    try:
        with api.Gradebook(course.db_url) as gradebook:
            yield gradebook
    except exc.DBAPIError as error:
        raise _unusable(course, error) from None


def check_released(gradebook: Any, assignment: str, sources: Mapping[str, NotebookNode]) -> None:
    """Raise GradebookError if `changed_cells` finds any: all must be graded with one version."""
    changed = changed_cells(gradebook, assignment, sources)
    if changed:
        raise GradebookError(
            f"{assignment} changed since its release ({', '.join(changed[:5])}): run `autograder "
            f"release {assignment}`, or `autograder regrade {assignment}` if it was handed in"
        )


def changed_cells(
    gradebook: Any, assignment: str, sources: Mapping[str, NotebookNode]
) -> list[str]:
    """Compare the instructor's notebooks with what the gradebook holds of them.

    Args:
        gradebook: an open gradebook.
        assignment: the assignment's name.
        sources: grading versions by notebook name.

    Returns:
        `<notebook>/<grade_id>` of each cell that was added, removed or changed.

    Raises:
        GradebookError: the assignment was not released, or has other notebooks now.
    """
    query = (
        select(api.Notebook.name, api.SourceCell.name, api.SourceCell.checksum)
        .join(api.SourceCell, api.SourceCell.notebook_id == api.Notebook.id)
        .join(api.Assignment, api.Assignment.id == api.Notebook.assignment_id)
        .where(api.Assignment.name == assignment)
    )
    released = {
        (notebook, cell): checksum for notebook, cell, checksum in gradebook.db.execute(query)
    }
    if not released:
        raise _unreleased(assignment)
    now = {
        (name, cell.metadata.nbgrader.grade_id): cell.metadata.nbgrader.checksum
        for name, source in sources.items()
        for cell in source.cells
        if "nbgrader" in cell.metadata
    }
    known = set(
        gradebook.db.scalars(
            select(api.Notebook.name)
            .join(api.Assignment, api.Assignment.id == api.Notebook.assignment_id)
            .where(api.Assignment.name == assignment)
        )
    )
    if known != sources.keys():
        names = ", ".join(sorted(known ^ sources.keys()))
        raise GradebookError(
            f"{assignment} changed since its release (notebooks added or removed: {names}): "
            f"run `autograder release {assignment}`"
        )
    return sorted(
        f"{notebook}/{cell}"
        for notebook, cell in released.keys() | now.keys()
        if released.get((notebook, cell)) != now.get((notebook, cell))
    )


def _unusable(course: Course, error: exc.SQLAlchemyError) -> GradebookError:
    what = str(getattr(error, "orig", None) or error).splitlines()[0]
    advice = "close formgrader and try again" if "locked" in what else "restore a copy of it"
    path = course.root / "gradebook.db"
    return GradebookError(f"the gradebook {path} can't be used: {what}; {advice}")


def _unreleased(assignment: str) -> GradebookError:
    return GradebookError(
        f"{assignment} is not in the gradebook: run `autograder release {assignment}`"
    )


class Recorder:
    """Writes graded submissions of one assignment, each in one transaction.

    What a person entered stays: manual scores, comments, extra credit, extensions.
    """

    def __init__(self, gradebook: Any, course: Course, assignment: str) -> None:
        self._db = gradebook.db
        self._course = course
        self._assignment = gradebook.find_assignment(assignment)
        # The deadline may have moved since the release.
        self._assignment.duedate = course.assignments[assignment].due_utc
        self._db.commit()
        self._notebooks = {
            notebook.name: (
                notebook.id,
                {cell.name: cell.id for cell in notebook.grade_cells},
                {cell.name: cell.id for cell in notebook.solution_cells},
            )
            for notebook in self._assignment.notebooks
        }

    def students(self) -> frozenset[str]:
        """Return who has a submission of the assignment in the gradebook."""
        query = select(api.SubmittedAssignment.student_id).filter_by(
            assignment_id=self._assignment.id
        )
        return frozenset(self._db.scalars(query))

    def record(self, graded: GradedSubmission) -> None:
        """Write one submission; all of it or, if that fails, nothing.

        Raises:
            GradebookError: the database refuses.
        """
        try:
            submission = self._submission(graded)
            for notebook in graded.notebooks:
                self._write_notebook(submission, notebook)
            self._db.commit()
        except exc.SQLAlchemyError as error:
            self._db.rollback()
            raise _unusable(self._course, error) from None
        except BaseException:  # an interrupt, too, must not leave half a submission to the next
            self._db.rollback()
            raise

    def _submission(self, graded: GradedSubmission) -> Any:
        if self._db.get(api.Student, graded.student) is None:
            self._db.add(api.Student(id=graded.student))
        query = select(api.SubmittedAssignment).where(
            api.SubmittedAssignment.assignment_id == self._assignment.id,
            api.SubmittedAssignment.student_id == graded.student,
        )
        submission = self._db.scalars(query).one_or_none()
        if submission is None:
            submission = api.SubmittedAssignment(
                assignment_id=self._assignment.id, student_id=graded.student
            )
            self._db.add(submission)
        stamp = graded.timestamp
        submission.timestamp = stamp.astimezone(UTC).replace(tzinfo=None) if stamp else None
        self._db.flush()
        return submission

    def _write_notebook(self, submission: Any, graded: GradedNotebook) -> None:
        notebook_id, grade_cells, answer_cells = self._notebooks[graded.name]
        notebook = self._notebook(submission.id, notebook_id)
        grades = self._cells(api.Grade, notebook.id, grade_cells.values())
        score = 0.0
        for verdict in graded.verdicts:
            grade = grades[grade_cells[verdict.grade_id]]
            grade.auto_score = verdict.points
            grade.needs_manual_grade = grade.manual_score is not None or verdict.points is None
            own = grade.manual_score if grade.manual_score is not None else grade.auto_score
            score += (own or 0.0) + (grade.extra_credit or 0.0)
        comments = self._cells(api.Comment, notebook.id, answer_cells.values())
        for name, cell_id in answer_cells.items():
            comments[cell_id].auto_comment = NO_RESPONSE if name in graded.unanswered else None
        late = submission.total_seconds_late
        notebook.late_submission_penalty = late_penalty(score, late, self._course.late) or None

    def _notebook(self, submission_id: str, notebook_id: str) -> Any:
        key = {"assignment_id": submission_id, "notebook_id": notebook_id}
        notebook = self._db.scalars(select(api.SubmittedNotebook).filter_by(**key)).one_or_none()
        if notebook is None:
            notebook = api.SubmittedNotebook(**key)
            self._db.add(notebook)
            self._db.flush()
        return notebook

    def _cells(self, kind: Any, notebook_id: str, cell_ids: Iterable[str]) -> dict[str, Any]:
        """Return the rows of this kind by cell, made where they are not there yet."""
        found = self._db.scalars(select(kind).filter_by(notebook_id=notebook_id))
        rows = {row.cell_id: row for row in found}
        for cell_id in set(cell_ids) - rows.keys():
            rows[cell_id] = kind(cell_id=cell_id, notebook_id=notebook_id)
            self._db.add(rows[cell_id])
        return rows


def rows(gradebook: Any, assignment: str) -> list[Row]:
    """Return the gradebook of an assignment, by student.

    Raises:
        GradebookError: the assignment was never released.
    """
    try:
        gradebook.find_assignment(assignment)
    except api.MissingEntry:
        raise _unreleased(assignment) from None
    query = select(
        api.SubmittedNotebook.assignment_id, func.sum(api.SubmittedNotebook.late_submission_penalty)
    ).group_by(api.SubmittedNotebook.assignment_id)
    penalties = {row[0]: row[1] for row in gradebook.db.execute(query)}
    table = [
        Row(
            student=entry["student"],
            tests=entry["code_score"],
            written=entry["written_score"],
            penalty=penalties.get(entry["id"]) or 0.0,
            max_score=entry["max_score"],
            needs_manual_grade=entry["needs_manual_grade"],
        )
        for entry in gradebook.submission_dicts(assignment)
    ]
    return sorted(table, key=lambda row: _natural(row.student))


def hand_scores(gradebook: Any, assignment: str) -> dict[tuple[str, str, str], float]:
    """Return the scores that a person gave, by student, notebook and cell."""
    query = (
        select(
            api.SubmittedAssignment.student_id,
            api.Notebook.name,
            api.BaseCell.name,
            api.Grade.manual_score,
        )
        .join(api.SubmittedNotebook, api.SubmittedNotebook.id == api.Grade.notebook_id)
        .join(
            api.SubmittedAssignment,
            api.SubmittedAssignment.id == api.SubmittedNotebook.assignment_id,
        )
        .join(api.Notebook, api.Notebook.id == api.SubmittedNotebook.notebook_id)
        .join(api.Assignment, api.Assignment.id == api.Notebook.assignment_id)
        .join(api.BaseCell, api.BaseCell.id == api.Grade.cell_id)
        .where(api.Assignment.name == assignment, api.Grade.manual_score.is_not(None))
    )
    return {
        (student, notebook, cell): score
        for student, notebook, cell, score in gradebook.db.execute(query)
    }


def _natural(text: str) -> list[tuple[int, str]]:
    """Order student2 before student10."""
    return [
        (int(part or 0), "") if part.isdecimal() else (-1, part)
        for part in re.split(r"(\d+)", text)
    ]
