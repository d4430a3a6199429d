"""Execution: what becomes of each cell, whatever a student's code does."""

import os
import time
from collections.abc import Mapping

import nbformat
import pytest
import zmq
from nbformat import NotebookNode

from autograder.errors import KernelError
from autograder.execute import DEAD, TIMEOUT, Judged, _Run, code_cells, keep_valid, role
from autograder.judge.profile import plan
from autograder.judge.runner import REFUSED
from autograder.models import CellRun
from autograder.settings import Limits
from tests import toy

LIMITS = Limits(cell_seconds=20, notebook_seconds=60)
QUICK = Limits(cell_seconds=1, notebook_seconds=60)
DEFINES = "def f(x):\n    return 2 * x"
RIGHT = "assert f(2) == 4, 'twice'"


def notebook(*sources: str) -> NotebookNode:
    """Return a notebook: `test:` begins a test cell, `provided:` a provided one."""
    cells = []
    for number, text in enumerate(sources):
        kind, _, rest = text.partition(":")
        cell = nbformat.v4.new_code_cell(rest if kind in ("test", "provided") else text)
        cell.id = f"c{number}"
        table = {"grade_id": cell.id, "grade": kind == "test", "points": 1, "locked": True}
        table["solution"] = kind not in ("test", "provided")
        table["grade"] = kind == "test"
        cell.metadata["nbgrader"] = table
        cells.append(cell)
    return nbformat.v4.new_notebook(cells=cells)


def run(
    nb: NotebookNode, limits: Limits = LIMITS, files: Mapping[str, bytes] | None = None
) -> dict[str, CellRun]:
    profile = plan([(cell.id, role(cell), cell.source) for cell in code_cells(nb)])
    return Judged(toy.BOX).run(nb, profile, files or {}, limits)


@pytest.fixture(scope="module")
def honest() -> tuple[NotebookNode, dict[str, CellRun]]:
    """One run of cells that end by themselves."""
    nb = notebook(
        "import sys, warnings; warnings.warn('slow'); print('note', file=sys.stderr)",
        "x = 1\n\nraise KeyError('gone')",
        f"provided:import math\n{DEFINES.replace('2', 'math.tau')}",
        "",
        "def read():\n    return open('data/n.txt').read()",
        "print('a' * 500)\nprint('b' * 500)\n1 / 0",
        "input()",
        "x = (",
        "import os; print(sorted(os.environ)); print(os.path.expanduser('~'))",
        "test:assert read() == 'seven'\nassert x == 1",
        "def g(x):\n    print('seen', x)\n    return f(x)",
        "test:print('asked')\nassert math.isclose(g(1), math.tau)\n\n0.5",
        "test:assert g(1) == 1, 'a hint'",
        "provided:x = 'shown only'",
    )
    cell(nb, "c13").metadata["tags"] = ["figure"]
    cell(nb, "c9").metadata["tags"] = ["skip-execution"]
    nb.cells.insert(0, nbformat.v4.new_markdown_cell("text", id="text"))
    os.environ["GRADER_SECRET"] = "s3cret"  # noqa: S105 - a toy
    try:
        limits = Limits(cell_seconds=20, notebook_seconds=60, output_mb=0.0006)
        return nb, run(nb, limits, {"data/n.txt": b"seven"})
    finally:
        del os.environ["GRADER_SECRET"]


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


def test_an_exception_of_a_students_cell_is_told(honest):
    """An exception is recorded with name and text, and the next cells run on."""
    _, runs = honest
    assert (runs["c1"].error, runs["c1"].message) == ("KeyError", "'gone'")
    assert runs["c2"].error is None


def test_an_empty_cell_runs_clean(honest):
    """An empty cell counts as run."""
    assert honest[1]["c3"] == CellRun(ran=True)


def test_files_and_names_reach_the_tests_through_the_student(honest):
    """The submission's files lie in the kernel's folder; a tag keeps no test from running."""
    assert honest[1]["c9"].ran
    assert honest[1]["c9"].error is None


def test_output_is_cut_and_errors_stay(honest):
    """Output over the limit is cut, with a mark, and the error after it is kept."""
    nb, runs = honest
    text = texts(nb, "c5")
    assert len(text) < 700
    assert "[output cut: more than 0.6 kB, in 2 more parts]" in text
    assert runs["c5"].error == "ZeroDivisionError"
    assert cell(nb, "c5").outputs[-1].ename == "ZeroDivisionError"


def test_results_and_errors_are_cut_too():
    """A giant last value, a giant error and fifty thousand small outputs leave little behind."""
    sources = [
        "'x' * 2_000_000",
        "raise ValueError('x' * 2_000_000)",
        "from IPython.display import display\nfor i in range(5_000): display(i)",
    ]
    nb = notebook(*sources, "test:1")
    run(nb, Limits(cell_seconds=20, notebook_seconds=60, output_mb=0.01))
    assert len(nbformat.writes(nb)) < 100_000
    assert cell(nb, "c1").outputs[-1].ename == "ValueError"


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


def test_a_test_keeps_its_own_words_and_its_points(honest):
    """What a test prints is kept, what a student prints in it is not, a last float is its value."""
    nb, runs = honest
    assert runs["c11"].value == "0.5"
    assert texts(nb, "c11") == "asked\n"
    assert cell(nb, "c11").outputs[-1].data["text/plain"] == "0.5"


def test_a_failing_test_is_told_with_its_line(honest):
    """A failed assert has its line and message, and the instructor's copy shows the line."""
    nb, runs = honest
    failed = runs["c12"]
    assert (failed.error, failed.message, failed.line) == ("AssertionError", "a hint", 1)
    assert cell(nb, "c12").outputs[-1].traceback[0] == "line 1: assert g(1) == 1, 'a hint'"


def test_a_figure_cell_is_not_run(honest):
    """The instructor's cells tagged `figure`, and text, are not run and have no result."""
    assert "c13" not in honest[1]
    assert "text" not in honest[1]


def test_a_timeout_stops_the_cell_and_the_next_one_runs():
    """A cell over its time is interrupted; the kernel goes on with its variables."""
    nb = notebook("x = 5", "while True: pass", "test:assert x == 5")
    runs = run(nb, QUICK)
    assert (runs["c1"].error, runs["c1"].message) == (TIMEOUT, "stopped after 1 s")
    assert runs["c1"].seconds < 5
    assert runs["c2"].error is None
    assert nb.cells[1].outputs[-1].ename == TIMEOUT


def test_a_test_that_hangs_costs_only_itself():
    """An endless loop in a student's function fails that test by its time; the next ones count."""
    loops = "def f(x):\n    while x == 3: pass\n    return 2 * x"
    runs = run(notebook(loops, "test:f(3)", f"test:{RIGHT}"), QUICK)
    assert (runs["c1"].error, runs["c1"].message) == (TIMEOUT, "stopped after 1 s")
    assert runs["c2"].error is None


def test_a_stubborn_loop_ends_the_kernel_and_the_tests_still_count():
    """A cell that swallows interrupts is ended in the grace time; later cells run in a new one."""
    stubborn = (
        "import time\n"
        "while True:\n    try: time.sleep(60)\n    except BaseException: print('still here')"
    )
    runs = run(notebook(DEFINES, stubborn, f"test:{RIGHT}"), QUICK)
    assert runs["c1"].error == DEAD
    assert runs["c1"].seconds < 1 + 2 + 2
    assert runs["c2"].error is None


def test_a_test_that_kills_the_kernel_costs_only_itself():
    """os._exit in a student's function fails that test; cells before are replayed for the rest."""
    nb = notebook(
        "import os\ndef f(x):\n    os._exit(0) if x == 3 else None\n    return 2 * x",
        "test:def helper():\n    return 4\nf(3)",
        "test:assert f(2) == helper()",
        "y = f(5)",
        "test:assert y == 10",
    )
    runs = run(nb)
    assert runs["c1"].error == DEAD
    assert (runs["c2"].error, runs["c4"].error) == (None, None)


def test_a_cell_that_kills_the_kernel_is_not_run_again():
    """After os._exit in an answer the later cells run in a new kernel, without that answer."""
    runs = run(notebook(DEFINES, "z = 1\nimport os; os._exit(0)", f"test:{RIGHT}", "test:z"))
    assert runs["c1"].error == DEAD
    assert runs["c2"].error is None
    assert runs["c3"].error == "NameError"


def test_the_notebook_has_a_time_too():
    """When the notebook's time is up, the rest is not run."""
    limits = Limits(cell_seconds=20, notebook_seconds=1)
    runs = run(notebook("import time; time.sleep(9)", "1"), limits)
    assert runs["c0"].error == TIMEOUT
    assert not runs["c1"].ran


def test_a_flood_ends_the_kernel():
    """An endless output, in a cell or in a test, ends within its time, and grading goes on.

    By the count of 8 MB; or, where one message holds more than we read, by the cell's time.
    """
    floods = "def f(x):\n    while x: print('x' * 10_000)"
    limits = Limits(cell_seconds=5, notebook_seconds=60)
    cells = "while True: print('x' * 10_000)", floods, "test:f(1)", "test:f(0)"
    runs = run(notebook(*cells), limits)
    ends = {DEAD, TIMEOUT, "MemoryError"}  # the kernel's own buffers may fill first
    assert runs["c0"].error in ends
    assert runs["c2"].error in ends
    assert runs["c3"].error is None


def test_an_object_that_equals_everything_earns_nothing():
    """Where the test expects data, an object is refused, even if the test catches everything."""
    liar = (
        "class Liar:\n    def __eq__(self, other):\n        return True\n"
        "def f(x):\n    return Liar()"
    )
    catches = "test:try:\n    ok = f(2) == 4\nexcept BaseException:\n    ok = True\nassert ok"
    runs = run(notebook(liar, f"test:{RIGHT}", catches))
    assert [runs[name].error for name in ("c1", "c2")] == [REFUSED, REFUSED]
    assert "gave a Liar object" in runs["c1"].message


def test_a_kernel_that_does_not_start_is_nobodys_zero(monkeypatch):
    """A kernel that can't be started raises KernelError, so that no student gets silent zeros."""

    async def refuse(*args, **kwargs):
        raise OSError(11, "no more processes")

    monkeypatch.setattr("jupyter_client.manager.AsyncKernelManager.start_kernel", refuse)
    with pytest.raises(KernelError, match="no more processes"):
        run(notebook("1"))


def test_what_a_run_started_ends_with_it():
    """A child that a cell leaves behind, in a session of its own, is dead once the run is over."""
    mark = f"4{time.time_ns() % 10**8}"
    start = (
        "import subprocess, sys\n"
        f"argv = [sys.executable, '-c', 'import time; time.sleep({mark})']\n"
        "p = subprocess.Popen(argv, start_new_session=True)\n"
        "def lives():\n    return p.poll() is None"
    )
    assert run(notebook(start, "test:assert lives()"))["c1"].error is None
    assert not any(mark in command for command in _commands())


def _commands() -> list[str]:
    commands = []
    for name in os.listdir("/proc"):
        try:
            with open(f"/proc/{name}/cmdline", "rb") as file:
                commands.append(file.read().decode("utf-8", "replace"))
        except (OSError, ValueError):
            continue
    return commands


def test_our_limits_reach_the_kernels_sockets(monkeypatch):
    """What we read of a kernel, and how long we wait to send, is bounded on the sockets in use."""
    seen = []
    student_cell = _Run._student_cell

    async def look(self, session, cell, seconds):
        socket = session.client.kc.shell_channel.socket
        names = (zmq.SNDTIMEO, zmq.RECONNECT_IVL, zmq.MAXMSGSIZE)
        seen.append([socket.getsockopt(name) for name in names])
        return await student_cell(self, session, cell, seconds)

    monkeypatch.setattr(_Run, "_student_cell", look)
    assert run(notebook("1"))["c0"].error is None
    assert seen == [[1000, 10**9, 64_000_000]]


def test_a_kernel_that_cuts_its_connection_stops_nothing():
    """A cell that closes the kernel's sockets ends that kernel, and the next test still counts."""
    cuts = "import os\nfor fd in range(3, 200):\n    try: os.close(fd)\n    except OSError: pass"
    begun = time.monotonic()
    runs = run(
        notebook(DEFINES, cuts, f"test:{RIGHT}"), Limits(cell_seconds=4, notebook_seconds=60)
    )
    assert runs["c1"].error in {DEAD, TIMEOUT}
    assert runs["c2"].error is None
    assert time.monotonic() - begun < 40


def test_a_forged_output_is_dropped():
    """What is no output of a notebook goes, since formgrader would refuse the whole for it."""
    good = nbformat.v4.new_output("stream", name="stdout", text="1")
    forged = nbformat.from_dict({**good, "text": 5})
    made = nbformat.v4.new_code_cell("1")
    made.outputs, made.execution_count = [good, forged], "<script>"
    keep_valid(made)
    assert made.outputs == [good]
    nbformat.validate(nbformat.v4.new_notebook(cells=[made]))
