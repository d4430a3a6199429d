"""The machine that hostile students must not reach: canaries, and what is there before and after.

Canaries are files in the course's folder, in the grader's home and elsewhere, an environment
variable, a TCP port and a unix socket that listen.
"""

import os
import secrets
import signal
import socket
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil

_VARIABLE = "AUTOGRADER_CANARY"
_FILES = ("gradebook.db", "submitted/neighbour-0/diary.txt", "private/notes.txt")
# Root's sandboxes run as _USERS + _SLOTS * (their grader's process) + n: see sandbox/identity.py.
_USERS, _SLOTS = 1_879_048_192, 64
_HELPERS = ("resource_tracker", "forkserver", "zygote.py")  # they outlive a class
_State = dict[str, tuple[int, int, bytes]]  # by path: time of change, mode, content


class Host:
    """Plants canaries below `scratch` and in the home; a context manager."""

    def __init__(self, scratch: Path) -> None:
        self.token = f"canary-{secrets.token_hex(12)}"  # in every file; nobody may read it
        self.linger = str(10**8 + secrets.randbelow(10**8))  # marks programs left behind
        self.root, self._tmp = scratch / "course", scratch / "elsewhere"
        self._scratch = scratch
        self._stack = ExitStack()
        self._reached: dict[str, None] = {}
        self._ends = threading.Event()
        self._sealed: _State = {}

    def __enter__(self) -> "Host":
        home = tempfile.TemporaryDirectory(prefix=".autograder-canary-", dir=Path.home())
        self._home = Path(self._stack.enter_context(home))
        for path in (*(self.root / name for name in _FILES), self._home / "canary.txt"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(self.token)
        self._tmp.mkdir()
        self._listen(socket.AF_UNIX, str(self._tmp / "door"))
        self._port = self._listen(socket.AF_INET, ("127.0.0.1", 0))[1]
        os.environ[_VARIABLE] = self.token
        self._stack.callback(os.environ.pop, _VARIABLE)
        self._before = {(p.pid, p.create_time()) for p in psutil.process_iter()}
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.set()
        self._stack.close()

    def fill(self, text: str) -> str:
        """Put the names of this host's places into a case's text."""
        places = {"ROOT": self.root, "HOME": self._home, "TMP": self._tmp, "PORT": self._port}
        places |= {"DOOR": self._tmp / "door", "LINGER": self.linger}
        for name, place in places.items():
            text = text.replace(f"@{name}@", str(place))
        return text

    def seal(self) -> None:
        """Remember every file that must stay as it is."""
        self._sealed = self._files()

    def problems(self) -> Iterator[str]:
        """Say what was changed, reached or left since."""
        now = self._files()
        for name in sorted(self._sealed.keys() | now.keys()):
            if self._sealed.get(name) != now.get(name):
                yield f"{name} was changed"
        yield from self._reached
        yield from self._left()

    def _files(self) -> _State:
        paths = [*self._scratch.rglob("*"), *self._home.rglob("*")]
        kept = (p for p in paths if not p.is_relative_to(self.root / "build") and p != self.root)
        return {
            str(p): (p.lstat().st_mtime_ns, p.lstat().st_mode, _content(p)) for p in sorted(kept)
        }

    def _listen(self, family: int, address: Any) -> Any:
        server = self._stack.enter_context(socket.socket(family))
        server.bind(address)
        server.listen()
        server.settimeout(0.2)

        def accept() -> None:
            while not self._ends.is_set():
                try:
                    server.accept()[0].close()
                except OSError:
                    continue
                self._reached[f"a student's code reached {address}"] = None

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        self._stack.callback(thread.join)
        return server.getsockname()

    def _left(self) -> Iterator[str]:
        """Name the processes of students' that are still there."""
        helpers = [
            one.pid
            for one in psutil.Process().children()
            if any(name in word for word in one.cmdline() for name in _HELPERS)
        ]
        for process in psutil.process_iter(["pid", "ppid", "uids", "cmdline", "create_time"]):
            info = process.info
            words = " ".join(info["cmdline"] or ())
            grader = ((info["uids"].real if info["uids"] else 0) - _USERS) // _SLOTS
            orphan = grader > 0 and not psutil.pid_exists(grader)
            child = info["ppid"] in (os.getpid(), *helpers) and info["pid"] not in helpers
            new = (info["pid"], info["create_time"]) not in self._before
            if new and (orphan or child or self.linger in words):
                yield f"process {info['pid']} is left: {words[:100]}"


def _content(path: Path) -> bytes:
    return path.read_bytes() if path.is_file() and not path.is_symlink() else b""


def is_grader(process: psutil.Process) -> bool:
    """Say whether this is a worker of a grader, or the server that workers are forked from."""
    names = ("multiprocessing.forkserver", "multiprocessing.spawn")
    return any(name in word for word in process.cmdline() for name in names)


@contextmanager
def peak_memory() -> Iterator[list[float]]:
    """Measure the largest memory of a grader below this process, in MB."""
    peak, ends, me = [0.0], threading.Event(), psutil.Process()

    def sample() -> None:
        while not ends.wait(0.1):
            for child in me.children(recursive=True):
                with suppress(psutil.Error):
                    if is_grader(child):
                        peak[0] = max(peak[0], child.memory_info().rss / 1e6)

    thread = threading.Thread(target=sample, daemon=True)
    thread.start()
    try:
        yield peak
    finally:
        ends.set()
        thread.join()


@contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """Raise TimeoutError after some seconds, and end this process's children: graders that hang."""

    def end(*_: object) -> None:
        signal.setitimer(signal.ITIMER_REAL, 5)  # whoever is started meanwhile
        for child in psutil.Process().children(recursive=True):
            child.kill()
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, end)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
