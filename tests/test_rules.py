"""autograder.rules: policies of one's own in course.toml, and what is said about a wrong one."""

from fractions import Fraction

import pytest

from autograder.errors import CourseError
from autograder.rules import Part, Policy, ready_policies
from autograder.settings import load_course
from tests.test_settings import REPOSITORY

OWN = """\
policy = "mine"
[policies.mine]
scale = 100
decimals = 0
exam = { mark = "oral", frees_from = 50 }
[policies.mine.parts]
labs = { weight = 0.7, marks = ["lab1", "lab2", "lab3"], drop = 1 }
tests = { weight = 0.3, marks = ["t1", "t2", "t3"], best = 1 }
blog = { weight = 0.05, marks = ["blog"], extra = true }
"""


def load(folder, text):
    (folder / "course.toml").write_text(text)
    return load_course(folder)


def test_a_policy_of_ones_own(tmp_path):
    """Every word of a policy arrives; 0.7 is seven tenths, and drop is the rest of best."""
    assert load(tmp_path, OWN).policy == Policy(
        "mine",
        (
            Part("labs", Fraction(7, 10), ("lab1", "lab2", "lab3"), 2),
            Part("tests", Fraction(3, 10), ("t1", "t2", "t3"), 1),
            Part("blog", Fraction(1, 20), ("blog",), 1, extra=True),
        ),
        Fraction(100),
        0,
        "oral",
        Fraction(50),
    )


@pytest.mark.parametrize("name", ["homeworks-project-exam", "labs-tests-project", "labs-tests"])
def test_the_slides_policies_are_ready(tmp_path, name):
    """Each of the three policies of the slides is chosen by its name alone."""
    assert load(tmp_path, f'policy = "{name}"').policy == ready_policies()[name]


def test_the_repositorys_own_course_has_the_policy_of_deck_s2():
    """course.toml of this repository weighs homeworks 0.4, project 0.4 and exam 0.2."""
    policy = load_course(REPOSITORY).policy
    weights = {part.name: part.weight for part in policy.parts}
    assert weights == {
        "homeworks": Fraction(2, 5),
        "project": Fraction(2, 5),
        "exam": Fraction(1, 5),
    }


def test_no_policy_is_no_error(tmp_path):
    """A course need not choose a policy until it wants grades."""
    assert load(tmp_path, "").policy is None


WRONG = {
    "unknown policy": ('policy = "s2"', "one of homeworks-project-exam, labs-tests"),
    "policy a number": ("policy = 2", "policy must name one of"),
    "policies a list": ("policies = []", "policies must be a table"),
    "no parts": ("[policies.a]\nscale = 10", "policies.a.parts must have a part"),
    "only extra": ("[policies.a.parts]\nx = {weight=1, marks=['x'], extra=true}", "must have"),
    "part a number": ("[policies.a.parts]\nx = 1", "policies.a.parts.x must be a table"),
    "no weight": ("[policies.a.parts]\nx = {marks=['x']}", "parts.x.weight must be a number"),
    "weight a text": ("[policies.a.parts]\nx = {weight='1', marks=['x']}", "x.weight must be"),
    "weight negative": ("[policies.a.parts]\nx = {weight=-1, marks=['x']}", "x.weight must be"),
    "weight not finite": ("[policies.a.parts]\nx = {weight=inf, marks=['x']}", "x.weight must be"),
    "no marks": ("[policies.a.parts]\nx = {weight=1}", "x.marks must be a list"),
    "empty marks": ("[policies.a.parts]\nx = {weight=1, marks=[]}", "x.marks must be a list"),
    "marks of numbers": ("[policies.a.parts]\nx = {weight=1, marks=[1]}", "x.marks must be a list"),
    "a mark twice": ("[policies.a.parts]\nx = {weight=1, marks=['x', 'x']}", "a mark twice"),
    "weights of 0.9": ("[policies.a.parts]\nx = {weight=0.9, marks=['x']}", "add up to 0.9"),
    "all dropped": ("[policies.a.parts]\nx = {weight=1, marks=['x'], drop=1}", "from 0 to 0"),
    "best of none": ("[policies.a.parts]\nx = {weight=1, marks=['x'], best=0}", "at least 1"),
    "best and drop": (
        "[policies.a.parts]\nx = {weight=1, marks=['x', 'y'], best=1, drop=1}",
        "both best and drop",
    ),
    "extra a number": ("[policies.a.parts]\nx = {weight=1, marks=['x'], extra=1}", "true or false"),
    "unknown in a part": ("[policies.a.parts]\nx = {weight=1, marks=['x'], top=1}", "x.top is an"),
    "unknown": ("[policies.a]\nround = 1\nparts.x = {weight=1, marks=['x']}", "policies.a.round"),
    "scale 0": ("[policies.a]\nscale = 0\nparts.x = {weight=1, marks=['x']}", "scale must be"),
    "decimals": ("[policies.a]\ndecimals = 0.5\nparts.x = {weight=1, marks=['x']}", "whole number"),
    "exam without a threshold": (
        "[policies.a]\nexam = {mark='e'}\nparts.x = {weight=1, marks=['x']}",
        "exam.frees_from must be a number, from 0 to 10",
    ),
    "exam in a part": (
        "[policies.a]\nexam = {mark='x', frees_from=6}\nparts.x = {weight=1, marks=['x']}",
        "exam.mark must be the name of a mark that is in no part",
    ),
    "part of a free day": ("[late]\nfree_days = 0.5", "late.free_days must be a whole number"),
}


@pytest.mark.parametrize("kind", WRONG)
def test_a_wrong_policy_is_told_in_one_line(tmp_path, kind):
    """Each mistake in a policy is one line that names the file and the place."""
    text, words = WRONG[kind]
    with pytest.raises(CourseError) as caught:
        load(tmp_path, text)
    message = str(caught.value)
    assert words in message
    assert str(tmp_path / "course.toml") in message
    assert "\n" not in message
