"""autograder.policy: the late rule."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.policy import late_penalty
from autograder.settings import LateRule

DAY = 24 * 60 * 60
SHARE = st.floats(0, 1)
RULES = st.builds(LateRule, SHARE, SHARE)
SCORES = st.floats(0, 1000)
SECONDS = st.floats(-1e8, 1e8)


@pytest.mark.parametrize(
    ("seconds", "lost"),
    [(-5, 0), (0, 0), (1, 2), (DAY, 2), (DAY + 1, 4), (4.5 * DAY, 10), (5 * DAY, 10), (99e6, 10)],
)
def test_each_day_begun_costs_its_share_up_to_the_cap(seconds, lost):
    """At 10 % a day and at most 50 %, 20 points lose 2 for each day begun and never over 10."""
    assert late_penalty(20, seconds, LateRule(0.1, 0.5)) == pytest.approx(lost)


@given(SCORES, SECONDS, RULES)
def test_the_penalty_lies_between_nothing_and_the_score(score, seconds, rule):
    """A penalty never gives points, and never takes more than the score or the cap's share."""
    lost = late_penalty(score, seconds, rule)
    assert 0 <= lost <= score
    assert lost <= score * rule.cap


@given(SCORES, SECONDS, SECONDS, RULES)
def test_later_is_never_cheaper(score, one, other, rule):
    """Of two submissions with the same score, the later one loses at least as much."""
    first, second = sorted((one, other))
    assert late_penalty(score, first, rule) <= late_penalty(score, second, rule)


@given(SCORES, st.floats(-1e8, 0), RULES)
def test_on_time_costs_nothing(score, seconds, rule):
    """A submission at or before the deadline loses nothing, whatever the rule."""
    assert late_penalty(score, seconds, rule) == 0


@given(st.floats(-1000, 0), SECONDS, RULES)
def test_no_score_has_no_penalty(score, seconds, rule):
    """A score of nothing, or below, loses nothing."""
    assert late_penalty(score, seconds, rule) == 0


@given(SCORES, st.integers(0, 30), st.floats(0.001, 1), RULES)
def test_a_day_costs_the_same_from_begin_to_end(score, days, part, rule):
    """Within one day after the deadline, the hour makes no difference."""
    begun = math.ceil((days + part) * DAY)
    assert late_penalty(score, begun, rule) == late_penalty(score, (days + 1) * DAY, rule)


@given(SCORES, SECONDS)
def test_the_default_rule_forgives(score, seconds):
    """A course without a [late] table takes nothing."""
    assert late_penalty(score, seconds, LateRule()) == 0
