"""One program inside: bubblewrap around it, its first process, what it uses, and its end."""

import os
import re
import select
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from typing import Any

import psutil

from autograder.errors import KernelError
from autograder.sandbox.watch import Usage

_SETUP_SECONDS = 30.0
_POLL_SECONDS = 0.001
_KILL_SECONDS = 10.0
_ADVICE = "`autograder doctor` says why"
_GROUP_MASK = 0o007  # who shares a folder may use the sockets in it, see Identity
_CHILD = re.compile(rb'"child-pid":\s*(\d+)')

Data = Callable[[bytes], int]  # lays bytes into a file, returns its descriptor


@dataclass(frozen=True)
class Program:
    """A program in namespaces of its own.

    Args:
        process: bubblewrap, which ends when the program does, with its exit code.
        init: the first process of the process namespace; when it has ended, all have.
        pidfd: names `init` also when its number is used again.
        usage: what its processes use.
    """

    process: subprocess.Popen[Any]
    init: int
    pidfd: int
    usage: Usage

    def ended(self, seconds: float = 0.0) -> bool:
        """Wait for the end of all processes; say whether it came."""
        poll = select.poll()
        poll.register(self.pidfd, select.POLLIN)
        return bool(poll.poll(seconds * 1000))

    def interrupt(self) -> None:
        """Send SIGINT to the program's process group."""
        if self.ended():
            return
        with suppress(psutil.NoSuchProcess, ProcessLookupError):
            for child in psutil.Process(self.init).children():
                if _inner_pid(child.pid) == 2:  # 1 is bubblewrap's
                    os.killpg(os.getpgid(child.pid), signal.SIGINT)

    def kill(self) -> None:
        """End all processes; return when none is left.

        Raises:
            KernelError: one is still there after 10 s.
        """
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self.pidfd, signal.SIGKILL)
        if not self.ended(_KILL_SECONDS):
            raise KernelError(f"process {self.init} of a sandbox can't be ended")
        self.process.wait(_KILL_SECONDS)

    def close(self) -> None:
        """Let go of the processes, which must have ended."""
        os.close(self.pidfd)
        self.usage.close()


def launch(
    options: Callable[[Data], list[str]],
    argv: Sequence[str],
    rlimits: Mapping[int, int],
    **popen: Any,
) -> Program:
    """Start a program in bubblewrap.

    The limits are set from outside, when all is mounted and before the program starts. So they
    bind bubblewrap's own process inside too, which an ordinary user could take over.

    Args:
        options: returns bubblewrap's options; gets a function that lays bytes into a file.
        argv: what runs inside.
        rlimits: limits by number, such as `resource.RLIMIT_AS`.
        popen: for subprocess.Popen.

    Raises:
        KernelError: bubblewrap does not start.
    """
    with ExitStack() as stack:
        inherited: list[int] = [*popen.pop("pass_fds", ())]

        def data(content: bytes) -> int:
            inherited.append(_memory_file(content, stack))
            return inherited[-1]

        words = options(data)
        told, tell = _pipe(stack)
        waits, go = _pipe(stack)
        words += ["--info-fd", str(tell.fileno()), "--block-fd", str(waits.fileno())]
        # Through a file, since those inside can read the arguments of bubblewrap.
        number = data("\0".join(words).encode())
        process = subprocess.Popen(
            [shutil.which("bwrap") or "bwrap", "--args", str(number), "--", *argv],
            pass_fds=[*inherited, tell.fileno(), waits.fileno()],
            umask=_GROUP_MASK,
            start_new_session=True,  # Ctrl-C is for the grader, which then closes its boxes
            **popen,
        )
        tell.close()
        return _let_go(process, told, go, rlimits)


def _let_go(
    process: subprocess.Popen[Any], told: FileIO, go: FileIO, rlimits: Mapping[int, int]
) -> Program:
    """Set the limits, then let the program start."""
    import resource  # Windows has none, and imports this module too

    try:
        program = _follow(process, told)
        for limit, value in rlimits.items():
            resource.prlimit(program.init, limit, (value, value))
        go.write(b"1")
    except BaseException:
        process.kill()  # before `go` is closed, which would start the program
        process.wait()
        raise
    return program


def _follow(process: subprocess.Popen[Any], told: FileIO) -> Program:
    """Learn of the first process of the namespace, and wait until all is mounted."""
    text = b""
    while not text.endswith(b"}\n") and (more := told.read(1000)):
        text += more
    found = _CHILD.search(text)
    if found is None:
        raise KernelError(f"bubblewrap did not start; {_ADVICE}")
    init = int(found[1])
    ends = time.monotonic() + _SETUP_SECONDS
    with suppress(ProcessLookupError):
        pidfd = os.pidfd_open(init)
        while process.poll() is None and time.monotonic() < ends:
            with suppress(OSError):
                return Program(process, init, pidfd, Usage(init))
            time.sleep(_POLL_SECONDS)
        os.close(pidfd)
    raise KernelError(f"bubblewrap could not set up a sandbox; {_ADVICE}")


def _pipe(stack: ExitStack) -> tuple[FileIO, FileIO]:
    """Return a pipe to read from and to write to; the stack closes it."""
    ends = os.pipe()
    read, write = FileIO(ends[0], "r"), FileIO(ends[1], "w")
    return stack.enter_context(read), stack.enter_context(write)


def _memory_file(content: bytes, stack: ExitStack) -> int:
    """Return a descriptor to read `content` from; the stack closes it."""
    file = stack.enter_context(FileIO(os.memfd_create("data"), "r+"))
    with open(file.fileno(), "wb", closefd=False) as writer:
        writer.write(content)
    file.seek(0)
    return file.fileno()


def _inner_pid(pid: int) -> int | None:
    """Return a process's id in the innermost namespace that it is in."""
    with suppress(OSError):
        status = Path("/proc", str(pid), "status").read_text("ascii", "replace")
        if found := re.search(r"^NSpid:.*\s(\d+)$", status, re.MULTILINE):
            return int(found[1])
    return None
