"""One submission -> verdicts. Nothing here writes: verdicts are data."""

import ast
import builtins
import math
import re
import signal
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import nbformat
from nbformat import NotebookNode

from autograder.errors import KernelError
from autograder.execute import DEAD, DIED, NOT_RUN, TIMEOUT, Executor, Judged, error_output, role
from autograder.intake import printable
from autograder.judge.profile import Profile
from autograder.judge.runner import REFUSED
from autograder.markers import HIDDEN
from autograder.merge import Merged, grade_id, is_answer, is_graded, merge, ordinary_files
from autograder.models import CellRun, GradedNotebook, GradedSubmission, Status, Submission, Verdict
from autograder.preload import zygote_of
from autograder.sandbox import Sandbox, Unconfined
from autograder.settings import Limits

NOT_EARNED = "(not earned)"  # the error output of a test cell that gives nothing without an error
NOTES_ID = "grader-notes"  # the cell on top of a graded notebook that tells what was left out
_START_SECONDS = 120  # of all kernels of a notebook
_HINT_LENGTH = 300
_ROUNDING = 1e-9  # parts of a point may add up to a little more than their sum


@dataclass(frozen=True)
class Job:
    """All that is needed to grade one submission, anywhere: plain data."""

    submission: Submission
    notebooks: Mapping[str, str]  # by name: the grading version (release.grading_version), as JSON
    profiles: Mapping[str, str]  # by name: what the reference solution did (gate.profile), as JSON
    limits: Limits
    unsafe: bool = False  # without a sandbox


def grade_submission(job: Job, executor: Executor | None = None) -> GradedSubmission:
    """Grade one submission. Never raises: what goes wrong is a reason in the result."""
    begun = time.monotonic()
    submission = job.submission
    try:
        files, left_out = ordinary_files(submission.files)
        notes = submission.notes + left_out
        with _at_most((2 * job.limits.notebook_seconds + _START_SECONDS) * len(job.notebooks)):
            notebooks = tuple(
                _grade_notebook(
                    job, name, files, notes, executor or judged(job.notebooks, job.unsafe)
                )
                for name in job.notebooks
            )
    except Exception as error:  # a fault of the grader: this student must not stop the others
        return refuse(job, f"the grader failed: {type(error).__name__}: {error}")
    return GradedSubmission(
        submission.student,
        submission.assignment,
        notebooks,
        submission.timestamp,
        files,
        notes,
        time.monotonic() - begun,
        unsandboxed=job.unsafe,
    )


@contextmanager
def _at_most(seconds: float) -> Iterator[None]:
    """End what takes longer, whatever it waits for: the last resort behind all other limits."""
    if threading.current_thread() is not threading.main_thread():  # signals arrive in the main one
        yield
        return

    def stop(*_: object) -> None:
        raise KernelError(f"it could not be ended after {seconds:.0f} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def judged(notebooks: Mapping[str, str], unsafe: bool, record: bool = False) -> Judged:
    """Return what runs the notebooks of an assignment: in a sandbox, warm; or unsafe, and cold.

    Args:
        notebooks: all of the assignment's, as `Job` has them.
        unsafe: without a sandbox.
        record: see `Judged`.
    """
    if unsafe:
        return Judged(Unconfined, record)
    return Judged(Sandbox, record, zygote_of(*notebooks.values()))


def refuse(job: Job, reason: str) -> GradedSubmission:
    """Return a submission's result where the grader could do nothing: 0 points and the reason."""
    notebooks = tuple(_refused_notebook(job, name, reason) for name in job.notebooks)
    submission = job.submission
    return GradedSubmission(
        submission.student, submission.assignment, notebooks, submission.timestamp, fault=True
    )


def _grade_notebook(
    job: Job, name: str, files: Mapping[str, bytes], notes: tuple[str, ...], executor: Executor
) -> GradedNotebook:
    cells = job.submission.notebooks.get(name)
    if cells is None:
        reason = job.submission.refused.get(name, "nothing was handed in")
        return _refused_notebook(job, name, reason, notes)
    profile = Profile.from_json(job.profiles[name])
    for _ in range(2):
        merged = merge(nbformat.reads(job.notebooks[name], as_version=4), cells)
        runs = executor.run(merged.notebook, profile, files, job.limits)
        # The machine may have killed it, which looks the same; a student's own code does it again.
        if not any(run.error == DEAD and run.message == DIED for run in runs.values()):
            break
    return _graded(name, merged, runs, notes)


def _refused_notebook(
    job: Job, name: str, reason: str, notes: tuple[str, ...] = ()
) -> GradedNotebook:
    merged = merge(nbformat.reads(job.notebooks[name], as_version=4), ())
    return _graded(name, Merged(merged.notebook, merged.unanswered), {}, notes, reason)


def _graded(
    name: str,
    merged: Merged,
    runs: Mapping[str, CellRun],
    notes: tuple[str, ...],
    refused: str | None = None,
) -> GradedNotebook:
    verdicts = []
    for cell in filter(is_graded, merged.notebook.cells):
        if is_answer(cell):
            verdicts.append(replace(_by_hand(cell, merged.unanswered), notebook=name))
            cell.metadata["autograder"] = _told(verdicts[-1])
            continue
        run = CellRun(False, message=refused) if refused else runs[cell.id]
        verdict = replace(judge(cell, run), notebook=name)
        if verdict.points == 0 and not any(out.output_type == "error" for out in cell.outputs):
            cell.outputs = [error_output(NOT_EARNED, verdict.reason)]  # nbgrader reads outputs
        cell.metadata["autograder"] = _told(verdict, visible_line(cell.source, run))
        verdicts.append(verdict)
    ended = tuple(_ended(merged.notebook, runs))
    told = [*notes, *merged.notes, *ended]
    if refused:
        told.insert(0, f"This notebook could not be graded: {refused}")
    if told:
        text = "**Grader's notes**\n\n" + "\n".join(f"- {_escaped(note)}" for note in told)
        merged.notebook.cells.insert(0, nbformat.v4.new_markdown_cell(text, id=NOTES_ID))
    executed = nbformat.writes(merged.notebook)
    own_notes = merged.notes + ended
    return GradedNotebook(name, tuple(verdicts), executed, merged.unanswered, refused, own_notes)


def _ended(notebook: NotebookNode, runs: Mapping[str, CellRun]) -> Iterator[str]:
    """Yield which of the student's cells ended their kernel or were stopped; tests say it too."""
    for cell in notebook.cells:
        run = runs.get(cell.id)
        if run is not None and run.error in {TIMEOUT, DEAD} and role(cell) != "test":
            yield f"running the cell {cell.id!r}: {run.message}"


def _told(verdict: Verdict, line: int | None = None) -> dict[str, Any]:
    """Return what the student's page says of a cell; `line` is where a visible check failed."""
    told = {"status": verdict.status, "reason": verdict.reason, "points": verdict.points}
    return told if line is None else {**told, "line": line}


def _escaped(note: str) -> str:
    """Make a note that quotes a student's names harmless in Markdown and HTML."""
    return re.sub(r"([\\`*_{}\[\]()<>#!|&$])", r"\\\1", note).replace("\\<", "&lt;")


def _by_hand(cell: NotebookNode, unanswered: frozenset[str]) -> Verdict:
    points = float(cell.metadata.nbgrader.points)
    if cell.id in unanswered:
        return Verdict(cell.id, 0.0, points, "no answer", "no answer was written")
    return Verdict(cell.id, None, points, "by hand")


def judge(cell: NotebookNode, run: CellRun) -> Verdict:
    """Give a test cell its points.

    An exception gives 0; a final float in [0, points] gives that many; a clean run gives all.
    Standard error costs nothing. A cell that did not run gives 0.
    """
    points = float(cell.metadata.nbgrader.points)
    name = grade_id(cell)
    if not run.ran:
        reason = run.message or "not run: the kernel had died, or the time was up, in a cell above"
        return Verdict(name, 0.0, points, "not run", reason)
    if run.error is not None:
        reason = why(cell.source, run) + f" ({run.diagnosis})" * bool(run.diagnosis)
        return Verdict(name, 0.0, points, "failed", reason, run.seconds)
    earned = points if run.value is None else _partial(run.value, points)
    if earned is None:
        reason = "the test ended with a value that is not a number of points: tell the instructor"
        return Verdict(name, 0.0, points, "failed", reason, run.seconds)
    status: Status = "passed" if earned == points else "partly" if earned > 0 else "failed"
    reason = "" if status == "passed" else f"{earned:g} of {points:g} points"
    return Verdict(name, earned, points, status, reason, run.seconds)


def _partial(value: str, points: float) -> float | None:
    try:
        number = float(re.sub(r"^np\.float\d+\((.*)\)$", r"\1", value))
    except ValueError:
        return None
    if not (math.isfinite(number) and 0 <= number <= points + _ROUNDING):
        return None
    return min(number, points)


def why(source: str, run: CellRun) -> str:
    """Say in one line why a test failed, without the source or the values of hidden tests.

    A visible line's exception is quoted. Of a hidden line only a message that stands in the test
    as a plain text is quoted, or a built-in exception's name: anything else may carry values.
    """
    if run.error in {TIMEOUT, DEAD, NOT_RUN}:
        return run.message
    message = printable(" ".join(run.message.split()))
    hidden = visible_line(source, run) is None
    if run.error == REFUSED:
        return "a hidden check got an object in place of data" if hidden else message
    if not hidden:
        name = "" if run.error == "AssertionError" and message else printable(str(run.error))
        text = ": ".join(filter(None, (name, message)))[:_HINT_LENGTH]
        return f"line {run.line}: {text}" + f", {printable(run.where)}" * bool(run.where)
    if run.error == "AssertionError" and message in _texts(source):
        return f"a hidden check: {message}"
    builtin = run.error if hasattr(builtins, str(run.error)) else "an exception"
    return "a hidden check failed" + ("" if run.error == "AssertionError" else f" with {builtin}")


def visible_line(source: str, run: CellRun) -> int | None:
    """Return the line where a test failed, if the way there leads through visible lines only."""
    if run.line is None or not hidden_lines(source).isdisjoint({run.line, *run.trace}):
        return None
    return run.line


def hidden_lines(source: str) -> frozenset[int]:
    """Return the numbers, from 1, of a cell's lines inside hidden tests, markers included."""
    numbers, inside = set(), False
    for number, line in enumerate(source.splitlines(), start=1):
        inside = inside or HIDDEN[0] in line
        if inside:
            numbers.add(number)
        if HIDDEN[1] in line:
            inside = False
    return frozenset(numbers)


def _texts(source: str) -> frozenset[str]:
    """Return the messages of a cell's asserts that are plain texts."""
    messages = (node.msg for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Assert))
    return frozenset(
        " ".join(message.value.split())
        for message in messages
        if isinstance(message, ast.Constant) and isinstance(message.value, str)
    )
