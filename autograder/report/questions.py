"""How each question went: means, discrimination, reasons, and what is wrong with a test."""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import StatisticsError, correlation, fmean, median

from autograder.models import Verdict
from autograder.store import Record

Key = tuple[str, str]  # notebook, grade_id
FEWEST = 3  # students that an alarm needs
_REASONS = 3


@dataclass(frozen=True)
class Question:
    """How a class did on one graded cell. Shares lie in [0, 1].

    `discrimination` is the correlation of this question's points with the points of all other
    tests together: the point-biserial coefficient where a question gives all or nothing
    (Ebel and Frisbie, Essentials of Educational Measurement, 1991, ch. 13). None where it is not
    defined: fewer than three students, or all with the same points.
    """

    notebook: str
    grade_id: str
    max_points: float
    by_hand: bool
    graded: int  # students with points
    mean: float  # of the points
    full_marks: float  # share of students
    nothing: float  # share of students with 0 points
    discrimination: float | None
    seconds: float  # median over students of the time its tests took
    reasons: tuple[tuple[str, int], ...]  # the most frequent for a loss, with their counts
    alarms: tuple[str, ...]


def questions(
    records: Sequence[Record], by_hand: Mapping[tuple[str, str, str], float] | None = None
) -> list[Question]:
    """Summarise graded cells over a class, in the notebooks' order.

    Args:
        records: one a student. A notebook that could not be graded counts nowhere.
        by_hand: what a person gave, by student, notebook and cell. It stands for the written
            answers; where it overrides a test, the test's own verdict is shown.
    """
    by_cell: dict[Key, list[tuple[str, Verdict]]] = {}
    for record in records:
        for verdict in record.verdicts:
            if verdict.notebook not in record.refused:
                key = (verdict.notebook, verdict.grade_id)
                by_cell.setdefault(key, []).append((record.student, verdict))
    totals = {record.student: _tests(record) for record in records if not record.refusals}
    return [_question(key, verdicts, totals, by_hand or {}) for key, verdicts in by_cell.items()]


def _tests(record: Record) -> float:
    """Return the sum of what the tests gave, without written answers."""
    return sum(verdict.points or 0.0 for verdict in record.verdicts if not _is_written(verdict))


def _is_written(verdict: Verdict) -> bool:
    return verdict.status in {"by hand", "no answer"}


def _question(
    key: Key,
    verdicts: Sequence[tuple[str, Verdict]],
    totals: Mapping[str, float],
    by_hand: Mapping[tuple[str, str, str], float],
) -> Question:
    first = verdicts[0][1]
    written = _is_written(first)
    points = {}
    for student, verdict in verdicts:
        given = by_hand.get((student, *key)) if written else None
        value = verdict.points if given is None else given
        if value is not None:
            points[student] = value
    full = first.max_points
    values = list(points.values())
    pairs = [
        (value, totals[student] - (0.0 if written else value))
        for student, value in points.items()
        if student in totals
    ]
    found = _correlation(pairs)
    reasons = Counter(verdict.reason for _, verdict in verdicts if verdict.reason)
    return Question(
        *key,
        max_points=full,
        by_hand=written,
        graded=len(values),
        mean=fmean(values) if values else 0.0,
        full_marks=fmean(value >= full for value in values) if values else 0.0,
        nothing=fmean(value <= 0 for value in values) if values else 0.0,
        discrimination=found,
        seconds=median(verdict.seconds for _, verdict in verdicts),
        reasons=tuple(reasons.most_common(_REASONS)),
        alarms=() if written else tuple(_alarms(values, found, len(pairs))),
    )


def _correlation(pairs: Sequence[tuple[float, float]]) -> float | None:
    if len(pairs) < FEWEST:
        return None
    try:
        return correlation([one for one, _ in pairs], [rest for _, rest in pairs])
    except StatisticsError:  # one of them is constant
        return None


def _alarms(values: Sequence[float], found: float | None, count: int) -> Iterator[str]:
    """Yield what makes a test look wrong.

    Args:
        values: the students' points.
        found: the discrimination.
        count: of the students that it comes from.
    """
    if len(values) < FEWEST:
        return
    if max(values) <= 0:
        yield "everyone fails this test"
    elif max(values) == min(values):
        yield "this test separates nobody: all have the same points"
    # One standard error of a correlation that is 0 in truth: small classes scatter.
    if found is not None and found < -1 / math.sqrt(count - 1):
        yield "this test contradicts the others: those who pass it do worse in the rest"
