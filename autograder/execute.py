"""Where cells run: a student's in a sandboxed kernel, the tests in a process of their own."""

import asyncio
import json
import time
from collections.abc import Mapping
from contextlib import AsyncExitStack
from typing import Any, Protocol

import nbformat
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from nbformat.validator import ValidationError

from autograder.judge.profile import Profile, Role
from autograder.markers import FIGURE_TAG
from autograder.merge import grade_id, is_answer, is_graded
from autograder.models import CellRun
from autograder.sandbox import Sandbox, Unconfined, Zygote
from autograder.session import MALFORMED, Box, Session, open_session
from autograder.settings import Limits

_CELLS_OF_OUTPUT = 20  # a notebook keeps so many times the output that a cell may keep
BoxType = type[Sandbox] | type[Unconfined]
# CellRun.error, and an output's ename, where it is not an exception: no student can raise these
TIMEOUT, DEAD, NOT_RUN = "(timeout)", "(dead kernel)", "(not run)"
DIED = "the kernel died"  # CellRun.message, where it was not ended by a limit


class Executor(Protocol):
    """Runs a notebook's cells and says what became of each."""

    def run(
        self,
        notebook: NotebookNode,
        profile: Profile,
        files: Mapping[str, bytes],
        limits: Limits,
    ) -> dict[str, CellRun]:
        """Run the code cells in order, lay their outputs into `notebook`.

        Args:
            notebook: the merged notebook; changed in place.
            profile: what the reference solution did (`gate.profile`).
            files: laid beside the notebook, by relative path.
            limits: what the run may use.

        Returns:
            What became of each code cell, by cell id. A cell that did not run, because the time
            was up, is there with `ran=False`.

        Raises:
            KernelError: no kernel starts.
        """


class Judged:
    """The executor: students' cells in a kernel that holds no test, tests where no student is."""

    def __init__(
        self, box: BoxType = Sandbox, record: bool = False, zygote: Zygote | None = None
    ) -> None:
        """Choose how cells run.

        Args:
            box: where.
            record: it is the reference solution: note what it does in `CellRun.kinds`.
            zygote: where processes come from, if they can; without one they start cold.
        """
        self._box, self._record, self.zygote = box, record, zygote

    def run(
        self,
        notebook: NotebookNode,
        profile: Profile,
        files: Mapping[str, bytes],
        limits: Limits,
    ) -> dict[str, CellRun]:
        """See Executor.run."""
        run = _Run(notebook, profile, files, limits, self._box, self._record, self.zygote)
        return asyncio.run(run.all())


class _Run:
    """One run of one notebook, over as many kernels as it kills."""

    def __init__(
        self,
        notebook: NotebookNode,
        profile: Profile,
        files: Mapping[str, bytes],
        limits: Limits,
        box: BoxType,
        record: bool,
        zygote: Zygote | None,
    ) -> None:
        self._notebook, self._profile, self._files = notebook, profile, files
        self._limits, self._box, self._record, self._zygote = limits, box, record, zygote
        self._cells = [cell for cell in code_cells(notebook) if not _is_figure(cell)]
        self._room = _CELLS_OF_OUTPUT * limits.output_bytes  # kept of the whole notebook
        self._fatal: set[str] = set()  # cells that ended a kernel: not run again
        self._runs: dict[str, CellRun] = {}
        self._stack = AsyncExitStack()
        self._session: Session | None = None
        self._student: Box | None = None
        self._ends = 0.0

    async def all(self) -> dict[str, CellRun]:
        """Run all cells; in the end nothing of it lives."""
        try:
            await self._start([])
            self._ends = time.monotonic() + self._limits.notebook_seconds
            for number, cell in enumerate(self._cells):
                if self._session is None:
                    await self._start(self._cells[:number])
                if time.monotonic() > self._ends:
                    break
                self._runs[cell.id] = await self._run_cell(cell)
        finally:
            await self._stack.aclose()
        return {cell.id: self._runs.get(cell.id, CellRun(ran=False)) for cell in self._cells}

    async def _start(self, before: list[NotebookNode]) -> None:
        """Start a kernel and a judge, and bring them to where the last ones were."""
        await self._stack.aclose()
        student: Box = self._box(self._limits, self._files)
        bench: Box = self._box(self._limits)
        self._student = student
        for box in (student, bench):
            self._stack.callback(box.close)
        opened = open_session(
            self._notebook, self._profile, self._record, student, bench, self._zygote
        )
        self._session = await self._stack.enter_async_context(opened)
        for cell in before:
            if time.monotonic() > self._ends:
                return  # the caller looks, too
            if role(cell) == "test":
                self._session.order("define", cell=cell.id, source=cell.source)
                continue
            if cell.id in self._profile.provided:
                self._session.order("provide", cell=cell.id, source=cell.source)
            if cell.id not in self._fatal:
                await self._session.rerun(cell.source, self._seconds())

    async def _run_cell(self, cell: NotebookNode) -> CellRun:
        assert self._session is not None  # noqa: S101  # _start made it
        seconds = self._seconds()
        if not cell.source.strip():
            return CellRun(ran=True)
        if role(cell) == "test":
            result = await self._test(self._session, cell, seconds)
        else:
            if cell.id in self._profile.provided:
                self._session.order("provide", cell=cell.id, source=cell.source)
            result = await self._student_cell(self._session, cell, seconds)
            keep_valid(cell)
            room = max(0, min(self._limits.output_bytes, self._room))
            _cut_outputs(cell, room)
            self._room -= len(json.dumps(cell.outputs))
        if result.error == DEAD:
            self._session = None
            self._fatal.add(cell.id)
        return result

    def _seconds(self) -> float:
        """Return how long the next cell may take."""
        return max(1.0, min(self._limits.cell_seconds, self._ends - time.monotonic()))

    async def _student_cell(self, session: Session, cell: NotebookNode, seconds: float) -> CellRun:
        begun = time.monotonic()
        client = session.client
        client.begin(seconds)
        index = next(i for i, one in enumerate(self._notebook.cells) if one.id == cell.id)
        try:
            await client.async_execute_cell(cell, index)
        except CellTimeoutError:
            alive = await session.interrupt()
            text = f"stopped after {client.timeout} s"
            cell.outputs.append(error_output(TIMEOUT, text))
            return CellRun(True, time.monotonic() - begun, TIMEOUT if alive else DEAD, text)
        except (DeadKernelError, RuntimeError, *MALFORMED):
            text = self._why_dead()
            cell.outputs.append(error_output(DEAD, text))
            return CellRun(True, time.monotonic() - begun, DEAD, text)
        seconds = time.monotonic() - begun
        if self._student is not None and self._student.killed:  # just as the cell ended
            cell.outputs.append(error_output(DEAD, self._why_dead()))
            return CellRun(True, seconds, DEAD, self._why_dead())
        failure = next((out for out in cell.outputs if out.output_type == "error"), None)
        if failure is None and client.failure is not None:
            failure = error_output(
                str(client.failure.get("ename")), str(client.failure.get("evalue"))
            )
            cell.outputs.append(failure)
        if failure is None:
            return CellRun(True, seconds)
        return CellRun(True, seconds, str(failure.ename).strip("()"), str(failure.evalue))

    async def _test(self, session: Session, cell: NotebookNode, seconds: float) -> CellRun:
        begun = time.monotonic()
        try:
            result = await session.test(cell.id, cell.source, seconds)
        except TimeoutError:
            run = CellRun(True, seconds, TIMEOUT, f"stopped after {seconds:.0f} s")
        else:
            dead = result is None or not await session.client.km.is_alive()
            if result is None or (dead and result["error"] is not None):
                took = time.monotonic() - begun
                late = took > seconds
                text = f"stopped after {seconds:.0f} s" if late else self._why_dead()
                run = CellRun(True, took, DEAD, text)
            else:
                run = _judged(result)
            if dead:
                self._session = None
        cell.outputs = list(_outputs(cell, run))
        return run

    def _why_dead(self) -> str:
        killed = self._student.killed if self._student else None
        return f"the kernel was ended: it {killed}" if killed else DIED


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    """Return the code cells of a notebook in order."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def role(cell: NotebookNode) -> Role:
    """Say what a code cell of a merged notebook is to the judge."""
    if is_graded(cell) and not is_answer(cell):
        return "test"
    return "provided" if grade_id(cell) and not is_answer(cell) else "answer"


def _is_figure(cell: NotebookNode) -> bool:
    return FIGURE_TAG in cell.metadata.get("tags", ())


def _judged(result: Mapping[str, Any]) -> CellRun:
    """Return what the trusted process says of a test cell."""
    if result["problem"]:
        problem = f"a provided cell failed on the tests' side: {result['problem']}"
        return CellRun(True, result["seconds"], NOT_RUN, problem)
    return CellRun(
        ran=True,
        seconds=result["seconds"],
        error=result["error"],
        message=result["message"],
        line=result["line"],
        trace=tuple(result["trace"]),
        value=result["value"],
        where=result["where"],
        diagnosis=result["diagnosis"],
        output=result["output"],
        kinds={place: tuple(kinds) for place, kinds in result["kinds"].items()},
    )


def _outputs(cell: NotebookNode, run: CellRun) -> list[NotebookNode]:
    """Return the outputs of a test cell: what it printed, and its failure or its points."""
    outputs = []
    if run.output:
        outputs.append(_stdout(run.output))
    if run.error is not None:
        line = cell.source.splitlines()[run.line - 1].strip() if run.line else ""
        where = [f"line {run.line}: {line}"] if run.line else []
        failure = error_output(run.error, run.message)
        failure.traceback = [*where, *failure.traceback]
        outputs.append(failure)
    elif run.value is not None:
        data = {"text/plain": run.value}
        outputs.append(nbformat.v4.new_output("execute_result", data, execution_count=None))
    return outputs


def error_output(name: str, text: str) -> NotebookNode:
    """Return an output of type `error` with a traceback of one line."""
    return nbformat.v4.new_output("error", ename=name, evalue=text, traceback=[f"{name}: {text}"])


def keep_valid(cell: NotebookNode) -> None:
    """Drop what a forged message left: nbgrader and formgrader refuse a notebook for one."""
    if not isinstance(cell.execution_count, int):
        cell.execution_count = None
    if not _is_valid(cell.outputs):
        cell.outputs = [one for one in cell.outputs if _is_valid([one])]


def _is_valid(outputs: list[NotebookNode]) -> bool:
    cell = nbformat.v4.new_code_cell()
    cell.outputs = outputs
    try:
        nbformat.v4.new_notebook(cells=[cell])  # which validates it
    except ValidationError:
        return False
    return True


def _cut_outputs(cell: NotebookNode, limit: int) -> None:
    """Keep the first `limit` bytes of a cell's outputs, and the last error's name and text."""
    room, kept = limit, []
    for number, output in enumerate(cell.outputs):
        size = len(json.dumps(output))
        if size <= room:
            kept.append(output)
            room -= size
            continue
        if output.output_type == "stream":
            kept.append(NotebookNode(output, text=output.text[:room]))
        last = cell.outputs[-1]
        if last.output_type == "error":
            kept.append(error_output(str(last.ename)[:100], str(last.evalue)[:1000]))
        rest = len(cell.outputs) - number
        note = f"\n[output cut: more than {limit / 1000:g} kB, in {rest} more parts]\n"
        kept.insert(len(kept) - (last.output_type == "error"), _stdout(note))
        break
    cell.outputs = kept


def _stdout(text: str) -> NotebookNode:
    return nbformat.v4.new_output("stream", name="stdout", text=text)
