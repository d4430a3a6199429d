"""What a dry run graded, kept for the run that writes: nobody is graded twice."""

import json
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path

from autograder.batch import Grade, bases_of
from autograder.files import replaced_file
from autograder.grade import Job
from autograder.merge import ordinary_files
from autograder.models import GradedNotebook, GradedSubmission, Verdict
from autograder.settings import Course


def keeping(course: Course, assignment: str, grade: Grade) -> Grade:
    """Return a `grade` that takes what is kept, grades the others with `grade`, and keeps them.

    A result is taken while all that it depends on (`Basis`) is what it was.
    """

    def taken_or_graded(jobs: Iterable[Job]) -> Iterator[GradedSubmission]:
        by_student = {job.submission.student: job for job in jobs}
        keys = {name: basis.key for name, basis in bases_of([*by_student.values()]).items()}
        rest = []
        for student, job in by_student.items():
            graded = _read(_path(course, assignment, student), job, keys[student])
            if graded:
                yield graded
            else:
                rest.append(job)
        for graded in grade(rest) if rest else ():
            if not graded.fault:
                _write(_path(course, assignment, graded.student), graded, keys[graded.student])
            yield graded

    return taken_or_graded


def forget(course: Course, assignment: str) -> None:
    """Remove what is kept: the results are written where they belong."""
    shutil.rmtree(_path(course, assignment, "").parent, ignore_errors=True)


def _path(course: Course, assignment: str, student: str) -> Path:
    return course.build / "dry-run" / assignment / f"{student}.json"


def _write(path: Path, graded: GradedSubmission, key: str) -> None:
    table = {
        "key": key,
        "notebooks": [asdict(notebook) for notebook in graded.notebooks],
        "notes": graded.notes,
        "seconds": graded.seconds,
        "unsandboxed": graded.unsandboxed,
    }
    with replaced_file(path) as scratch:
        scratch.write_text(json.dumps(table, default=sorted), "utf-8")  # default: of sets


def _read(path: Path, job: Job, key: str) -> GradedSubmission | None:
    """Return what is kept of a submission; the student's files are the job's."""
    try:
        table = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(table, dict) or table.get("key") != key:
        return None
    return GradedSubmission(
        job.submission.student,
        job.submission.assignment,
        tuple(_notebook(**notebook) for notebook in table["notebooks"]),
        job.submission.timestamp,
        ordinary_files(job.submission.files)[0],
        tuple(table["notes"]),
        table["seconds"],
        unsandboxed=table["unsandboxed"],
    )


def _notebook(
    name: str,
    verdicts: list[dict],  # type: ignore[type-arg]  # JSON
    executed: str,
    unanswered: list[str],
    refused: str | None,
    notes: list[str],
) -> GradedNotebook:
    return GradedNotebook(
        name,
        tuple(Verdict(**verdict) for verdict in verdicts),
        executed,
        frozenset(unanswered),
        refused,
        tuple(notes),
    )
