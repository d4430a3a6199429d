"""Feedback pages: the student's points and reasons, and nothing that tells a hidden test."""

import html
import re
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode

from autograder import marks, store
from autograder.execute import error_output
from autograder.feedback import redact, write_pages
from autograder.feedback.redact import PLACEHOLDER
from autograder.grade import grade_class, refuse
from autograder.gradebook import Recorder, open_gradebook
from tests import toy
from tests.toy import job

# Ways to see a test's source while it runs; what they find is printed in a later cell.
SPY = """\
def double(x):
    global seen
    seen = In[-1]
    print(In[-1], repr(In[-1]))
    if x < 0:
        raise type("Leak", (Exception,), {})(In[-1])
    return 2 * x"""
ANSWERS = {
    "ada": toy.SOLUTION,
    "spy": {**toy.SOLUTION, "double": SPY},
    "bob": {**toy.SOLUTION, "double": "def double(x):\n    return x * x"},
}
EXTRA = {
    "spy": {
        "test-double": "print(In)\nprint(seen)\nprint(repr(seen))\nseen",
        "test-half": "from IPython.display import HTML, display\ndisplay(HTML(seen))\n"
        "display({'text/plain': seen}, raw=True)\nraise ValueError(seen)",
    }
}


@pytest.fixture(scope="module")
def pages(tmp_path_factory) -> dict[str, str]:
    """The pages of a class, as text, by student."""
    root = tmp_path_factory.mktemp("feedback")
    course = toy.released_in(root)
    jobs = [job(student, answers, EXTRA.get(student)) for student, answers in ANSWERS.items()]
    results = [*grade_class(jobs), refuse(job("cyd"), "the file <b>is</b> empty")]
    with open_gradebook(course) as book:
        recorder = Recorder(book, course, "hw1")
        for result in results:
            store.write(course, result)
            recorder.record(result)
            store.finish(course, result)
    told = written(course)
    assert told == {"ada": None, "bob": None, "cyd": None, "spy": None}
    return {
        student: (root / "build/feedback" / student / "hw1.html").read_text("utf-8")
        for student in told
    }


def written(course) -> dict[str, str | None]:
    """Write all pages as the command does; return what it is told."""
    with open_gradebook(course) as book:
        entered = marks.read(book, "hw1")
    return dict(write_pages(course, "hw1", store.read(course, "hw1"), entered))


def plain(page: str) -> str:
    """Return a page's text without tags and spaces."""
    return "".join(html.unescape(re.sub(r"<[^>]*>", "", page)).split())


@pytest.mark.parametrize("student", ["ada", "spy", "bob", "cyd"])
@pytest.mark.parametrize("secret", ["-31.25", "-62.5", "-40960", "-20480", "BEGIN HIDDEN"])
def test_no_page_tells_a_hidden_test(pages, student, secret):
    """No hidden value stands in a page, even where a student prints the test's source."""
    assert secret.replace(" ", "") not in plain(pages[student])
    assert secret not in pages[student]


def test_a_made_exception_is_not_told(pages):
    """An exception that a student made to carry values does not reach the page's test cell."""
    assert "a hidden check failed with an exception" in pages["spy"]


@pytest.mark.parametrize(
    ("student", "score"), [("ada", "5"), ("bob", "3"), ("spy", "3"), ("cyd", "0")]
)
def test_the_page_has_the_points(pages, student, score):
    """The sum on a page is the gradebook's."""
    assert f"{score}of7points" in plain(pages[student])


def test_the_reason_of_a_loss_is_told(pages):
    """A hidden loss is told with its plain message, and the visible lines of the test are there."""
    text = html.unescape(pages["bob"])
    assert f"a hidden check: {toy.HIDDEN_MESSAGE}" in text
    assert "assertdouble(2)==4" in plain(pages["ada"])
    assert "This cell also runs checks that are not shown." in pages["ada"]


def test_a_refused_submission_has_a_page(pages):
    """A refused submission's page says why, and the reason can't be markup."""
    assert "toy:thefile<b>is</b>empty" in plain(pages["cyd"])
    assert "<b>is</b>" not in pages["cyd"]


def test_one_failed_page_stops_nobody(tmp_path):
    """A student without a page is told with a reason, and the next one has a page."""
    course = toy.released_in(tmp_path)
    for student in ("ada", "bob"):
        result = refuse(job(student), "nothing")
        store.write(course, result)
        store.finish(course, result)
    (tmp_path / "build/autograded/ada/hw1/toy.ipynb").write_text("{")
    told = written(course)
    assert told["ada"]
    assert told["bob"] is None
    assert Path(tmp_path / "build/feedback/bob/hw1.html").is_file()


def notebook(*outputs: NotebookNode) -> NotebookNode:
    """Return the toy's notebook with outputs of the answer cell."""
    nb = toy.source()
    by_id = {cell.id: cell for cell in nb.cells}
    by_id["double"].outputs = list(outputs)
    redact(nb)
    return nb


def cell(nb: NotebookNode, name: str) -> NotebookNode:
    return next(cell for cell in nb.cells if cell.id == name)


def stream(text: str) -> NotebookNode:
    return nbformat.v4.new_output("stream", name="stdout", text=text)


def test_the_visible_lines_stay():
    """A test cell keeps its visible lines, and a line says that there are others."""
    text = cell(notebook(), "test-double").source
    assert text == f'assert double(2) == 4, "{toy.VISIBLE_MESSAGE}"\n{PLACEHOLDER}'


def test_a_test_without_hidden_lines_is_as_it_was():
    """A cell without hidden tests is shown whole."""
    nb = toy.source()
    cell(nb, "test-double").source = "assert double(2) == 4"
    redact(nb)
    assert cell(nb, "test-double").source == "assert double(2) == 4"


@pytest.mark.parametrize(
    ("verdict", "line"),
    [
        ({"status": "passed", "reason": ""}, "✓ all tests of this cell passed"),
        ({"status": "failed", "reason": "stopped after 1 s"}, "✗ stopped after 1 s"),
        ({"status": "not run", "reason": "not run: the time was up"}, "✗ not run: the time was up"),
        ({"status": "partly", "reason": "1.5 of 2 points"}, "1.5 of 2 points"),
        (None, "✗ not graded: run `autograder grade`"),
    ],
)
@pytest.mark.parametrize("output", [stream("-62.5 seen\n"), error_output("ValueError", "-62.5")])
def test_a_test_cell_has_one_line_of_output(verdict, line, output):
    """Of a test cell one line is left: passed, the points, or why it failed; never its output."""
    nb = toy.source()
    test = cell(nb, "test-double")
    test.outputs = [output]
    if verdict:
        test.metadata["autograder"] = verdict
    redact(nb)
    assert [left.text for left in test.outputs] == [line + "\n"]


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
    (left,) = cell(notebook(output), "double").outputs
    assert left.text == "[this output is not shown: it contained lines or values of the tests]\n"


@pytest.mark.parametrize(
    "output", [stream("loss 0.25\n"), error_output("ValueError", "my own"), stream("")]
)
def test_other_outputs_stay(output):
    """A student's own output is shown as it was."""
    assert cell(notebook(output), "double").outputs == [output]


@pytest.mark.parametrize("student", ["x [1]", "a.b", "Zoë Ångström", "{curly}"])
def test_a_name_of_any_kind_gets_a_page(tmp_path, student):
    """A student whose name reads as a pattern has a page like anyone else."""
    course = toy.released_in(tmp_path / "course [1]")
    result = refuse(job(student), "the file is empty")
    store.write(course, result)
    store.finish(course, result)
    assert written(course) == {student: None}
    assert (course.build / "feedback" / student / "hw1.html").exists()
