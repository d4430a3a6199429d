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


_shared: dict[tuple[str, ...], Path] = {}  # by modules: zygotes of the process that started this


@functools.cache
def zygote_for(modules: tuple[str, ...]) -> "Zygote":
    """Return this process's zygote that has imported these modules; it starts when it is used."""
    return Zygote(modules, _shared.get(modules))


def use(modules: tuple[str, ...], address: Path) -> None:
    """Let `zygote_for` use a zygote that another process has shared."""
    _shared[modules] = address


class Zygote:
    """A process that has imported modules, and forks programs. It ends with this process.

    Args:
        modules: to import, in order, by their names; what can't be imported is left out.
        address: of another process's zygote, which is used while it lives.
    """

    def __init__(self, modules: Sequence[str], address: Path | None = None) -> None:
        self.problem: str | None = None  # why it is of no use
        self.modules = tuple(modules)
        self._lock = threading.Lock()
        self._other = address
        self._process: subprocess.Popen[bytes] | None = None
        self._address: Path | None = None  # of our own process
        self._end: Finalize | None = None
        self._control: socket.socket | None = None

    @property
    def pid(self) -> int | None:
        """Our own process, if it has started."""
        return None if self._process is None else self._process.pid

    def share(self) -> Path:
        """Start the process, and return where processes of this user find it.

        It may not have imported yet, and may be of no use: they will be told.

        Raises:
            OSError: it can't be started.
        """
        with self._lock:
            return self._launched()

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
            "cores": sorted(os.sched_getaffinity(0)),  # ours: a worker may have one of its own
        }
        with self._lock:
            if self.problem:
                raise WarmStartError(self.problem)
            control = self._control or self._connect()
            return self._fork(control, init, order, pass_fds)

    def close(self) -> None:
        """End the process. Programs that it has forked live on in their sandboxes."""
        with self._lock:
            self._close()

    def _close(self) -> None:
        if self._control is not None:
            self._control.close()
        if self._end is not None:
            self._end()
        self._control = self._process = self._end = None

    def _connect(self) -> socket.socket:
        """Connect to the process, and wait until it has imported all."""
        other, self._other = self._other, None  # if that is lost, we start our own
        control = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        told = ""
        try:
            control.settimeout(_IMPORT_SECONDS)
            control.connect(str(other or self._launched()))
            told = control.recv(1000).decode()
            control.settimeout(_FORK_SECONDS)
        except OSError as error:
            if other is None and not isinstance(error, ConnectionError):
                told = str(error)
        except BaseException:
            control.close()
            self._close()
            raise
        if told == "ready":
            self._control = control
            Finalize(self, control.close, exitpriority=100)
            return control
        control.close()
        self._close()
        if other is not None and not told:
            raise WarmStartError("the zygote of another process is gone")
        self.problem = f"the zygote is of no use: {told or 'it ended while it imported'}"
        raise WarmStartError(self.problem)

    def _launched(self) -> Path:
        """Start the process, if none lives; return where it listens."""
        if self._process is None or self._process.poll() is not None or self._address is None:
            self._close()
            folder = PrivateFolder()  # nobody else can enter it
            self._address = folder.path / "zygote"
            ours, theirs = socket.socketpair()
            listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            with theirs, listener:
                try:
                    listener.bind(str(self._address))
                    listener.listen()
                    numbers = theirs.fileno(), listener.fileno()
                    self._process = _launch(numbers, self.modules, folder.path / "home")
                except BaseException:
                    ours.close()
                    folder.remove()
                    raise
            # Not atexit, which workers of a pool may pass by.
            self._end = Finalize(self, _end, (self._process, ours, folder), exitpriority=100)
        return self._address

    def _fork(
        self, control: socket.socket, init: int, order: Mapping[str, Any], given: Sequence[int]
    ) -> Leader:
        """Send an order, with the namespaces of `init`, and take the answer."""
        try:
            namespaces = _namespaces(init)
        except OSError as error:
            raise WarmStartError(f"a sandbox can't be joined: {error}") from error
        message = json.dumps({**order, "namespaces": len(namespaces)}).encode()
        try:
            socket.send_fds(control, [message], [*namespaces, *given])
            answer, received, _, _ = socket.recv_fds(control, 1000, 1)
        except OSError as error:
            self._close()
            raise WarmStartError(f"the zygote does not answer: {error}") from error
        except BaseException:  # a signal's: the answer would be the next one's
            self._close()
            raise
        finally:
            _close_all(namespaces)
        if not answer:
            self._close()
        if not answer.isdigit():
            _close_all(received)
            why = answer.decode() or "it has ended"
            raise WarmStartError(f"the zygote can't fork a program: {why}")
        return Leader(int(answer), received[0])


def _launch(
    numbers: tuple[int, int], modules: Sequence[str], home: Path
) -> subprocess.Popen[bytes]:
    """Start the process, with a copy of the interpreter, which it will remove.

    A child's /proc/self/exe leads to the interpreter outside of its sandbox, where it is not
    mounted read-only, and may be the grader's own to change: so it must not be the real one.
    Libraries can't be reached like this, since /proc/self/map_files needs root.
    """
    real = Path(sys.executable).resolve()
    copy = home / "bin" / real.name
    copy.parent.mkdir(parents=True)
    (home / "lib").symlink_to(real.parents[1] / "lib")  # where libpython may be looked for
    shutil.copy(real, copy)
    return subprocess.Popen(
        [sys.executable, zygote.__file__, *map(str, numbers), json.dumps(modules)],
        executable=copy,
        env=clean_environment(str(home)),
        cwd=home,
        pass_fds=numbers,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C is for the grader
    )


def _end(process: subprocess.Popen[bytes], owner: socket.socket, folder: PrivateFolder) -> None:
    owner.close()
    process.kill()
    process.wait()
    folder.remove()


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
