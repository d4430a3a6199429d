"""The class graded again after a test has changed: who gains, who loses, how much and why.

A dry run is the real run on a copy of the gradebook and of the verdicts; what it graded is kept, so
that the run that writes it does not grade again.
"""

import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from nbgrader import api
from sqlalchemy import create_engine

from autograder import batch, gate, gradebook, history, kept, released, store
from autograder.entered import hand_scores
from autograder.errors import SubmissionError
from autograder.gate import Prepared
from autograder.grade import Job
from autograder.gradebook import Row, open_gradebook
from autograder.models import Verdict
from autograder.pool import grade_class
from autograder.settings import Course
from autograder.store import Record

Key = tuple[str, str]  # notebook, grade_id


@dataclass(frozen=True)
class Change:
    """What grading again made of one student's work. `why` has a line for each verdict."""

    before: Row
    after: Row
    why: tuple[str, ...]

    @property
    def gain(self) -> float:
        """Points more in the gradebook, after the late penalty and what was given by hand."""
        return self.after.score - self.before.score


@dataclass(frozen=True)
class Regraded:
    """What a regrade did, or would do."""

    outcome: batch.Outcome
    cells: Sequence[str]  # `<notebook>/<cell>` that differed from the gradebook's
    changes: Sequence[Change]  # the greatest loss first
    gone: Sequence[str]  # students whose work is no longer in submitted/: as they were


@dataclass(frozen=True)
class _State:
    """What is known of a class at one moment, by student."""

    rows: Mapping[str, Row]
    records: Mapping[str, Record]
    answers: Mapping[str, str]  # a hash of what was handed in


def regrade(
    course: Course,
    assignment: str,
    read_jobs: Callable[[Course, Prepared], list[Job]],
    progress: batch.Progress,
    unsafe: bool = False,
    dry_run: bool = False,
    grade: batch.Grade | None = None,
) -> Regraded:
    """Grade those again who were graded, with the notebooks as they are now.

    Scores and comments that a person gave stay. A run that is stopped is gone on with by the same
    command, which then tells of those only whom it still found with the old verdicts.

    Args:
        course: the course.
        assignment: the assignment's name.
        read_jobs: returns the jobs of the class.
        progress: see `batch.grade_and_record`.
        unsafe: without a sandbox.
        dry_run: write nothing.
        grade: grades the jobs; a local pool by default.

    Raises:
        AssignmentError: the solution fails a test, or the untouched release passes one.
        GradebookError: not released, other answer cells, or the database refuses.
        SubmissionError: nobody was graded yet.
    """
    if not store.read(course, assignment):
        raise SubmissionError(f"{assignment} was not graded yet: run `autograder grade` first")
    with ExitStack() as stack:
        where = stack.enter_context(_copy(course, assignment)) if dry_run else course
        prepared = gate.prepare(where, where.assignment(assignment), unsafe)
        book = stack.enter_context(open_gradebook(where))
        cells = gradebook.changed_cells(book, assignment, prepared.sources)
        before = _state(where, assignment, book)
        if cells:
            gate.check_untouched(where, where.assignment(assignment), prepared)
            released.update(book, assignment, prepared.sources)
        jobs = [job for job in read_jobs(where, prepared) if job.submission.student in before.rows]
        once = kept.keeping(course, assignment, grade or grade_class)
        outcome = batch.grade_and_record(where, assignment, jobs, book, progress, once)
        after = _state(where, assignment, book)
        hand = hand_scores(book, assignment)
    if not dry_run:
        kept.forget(course, assignment)
    gone = sorted(before.rows.keys() - {job.submission.student for job in jobs})
    return Regraded(outcome, cells, _changes(before, after, hand), gone)


@contextmanager
def _copy(course: Course, assignment: str) -> Iterator[Course]:
    """Give a copy of the course to write into: its sources and submissions are only linked."""
    with tempfile.TemporaryDirectory(prefix="regrade-") as name:
        copy = replace(course, root=Path(name), gradebook="")
        for folder in ("sources", "submitted"):
            getattr(copy, folder).symlink_to(getattr(course, folder))
        for place in (course.build / "verdicts", course.build / "profiles", course.history):
            if (place / assignment).exists():
                target = copy.root / place.relative_to(course.root) / assignment
                shutil.copytree(place / assignment, target)
        _copy_gradebook(course, copy)
        yield copy


def _copy_gradebook(course: Course, copy: Course) -> None:
    engine = create_engine(copy.db_url)
    try:
        api.Base.metadata.create_all(engine)
        with open_gradebook(course) as ours, engine.begin() as theirs:
            for table in api.Base.metadata.sorted_tables:
                rows = [dict(row) for row in ours.db.execute(table.select()).mappings()]
                if rows:
                    theirs.execute(table.insert(), rows)
    finally:
        engine.dispose()


def _state(course: Course, assignment: str, book: Any) -> _State:
    book.db.expire_all()
    records = {record.student: record for record in store.read(course, assignment)}
    lines = {student: history.read(course, assignment, student)[-1:] for student in records}
    return _State(
        {row.student: row for row in gradebook.rows(book, assignment) if row.student in records},
        records,
        {student: line[0].basis.answers for student, line in lines.items() if line},
    )


def _changes(
    before: _State, after: _State, hand: Mapping[tuple[str, str, str], float]
) -> list[Change]:
    changes = []
    for student, row in before.rows.items():
        scores = {cell[1:]: score for cell, score in hand.items() if cell[0] == student}
        why = list(_why(before.records[student], after.records[student], scores))
        now = after.rows[student]
        if why or (row.score, row.max_score) != (now.score, now.max_score):
            if before.answers.get(student, "") not in ("", after.answers[student]):
                why.append("what was handed in is not what was graded before")
            changes.append(Change(row, now, tuple(why)))
    return sorted(changes, key=lambda change: change.gain)


def _why(old: Record, new: Record, hand: Mapping[Key, float]) -> Iterator[str]:
    """Yield a line for each verdict with other points, or other points to get."""
    before, after = _by_cell(old), _by_cell(new)
    several = len({notebook for notebook, _ in after}) > 1
    for key in {**before, **after}:
        one, two = before.get(key), after.get(key)
        if one and two and (one.points, one.max_points) == (two.points, two.max_points):
            continue
        line = f"{'/'.join(key) if several else key[1]}: {_points(one)} -> {_points(two)}"
        if two and two.reason:
            line += f" ({two.reason})"
        elif one and two and one.reason:
            line += f" (before: {one.reason})"
        if two and key in hand:
            line += f"; the {hand[key]:g} given by hand stay"
            line += ", more than it has now" * (hand[key] > two.max_points)
        yield line


def _by_cell(record: Record) -> dict[Key, Verdict]:
    return {(verdict.notebook, verdict.grade_id): verdict for verdict in record.verdicts}


def _points(verdict: Verdict | None) -> str:
    if verdict is None:
        return "no such test"
    points = "by hand" if verdict.points is None else f"{verdict.points:g}"
    return f"{points} of {verdict.max_points:g}"
