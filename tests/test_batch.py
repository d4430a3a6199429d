"""A class graded and written down: unchanged work is left, what is done stays done."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from autograder import batch
from autograder.batch import grade_and_record
from autograder.grade import grade_submission, refuse
from autograder.gradebook import open_gradebook, rows
from autograder.models import GradedSubmission
from autograder.settings import Course
from tests import toy
from tests.toy import FakeExecutor, job

NAMES = ("ada", "bob", "cyd")


@pytest.fixture
def course(tmp_path) -> Course:
    return toy.released_in(tmp_path)


@pytest.fixture
def ran(monkeypatch) -> list[str]:
    """Who was graded, in order; without a kernel."""
    order: list[str] = []

    def grade_class(jobs):
        for one in jobs:
            order.append(one.submission.student)
            yield toy_graded(one)

    monkeypatch.setattr(batch, "grade_class", grade_class)
    return order


def toy_graded(one) -> GradedSubmission:
    if one.submission.student == "broken":
        return refuse(one, "no kernel")
    return grade_submission(one, FakeExecutor())


def run(course: Course, jobs, **options) -> batch.Outcome:
    with open_gradebook(course) as book:
        return grade_and_record(course, "hw1", jobs, book, lambda items, _: items, **options)


def test_what_has_not_changed_is_not_graded_again(course, ran):
    """A second run grades nobody; a changed answer is graded, and only that."""
    assert run(course, [job(name) for name in NAMES]).graded == 3
    again = run(course, [job(name) for name in NAMES])
    assert (again.graded, again.unchanged) == (0, 3)
    ran.clear()
    jobs = [job("ada"), job("bob", {**toy.SOLUTION, "half": "half = 0"}), job("cyd")]
    assert run(course, jobs).unchanged == 2
    assert ran == ["bob"]


def test_force_grades_all(course, ran):
    """With force everybody is graded again."""
    run(course, [job(name) for name in NAMES])
    assert run(course, [job(name) for name in NAMES], force=True).graded == 3


def test_a_changed_test_or_limit_grades_again(course, ran):
    """Another test or limit changes what a verdict depends on."""
    run(course, [job("ada")])
    one = job("ada")
    changed = [
        replace(one, notebooks={"toy": one.notebooks["toy"].replace("double(2) == 4", "True")}),
        replace(one, limits=replace(one.limits, cell_seconds=5)),
    ]
    for other in changed:
        assert run(course, [other]).graded == 1
        assert run(course, [other]).graded == 0


def test_a_changed_late_rule_counts_without_grading_again(course, ran):
    """Another late rule changes penalties at the next run, and no verdict."""
    late = job("ada", timestamp=datetime(2026, 1, 11, tzinfo=UTC))
    run(course, [late])
    with open_gradebook(course) as book:
        assert rows(book, "hw1")[0].penalty == 0.5
    rule = replace(course.late, penalty_per_day=0.2)
    assert run(replace(course, late=rule), [late]).graded == 0
    with open_gradebook(course) as book:
        assert rows(book, "hw1")[0].penalty == 1


def test_a_fault_of_the_grader_is_tried_again(course, ran):
    """Who could not be graded for want of a kernel is graded by the next run."""
    assert run(course, [job("broken")]).refused == {"broken": "toy: no kernel"}
    assert run(course, [job("broken")]).graded == 1


def test_a_students_refusal_is_kept(course, ran):
    """Who handed in nothing readable is named again, without being graded again."""
    empty = job("eve", notebooks={}, refused={"toy": "the file is empty"})
    run(course, [empty])
    again = run(course, [empty])
    assert (again.unchanged, again.refused) == (1, {"eve": "toy: the file is empty"})


def test_a_lost_gradebook_is_filled_again(course, ran):
    """Records without their points in the gradebook do not count as done."""
    run(course, [job("ada")])
    toy.released_in(course.root / "other")
    (course.root / "gradebook.db").write_bytes((course.root / "other/gradebook.db").read_bytes())
    assert run(course, [job("ada")]).graded == 1


def test_the_longest_come_first(course, ran):
    """Those that took longest the last time are handed out first, after those not yet known."""
    run(course, [job(name) for name in NAMES])
    for name, seconds in zip(NAMES, (1, 9, 5), strict=True):
        path = course.build / "verdicts" / "hw1" / f"{name}.json"
        path.write_text(json.dumps({**json.loads(path.read_text()), "seconds": seconds}))
    ran.clear()
    run(course, [job(name) for name in (*NAMES, "new")], force=True)
    assert ran == ["new", "bob", "cyd", "ada"]
