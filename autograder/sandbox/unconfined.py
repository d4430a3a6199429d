"""The same interface as Sandbox without its walls, for `--unsafe` and for systems without one.

What runs here is the grader's own user. It only gets a clean environment and a temporary folder,
and it is ended with all that it started, unless it takes pains to hide.
"""

import os
import secrets
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psutil

from autograder.errors import KernelError
from autograder.sandbox.environment import clean_environment
from autograder.sandbox.folders import PrivateFolder
from autograder.settings import Limits

_MARK = "AUTOGRADER_BOX"  # in the environment: finds what has left its parents
_WATCH_SECONDS = 0.5
_KILL_ROUNDS = 50


class Unconfined:
    """Runs programs of one submission as the grader's own user; see Sandbox for the methods."""

    def __init__(
        self,
        limits: Limits,
        files: Mapping[str, bytes] | None = None,
        share: Path | None = None,
        modules: Sequence[Path] = (),  # all is visible anyway
    ) -> None:
        self.killed: str | None = None
        self._limits, self._mark = limits, secrets.token_hex(8)
        self._folder = PrivateFolder()
        self.private = self._folder.path
        self.share = share or self.private
        self._work = self.private / "work"
        self._process: subprocess.Popen[Any] | None = None
        self._end = threading.Event()
        self._watch: threading.Thread | None = None
        for folder in (self._work, self.private / "home"):
            folder.mkdir()
        for name, content in (files or {}).items():
            path = self._work / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()

    def environment(self) -> dict[str, str]:
        """Return a clean environment."""
        kept = ("SYSTEMROOT", "COMSPEC", "PATHEXT")  # Windows starts nothing without them
        here = {name: os.environ[name] for name in kept if name in os.environ}
        return {**here, **clean_environment(str(self.private))}

    def popen(
        self,
        argv: Sequence[str],
        env: Mapping[str, str] | None = None,
        show: Sequence[Path] = (),  # all is visible anyway
        **kwargs: Any,
    ) -> subprocess.Popen[Any]:
        """Start a program in the work folder, which all programs of the box share."""
        kwargs = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL) | kwargs
        self._process = subprocess.Popen(
            [*_dies_with_parent(), *argv],
            env={**(self.environment() if env is None else env), _MARK: self._mark},
            cwd=self._work,
            start_new_session=True,
            **kwargs,
        )
        if self._watch is None:
            self._watch = threading.Thread(target=self._guard, name="box watch", daemon=True)
            self._watch.start()
        return self._process

    def interrupt(self) -> None:
        """Send SIGINT to the process group of the program that was started last."""
        if self._process is not None and self._process.poll() is None:
            with suppress(ProcessLookupError, PermissionError):
                if sys.platform == "win32":
                    self._process.send_signal(signal.CTRL_C_EVENT)
                else:
                    os.killpg(self._process.pid, signal.SIGINT)

    def kill(self) -> None:
        """End what was started here and what it started.

        Raises:
            KernelError: something is still there after 5 s.
        """
        for _ in range(_KILL_ROUNDS):
            left = self._processes()
            if not left:
                break
            for process in left:
                with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
                    process.kill()
            psutil.wait_procs(left, timeout=0.1)
        else:
            raise KernelError(f"process {left[0].pid} of a submission can't be ended")
        if self._process is not None:
            self._process.wait()

    def close(self) -> None:
        """Kill, and remove the temporary folder."""
        self._end.set()
        try:
            self.kill()
        finally:
            if self._watch is not None:
                self._watch.join()
            self._folder.remove()

    def _guard(self) -> None:
        while not self._end.wait(_WATCH_SECONDS):
            if self._process is None or self._process.poll() is not None:
                continue
            with suppress(psutil.Error):
                tree = psutil.Process(self._process.pid)
                used = sum(map(_memory, [tree, *tree.children(recursive=True)]))
                if used > self._limits.memory_bytes:
                    self.killed = f"used more than {self._limits.memory_mb:g} MB of memory"
                    self.kill()

    def _processes(self) -> list[psutil.Process]:
        """Return what carries the mark: children inherit it, however they left their parents."""
        return [process for process in psutil.process_iter() if self._marked(process)]

    def _marked(self, process: psutil.Process) -> bool:
        try:
            return process.status() != psutil.STATUS_ZOMBIE and bool(
                process.environ().get(_MARK) == self._mark
            )
        except (psutil.Error, OSError):
            return False


def _memory(process: psutil.Process) -> int:
    """Return the memory of a process in bytes: its share of shared pages where that is known."""
    try:
        full = process.memory_full_info()
        return int(getattr(full, "pss", full.rss))
    except psutil.Error:
        return 0


def _dies_with_parent() -> list[str]:
    tool = shutil.which("setpriv")
    return [tool, "--pdeathsig", "KILL"] if tool else []
