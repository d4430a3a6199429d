"""A student's kernel and the trusted process that judges it: started together, ended together."""

import asyncio
import json
import logging
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any

import zmq.asyncio
from nbclient import NotebookClient
from nbformat import NotebookNode

from autograder.errors import KernelError
from autograder.judge.profile import Profile
from autograder.sandbox import Sandbox, Unconfined, kernel_manager

GRACE_SECONDS = 2.0  # between an interrupt and the end of the kernel
START_SECONDS = 60
FLOOD_BYTES = 8_000_000  # of output in one cell; more ends the kernel
_MESSAGE_BYTES = 16_000_000  # of one message of the kernel
_RESULT_BYTES = 1 << 24  # of one answer of the trusted process
_QUIET = logging.Logger("kernel", logging.CRITICAL + 1)  # what went wrong is in the CellRun
_AGENT = "__import__('autograder.judge.agent', fromlist=['serve'])"

Box = Sandbox | Unconfined


class Client(NotebookClient):  # type: ignore[misc]  # untyped
    """nbclient's, which ends a kernel that floods it."""

    box: Box
    received = 0

    def is_flood(self, msg: dict[str, Any]) -> bool:
        """Count a message; end the kernel once it has put out too much since `received` was 0."""
        self.received += len(str(msg["content"]))
        if self.received <= FLOOD_BYTES:
            return False
        self.box.killed = self.box.killed or f"put out more than {FLOOD_BYTES // 10**6} MB"
        self.box.kill()
        return True

    def process_message(self, msg: dict[str, Any], cell: NotebookNode, cell_index: int) -> Any:
        """Lay an output into the cell, unless it is part of a flood."""
        if self.is_flood(msg):
            return None
        return super().process_message(msg, cell, cell_index)


class Session:
    """One kernel with one judge. See `open_session`."""

    def __init__(
        self, client: Client, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, fd: int
    ) -> None:
        self.client = client
        self._reader, self._writer, self._fd = reader, writer, fd

    def order(self, do: str, **order: Any) -> None:
        """Give the trusted process something to do."""
        self._writer.write((json.dumps({"do": do, **order}) + "\n").encode())

    async def test(self, cell: str, source: str, seconds: float) -> dict[str, Any] | None:
        """Run a test cell; return what the trusted process says of it.

        None: it gave no verdict in time, or has ended. The session can't be used any more then.

        Raises:
            TimeoutError: the time was up, but all answered to an interrupt; go on.
        """
        self.client.received = 0
        serve = f"{_AGENT}.serve({self._fd})"
        request = self.client.kc.execute(serve, silent=True, store_history=False)
        quiet = asyncio.create_task(self._until_idle(request))
        self.order("test", cell=cell, source=source)
        answer = asyncio.create_task(self._reader.readline())
        try:
            late = not (await asyncio.wait({answer}, timeout=seconds))[0]
            if late:
                await self.client.km.interrupt_kernel()
                await asyncio.wait({answer}, timeout=GRACE_SECONDS)
            if not answer.done() or not answer.result():
                return None
            with suppress(TimeoutError):
                await asyncio.wait_for(quiet, GRACE_SECONDS)
            if late:
                raise TimeoutError
            return dict(json.loads(answer.result()))
        finally:
            for task in (answer, quiet):
                task.cancel()

    async def _until_idle(self, request: str) -> None:
        """Read and forget what students print in tests: it could tell what the tests hold."""
        while True:
            message = await self.client.kc.get_iopub_msg()
            if self.client.is_flood(message):
                return
            if message["parent_header"].get("msg_id") == request and (
                message["content"].get("execution_state") == "idle"
            ):
                return

    async def rerun(self, source: str, seconds: float) -> None:
        """Run a cell of the student's again, for what it defines."""
        self.client.received = 0
        request = self.client.kc.execute(source, silent=True, store_history=False)
        try:
            await asyncio.wait_for(self._until_idle(request), seconds)
        except TimeoutError:
            await self.interrupt()

    async def interrupt(self) -> bool:
        """Interrupt the kernel; say whether it answers within the grace time."""
        await self.client.km.interrupt_kernel()
        self.client.kc.kernel_info()
        ends = asyncio.get_running_loop().time() + GRACE_SECONDS
        with suppress(Exception):  # queue.Empty: no answer
            while True:  # the interrupted cell's own reply may come first
                left = max(0.0, ends - asyncio.get_running_loop().time())
                reply = await self.client.kc.get_shell_msg(timeout=left)
                if reply["msg_type"] == "kernel_info_reply":
                    return True
        return False


@asynccontextmanager
async def open_session(
    notebook: NotebookNode, profile: Profile, record: bool, box: Box, bench: Box
) -> AsyncIterator[Session]:
    """Start a kernel in `box` and the trusted process in `bench`; end both in the end.

    Args:
        notebook: whose cells the session's client runs.
        profile: what tests may ask for and get.
        record: this is the reference solution: note what it does.
        box: where the student's code runs, with the student's files.
        bench: where the tests run, so that a flaw in them or in us stays small.

    Raises:
        KernelError: one of them does not start.
    """
    async with AsyncExitStack() as stack:
        ours, orders = socket.socketpair()
        judge, kernel = socket.socketpair()
        stack.callback(ours.close)
        with orders, judge, kernel:
            runner = [sys.executable, "-P", "-m", "autograder.judge.runner"]
            numbers = (orders.fileno(), judge.fileno())
            bench.popen([*runner, *map(str, numbers)], pass_fds=numbers)
            stack.callback(bench.kill)
            client = await _start_kernel(stack, notebook, box, kernel.fileno())
            fd = kernel.fileno()
        reader, writer = await asyncio.open_unix_connection(sock=ours, limit=_RESULT_BYTES)
        stack.callback(writer.close)
        session = Session(client, reader, writer, fd)
        session.order("start", profile=profile.to_json(), record=record)
        yield session


async def _start_kernel(stack: AsyncExitStack, notebook: NotebookNode, box: Box, fd: int) -> Client:
    context = zmq.asyncio.Context()
    context.setsockopt(zmq.MAXMSGSIZE, _MESSAGE_BYTES)
    context.setsockopt(zmq.LINGER, 0)
    stack.callback(context.term)
    manager = kernel_manager(box, log=_QUIET, context=context)
    client = Client(
        notebook,
        km=manager,
        allow_errors=True,
        record_timing=False,
        skip_cells_with_tag="",  # no tag but FIGURE_TAG keeps a cell, so a test, from running
        log=_QUIET,
    )
    client.box = box
    stack.push_async_callback(_end_kernel, client)
    try:
        await manager.start_kernel(
            extra_arguments=["--HistoryManager.hist_file=:memory:"], pass_fds=(fd,)
        )
        client.kc = manager.client()
        client.kc.start_channels()
        await client.kc.wait_for_ready(timeout=START_SECONDS)
    except (RuntimeError, OSError) as error:
        why = box.killed or error
        raise KernelError(f"no kernel could be started: {why}; grade again") from error
    client.kc.allow_stdin = False
    client.kc.execute(f"{_AGENT}; None", silent=True, store_history=False)
    return client


async def _end_kernel(client: Client) -> None:
    with suppress(RuntimeError, OSError):  # what was earned stays, however the kernel ends
        if client.km.has_kernel:
            await client.km.shutdown_kernel(now=True)
    if client.kc is not None:
        client.kc.stop_channels()
