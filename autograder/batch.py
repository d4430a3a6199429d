"""A class, graded and written down: what has not changed is left, what is done stays done.

A submission is done when its record is written, which is the last thing: a run that is killed at
any moment is gone on with by the same command, and nothing is lost or written twice.
"""

import hashlib
import platform
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

from autograder import history, store
from autograder.errors import GradebookError
from autograder.grade import Job, grade_class
from autograder.gradebook import Recorder
from autograder.models import Basis, GradedSubmission
from autograder.settings import Course

_DISTRIBUTION = "deep-learning-for-nlp"  # ours, as pyproject.toml names it
_HASH_DIGITS = 24  # 96 bits: no two versions of anything will ever share them
Progress = Callable[[Iterable[GradedSubmission], int], Iterable[GradedSubmission]]


@dataclass
class Outcome:
    """What a run did. `refused` says, by student, why something could not be graded or written."""

    graded: int = 0
    unchanged: int = 0
    refused: dict[str, str] = field(default_factory=dict)


def grade_and_record(
    course: Course,
    assignment: str,
    jobs: Sequence[Job],
    gradebook: Any,
    progress: Progress,
    workers: int | None = None,
    force: bool = False,
) -> Outcome:
    """Grade submissions of one assignment, those that took longest first, and write each result.

    Args:
        course: where results go.
        assignment: its name.
        jobs: one for each student.
        gradebook: an open gradebook; this process alone writes it.
        progress: wraps the results as they come, with their number.
        workers: processes; one a core by default.
        force: also grade what was graded before, with the same answers, tests and grader.

    Raises:
        GradebookError: the database refuses; what was graded so far is kept.
    """
    recorder = Recorder(gradebook, course, assignment)
    records = {record.student: record for record in store.read(course, assignment)}
    bases = _bases(course, assignment, jobs)
    written = recorder.students()
    outcome, todo = Outcome(), []
    for job in jobs:
        student = job.submission.student
        record = records.get(student)
        if force or record is None or record.key != bases[student].key or student not in written:
            todo.append(job)
        else:
            outcome.unchanged += 1
            if record.refusals:
                outcome.refused[student] = "; ".join(record.refusals)
    seconds = {student: record.seconds for student, record in records.items()}
    todo.sort(key=lambda job: -seconds.get(job.submission.student, float("inf")))
    if todo:
        history.keep_tests(course, assignment, bases[todo[0].submission.student], todo[0].notebooks)
    for graded in progress(grade_class(todo, workers), len(todo)):
        outcome.graded += 1
        if graded.refusals:
            outcome.refused[graded.student] = "; ".join(graded.refusals)
        try:
            store.write(course, graded)
            recorder.record(graded)
            basis = bases[graded.student]
            history.append(course, graded, basis)
            store.finish(course, graded, "" if graded.fault else basis.key)
        except GradebookError:
            raise
        except (OSError, ValueError) as error:  # a name or file that this disk can't hold
            outcome.refused[graded.student] = f"the result can't be written: {error}"
    return outcome


def _bases(course: Course, assignment: str, jobs: Sequence[Job]) -> dict[str, Basis]:
    """Return, by student, all that a verdict and its penalty depend on."""
    if not jobs:
        return {}
    job = jobs[0]
    tests = _hash((sorted(job.notebooks.items()), sorted(job.profiles.items())))
    due = course.assignments[assignment].due_utc
    rules = _hash((due, course.late, job.limits, job.unsafe))
    grader = _grader()
    return {
        job.submission.student: Basis(_hash(job.submission), tests, grader, rules) for job in jobs
    }


def _grader() -> str:
    installed = {one.name: one.version for one in distributions()}
    sources = [path.read_bytes() for path in sorted(Path(__file__).parent.rglob("*.py"))]
    version, python = installed.get(_DISTRIBUTION, "?"), platform.python_version()
    return f"{version} Python {python} {_hash((sorted(installed.items()), sources))}"


def _hash(value: object) -> str:
    text = repr(value).encode("utf-8", "surrogateescape")
    return hashlib.sha256(text).hexdigest()[:_HASH_DIGITS]
