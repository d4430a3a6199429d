"""Programs that need not start: forked from a zygote that has imported all, into a sandbox.

bubblewrap sets the sandbox up as for any program, around a first process that only waits. The
zygote's child joins it there, and ends with it.
"""

import fcntl
import functools
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from multiprocessing.util import Finalize
from pathlib import Path
from typing import Any

from autograder.errors import WarmStartError
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
        return None if self._process is None else self._process.pid

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
            WarmStartError: the zygote is of no use, or was killed; the next call starts a new one.
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
                raise WarmStartError(self.problem)
            if self._process is None or self._process.poll() is not None:
                self._start()
            return self._fork(init, order, pass_fds)

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
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        folder = PrivateFolder()  # for the interpreter, and for what imports write
        try:
            with theirs:
                self._process = process = _launch(theirs.fileno(), self._modules, folder.path)
            self._control = ours
            # Not atexit, which workers of a pool may pass by.
            self._end = Finalize(self, _end, (process, ours), exitpriority=100)
            ours.settimeout(_IMPORT_SECONDS)
            told = ours.recv(1000).decode() or "it ended while it imported"
            ours.settimeout(_FORK_SECONDS)
        except OSError as error:
            ours.close()
            told = str(error)
        except BaseException:
            self._close()
            raise
        finally:
            folder.remove()
        if told != "ready":
            self.problem = f"the zygote is of no use: {told}"
            self._close()
            raise WarmStartError(self.problem)

    def _fork(self, init: int, order: Mapping[str, Any], given: Sequence[int]) -> Leader:
        """Send an order, with the namespaces of `init`, and take the answer."""
        try:
            namespaces = _namespaces(init)
        except OSError as error:
            raise WarmStartError(f"a sandbox can't be joined: {error}") from error
        message = json.dumps({**order, "namespaces": len(namespaces)}).encode()
        try:
            socket.send_fds(self._control, [message], [*namespaces, *given])
            answer, received, _, _ = socket.recv_fds(self._control, 1000, 1)
        except OSError as error:
            self._close()
            raise WarmStartError(f"the zygote does not answer: {error}") from error
        except BaseException:  # a signal's: the answer would be the next one's
            self._close()
            raise
        finally:
            _close_all(namespaces)
        if not answer.isdigit():
            _close_all(received)
            why = answer.decode() or "it has ended"
            raise WarmStartError(f"the zygote can't fork a program: {why}")
        return Leader(int(answer), received[0])


def _launch(control: int, modules: Sequence[str], folder: Path) -> subprocess.Popen[bytes]:
    """Start the process, with a copy of the interpreter that will be removed.

    A child's /proc/self/exe leads to the interpreter outside of its sandbox, where it is not
    mounted read-only, and may be the grader's own to change: so it must not be the real one.
    Libraries can't be reached like this, since /proc/self/map_files needs root.
    """
    real = Path(sys.executable).resolve()
    copy = folder / "bin" / real.name
    copy.parent.mkdir()
    (folder / "lib").symlink_to(real.parents[1] / "lib")  # where libpython may be looked for
    shutil.copy(real, copy)
    return subprocess.Popen(
        [sys.executable, zygote.__file__, str(control), json.dumps(modules)],
        executable=copy,
        env=clean_environment(str(folder)),
        cwd=folder,
        pass_fds=[control],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C is for the grader
    )


def _end(process: subprocess.Popen[bytes], control: socket.socket) -> None:
    control.close()
    process.kill()
    process.wait()


def _namespaces(init: int) -> list[int]:
    """Open the namespaces of a process, in the order in which they can be joined."""
    spaces, own = Path("/proc", str(init), "ns"), os.stat("/proc/self/ns/user")
    others: list[int] = []
    users = [os.open(spaces / "user", os.O_RDONLY)]
    try:
        while not os.path.samestat(os.fstat(users[-1]), own):
            users.append(fcntl.ioctl(users[-1], _NS_GET_PARENT))
        for name in _SPACES:
            others.append(os.open(spaces / name, os.O_RDONLY))
    except BaseException:
        _close_all([*users, *others])
        raise
    os.close(users.pop())  # our own
    users.reverse()
    return [*users[:1], *others, *users[1:]]  # the outer one owns all others


def _close_all(descriptors: Sequence[int]) -> None:
    for descriptor in descriptors:
        os.close(descriptor)
