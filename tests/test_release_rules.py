"""What an instructor's notebook must keep to, told in one line before anything is made."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell

from autograder.errors import AssignmentError
from autograder.release import (
    problems,
    read_source,
    release,
)
from tests.conftest import cell_of, nbgrader_cell, toy_notebook


def broken(change):
    """Return the problems of the instructor's notebook after a change."""
    notebook = toy_notebook()
    change(notebook)
    return list(problems(notebook))


def edit(name, old, new):
    def change(notebook):
        cell = cell_of(notebook, name)
        assert old in cell.source
        cell.source = cell.source.replace(old, new)

    return change


def points(value):
    def change(notebook):
        cell_of(notebook, "test-double").metadata.nbgrader.points = value

    return change


def no_points(notebook):
    del cell_of(notebook, "test-double").metadata.nbgrader["points"]


def same_grade_id(notebook):
    notebook.cells.append(nbgrader_cell("setup", "import os", "provided"))


def other_id(notebook):
    cell_of(notebook, "setup").id = "other"


def plain_code(notebook):
    notebook.cells.append(new_code_cell("x = 1", id="plain"))


RULES = {
    "code without grade_id": (plain_code, "cell 9 (plain) is code without a grade_id"),
    "grade_id twice": (same_grade_id, "cell 9 (setup): the grade_id is used twice"),
    "id unlike grade_id": (other_id, "cell 2 (setup): its cell id must equal its grade_id"),
    "no points": (points(0), "cell 4 (test-double): a graded cell needs points above 0"),
    "negative points": (points(-1), "cell 4 (test-double): a graded cell needs points above 0"),
    "points missing": (no_points, "cell 4 (test-double): a graded cell needs points above 0"),
    "no end": (edit("double", "### END SOLUTION", ""), "'### END SOLUTION' must come in pairs"),
    "no begin": (edit("double", "### BEGIN SOLUTION", ""), "must come in pairs"),
    "no end of hidden": (edit("test-double", "### END HIDDEN TESTS", ""), "must come in pairs"),
    "nested": (edit("double", "return", "### BEGIN SOLUTION\n    return"), "must come in pairs"),
}


@pytest.mark.parametrize("rule", RULES)
def test_each_rule_is_told_with_its_cell(rule):
    """A notebook that breaks one rule gives one sentence, with the cell's number and name."""
    change, words = RULES[rule]
    found = broken(change)
    assert len(found) == 1
    assert words in found[0]


def test_a_good_notebook_has_no_problems(toy):
    """The instructor's notebook of these tests breaks no rule."""
    assert list(problems(toy)) == []


def test_all_problems_are_told_at_once(course):
    """read_source names the file and every problem, in one line."""
    notebook = toy_notebook()
    points(0)(notebook)
    other_id(notebook)
    path = course.notebooks("hw1")[0]
    nbformat.write(notebook, path)
    with pytest.raises(AssignmentError) as caught:
        read_source(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert message.count("; ") == 1
    assert "\n" not in message


@pytest.mark.parametrize(
    "data", [b"", b"{}", b"[]", b"{", b"\xff", b'{"nbformat": 4, "nbformat_minor": 5}', None]
)
def test_an_unreadable_source_is_told_in_one_line(course, data):
    """An instructor's file that is no notebook is told in one line with its path."""
    path = course.notebooks("hw1")[0]
    path.unlink() if data is None else path.write_bytes(data)
    with pytest.raises(AssignmentError) as caught:
        read_source(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


BAD_METADATA = {
    "not an id": {"grade_id": "not an id!"},
    "no version": {"schema_version": None},
    "future version": {"schema_version": 99},
    "no locked": {"locked": None},
}


@pytest.mark.parametrize("kind", BAD_METADATA)
def test_metadata_that_nbgrader_refuses_is_told_in_one_line(course, kind):
    """What nbgrader's own check refuses is an AssignmentError in one line, not a traceback."""
    notebook = toy_notebook()
    cell = cell_of(notebook, "setup")
    cell.metadata.nbgrader.update(BAD_METADATA[kind])
    cell.metadata.nbgrader = {k: v for k, v in cell.metadata.nbgrader.items() if v is not None}
    if "grade_id" in BAD_METADATA[kind]:
        cell.id = "not-an-id"
        cell.metadata.nbgrader["grade_id"] = "not an id!"
    nbformat.write(notebook, course.notebooks("hw1")[0])
    with pytest.raises(AssignmentError) as caught:
        release(course, course.assignment("hw1"))
    assert "\n" not in str(caught.value)
    assert not (course.build / "release").exists()


def test_a_solution_region_outside_an_answer_is_refused(course):
    """A solution region in a provided cell is refused, in one line, before anything is made."""
    notebook = toy_notebook()
    edit("setup", "import math", "### BEGIN SOLUTION\nimport math\n### END SOLUTION")(notebook)
    path = course.notebooks("hw1")[0]
    nbformat.write(notebook, path)
    with pytest.raises(AssignmentError, match="solution region") as caught:
        read_source(path)
    assert "\n" not in str(caught.value)
