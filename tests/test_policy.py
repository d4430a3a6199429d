"""autograder.policy: late days, and marks -> course grade, against hand-computed examples."""

import math
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from statistics import fmean

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder.policy import Late, exact, grade, late_penalty, lateness, rounded
from autograder.rules import Part, Policy, ready_policies
from autograder.settings import LateRule

DAY = 24 * 60 * 60
PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # on a busy machine
READY = ready_policies()
TENTHS = st.integers(0, 12).map(lambda n: Fraction(n, 10))  # up to 20 % of extra credit
SHARE = st.integers(0, 100).map(lambda n: n / 100)
RULES = st.builds(LateRule, SHARE, SHARE, st.integers(0, 7))
SECONDS = st.lists(st.floats(-1e7, 1e7), min_size=1, max_size=5)
NAMES = ("a", "b", "c", "d", "exam")


@st.composite
def policies(draw):
    """A policy of two to four parts over the marks a to d, perhaps with the exam's rule."""
    parts = []
    for number in range(draw(st.integers(2, 4))):
        marks = tuple(draw(st.lists(st.sampled_from(NAMES[:4]), min_size=1, unique=True)))
        weight = Fraction(draw(st.integers(1, 9)), 10)
        best = draw(st.integers(1, len(marks)))
        parts.append(Part(f"p{number}", weight, marks, best, number > 0 and draw(st.booleans())))
    exam = draw(st.sampled_from([None, "exam"]))
    return Policy("any", tuple(parts), Fraction(10), draw(st.integers(0, 3)), exam, Fraction(6))


MARKS = st.dictionaries(st.sampled_from(NAMES), TENTHS)


def tenths(**marks):
    """Return marks given out of ten as shares."""
    return {name: exact(value) / 10 for name, value in marks.items()}


@pytest.mark.parametrize(
    ("seconds", "lost"),
    [(-5, 0), (0, 0), (1, 2), (DAY, 2), (DAY + 1, 4), (4.5 * DAY, 10), (5 * DAY, 10), (99e6, 10)],
)
def test_each_day_begun_costs_its_share_up_to_the_cap(seconds, lost):
    """At 10 % a day and at most 50 %, 20 points lose 2 for each day begun and never over 10."""
    assert late_penalty(20, lateness([seconds], LateRule(0.1, 0.5))[0]) == lost


def test_free_days_are_used_up_in_order():
    """Of three free days, 2 late days and the first of 3 more are free; the last four cost."""
    late = lateness([2 * DAY, -1, 3 * DAY, 2 * DAY], LateRule(0.1, 0.5, 3))
    assert [one.days for one in late] == [2, 0, 3, 2]
    assert [one.free for one in late] == [2, 0, 1, 0]
    assert [one.share for one in late] == [0, 0, Fraction(1, 5), Fraction(1, 5)]


@PATIENT
@given(st.floats(-10, 1000), SECONDS, RULES)
def test_the_penalty_lies_between_nothing_and_the_score(score, seconds, rule):
    """A penalty never gives points, and never takes more than the score or the cap's share."""
    for late in lateness(seconds, rule):
        lost = late_penalty(score, late)
        assert 0 <= lost <= max(0.0, score) * rule.cap + 1e-9


@PATIENT
@given(SECONDS, RULES, st.data())
def test_later_is_never_cheaper(seconds, rule, data):
    """Handing one assignment in later lowers the penalty of none, however free days fall."""
    which = data.draw(st.integers(0, len(seconds) - 1))
    later = [*seconds]
    later[which] += data.draw(st.floats(0, 1e6))
    pairs = zip(lateness(seconds, rule), lateness(later, rule), strict=True)
    assert all(before.share <= after.share for before, after in pairs)


@PATIENT
@given(SECONDS, RULES)
def test_free_days_are_never_exceeded_nor_left_unused(seconds, rule):
    """Free days used are all late days there are, or all that the rule gives."""
    late = lateness(seconds, rule)
    assert sum(one.free for one in late) == min(rule.free_days, sum(one.days for one in late))
    assert [one.days for one in late] == [math.ceil(max(0, s) / DAY) for s in seconds]


@PATIENT
@given(st.floats(0, 1000), SECONDS)
def test_the_default_rule_forgives(score, seconds):
    """A course without a [late] table takes nothing."""
    assert not any(late_penalty(score, late) for late in lateness(seconds, LateRule()))


def test_no_score_has_no_penalty():
    """A score below 0 loses nothing."""
    assert late_penalty(-3, Late(1, 0, Fraction(1, 2))) == 0


def test_deck_s2_by_hand():
    """0.4 * mean(9, 7, 8) + 0.4 * 6 + 0.2 * 7.5 = 3.2 + 2.4 + 1.5 = 7.1."""
    marks = tenths(hw1=9, hw2=7, hw3=8, project=6, exam=7.5)
    own = grade(READY["homeworks-project-exam"], marks)
    assert [part.value for part in own.parts] == [8, 6, Fraction(15, 2)]
    assert (own.value, own.must_take_exam) == (Decimal("7.10"), False)


def test_deck_s0_by_hand():
    """0.4 * mean(5, 6, 7) + 0.3 * mean(4, 5, 9) + 0.3 * 8 = 2.4 + 1.8 + 2.4 = 6.6: free to go."""
    marks = tenths(lab1=5, lab2=6, lab3=7, test1=4, test2=5, test3=9, project=8)
    own = grade(READY["labs-tests-project"], marks)
    assert (own.value, own.must_take_exam) == (Decimal("6.60"), False)
    raised = grade(READY["labs-tests-project"], marks | tenths(exam=9))
    assert raised.value == Decimal("9.00")


def test_deck_s1_by_hand():
    """(0.17 * (6 + 9 + 3) + 0.5 * mean(2, 4, 6)) / 1.01 = 5.06 / 1.01 = 5.0099: to the exam."""
    marks = tenths(lab1=6, lab2=9, lab3=3, test1=2, test2=4, test3=6)
    own = grade(READY["labs-tests"], marks)
    assert own.exact == Fraction(506, 101)
    assert (own.value, own.must_take_exam) == (Decimal("5.01"), True)


def test_the_slip_of_deck_s1_is_put_right():
    """The slide's weights add up to 1.01; full marks give 10 of 10 all the same, and not by a cap.

    Half marks give half: without the division by 1.01 they would give 5.05.
    """
    policy = READY["labs-tests"]
    half = dict.fromkeys(policy.marks, Fraction(1, 2))
    assert grade(policy, half).weights == Fraction(101, 100)
    assert grade(policy, half).exact == 5
    assert grade(policy, dict.fromkeys(policy.marks, Fraction(1))).exact == 10


@pytest.mark.parametrize(
    ("cumulative", "exam", "value", "must"),
    [
        (6, None, "6.00", False),
        ("5.999", None, "6.00", True),
        (7, 9, "9.00", False),
        (7, 2, "7.00", False),
        (3, 8, "8.00", False),
        (3, 1, "3.00", False),
    ],
)
def test_the_rule_at_six(cumulative, exam, value, must):
    """From 6 on free, below (before rounding) to the exam; the better one is the grade."""
    parts = (Part("all", Fraction(1), ("a",), 1),)
    policy = Policy("rule", parts, exam="exam", frees_from=Fraction(6))
    marks = {"a": Fraction(cumulative) / 10}
    own = grade(policy, marks if exam is None else marks | {"exam": Fraction(exam, 10)})
    assert (str(own.value), own.must_take_exam) == (value, must)


def test_the_worst_is_dropped_and_extra_comes_on_top():
    """The best two of 4, 9 and 5 make 7; a tenth of an extra mark of 6 makes 7.6."""
    parts = (
        Part("homeworks", Fraction(1), ("a", "b", "c"), 2),
        Part("bonus", Fraction(1, 10), ("d",), 1, extra=True),
    )
    own = grade(Policy("drops", parts), tenths(a=4, b=9, c=5, d=6))
    assert own.parts[0].counted == ("b", "c")
    assert (own.parts[0].value, own.value) == (7, Decimal("7.60"))
    assert grade(Policy("drops", parts), tenths(a=10, b=10, d=10)).value == 10


def test_extra_is_not_divided_by_the_sum_of_the_weights():
    """With weights of 2 in all, an extra tenth of 6 still adds 0.6 to a mean of 7."""
    parts = (
        Part("homeworks", Fraction(2), ("a",), 1),
        Part("bonus", Fraction(1, 10), ("d",), 1, extra=True),
    )
    assert grade(Policy("sum", parts), tenths(a=7, d=6)).value == Decimal("7.60")


def test_a_missing_mark_is_dropped_first():
    """A homework that was not handed in counts as 0, and is what a drop forgives."""
    part = Part("homeworks", Fraction(1), ("a", "b"), 1)
    assert grade(Policy("drops", (part,)), tenths(b=3)).exact == 3
    assert grade(Policy("all", (Part("homeworks", Fraction(1), ("a", "b"), 2),)), {}).exact == 0


def test_so_far_leaves_out_what_nobody_has():
    """Without the exam and two homeworks, s2 is the mean of the project and the first homework."""
    policy = READY["homeworks-project-exam"].only({"hw1", "project"})
    assert policy.marks == ("hw1", "project")
    assert grade(policy, tenths(hw1=9, project=6)).value == Decimal("7.50")


@PATIENT
@given(policies(), MARKS, st.sampled_from(NAMES), TENTHS)
def test_a_better_mark_never_lowers_the_grade(policy, marks, name, more):
    """The grade is monotone in each mark; the exam's, and one that was missing, too."""
    better = marks | {name: marks.get(name, Fraction(0)) + more}
    before, after = grade(policy, marks), grade(policy, better)
    assert before.exact <= after.exact
    assert before.value <= after.value


@PATIENT
@given(policies(), MARKS)
def test_the_grade_is_bounded(policy, marks):
    """Whatever extra credit, the grade lies between 0 and the scale; full marks reach it."""
    assert 0 <= grade(policy, marks).value <= policy.scale
    assert grade(policy, dict.fromkeys(NAMES, Fraction(1))).exact == policy.scale


@PATIENT
@given(policies(), MARKS, st.randoms(use_true_random=False))
def test_the_order_makes_no_difference(policy, marks, random):
    """Marks, parts, and names in a part may come in any order."""
    shuffled = [
        Part(p.name, p.weight, tuple(random.sample(p.marks, len(p.marks))), p.best, p.extra)
        for p in random.sample(policy.parts, len(policy.parts))
    ]
    other = Policy("any", tuple(shuffled), policy.scale, policy.decimals, policy.exam, Fraction(6))
    items = list(marks.items())
    assert grade(other, dict(random.sample(items, len(items)))).exact == grade(policy, marks).exact


@PATIENT
@given(policies(), MARKS, TENTHS)
def test_the_exam_never_lowers(policy, marks, exam):
    """With the rule at 6, taking the exam never gives less than the cumulative assessment."""
    without = {name: share for name, share in marks.items() if name != "exam"}
    before, after = grade(policy, without), grade(policy, without | {"exam": exam})
    assert after.exact >= before.exact == before.cumulative == after.cumulative
    assert not after.must_take_exam


@PATIENT
@given(st.lists(st.integers(0, 100), min_size=1, max_size=8))
def test_a_part_is_the_mean_of_its_best(points):
    """Against sorting and a mean in floats."""
    names = tuple(f"m{number}" for number in range(len(points)))
    best = (len(points) + 1) // 2
    part = Part("p", Fraction(1), names, best)
    own = grade(
        Policy("p", (part,)), {n: Fraction(p, 100) for n, p in zip(names, points, strict=True)}
    )
    assert float(own.exact) == pytest.approx(fmean(sorted(points)[-best:]) / 10)


@PATIENT
@given(st.integers(0, 10**6), st.integers(1, 6), st.integers(0, 4))
def test_rounding_agrees_with_decimal(number, places, decimals):
    """Half up, as decimal.Decimal.quantize rounds the same number."""
    value = Decimal(number).scaleb(-places)
    one = Decimal(1).scaleb(-decimals)
    assert rounded(Fraction(value), decimals) == value.quantize(one, ROUND_HALF_UP)


def test_rounding_is_not_that_of_floats():
    """7.125 and 1.005 round up to 7.13 and 1.01; round() of floats gives 7.12 and 1.0."""
    assert rounded(exact(7.125), 2) == Decimal("7.13")
    assert rounded(exact(1.005), 2) == Decimal("1.01")


def test_points_are_what_they_look_like():
    """Sums of floats are taken as the decimals that they stand for."""
    assert exact(0.1 + 0.2) == Fraction(3, 10)
    assert exact(6.75 * 0.9) == Fraction(6075, 1000)
