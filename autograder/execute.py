"""Where cells run: one small interface, and a plain kernel behind it.

A plain kernel runs students' code as the grader's own user. A sandboxed judge takes its place
behind the same `Executor`.
"""

import asyncio
import logging
import os
import re
import signal
import tempfile
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from queue import Empty
from typing import Protocol

import nbformat
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from autograder.errors import KernelError
from autograder.models import CellRun
from autograder.release import FIGURE_TAG
from autograder.settings import Limits

GRACE_SECONDS = 2.0  # between an interrupt and the end of the kernel
START_SECONDS = 60
# CellRun.error, and an output's ename, where it is not an exception's name
TIMEOUT, DEAD, NOT_RUN = "Timeout", "DeadKernel", "NotRun"
_SILENT = logging.Logger("kernel", logging.CRITICAL + 1)  # what went wrong is in the CellRun
_ANSI = re.compile(r"\x1b\[[0-9;]*m")


class Executor(Protocol):
    """Runs a notebook's cells and says what became of each."""

    def run(
        self, notebook: NotebookNode, files: Mapping[str, bytes], limits: Limits
    ) -> dict[str, CellRun]:
        """Run the code cells in order, lay their outputs into `notebook`.

        Args:
            notebook: the merged notebook; changed in place.
            files: laid beside the notebook, by relative path.
            limits: time and output that the run may use.

        Returns:
            What became of each code cell, by cell id. A cell that did not run, because the kernel
            was dead or the time was up, is there with `ran=False`.
        """


class PlainKernel:
    """Runs the cells in one IPython kernel in a temporary folder, as nbgrader does."""

    def run(
        self, notebook: NotebookNode, files: Mapping[str, bytes], limits: Limits
    ) -> dict[str, CellRun]:
        """See Executor.run."""
        with tempfile.TemporaryDirectory(prefix="grade-") as scratch:
            folder = Path(scratch, "work")
            folder.mkdir()
            for name, data in files.items():
                path = folder / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(data)
            return asyncio.run(_run(notebook, folder, limits))


async def _run(notebook: NotebookNode, folder: Path, limits: Limits) -> dict[str, CellRun]:
    cells = [cell for cell in notebook.cells if cell.cell_type == "code" and not _skipped(cell)]
    runs: dict[str, CellRun] = {}
    async with _kernel(notebook, folder) as client:
        ends = time.monotonic() + limits.notebook_seconds
        for cell in cells:
            client.timeout = max(1, round(min(limits.cell_seconds, ends - time.monotonic())))
            runs[cell.id] = await _run_cell(client, cell, notebook.cells.index(cell))
            _cut_outputs(cell, limits.output_bytes)
            if runs[cell.id].error == DEAD or time.monotonic() > ends:
                break
    return {cell.id: runs.get(cell.id, CellRun(ran=False)) for cell in cells}


@asynccontextmanager
async def _kernel(notebook: NotebookNode, folder: Path) -> AsyncIterator[NotebookClient]:
    """Start a kernel in `folder`; at the end kill it with all that it started.

    Raises:
        KernelError: it does not start.
    """
    home = folder.parent
    manager = AsyncKernelManager(
        kernel_name="python3",
        transport="ipc",
        ip=str(home / "kernel"),
        connection_file=str(home / "kernel.json"),
        log=_SILENT,
    )
    client = NotebookClient(
        notebook,
        km=manager,
        allow_errors=True,
        record_timing=False,
        skip_cells_with_tag="",  # no tag but FIGURE_TAG keeps a cell, so a test, from running
        log=_SILENT,
    )
    try:
        try:
            await manager.start_kernel(
                cwd=str(folder),
                env=_environment(home),
                extra_arguments=["--HistoryManager.hist_file=:memory:"],
            )
            client.kc = manager.client()
            client.kc.start_channels()
            await client.kc.wait_for_ready(timeout=START_SECONDS)
        except (RuntimeError, OSError) as error:
            raise KernelError(f"no kernel could be started: {error}; grade again") from error
        client.kc.allow_stdin = False
        yield client
    finally:
        group = getattr(manager.provisioner, "pgid", None)
        with suppress(RuntimeError, OSError):  # what was earned stays, however the kernel ends
            if manager.has_kernel:
                await manager.shutdown_kernel(now=True)
            if client.kc is not None:
                client.kc.stop_channels()
        if group:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(group, signal.SIGKILL)


async def _run_cell(client: NotebookClient, cell: NotebookNode, index: int) -> CellRun:
    begun = time.monotonic()
    if not cell.source.strip():
        return CellRun(ran=True)
    try:
        await client.async_execute_cell(cell, index)
    except CellTimeoutError:
        alive = await _interrupt(client)
        error, text = (TIMEOUT, f"stopped after {client.timeout} s")
        _add_error(cell, error, text)
        return CellRun(True, time.monotonic() - begun, error if alive else DEAD, text)
    except (DeadKernelError, RuntimeError):
        text = "the kernel died (out of memory, or the process was ended)"
        _add_error(cell, DEAD, text)
        return CellRun(True, time.monotonic() - begun, DEAD, text)
    seconds = time.monotonic() - begun
    failures = [output for output in cell.outputs if output.output_type == "error"]
    if failures:
        return failed_run(failures[0], cell.execution_count, seconds)
    return CellRun(True, seconds, value=_last_value(cell))


def failed_run(output: NotebookNode, count: int | None, seconds: float = 0.0) -> CellRun:
    """Read an `error` output: the exception, its text, and the line of the cell it came from.

    Args:
        output: the output, whose traceback may pass through several cells.
        count: the execution count of the cell that gave it; only its own lines count.
        seconds: how long the cell ran.
    """
    trace = _ANSI.sub("", "\n".join(output.traceback)).replace(
        f"{output.ename}: {output.evalue}", ""
    )
    places = re.findall(rf"^Cell In\[{count}\], line (\d+)", trace, re.MULTILINE)
    return CellRun(
        ran=True,
        seconds=seconds,
        error=str(output.ename),
        message=str(output.evalue).strip(),
        line=int(places[-1]) if places else None,
    )


def _last_value(cell: NotebookNode) -> str | None:
    for output in cell.outputs:
        if output.output_type == "execute_result":
            return str(output.data.get("text/plain", ""))
    return None


async def _interrupt(client: NotebookClient) -> bool:
    """Interrupt the kernel; say whether it answers within the grace time. If not, it is ended."""
    await client.km.interrupt_kernel()
    try:
        client.kc.kernel_info()
        while True:  # the interrupted cell's own reply may come first
            reply = await client.kc.get_shell_msg(timeout=GRACE_SECONDS)
            if reply["msg_type"] == "kernel_info_reply":
                return True
    except Empty:
        await client.km.shutdown_kernel(now=True)
        return False


def error_output(name: str, text: str) -> NotebookNode:
    """Return an output of type `error` with a traceback of one line."""
    return nbformat.v4.new_output("error", ename=name, evalue=text, traceback=[f"{name}: {text}"])


def _add_error(cell: NotebookNode, name: str, text: str) -> None:
    cell.outputs.append(error_output(name, text))


def _cut_outputs(cell: NotebookNode, limit: int) -> None:
    """Keep the first `limit` bytes of a cell's output; errors and the last value stay."""
    room = limit
    kept = []
    for output in cell.outputs:
        size = len(str(output.get("text", output.get("data", ""))))
        if output.output_type in {"error", "execute_result"} or size <= room:
            kept.append(output)
        elif output.output_type == "stream":
            kept.append(NotebookNode(output, text=output.text[:room] + "\n[output cut]\n"))
        else:
            kept.append(nbformat.v4.new_output("stream", text="[a large output is left out]\n"))
        room = max(0, room - size)
    cell.outputs = kept


def _skipped(cell: NotebookNode) -> bool:
    return FIGURE_TAG in cell.metadata.get("tags", ())


def _environment(home: Path) -> dict[str, str]:
    """Return what the kernel needs of the environment and nothing else."""
    threads = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL")}
    kept = {
        name: os.environ[name] for name in ("PATH", "LANG", "VIRTUAL_ENV") if name in os.environ
    }
    return {
        **kept,
        **threads,
        "HOME": str(home),
        "IPYTHONDIR": str(home / "ipython"),
        "MPLCONFIGDIR": str(home / "matplotlib"),
        "NBGRADER_EXECUTION": "autograde",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
    }
