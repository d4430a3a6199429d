"""What a page shows of tests and of outputs: nothing that tells a hidden test."""

import nbformat
import pytest
from nbformat import NotebookNode

from autograder.entered import Entered
from autograder.execute import error_output
from autograder.feedback.content import Step, steps
from autograder.feedback.outputs import Output
from autograder.feedback.redact import WITHHELD
from tests import toy


def first_step(change: dict[str, dict[str, object]], graded: bool = True) -> Step:
    """Return the toy's first question, its cells changed as told by their ids."""
    nb = toy.source()
    for cell in nb.cells:
        cell.update(change.get(cell.id, {}))
        if graded:
            cell.metadata.autograder = {"status": "passed", "points": 2.0, "reason": ""}
    return steps(nb, "toy", Entered(), 1)[0]


def stream(text: str) -> NotebookNode:
    return nbformat.v4.new_output("stream", name="stdout", text=text)


def test_only_the_visible_lines_are_shown():
    """Of a test the visible lines are shown, and that there are others."""
    question = first_step({}).question
    assert question is not None
    assert question.test == ((1, f'assert double(2) == 4, "{toy.VISIBLE_MESSAGE}"'),)
    assert question.hides


def test_a_test_without_hidden_lines_is_shown_whole():
    """A cell without hidden tests hides nothing."""
    question = first_step({"test-double": {"source": "assert double(2) == 4\n1.0"}}).question
    assert question is not None
    assert question.test == ((1, "assert double(2) == 4"), (2, "1.0"))
    assert not question.hides


@pytest.mark.parametrize("output", [stream("-62.5 seen\n"), error_output("ValueError", "-62.5")])
def test_what_a_test_cell_put_out_is_not_shown(output):
    """Of a test cell nothing that ran in it is shown."""
    assert "62.5" not in str(first_step({"test-double": {"outputs": [output]}}))


def test_a_notebook_that_was_not_graded_says_so():
    """A test cell without a verdict was not run."""
    question = first_step({}, graded=False).question
    assert question is not None
    assert (question.status, question.points) == ("not run", 0)
    assert question.reason == "not graded: run `autograder grade`"


LINE = f'{toy.HIDDEN_LINE}, "{toy.HIDDEN_MESSAGE}"'


@pytest.mark.parametrize(
    "output",
    [
        stream(LINE),
        stream("before\n  " + LINE.replace(" ", "  ") + "\nafter"),
        stream(repr("a\n" + LINE + "\n")),
        stream(repr("it's\n" + LINE)),
        error_output("ValueError", LINE),
        nbformat.v4.new_output("display_data", data={"text/html": f"<p>{LINE}</p>"}),
        nbformat.v4.new_output("execute_result", data={"text/plain": repr(LINE)}),
    ],
)
def test_an_output_with_a_hidden_line_is_withheld(output):
    """An output that contains a line of a hidden test, even as a repr, is replaced."""
    (cell,) = first_step({"double": {"outputs": [output]}}).cells
    assert cell.outputs == (Output("note", WITHHELD),)


@pytest.mark.parametrize(
    ("output", "left"),
    [
        (stream("loss 0.25\n"), Output("text", "loss 0.25\n")),
        (error_output("ValueError", "my own"), Output("error", "ValueError: my own")),
        (stream(""), Output("text", "")),
    ],
)
def test_other_outputs_stay(output, left):
    """A student's own output is shown as it was."""
    (cell,) = first_step({"double": {"outputs": [output]}}).cells
    assert cell.outputs == (left,)
