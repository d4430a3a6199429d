"""Points and dates -> what the course's rules make of them."""

import math

from autograder.settings import LateRule

_DAY = 24 * 60 * 60


def late_penalty(score: float, seconds_late: float, rule: LateRule) -> float:
    """Return the points that a late submission loses, between 0 and `score`.

    Each day begun after the deadline takes `rule.penalty_per_day` of the score, up to `rule.cap`.
    """
    days = math.ceil(max(0.0, seconds_late) / _DAY)
    return max(0.0, score) * min(days * rule.penalty_per_day, rule.cap)
