"""How a class did: figures checked by hand."""

import pytest

from autograder.models import Status, Verdict
from autograder.report import Question, questions
from autograder.store import Record


def record(student: str, *verdicts: Verdict) -> Record:
    return Record(student, verdicts, (), (), 0.0)


def verdict(points: float | None, reason: str = "", name: str = "q1", full: float = 4) -> Verdict:
    status: Status = "passed" if points == full else "failed"
    return Verdict(name, points, full, status, reason)


def test_figures_by_hand():
    """Of 4, 4, 1 and 0 points out of 4 the mean is 2.25 and half have full marks."""
    records = [
        record("a", verdict(4)),
        record("b", verdict(4)),
        record("c", verdict(1, "1 of 4 points")),
        record("d", verdict(0, "line 1: wrong")),
        record("e", verdict(0, "line 1: wrong")),
    ]
    assert questions(records[:4])[0].mean == pytest.approx(2.25)
    assert questions(records[:4])[0].full_marks == pytest.approx(0.5)
    assert questions(records) == [Question("q1", 4, 5, 1.8, 0.4, "2 x line 1: wrong")]


def test_what_waits_for_a_person_is_not_counted():
    """Answers to grade by hand count neither as 0 nor as graded."""
    records = [record("a", verdict(None)), record("b", verdict(0, "no answer was written"))]
    assert questions(records) == [Question("q1", 4, 1, 0.0, 0.0, "1 x no answer was written")]
    assert questions(records[:1]) == [Question("q1", 4, 0, 0.0, 0.0, "")]


def test_questions_keep_the_notebooks_order():
    """Questions come as in the notebook, not by name."""
    verdicts = [verdict(4, name=name) for name in ("q2", "q10", "q1")]
    assert [q.grade_id for q in questions([record("a", *verdicts)])] == ["q2", "q10", "q1"]


def test_nobody():
    """No record gives no question."""
    assert questions([]) == []
