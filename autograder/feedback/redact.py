"""What a student may see of a graded notebook: nothing that tells a hidden test."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from nbformat import NotebookNode

from autograder.grade import hidden_lines
from autograder.markers import HIDDEN
from autograder.merge import is_answer, is_graded
from autograder.release import SHORTEST_SECRET, expected_values, is_value, leaks, regions

WITHHELD = "this output is not shown: it contained lines or values of the tests"


def hidden_text(notebook: NotebookNode) -> frozenset[str]:
    """Return the lines of hidden tests, without spaces, and the exact values in them."""
    tests = (cell.source for cell in notebook.cells if is_graded(cell) and not is_answer(cell))
    return _hidden_text(tuple(tests))


@lru_cache(maxsize=16)  # the tests of a notebook are the same for the whole class
def _hidden_text(tests: tuple[str, ...]) -> frozenset[str]:
    lines = [line for source in tests for line in regions(source, HIDDEN)]
    squeezed = {"".join(line.split()) for line in lines}
    long = {line for line in squeezed if len(line) >= SHORTEST_SECRET}
    values = {value for line in lines for value in expected_values(line) if is_value(value)}
    return frozenset(long | values)


def safe_reason(verdict: Mapping[str, Any], hidden: frozenset[str]) -> str:
    """Return why points were lost, unless that would tell a hidden test."""
    reason = str(verdict["reason"])
    if leaks(reason, hidden):
        return "your code failed with a message that holds values of the tests: it is not shown"
    return reason


def visible_lines(source: str) -> list[tuple[int, str]]:
    """Return the lines of a test cell that students know, with their numbers from 1."""
    hidden = hidden_lines(source)
    lines = enumerate(source.splitlines(), start=1)
    return [(number, line) for number, line in lines if number not in hidden]


def tells(output: NotebookNode, hidden: frozenset[str]) -> bool:
    """Say whether an output contains what must stay hidden."""
    return bool(leaks(_text(output), hidden))


def _text(output: NotebookNode) -> str:
    """Return all text of an output; line ends and quotes escaped by a repr are undone."""
    parts = [str(output.get("text", "")), str(output.get("evalue", ""))]
    parts += output.get("traceback", [])
    parts += [str(value) for value in output.get("data", {}).values()]
    text = "\n".join(parts)
    return text.replace("\\n", "\n").replace("\\'", "'").replace('\\"', '"')
