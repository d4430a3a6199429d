"""The plain kernel: what becomes of each cell, whatever the cell does."""

import os
import signal
import time
from collections.abc import Sequence

import nbformat
import pytest
from nbformat import NotebookNode

from autograder.errors import KernelError
from autograder.execute import DEAD, TIMEOUT, PlainKernel, failed_run
from autograder.models import CellRun
from autograder.settings import Limits

LIMITS = Limits(cell_seconds=20, notebook_seconds=60)
QUICK = Limits(cell_seconds=1, notebook_seconds=60)


def notebook(*sources: str, tags: Sequence[str] = ()) -> NotebookNode:
    cells = [nbformat.v4.new_code_cell(text, id=f"c{n}") for n, text in enumerate(sources)]
    cells[-1].metadata["tags"] = list(tags)
    return nbformat.v4.new_notebook(cells=cells)


@pytest.fixture(scope="module")
def honest() -> tuple[NotebookNode, dict[str, CellRun]]:
    """One run in a kernel of cells that end by themselves."""
    nb = notebook(
        "import sys, warnings; warnings.warn('slow'); print('note', file=sys.stderr)",
        "x = 1\n\nraise KeyError('gone')",
        "x + 1.5",
        "",
        "open('data/n.txt').read()",
        "print('a' * 500)\nprint('b' * 500)\n1 / 0",
        "input()",
        "x = (",
        "import os; print(sorted(os.environ)); print(os.path.expanduser('~'))",
        "x = 'shown only'",
        tags=["figure"],
    )
    nb.cells.insert(0, nbformat.v4.new_markdown_cell("text", id="text"))
    os.environ["GRADER_SECRET"] = "s3cret"  # noqa: S105 - a toy
    try:
        limits = Limits(cell_seconds=20, notebook_seconds=60, output_mb=0.0006)
        runs = PlainKernel().run(nb, {"data/n.txt": b"seven"}, limits)
    finally:
        del os.environ["GRADER_SECRET"]
    return nb, runs


def cell(nb: NotebookNode, name: str) -> NotebookNode:
    return next(cell for cell in nb.cells if cell.id == name)


def texts(nb: NotebookNode, name: str) -> str:
    return "".join(output.get("text", "") for output in cell(nb, name).outputs)


def test_stderr_is_not_an_error(honest):
    """A cell that warns and writes to standard error ends clean, and the text is kept."""
    nb, runs = honest
    assert runs["c0"].ran
    assert runs["c0"].error is None
    assert "note" in texts(nb, "c0")


def test_an_exception_is_told_with_its_line(honest):
    """An exception is recorded with name, text and line, and the next cells run on."""
    _, runs = honest
    assert (runs["c1"].error, runs["c1"].message, runs["c1"].line) == ("KeyError", "'gone'", 3)
    assert (runs["c2"].error, runs["c2"].value) == (None, "2.5")


def test_an_empty_cell_runs_clean(honest):
    """An empty cell counts as run, without a value."""
    _, runs = honest
    assert runs["c3"] == CellRun(ran=True)


def test_files_lie_beside_the_notebook(honest):
    """The submission's files are found by relative path in the kernel's folder."""
    assert honest[1]["c4"].value == "'seven'"


def test_output_is_cut_and_errors_stay(honest):
    """Output over the limit is cut, with a mark, and the error after it is kept."""
    nb, runs = honest
    text = texts(nb, "c5")
    assert len(text) < 700
    assert text.endswith("[output cut]\n")
    assert runs["c5"].error == "ZeroDivisionError"
    assert cell(nb, "c5").outputs[-1].ename == "ZeroDivisionError"


def test_input_does_not_wait(honest):
    """A cell that asks for input fails at once."""
    assert honest[1]["c6"].error == "StdinNotImplementedError"
    assert honest[1]["c6"].seconds < 5


def test_a_syntax_error_is_an_error(honest):
    """A cell that can't be parsed fails as a SyntaxError."""
    assert honest[1]["c7"].error in {"SyntaxError", "_IncompleteInputError"}


def test_the_environment_is_clean(honest):
    """The kernel sees no variable of the grader's and not the grader's home."""
    text = texts(honest[0], "c8")
    assert "NBGRADER_EXECUTION" in text
    assert "GRADER_SECRET" not in text
    assert os.path.expanduser("~") not in text.splitlines()


def test_a_figure_cell_is_not_run(honest):
    """The instructor's cells tagged `figure`, and text, are not run and have no result."""
    assert "c9" not in honest[1]
    assert "text" not in honest[1]


def test_other_tags_have_no_power():
    """A tag that other tools obey neither keeps a cell from running nor hides its error."""
    nb = notebook("1 / 0", "1 / 0", "1 / 0")
    for cell, tag in zip(nb.cells, ["skip-execution", "raises-exception", "hide"], strict=True):
        cell.metadata["tags"] = [tag]
    runs = PlainKernel().run(nb, {}, LIMITS)
    assert [run.error for run in runs.values()] == ["ZeroDivisionError"] * 3


def test_a_timeout_stops_the_cell_and_the_next_one_runs():
    """A cell over its time is interrupted and the kernel goes on with its variables."""
    nb = notebook("x = 5", "while True: pass", "x")
    runs = PlainKernel().run(nb, {}, QUICK)
    assert (runs["c1"].error, runs["c1"].message) == (TIMEOUT, "stopped after 1 s")
    assert runs["c1"].seconds < 5
    assert runs["c2"].value == "5"
    assert nb.cells[1].outputs[-1].ename == TIMEOUT


def test_a_stubborn_loop_ends_the_kernel():
    """A cell that swallows the interrupt ends the kernel within the grace time."""
    stubborn = (
        "import time\n"
        "while True:\n    try: time.sleep(60)\n    except BaseException: print('still here')"
    )
    begun = time.monotonic()
    runs = PlainKernel().run(notebook(stubborn, "1"), {}, QUICK)
    assert runs["c0"].error == DEAD
    assert not runs["c1"].ran
    assert time.monotonic() - begun < 20


def test_a_dead_kernel_marks_the_rest_as_not_run():
    """After os._exit the cell is an error and each later cell is there, not run."""
    runs = PlainKernel().run(notebook("1", "import os; os._exit(0)", "2", "3"), {}, LIMITS)
    assert [runs[f"c{n}"].ran for n in range(4)] == [True, True, False, False]
    assert runs["c1"].error == DEAD
    assert runs["c0"].value == "1"


def test_the_notebook_has_a_time_too():
    """When the notebook's time is up, the rest is not run."""
    limits = Limits(cell_seconds=20, notebook_seconds=1)
    runs = PlainKernel().run(notebook("import time; time.sleep(9)", "1"), {}, limits)
    assert runs["c0"].error == TIMEOUT
    assert not runs["c1"].ran


def test_what_a_cell_started_ends_with_it():
    """A child process that a cell leaves behind is dead once the run is over."""
    start = (
        "import subprocess, sys\n"
        "p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(300)'])\n"
        "p.pid"
    )
    pid = int(PlainKernel().run(notebook(start), {}, LIMITS)["c0"].value)
    assert not _alive(pid)


def _alive(pid: int) -> bool:
    for _ in range(50):
        try:
            with open(f"/proc/{pid}/stat") as file:
                if file.read().rsplit(")", 1)[1].split()[0] == "Z":
                    return False
        except FileNotFoundError:
            return False
        time.sleep(0.1)
    os.kill(pid, signal.SIGKILL)
    return True


def test_a_traceback_is_read_without_its_colours():
    """The line comes from the cell's own frame, not from the library's below it."""
    output = nbformat.v4.new_output(
        "error",
        ename="ValueError",
        evalue=" bad ",
        traceback=[
            "\x1b[31mValueError\x1b[0m",
            "Cell \x1b[32mIn[4], line 7\x1b[0m",
            "Cell In[2], line 1, in f(x)",
            "File lib.py:99",
        ],
    )
    assert failed_run(output, 4) == CellRun(True, 0.0, "ValueError", "bad", 7)


def test_the_line_is_the_cells_own_where_exceptions_are_chained():
    """Of a chained traceback through a student's cell, the line told is that of the test cell."""
    notebook = nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_code_cell(
                "def f(x):\n    try:\n        return {}[x]\n    except KeyError:\n"
                "        raise ValueError(f'Cell In[2], line 9 {x}')",
                id="answer",
            ),
            nbformat.v4.new_code_cell("a = 1\nb = 2\nf(-31.25)", id="test"),
        ]
    )
    run = PlainKernel().run(notebook, {}, Limits())["test"]
    assert (run.error, run.line) == ("ValueError", 3)


def test_a_kernel_that_does_not_start_is_nobodys_zero(monkeypatch):
    """A kernel that can't be started raises KernelError, so that no student gets silent zeros."""

    async def refuse(*args, **kwargs):
        raise OSError(11, "no more processes")

    monkeypatch.setattr("autograder.execute.AsyncKernelManager.start_kernel", refuse)
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1", id="a")])
    with pytest.raises(KernelError, match="no more processes"):
        PlainKernel().run(notebook, {}, Limits())
