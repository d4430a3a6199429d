"""The writer of nbgrader's gradebook (penalties.py is its helper), and the reader for tables."""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from nbformat import NotebookNode
from nbgrader import api
from sqlalchemy import exc, func, select, text

from autograder.errors import GradebookError
from autograder.models import GradedNotebook, GradedSubmission
from autograder.penalties import settle
from autograder.release import own_tools_first
from autograder.settings import Course

# nbgrader's schema has no index for these, so its own queries take time squared in the class.
_INDEXED = (
    ("submitted_assignment", "student_id"),
    ("submitted_notebook", "assignment_id"),
    ("grade", "notebook_id"),
    ("comment", "notebook_id"),
)
_ADVICE = {  # by what SQLite says
    "locked": "close formgrader and try again",
    "full": "make room and run the same command again",
    "I/O": "look after the disk and run the same command again",
    "readonly": "allow yourself to write it",
}
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
    if not course.gradebook and not (course.root / "gradebook.db").exists():
        raise GradebookError(f"no gradebook in {course.root}: run `autograder release` first")
    with _connected(course) as gradebook:
        yield gradebook


def set_up(course: Course) -> None:
    """Make a gradebook on a server ready for its first release; a file needs nothing.

    Raises:
        GradebookError: the server is not there or refuses.
    """
    if not course.gradebook:
        return
    with _connected(course) as gradebook:
        # nbgrader's assignments belong to a course without a name, which it never makes: SQLite
        # does not look, PostgreSQL does.
        if gradebook.db.get(api.Course, "") is None:
            gradebook.db.add(api.Course(id=""))
            gradebook.db.commit()


@contextmanager
def _connected(course: Course) -> Iterator[Any]:
    own_tools_first()  # nbgrader sets an empty database up with them
    try:
        with api.Gradebook(course.db_url) as gradebook:
            yield gradebook
    except (exc.DBAPIError, exc.ArgumentError) as error:
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
    what = _line(error)
    advice = next((do for word, do in _ADVICE.items() if word in what), "restore a copy of it")
    if course.gradebook:
        advice = "look whether the server runs, and at the address in course.toml"
    return GradebookError(f"the gradebook {course.gradebook_shown} can't be used: {what}; {advice}")


def _line(error: exc.SQLAlchemyError) -> str:
    return str(getattr(error, "orig", None) or error).splitlines()[0]


def _unreleased(assignment: str) -> GradebookError:
    return GradebookError(
        f"{assignment} is not in the gradebook: run `autograder release {assignment}`"
    )


class Recorder:
    """Writes graded submissions of one assignment, each in one transaction.

    What a person entered stays: manual scores, comments, extra credit, extensions.
    """

    def __init__(self, gradebook: Any, course: Course, assignment: str) -> None:
        self._gradebook = gradebook
        self._db = gradebook.db
        self._course = course
        self._assignment = gradebook.find_assignment(assignment)
        for table, column in _INDEXED:
            name = f"autograder_{table}_{column}"
            self._db.execute(text(f"CREATE INDEX IF NOT EXISTS {name} ON {table} ({column})"))
        settle(gradebook, course)
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
            ValueError: it can't hold what this submission brings.
        """
        try:
            submission = self._submission(graded)
            for notebook in graded.notebooks:
                self._write_notebook(submission, notebook)
            settle(self._gradebook, self._course, graded.student)
        except exc.DataError as error:  # of this submission: such as a name that is too long
            self._db.rollback()
            raise ValueError(_line(error)) from None
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
        for verdict in graded.verdicts:
            grade = grades[grade_cells[verdict.grade_id]]
            grade.auto_score = verdict.points
            grade.needs_manual_grade = grade.manual_score is not None or verdict.points is None
        comments = self._cells(api.Comment, notebook.id, answer_cells.values())
        for name, cell_id in answer_cells.items():
            comments[cell_id].auto_comment = NO_RESPONSE if name in graded.unanswered else None

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


def is_released(gradebook: Any, assignment: str) -> bool:
    """Return whether the gradebook knows the assignment."""
    return assignment in {one.name for one in gradebook.assignments}


def rows(gradebook: Any, assignment: str) -> list[Row]:
    """Return the gradebook of an assignment, by student. See `penalties.settle`.

    Raises:
        GradebookError: the assignment was never released.
    """
    if not is_released(gradebook, assignment):
        raise _unreleased(assignment)
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
    return sorted(table, key=lambda row: natural(row.student))


def natural(name: str) -> list[tuple[int, str]]:
    """Order student2 before student10."""
    return [
        (int(part or 0), "") if part.isdecimal() else (-1, part)
        for part in re.split(r"(\d+)", name)
    ]
