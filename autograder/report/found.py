"""What the grader found in submissions and did not take: facts, with where, and no more.

Most have an innocent reason: Jupyter copies cells with their names, students print in a test to
look at a value, a file gets a bad name.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from autograder.models import Verdict
from autograder.store import Record

# Words of notes and reasons that intake, merge, the judge and the sandbox write.
_BEARS_ON_GRADING = re.compile(
    r"the instructor's \w+ counts?$|counts for nothing$|a copy of |put back: |left out, Python or"
    r"|left out, the installed module|is a link|not an ordinary file|leads outside"
    r"|the kernel was ended|the kernel died|stopped after"
    r"|in place of data|expects data there|is expected$|can't be .* by a test|close to any number"
)


@dataclass(frozen=True)
class Found:
    """One thing found in one submission."""

    student: str
    what: str
    where: str = ""  # the graded cell, where a test found it


def found(records: Sequence[Record]) -> tuple[list[Found], list[Found]]:
    """Return what could bear on points or on the sandbox, and all other notes."""
    facts = [Found(record.student, note) for record in records for note in record.notes]
    grave = [
        Found(record.student, verdict.reason, verdict.grade_id)
        for record in records
        for verdict in record.verdicts
        if _is_seen_by_sandbox(verdict)
    ]
    noted = [fact for fact in facts if _BEARS_ON_GRADING.search(fact.what)]
    return noted + grave, [fact for fact in facts if fact not in noted]


def _is_seen_by_sandbox(verdict: Verdict) -> bool:
    return verdict.status == "failed" and bool(_BEARS_ON_GRADING.search(verdict.reason))
