"""A class, graded and written down: what has not changed is left, what is done stays done.

A submission is done when its record is written, which is the last thing: a run that is killed at
any moment is gone on with by the same command, and nothing is lost or written twice.
"""

import errno
import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from autograder import history, store
from autograder.errors import GradebookError
from autograder.grade import Job
from autograder.gradebook import Recorder
from autograder.models import Basis, GradedSubmission
from autograder.pool import grade_class
from autograder.settings import Course
from autograder.versions import versions

_HASH_DIGITS = 24  # 96 bits: no two versions of anything will ever share them
# What a disk says to a name or path that it can't hold; anything else would stop the next, too.
_OF_A_NAME = {errno.ENAMETOOLONG, errno.EILSEQ, errno.EINVAL, errno.ENOTDIR, errno.EISDIR}
Grade = Callable[[Iterable[Job]], Iterator[GradedSubmission]]
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
    grade: Grade | None = None,
    force: bool = False,
) -> Outcome:
    """Grade submissions of one assignment, those that took longest first, and write each result.

    Args:
        course: where results go.
        assignment: its name.
        jobs: one for each student.
        gradebook: an open gradebook; this process alone writes it.
        progress: wraps the results as they come, with their number.
        grade: where; in processes of this machine by default.
        force: also grade what was graded before, with the same answers, tests and grader.

    Raises:
        GradebookError: the database or the disk refuses; what was graded so far is kept.
        ClusterError: so does the cluster.
    """
    recorder = Recorder(gradebook, course, assignment)
    records = {record.student: record for record in store.read(course, assignment)}
    bases = bases_of(jobs)
    written = recorder.students()
    outcome, todo = Outcome(), []
    for job in jobs:
        student = job.submission.student
        record = records.get(student)
        there = student in written and store.autograded(course, assignment, student).exists()
        if force or record is None or record.key != bases[student].key or not there:
            todo.append(job)
        else:
            outcome.unchanged += 1
            if record.refusals:
                outcome.refused[student] = "; ".join(record.refusals)
    seconds = {student: record.seconds for student, record in records.items()}
    todo.sort(key=lambda job: -seconds.get(job.submission.student, float("inf")))
    if todo:
        history.keep_tests(course, assignment, bases[todo[0].submission.student], todo[0].notebooks)
    for graded in progress((grade or grade_class)(todo), len(todo)):
        outcome.graded += 1
        if graded.refusals:
            outcome.refused[graded.student] = "; ".join(graded.refusals)
        try:
            store.write(course, graded)
            recorder.record(graded)
            basis = bases[graded.student]
            history.append(course, graded, basis)
            store.finish(course, graded, "" if graded.fault else basis.key)
        except (OSError, ValueError) as error:
            if isinstance(error, OSError) and error.errno not in _OF_A_NAME:
                raise GradebookError(
                    f"{course.build} can't be written: {error.strerror}; what was graded so far is "
                    "kept: make room and run the same command again"
                ) from None
            outcome.refused[graded.student] = f"the result can't be written: {error}"
    return outcome


def bases_of(jobs: Sequence[Job]) -> dict[str, Basis]:
    """Return, by student, all that a verdict depends on; penalties settle apart."""
    if not jobs:
        return {}
    job = jobs[0]
    tests = _hash((sorted(job.notebooks.items()), sorted(job.profiles.items())))
    rules = _hash((job.limits, job.unsafe))
    grader = f"Python {versions()['python']} {_hash(sorted(versions().items()))}"
    return {
        job.submission.student: Basis(_hash(job.submission), tests, grader, rules) for job in jobs
    }


def _hash(value: object) -> str:
    text = repr(value).encode("utf-8", "surrogateescape")
    return hashlib.sha256(text).hexdigest()[:_HASH_DIGITS]
