"""autograder.settings: course.toml, and what is said about a wrong one."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from autograder.errors import CourseError
from autograder.settings import LateRule, Limits, load_course

REPOSITORY = Path(__file__).parent.parent


def load(folder, text):
    data = text if isinstance(text, bytes) else text.encode()
    (folder / "course.toml").write_bytes(data)
    return load_course(folder)


def test_the_repositorys_own_course_loads():
    """course.toml of this repository loads, and each assignment it names has notebooks."""
    course = load_course(REPOSITORY)
    assert course.assignments
    for name in course.assignments:
        assert course.assignment(name).due is not None
        assert course.notebooks(name)


def test_values_arrive(course):
    """Every value of course.toml is in the course, with dates in UTC and sizes in bytes."""
    due = datetime(2026, 12, 14, 23, 59, 59, tzinfo=UTC)
    assert (course.name, course.assignment("hw1").title) == ("A small course", "HW1: toys")
    assert course.assignment("hw1").due == due
    assert course.late == LateRule(0.1, 0.5)
    assert course.limits == Limits(5, 20, 0.01, 1)
    assert (course.limits.output_bytes, course.limits.submission_bytes) == (10_000, 1_000_000)


def test_an_empty_file_is_a_course(tmp_path):
    """Everything in course.toml has a default: the folder's name, no penalty, usual limits."""
    course = load(tmp_path, "")
    assert (course.name, course.late, course.limits) == (tmp_path.name, LateRule(), Limits())
    assert course.assignments == {}


def test_a_date_without_zone_is_utc(tmp_path):
    """A deadline without a time zone is read as UTC."""
    course = load(tmp_path, "[assignments.a]\ndue = 2026-01-02T03:04:05")
    assert course.assignments["a"].due == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


WRONG = {
    "not TOML": ("name = ", "can't be read"),
    "not UTF-8": (b'name = "\xff"', "can't be read"),
    "unknown at the top": ("nmae = 'x'", "'nmae'"),
    "unknown limit": ("[limits]\ncell_secnds = 5", "'cell_secnds'"),
    "unknown late rule": ("[late]\nper_day = 0.1", "penalty_per_day"),
    "unknown in an assignment": ("[assignments.hw1]\ndeadline = 1", "'deadline'"),
    "due a text": ("[assignments.hw1]\ndue = '14.12.'", "assignments.hw1.due"),
    "due a date": ("[assignments.hw1]\ndue = 2026-12-14", "assignments.hw1.due"),
    "title a number": ("[assignments.hw1]\ntitle = 1", "assignments.hw1.title"),
    "assignment not a table": ("[assignments]\nhw1 = 1", "[assignments.hw1]"),
    "assignments not a table": ("assignments = 1", "[assignments]"),
    "late not a table": ("late = 0.1", "[late]"),
    "limits a list": ("limits = [1]", "[limits]"),
    "limit negative": ("[limits]\ncell_seconds = -1", "limits.cell_seconds"),
    "limit a text": ("[limits]\ncell_seconds = '1'", "limits.cell_seconds"),
    "limit a bool": ("[limits]\ncell_seconds = true", "limits.cell_seconds"),
    "limit not a number": ("[limits]\ncell_seconds = nan", "limits.cell_seconds"),
    "limit infinite": ("[limits]\nsubmission_mb = inf", "limits.submission_mb"),
    "penalty above 1": ("[late]\npenalty_per_day = 10", "between 0 and 1"),
    "cap above 1": ("[late]\ncap = 50", "between 0 and 1"),
    "gradebook a number": ("gradebook = 1", "gradebook must be"),
    "gradebook no address": ("gradebook = 'gradebook.db'", "gradebook must be"),
    "gradebook without its driver": ("gradebook = 'postgresql://host/a'", "gradebook must be"),
    "gradebook a file": ("gradebook = 'sqlite:///a.db'", "gradebook must be"),
    "gradebook with a wrong port": (
        "gradebook = 'postgresql+psycopg://host:x/a'",
        "gradebook must be",
    ),
}


def test_a_password_is_not_shown(tmp_path):
    """Of a gradebook's address people see all but the password, however it is given."""
    for address in ("teacher:se/cr%40et@host/a", "teacher@host/a?password=secret"):
        course = load(tmp_path, f"gradebook = 'postgresql+psycopg://{address}'")
        assert course.db_url == f"postgresql+psycopg://{address}"
        assert "teacher" in course.gradebook_shown
        assert "cr" not in course.gradebook_shown.replace("postgresql+psycopg", "")


@pytest.mark.parametrize("kind", WRONG)
def test_a_wrong_file_is_told_in_one_line(tmp_path, kind):
    """Each mistake in course.toml is one line that names the file and the place."""
    text, words = WRONG[kind]
    with pytest.raises(CourseError) as caught:
        load(tmp_path, text)
    message = str(caught.value)
    assert words in message
    assert str(tmp_path / "course.toml") in message
    assert "\n" not in message


@pytest.mark.parametrize("kind", ["nothing", "a folder", "a file as the course"])
def test_no_course_is_told_in_one_line(tmp_path, kind):
    """A folder without a readable course.toml is told in one line."""
    folder = tmp_path / "course"
    if kind == "a folder":
        (folder / "course.toml").mkdir(parents=True)
    if kind == "a file as the course":
        folder.write_text("")
    with pytest.raises(CourseError) as caught:
        load_course(folder)
    assert "course" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_unknown_assignment_names_those_there_are(course):
    """Asked for an assignment that is not there, the course says which are."""
    with pytest.raises(CourseError, match=r"no assignment 'hw2' .*it names: hw1"):
        course.assignment("hw2")


def test_an_assignment_without_notebooks_is_told(course):
    """An assignment without a notebook is refused with the folder to put one into."""
    (course.sources / "hw1" / "toy.ipynb").unlink()
    with pytest.raises(CourseError, match=r"has no notebook: put one into .*hw1"):
        course.assignment("hw1")
