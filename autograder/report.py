"""Verdicts of a class -> how each question went."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from autograder.models import Verdict
from autograder.store import Record


@dataclass(frozen=True)
class Question:
    """How a class did on one graded cell. Shares lie in [0, 1]."""

    grade_id: str
    max_points: float
    graded: int  # students with points; those to grade by hand are not counted
    mean: float  # of the points
    full_marks: float  # share of students
    common_reason: str  # the most frequent reason for a loss, with its count


def questions(records: Sequence[Record]) -> list[Question]:
    """Summarise graded cells over a class, in the notebook's order."""
    by_cell: dict[str, list[Verdict]] = {}
    for record in records:
        for verdict in record.verdicts:
            by_cell.setdefault(verdict.grade_id, []).append(verdict)
    return [_question(name, verdicts) for name, verdicts in by_cell.items()]


def _question(name: str, verdicts: Sequence[Verdict]) -> Question:
    points = [verdict.points for verdict in verdicts if verdict.points is not None]
    full = verdicts[0].max_points
    reasons = Counter(verdict.reason for verdict in verdicts if verdict.reason)
    common = reasons.most_common(1)
    return Question(
        name,
        full,
        len(points),
        fmean(points) if points else 0.0,
        fmean(value == full for value in points) if points else 0.0,
        f"{common[0][1]} x {common[0][0]}" if common else "",
    )
