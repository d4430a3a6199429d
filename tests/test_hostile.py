"""Attacks on the grader: none wins a point that it should not, reads, writes or stays."""

import functools
import re

import pytest

from tests import toy
from tests.hostile import course, harness
from tests.hostile.case import read_cases
from tests.hostile.notebooks import forgeries

CASES = {case.name: case for case in (*read_cases(), *forgeries())}


@functools.cache
def graded(assignment: str) -> harness.Class:
    """Grade all cases of an assignment, once."""
    toy.need_sandbox()
    cases = tuple(case for case in CASES.values() if case.assignment == assignment)
    return harness.run(cases, assignment)


@pytest.mark.parametrize("name", CASES)
def test_an_attack_earns_exactly_its_due(name):
    """An attack earns what it rightly earns, with the reason that it must have, and no more."""
    case = CASES[name]
    problems = graded(case.assignment).outcomes[name].problems
    if case.open:
        assert problems, "this attack is stopped now: remove its line `# open: ...`"
        pytest.xfail(case.open)
    assert not problems


@pytest.mark.parametrize("assignment", course.NOTEBOOKS)
def test_a_class_of_attackers_leaves_nothing(assignment):
    """Neighbours get full points; no file is changed, no host reached, no process left."""
    assert graded(assignment).problems == ()


def test_attacks_are_many_and_well_formed():
    """There are at least 100 attacks; what each expects is of a form that is checked."""
    assert len(CASES) >= 100
    for case in CASES.values():
        assert case.title.strip(), case.name
        assert case.answers or case.extra or case.build, case.name
        for phrase in case.expects:
            assert any(re.fullmatch(form, phrase) for form in harness.EXPECTATIONS), case.name
