"""Programs that need not start: forked from a zygote that has imported all, into a sandbox.

bubblewrap sets the sandbox up as for any program, around a first process that only waits. The
zygote's child joins it there, and ends with it.
"""

import fcntl
import functools
import json
import os
import select
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from multiprocessing.util import Finalize
from pathlib import Path
from typing import Any

from autograder.errors import KernelError
from autograder.sandbox import confine, zygote
from autograder.sandbox.environment import clean_environment
from autograder.sandbox.folders import PrivateFolder
from autograder.sandbox.program import GROUP_MASK, Leader
from autograder.sandbox.seccomp import seccomp_filter

_IMPORT_SECONDS = 120.0
_FORK_SECONDS = 30.0
_NS_GET_PARENT = 0xB702  # ioctl_ns(2)
_SPACES = ("net", "ipc", "uts", "cgroup", "pid", "mnt")


@functools.cache
def zygote_for(modules: tuple[str, ...]) -> "Zygote":
    """Return this process's zygote that has imported these modules; it starts when it is used."""
    return Zygote(modules)


class Zygote:
    """A process that has imported modules, and forks programs. It ends with this process.

    Args:
        modules: to import, in order, by their names; what can't be imported is left out.
    """

    def __init__(self, modules: Sequence[str]) -> None:
        self.problem: str | None = None  # why it is of no use
        self._modules = tuple(modules)
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._end: Finalize | None = None

    @property
    def pid(self) -> int | None:
        """The process, if it has started."""
        return self._process and self._process.pid

    def fork(
        self,
        init: int,
        main: str,
        argv: Sequence[str],
        env: Mapping[str, str],
        ids: tuple[int, int] | None,
        rlimits: Mapping[int, int],
        pass_fds: Sequence[int] = (),
    ) -> Leader:
        """Fork a program into the sandbox of `init`.

        Args:
            init: the first process of the sandbox, which has set all up.
            main: what to call, such as "package.module:function".
            argv: sys.argv.
            env: its whole environment.
            ids: user and group id for root to drop to; None for an ordinary user.
            rlimits: limits by number.
            pass_fds: descriptors that it gets, at the same numbers.

        Raises:
            KernelError: the zygote is of no use, or was killed; the next call starts a new one.
        """
        order = {
            "main": main,
            "argv": list(argv),
            "env": {**env, "PWD": confine.WORK},
            "ids": ids,
            "rlimits": list(rlimits.items()),
            "numbers": list(pass_fds),
            "filter": seccomp_filter().hex(),
            "work": confine.WORK,
            "umask": GROUP_MASK,
        }
        with self._lock:
            if self.problem:
                raise KernelError(self.problem)
            if self._process is None or self._process.poll() is not None:
                self._start()
            namespaces = _namespaces(init)
            try:
                text, received = self._ask(order, namespaces, pass_fds)
            except OSError as error:
                self._close()
                raise KernelError(f"the zygote does not answer: {error}") from error
            finally:
                for descriptor in namespaces:
                    os.close(descriptor)
        if text != "ready":
            for descriptor in received:
                os.close(descriptor)
            raise KernelError(f"the zygote can't fork a program: {text}")
        return Leader(received[0])

    def close(self) -> None:
        """End the process. Programs that it has forked live on in their sandboxes."""
        with self._lock:
            self._close()

    def _close(self) -> None:
        if self._end is not None:
            self._end()
        self._process = self._end = None

    def _start(self) -> None:
        """Start the process, and wait until it has imported all."""
        self._close()
        folder = PrivateFolder()
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            with theirs:
                self._process = subprocess.Popen(
                    [sys.executable, zygote.__file__, str(theirs.fileno()), self._names()],
                    executable=_private_python(folder.path),
                    env=clean_environment(str(folder.path)),
                    cwd=folder.path,
                    pass_fds=[theirs.fileno()],
                    start_new_session=True,
                    **dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL),
                )
        except OSError as error:
            ours.close()
            folder.remove()
            self.problem = f"no zygote could be started: {error}"
            raise KernelError(self.problem) from error
        self._control = ours
        # Not atexit: workers of a pool do not always come to it.
        self._end = Finalize(self, _end, (self._process, ours, folder), exitpriority=100)
        ours.settimeout(_IMPORT_SECONDS)
        with suppress(OSError):
            told = ours.recv(1000).decode() or "it ended while it imported"
            self.problem = None if told == "ready" else told
            ours.settimeout(_FORK_SECONDS)
            if told == "ready":
                return
        self.problem = self.problem or "it takes too long to import"
        self._close()
        raise KernelError(self.problem)

    def _names(self) -> str:
        return json.dumps(self._modules)

    def _ask(
        self, order: Mapping[str, Any], namespaces: Sequence[int], given: Sequence[int]
    ) -> tuple[str, list[int]]:
        message = json.dumps({**order, "namespaces": len(namespaces)}).encode()
        socket.send_fds(self._control, [message], [*namespaces, *given])
        answer, received, _, _ = socket.recv_fds(self._control, 1000, 1)
        if not answer:
            raise ConnectionResetError("it has ended")
        return answer.decode(), received


def _end(process: subprocess.Popen[bytes], control: socket.socket, folder: PrivateFolder) -> None:
    control.close()
    process.kill()
    process.wait()
    folder.remove()


def _private_python(folder: Path) -> Path:
    """Copy the interpreter's file, so that /proc/self/exe leads to nothing of the grader's.

    Children have it from outside of their sandbox, where it is not mounted read-only, and where it
    may be the grader's own. Libraries can't be reached like this: /proc/self/map_files needs root.
    """
    real = Path(sys.executable).resolve()
    copy = folder / "bin" / real.name
    copy.parent.mkdir()
    (folder / "lib").symlink_to(real.parents[1] / "lib")  # for libpython beside it
    shutil.copy(real, copy)
    copy.chmod(0o555)
    return copy


def _namespaces(init: int) -> list[int]:
    """Open the namespaces of a process, in the order in which they can be joined."""
    opened: list[int] = []
    try:
        spaces = Path("/proc", str(init), "ns")
        opened.append(os.open(spaces / "user", os.O_RDONLY))
        own = os.stat("/proc/self/ns/user")
        users = []
        while not os.path.samestat(os.fstat(opened[-1]), own):
            users.append(opened[-1])
            opened.append(fcntl.ioctl(opened[-1], _NS_GET_PARENT))
        outer, inner = users[-1:], users[:-1][::-1]  # the outer one owns all others
        os.close(opened.pop())  # our own
        others = [os.open(spaces / name, os.O_RDONLY) for name in _SPACES]
    except BaseException:
        for descriptor in opened:
            os.close(descriptor)
        raise
    return [*outer, *others, *inner]
