"""What a student may see of a graded notebook: nothing that tells a hidden test."""

from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.grade import hidden_lines
from autograder.markers import HIDDEN
from autograder.merge import is_answer, is_graded
from autograder.release import SHORTEST_SECRET, leaks, regions

PLACEHOLDER = "# This cell also runs tests that are not shown."


class RedactHiddenTests(NbGraderPreprocessor):  # type: ignore[misc]  # nbgrader is untyped
    """nbgrader's step before a feedback page is made: see `redact`."""

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Redact a notebook in place."""
        redact(nb)
        return nb, resources


def redact(notebook: NotebookNode) -> None:
    """Take out of a graded notebook, in place, what tells a hidden test.

    A test cell keeps its visible lines and, for output, one line that says why it failed. Other
    cells lose an output that contains a line of a hidden test.
    """
    hidden = _hidden_text(notebook)
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        if is_graded(cell) and not is_answer(cell):
            cell.outputs = [_summary(cell)]
            cell.source = _visible(cell.source)
        else:
            cell.outputs = [
                _withheld() if leaks(_text(output), hidden) else output for output in cell.outputs
            ]


def _hidden_text(notebook: NotebookNode) -> frozenset[str]:
    lines = (line for cell in notebook.cells for line in regions(cell.source, HIDDEN))
    squeezed = ("".join(line.split()) for line in lines)
    return frozenset(line for line in squeezed if len(line) >= SHORTEST_SECRET)


def _summary(cell: NotebookNode) -> NotebookNode:
    verdict = cell.metadata.get("autograder")
    if not verdict:
        return _line("✗ not graded: run `autograder grade`")
    if verdict["status"] == "passed":
        return _line("✓ all tests of this cell passed")
    return _line(("" if verdict["status"] == "partly" else "✗ ") + verdict["reason"])


def _visible(source: str) -> str:
    hidden = hidden_lines(source)
    if not hidden:
        return source
    lines = source.splitlines()
    kept = [line for number, line in enumerate(lines, start=1) if number not in hidden]
    return "\n".join([*kept, PLACEHOLDER])


def _text(output: NotebookNode) -> str:
    """Return all text of an output; line ends and quotes escaped by a repr are undone."""
    parts = [str(output.get("text", "")), str(output.get("evalue", ""))]
    parts += output.get("traceback", [])
    parts += [str(value) for value in output.get("data", {}).values()]
    text = "\n".join(parts)
    return text.replace("\\n", "\n").replace("\\'", "'").replace('\\"', '"')


def _withheld() -> NotebookNode:
    return _line("[this output is not shown: it contained lines of the tests]")


def _line(text: str) -> NotebookNode:
    return nbformat.v4.new_output("stream", name="stdout", text=text + "\n")
