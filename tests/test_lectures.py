"""The lectures: they run, they mirror the slides, and their numbers are the slides' numbers.

`tests/lectures/<notebook>.toml` holds the figures of a lecture: an expression of its namespace and
the value that it must have, to as many decimals as are written there.
"""

import asyncio
import copy
import json
import os
import re
import tomllib
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "lectures"
NUMBERS = Path(__file__).parent / "lectures"
PATHS = sorted(FOLDER.glob("[0-9][0-9]_*.ipynb"))
HOMEWORK = "../assignments/hw1/numpy_nn.ipynb"
MOST_LINES = 25
MOST_CPU_SECONDS = 30
CELL_SECONDS = 120  # of wall time: the machine that tests may have other work
SLIDE_TYPES = {"slide", "subslide", "fragment", "skip", "notes"}
LINK = re.compile(r"\]\((?!https?://|#)([^)\s]+)\)")
each_lecture = pytest.mark.parametrize("path", PATHS, ids=lambda p: p.stem)


@dataclass(frozen=True)
class Run:
    """A lecture after its run: cells with outputs, the values asked for, the kernel's CPU time."""

    cells: list[NotebookNode]
    values: dict[str, Any]
    cpu_seconds: float


@pytest.fixture(scope="module")
def runs() -> dict[str, Run]:
    """Every lecture, executed in a fresh kernel of its own, two at a time."""
    return asyncio.run(execute_all())


async def execute_all() -> dict[str, Run]:
    two_at_a_time = asyncio.Semaphore(2)

    async def execute_in_turn(path: Path) -> Run:
        async with two_at_a_time:
            return await execute(path)

    runs = await asyncio.gather(*map(execute_in_turn, PATHS))
    return {path.stem: run for path, run in zip(PATHS, runs, strict=True)}


async def execute(path: Path) -> Run:
    """Run a lecture from top to bottom, then ask its namespace for the figures of the slides."""
    notebook = read(path)
    # The questions come last, one cell, so that they cannot change what they ask about.
    asked = list(numbers(path))
    notebook.cells.append(
        new_code_cell(
            "import json, time, numpy\n"
            "seconds = time.process_time()\n"
            "print(json.dumps([{question: numpy.asarray(eval(question)).tolist() "
            f"for question in {asked!r}}}, seconds]))"
        )
    )
    client = NotebookClient(
        notebook, timeout=CELL_SECONDS, resources={"metadata": {"path": str(FOLDER)}}
    )
    # The library that is tested is the one beside these tests, wherever another is installed.
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    await client.async_execute(env=environment)
    values, cpu_seconds = json.loads(notebook.cells[-1].outputs[0].text)
    return Run(notebook.cells[:-1], values, cpu_seconds)


def read(path: Path) -> NotebookNode:
    return nbformat.read(path, as_version=4)


def numbers(path: Path) -> dict[str, Any]:
    """The table of a lecture's figures, decimals kept as they are written."""
    text = (NUMBERS / f"{path.stem}.toml").read_text("utf-8")
    return tomllib.loads(text, parse_float=Decimal)


def differs(actual: Any, expected: Any) -> bool:
    """Whether a value is not the expected one, rounded to the decimals that are written."""
    if isinstance(expected, list):
        return (
            not isinstance(actual, list)
            or len(actual) != len(expected)
            or any(map(differs, actual, expected))
        )
    if isinstance(expected, Decimal):
        half_a_unit = 0.5000001 * 10.0 ** int(expected.as_tuple().exponent)
        return not abs(actual - float(expected)) <= half_a_unit  # also true for nan
    return type(actual) is not type(expected) or actual != expected


@each_lecture
def test_runs(path, runs):
    """A lecture runs offline in a fresh kernel, in time, with nothing on standard error."""
    run = runs[path.stem]
    for cell in run.cells:
        for output in cell.get("outputs", ()):
            assert output.get("name") != "stderr", (cell.id, output.text)
    assert run.cpu_seconds < MOST_CPU_SECONDS


@each_lecture
def test_numbers(path, runs):
    """Every figure of the slides is in the lecture's namespace, to the decimals of the table."""
    expected = numbers(path)
    assert expected
    values = runs[path.stem].values
    wrong = {name: (values[name], expected[name]) for name in expected
             if differs(values[name], expected[name])}  # fmt: skip
    assert not wrong


@each_lecture
def test_figures(path, runs):
    """A lecture has six figures or more; each tells in words what it shows, and has its tag."""
    pictures = 0
    for cell in runs[path.stem].cells:
        drawn = sum("image/png" in output.get("data", {}) for output in cell.get("outputs", ()))
        alt = cell.metadata.get("mystnb", {}).get("image", {}).get("alt", "")
        assert drawn <= 1, (cell.id, "one figure a cell, since the text alternative is the cell's")
        assert bool(drawn) == bool(alt), cell.id
        assert not drawn or len(alt) >= 40, cell.id
        assert bool(drawn) == ("figure" in cell.metadata.get("tags", ())), cell.id
        pictures += drawn
    assert pictures >= 6


def coverage_problems(name: str, cells: list[NotebookNode], slides: dict[str, Any]) -> list[str]:
    """What is wrong with the slides that a lecture's cells name."""
    named = [slide for cell in cells for slide in cell.metadata.get("slides", ())]
    wanted = [slide for slide, entry in slides.items() if entry["lecture"] == name]
    return [
        *(f"no such slide: {slide}" for slide in named if slide not in slides),
        *(f"no cell covers {slide}" for slide in wanted if slide not in named),
    ]


def slides() -> dict[str, Any]:
    return tomllib.loads((FOLDER / "slides.toml").read_text("utf-8"))


@each_lecture
def test_slides_are_covered(path):
    """Cells name every slide of their lecture, and no slide that does not exist."""
    assert coverage_problems(path.stem[3:], read(path).cells, slides()) == []


def test_a_gap_in_the_coverage_is_found():
    """Without the cells of a slide, or with a misspelt one, the check above fails."""
    path = PATHS[-1]
    cells, known = read(path).cells, slides()
    slide = next(name for name, entry in known.items() if entry["lecture"] == path.stem[3:])
    others = [cell for cell in cells if slide not in cell.metadata.get("slides", ())]
    assert coverage_problems(path.stem[3:], others, known)
    misspelt = copy.deepcopy(cells)
    misspelt[0].metadata["slides"] = [slide + "s"]
    assert coverage_problems(path.stem[3:], misspelt, known) == [f"no such slide: {slide}s"]


@pytest.mark.parametrize(
    ("actual", "expected", "differ"),
    [
        (0.30769, Decimal("0.3077"), False),
        (0.3078, Decimal("0.3077"), True),
        (float("nan"), Decimal("0.3077"), True),
        ([2.8, 3.2], [Decimal("2.8"), Decimal("3.2")], False),
        ([2.8], [Decimal("2.8"), Decimal("3.2")], True),
        ([[1, 2]], [[1, 3]], True),
        (1, True, True),
        (True, True, False),
    ],
)
def test_figures_are_compared_to_the_written_decimals(actual, expected, differ):
    """A figure is right if it rounds to what is written, and only then."""
    assert differs(actual, expected) is differ


@each_lecture
def test_cells(path):
    """Cells are short, each has its place in the deck, and no heading stands inside a slide."""
    for cell in read(path).cells:
        assert len(cell.source.splitlines()) <= MOST_LINES, cell.id
        place = cell.metadata.get("slideshow", {}).get("slide_type")
        assert place in SLIDE_TYPES, cell.id
        heading = cell.cell_type == "markdown" and cell.source.startswith("#")
        assert not (heading and place == "fragment"), cell.id
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", cell.id), cell.id


@each_lecture
def test_links(path):
    """Links inside the repository lead somewhere: to the neighbours and to the homework too."""
    links = {link for cell in read(path).cells for link in LINK.findall(cell.source)}
    for link in links:
        assert (FOLDER / link).exists(), link
    place = PATHS.index(path)
    neighbours = PATHS[max(place - 1, 0) : place] + PATHS[place + 1 : place + 2]
    assert {neighbour.name for neighbour in neighbours} | {HOMEWORK} <= links


def test_the_syllabus_links_to_every_lecture():
    """The first lecture's syllabus leads to every lecture that is written."""
    (syllabus,) = [cell for cell in read(PATHS[0]).cells if cell.id == "syllabus"]
    assert {path.name for path in PATHS[1:]} <= set(LINK.findall(syllabus.source))


@each_lecture
def test_questions(path):
    """A lecture asks three questions or more, with a folded answer each."""
    cells = [cell for cell in read(path).cells if cell.id.startswith("check-")]
    folded = [cell for cell in cells if cell.source.count("<details>") == 1]
    assert len(folded) >= 3
    for cell in folded:
        assert cell.source.count("<summary>") == cell.source.count("</details>") == 1, cell.id


def test_notation():
    """The table of notation is the same in all lectures."""
    tables = {cell.source for path in PATHS for cell in read(path).cells if cell.id == "notation"}
    assert len(tables) == 1
    assert all(any(cell.id == "notation" for cell in read(path).cells) for path in PATHS)
