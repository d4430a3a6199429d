"""Points and dates -> what the course's rules make of them. Pure, and exact: in fractions."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from autograder.rules import Part, Policy
from autograder.settings import LateRule

_DAY = 24 * 60 * 60
_FLOAT_DIGITS = 9  # a sum of points in floats is wrong far behind these


@dataclass(frozen=True)
class Late:
    """How late a submission was. `free` of the `days` cost nothing; `share` is what it loses."""

    days: int = 0
    free: int = 0
    share: Fraction = Fraction(0)  # of its score, in [0, 1]


@dataclass(frozen=True)
class PartGrade:
    """A part of one student's grade, on the policy's scale."""

    part: Part
    value: Fraction
    marks: Mapping[str, Fraction]  # all of the part; a missing one is 0
    counted: tuple[str, ...]  # the names of the best


@dataclass(frozen=True)
class Grade:
    """One student's course grade and how it came about, on the policy's scale."""

    parts: tuple[PartGrade, ...]
    cumulative: Fraction  # of the parts, at most the scale
    exam: Fraction | None  # that may raise the grade
    must_take_exam: bool  # the cumulative frees from no exam, and there is no mark of it yet
    exact: Fraction
    value: Decimal  # rounded

    @property
    def weights(self) -> Fraction:
        """The sum of the weights, by which each is divided."""
        return sum((own.part.weight for own in self.parts if not own.part.extra), Fraction(0))


def exact(points: float) -> Fraction:
    """Return points as written in decimals: 0.1 is a tenth, and 0.1 + 0.2 is 0.3."""
    return Fraction(str(round(points, _FLOAT_DIGITS)))


def lateness(seconds: Sequence[float], rule: LateRule) -> list[Late]:
    """Return how late a student's submissions count, each from how long after its deadline it came.

    Each day begun after the deadline is a late day. In the given order (that of the deadlines)
    late days use up the student's free days; each other one takes `rule.penalty_per_day` of the
    score, up to `rule.cap`. Marks play no part in it, so a better mark never costs.
    """
    left, result = rule.free_days, []
    for late in seconds:
        days = math.ceil(max(0.0, late) / _DAY)
        free = min(days, left)
        left -= free
        share = min((days - free) * exact(rule.penalty_per_day), exact(rule.cap))
        result.append(Late(days, free, share))
    return result


def late_penalty(score: float, late: Late) -> float:
    """Return the points that a late submission loses, between 0 and `score`."""
    return float(max(Fraction(0), exact(score)) * late.share)


def grade(policy: Policy, marks: Mapping[str, Fraction]) -> Grade:
    """Return a student's course grade.

    Args:
        policy: with at least one part whose weight is above 0.
        marks: by name, as shares of the full marks: from 0, and above 1 with extra credit. One
            that is missing counts as 0.
    """
    parts = tuple(_part(part, marks, policy.scale) for part in policy.parts)
    total = sum((own.part.weight for own in parts if not own.part.extra), Fraction(0))
    cumulative = Fraction(0)
    for own in parts:
        cumulative += own.part.weight * own.value / (1 if own.part.extra else total)
    cumulative = min(cumulative, policy.scale)
    exam = None
    if policy.exam is not None and policy.exam in marks:
        exam = min(_positive(marks[policy.exam]), Fraction(1)) * policy.scale
    result = max(cumulative, exam or Fraction(0))
    must = policy.exam is not None and exam is None and cumulative < policy.frees_from
    return Grade(parts, cumulative, exam, must, result, rounded(result, policy.decimals))


def rounded(value: Fraction, decimals: int) -> Decimal:
    """Round half up, exactly; `value` is 0 or more."""
    return Decimal(math.floor(value * 10**decimals + Fraction(1, 2))).scaleb(-decimals)


def _part(part: Part, marks: Mapping[str, Fraction], scale: Fraction) -> PartGrade:
    own = {name: _positive(marks.get(name, Fraction(0))) * scale for name in part.marks}
    best = sorted(own, key=lambda name: -own[name])[: part.best]  # stable: ties in policy's order
    value = sum((own[name] for name in best), Fraction(0)) / part.best
    return PartGrade(part, value, own, tuple(name for name in part.marks if name in best))


def _positive(share: Fraction) -> Fraction:
    return max(Fraction(0), share)
