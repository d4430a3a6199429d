"""A student's kernel and the trusted process that judges it: started together, ended together."""

import asyncio
import json
import logging
import queue
import socket
import sys
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any

import zmq.asyncio
from nbclient import NotebookClient
from nbformat import NotebookNode

from autograder.errors import KernelError
from autograder.judge.profile import Profile
from autograder.sandbox import Command, Sandbox, Unconfined, Zygote, kernel_manager, start

GRACE_SECONDS = 2.0  # between an interrupt and the end of the kernel
START_SECONDS = 60
FLOOD_BYTES = 8_000_000  # of output in one cell; more ends the kernel
_MESSAGE_BYTES = 64_000_000  # of one message of the kernel; a larger one cuts the connection
_SEND_MILLISECONDS = 1000
_RECONNECT_MILLISECONDS = 10**9
_PING_SECONDS = 0.5
_RESULT_BYTES = 1 << 24  # of one answer of the trusted process
_QUIET = logging.Logger("kernel", logging.CRITICAL + 1)  # what went wrong is in the CellRun
_AGENT = "__import__('autograder.judge.agent', fromlist=['serve'])"

# What jupyter_client and nbclient raise for bytes that are no message of a kernel, or for none.
MALFORMED = (ValueError, LookupError, TypeError, AttributeError, zmq.ZMQError)

Box = Sandbox | Unconfined


class Client(NotebookClient):  # type: ignore[misc]  # untyped
    """nbclient's, which ends a kernel that floods it."""

    box: Box
    received = 0
    failure: dict[str, Any] | None = None  # of the last cell, as the kernel's reply has it

    def is_flood(self, msg: dict[str, Any]) -> bool:
        """Count a message; end the kernel once it has put out too much since `received` was 0."""
        self.received += len(str(msg["content"]))
        if self.received <= FLOOD_BYTES:
            return False
        self.box.killed = self.box.killed or f"put out more than {FLOOD_BYTES // 10**6} MB"
        self.box.kill()
        return True

    def begin(self, seconds: float) -> None:
        """Get ready for a cell that may take so long."""
        self.timeout, self.received, self.failure = round(seconds), 0, None

    def note_failure(self, execute_reply: dict[str, Any], **_cell: Any) -> None:
        """Keep a cell's failure: among many outputs, the one that tells of it may be late."""
        self.failure = execute_reply["content"]

    def process_message(self, msg: dict[str, Any], cell: NotebookNode, cell_index: int) -> Any:
        """Lay an output into the cell, unless it is part of a flood, or no message at all."""
        if self.is_flood(msg):
            return None
        try:
            return super().process_message(msg, cell, cell_index)
        except MALFORMED:
            return None

    def handle_comm_msg(self, outs: list[NotebookNode], msg: dict[str, Any], cell: int) -> None:
        """Leave widgets alone: they work in a browser only."""


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
        try:
            request = self.client.kc.execute(serve, silent=True, store_history=False)
        except zmq.ZMQError:  # the kernel has cut the connection
            return None
        idle = asyncio.Event()
        reading = asyncio.create_task(self._read_on(request, idle))
        quiet = asyncio.create_task(idle.wait())
        self.order("test", cell=cell, source=source)
        answer = asyncio.create_task(self._reader.readline())
        try:
            first = {answer, quiet}
            done, _ = await asyncio.wait(first, timeout=seconds, return_when="FIRST_COMPLETED")
            if answer not in done and quiet in done:  # nobody is there to be asked any more
                done, _ = await asyncio.wait({answer}, timeout=GRACE_SECONDS)
            late = answer not in done
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
            for task in (answer, quiet, reading):
                task.cancel()

    async def _read_on(self, request: str, idle: asyncio.Event) -> None:
        """Read what the kernel puts out and forget it: prints in a test could tell what it holds.

        Goes on after `idle`, which a student's code can forge, so that nothing piles up unread.
        """
        while True:
            try:
                message = await self.client.kc.get_iopub_msg()
            except MALFORMED:
                continue
            ours = message["parent_header"].get("msg_id") == request
            state = message["content"].get("execution_state")
            if self.client.is_flood(message) or (ours and state == "idle"):
                idle.set()

    async def rerun(self, source: str, seconds: float) -> None:
        """Run a cell of the student's again, for what it defines."""
        self.client.received = 0
        try:
            request = self.client.kc.execute(source, silent=True, store_history=False)
        except zmq.ZMQError:  # the next test finds the kernel gone
            return
        idle, ends = asyncio.Event(), time.monotonic() + seconds
        reading = asyncio.create_task(self._read_on(request, idle))
        while not idle.is_set() and time.monotonic() < ends and await self.client.km.is_alive():
            with suppress(TimeoutError):
                await asyncio.wait_for(idle.wait(), 0.2)
        reading.cancel()
        if not idle.is_set():
            await self.interrupt()

    async def interrupt(self) -> bool:
        """Interrupt the kernel; say whether it answers within the grace time."""
        await self.client.km.interrupt_kernel()
        return await _answers(self.client, GRACE_SECONDS)


@asynccontextmanager
async def open_session(
    notebook: NotebookNode,
    profile: Profile,
    record: bool,
    box: Box,
    bench: Box,
    zygote: Zygote | None = None,
) -> AsyncIterator[Session]:
    """Start a kernel in `box` and the trusted process in `bench`; end both in the end.

    Args:
        notebook: whose cells the session's client runs.
        profile: what tests may ask for and get.
        record: this is the reference solution: note what it does.
        box: where the student's code runs, with the student's files.
        bench: where the tests run, so that a flaw in them or in us stays small.
        zygote: where both come from, if they can; without one they start cold.

    Raises:
        KernelError: one of them does not start.
    """
    async with AsyncExitStack() as stack:
        ours, orders = socket.socketpair()
        judge, kernel = socket.socketpair()
        stack.callback(ours.close)
        with orders, judge, kernel:
            numbers = (orders.fileno(), judge.fileno())
            start(bench, _runner(*map(str, numbers)), zygote, pass_fds=numbers)
            stack.callback(bench.kill)
            client = await _start_kernel(stack, notebook, box, kernel.fileno(), zygote)
            fd = kernel.fileno()
        reader, writer = await asyncio.open_unix_connection(sock=ours, limit=_RESULT_BYTES)
        stack.callback(writer.close)
        session = Session(client, reader, writer, fd)
        session.order("start", profile=profile.to_json(), record=record)
        yield session


def _runner(*argv: str) -> Command:
    module = "autograder.judge.runner"
    return Command([sys.executable, "-P", "-m", module, *argv], f"{module}:main", [module, *argv])


async def _start_kernel(
    stack: AsyncExitStack, notebook: NotebookNode, box: Box, fd: int, zygote: Zygote | None
) -> Client:
    context = zmq.asyncio.Context()
    context.setsockopt(zmq.MAXMSGSIZE, _MESSAGE_BYTES)
    context.setsockopt(zmq.LINGER, 0)
    # A student's code could put a link to a socket of the host's in the place of the kernel's. So
    # we connect once, before any of it runs, and not again for days. (Never, which is -1, makes
    # libzmq wait for a second in the end.)
    context.setsockopt(zmq.RECONNECT_IVL, _RECONNECT_MILLISECONDS)
    context.setsockopt(zmq.SNDTIMEO, _SEND_MILLISECONDS)  # to a kernel that has cut the connection
    stack.callback(context.destroy, linger=0)
    manager = kernel_manager(box, zygote, log=_QUIET, context=context)
    client = Client(
        notebook,
        km=manager,
        allow_errors=True,
        record_timing=False,
        skip_cells_with_tag="",  # no tag but FIGURE_TAG keeps a cell, so a test, from running
        log=_QUIET,
    )
    client.box = box
    client.on_cell_error = client.note_failure
    stack.push_async_callback(_end_kernel, client)
    try:
        await manager.start_kernel(
            extra_arguments=["--HistoryManager.hist_file=:memory:"], pass_fds=(fd,)
        )
        await _wait_for_sockets(manager)
        client.kc = manager.client(context=context)
        client.kc.start_channels(stdin=False, hb=False, control=False)
        if not await _answers(client, START_SECONDS):
            raise RuntimeError("it does not answer")
    except (RuntimeError, OSError) as error:
        why = box.killed or error
        raise KernelError(f"no kernel could be started: {why}; grade again") from error
    client.kc.allow_stdin = False
    client.kc.execute(f"{_AGENT}; None", silent=True, store_history=False)
    return client


async def _wait_for_sockets(manager: Any) -> None:
    """Wait until the kernel listens, or is dead."""
    ends = time.monotonic() + START_SECONDS
    for port in (manager.shell_port, manager.iopub_port):
        while await manager.is_alive() and time.monotonic() < ends:
            with socket.socket(socket.AF_UNIX) as trial:
                try:
                    trial.connect(f"{manager.ip}-{port}")
                    break
                except OSError:
                    await asyncio.sleep(0.01)


async def _answers(client: Client, seconds: float) -> bool:
    """Say whether the kernel answers in time, on both channels.

    Unlike `wait_for_ready`, which then waits for silence, this takes no longer than the answers.
    """
    ends = time.monotonic() + seconds
    while (left := ends - time.monotonic()) > 0 and await client.km.is_alive():
        try:
            ping = client.kc.kernel_info()
            for read in (client.kc.get_shell_msg, client.kc.get_iopub_msg):
                answered = False
                while not answered:  # what an interrupted cell left may come first
                    message = await read(timeout=min(left, _PING_SECONDS))
                    answered = message["parent_header"].get("msg_id") == ping
        except queue.Empty:  # the kernel listens, but may not have heard of the subscription yet
            continue
        except MALFORMED:
            return False
        return True
    return False


async def _end_kernel(client: Client) -> None:
    with suppress(RuntimeError, OSError):  # what was earned stays, however the kernel ends
        if client.km.has_kernel:
            await client.km.shutdown_kernel(now=True)
    if client.kc is not None:
        client.kc.stop_channels()
