"""The homeworks themselves: they run, and their tests tell right from wrong."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from autograder import check
from autograder.release import read_source
from autograder.settings import load_course
from tests import toy

COURSE = load_course(Path(__file__).parents[1])
NOTEBOOKS = [path for name in COURSE.assignments for path in COURSE.notebooks(name)]
POINTS = 20


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_solution_runs(path, tmp_path):
    """The instructor's notebook runs from top to bottom with nothing on standard error."""
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(tmp_path)}})
    client.execute()
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            assert output.get("name") != "stderr", (cell.id, output.text)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_figures(path):
    """A cell that draws has a text alternative; a notebook has 20 points, besides extra credit."""
    cells = read_source(path).cells
    for cell in cells:
        if "figure" in cell.metadata.get("tags", ()):
            assert len(cell.metadata["mystnb"]["image"]["alt"]) > 20, cell.id
    graded = [cell for cell in cells if "extra-credit" not in cell.metadata.get("tags", ())]
    assert sum(cell.metadata.get("nbgrader", {}).get("points", 0) for cell in graded) == POINTS


@pytest.mark.parametrize("name", COURSE.assignments)
def test_variants(name):
    """Right example solutions, and a wrong one for each test, get exactly the points they must.

    `make check` grades all of the wrong ones.
    """
    assignment = COURSE.assignment(name)
    results = list(check.check(COURSE, assignment, toy.UNSAFE, check.sample))
    assert len(results) > len(NOTEBOOKS)
    wrong = {
        result.variant.name: {
            cell: (points, result.got[cell], result.reasons.get(cell))
            for cell, points in result.expected.items()
            if points != result.got[cell]
        }
        for result in results
        if not result.ok
    }
    assert not wrong


@pytest.mark.parametrize("name", COURSE.assignments)
def test_variants_cover(name):
    """Every test cell is failed by some variant, every answer has three wrong ones or more."""
    assert not list(check.gaps(COURSE, COURSE.assignment(name)))
    for path in COURSE.notebooks(name):
        variants = list(check.read_variants(COURSE, path, read_source(path)))
        assert sum(not variant.loses for variant in variants) >= 8
        assert sum(bool(variant.loses) for variant in variants) >= 40
