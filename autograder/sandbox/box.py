"""A sandbox for the programs of a submission: start, watch, interrupt, kill, leave nothing."""

import subprocess
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from autograder.sandbox import confine
from autograder.sandbox.folders import PrivateFolder
from autograder.sandbox.identity import Identity
from autograder.sandbox.program import Program, launch
from autograder.sandbox.watch import excess
from autograder.settings import Limits

_WATCH_SECONDS = 0.1


class Sandbox:
    """Runs programs of one submission where they can neither harm nor stay.

    Each program gets its own namespaces and a fresh work folder; `share` and the watch over memory
    are common to them. `popen` must be called in a thread that lives as long as the program: the
    kernel ends a sandbox when the thread that started it ends.

    Args:
        limits: what the programs may use.
        files: laid into the work folder, by relative path.
        share: host folder seen inside at the same path, writable: for sockets. Its own by default,
            `self.share`. Sandboxes with the same folder can use each other's sockets in it.
        modules: more host files and folders to see inside, read-only, at the same path; when root
            grades, others must be able to read them.
    """

    def __init__(
        self,
        limits: Limits,
        files: Mapping[str, bytes] | None = None,
        share: Path | None = None,
        modules: Sequence[Path] = (),
    ) -> None:
        self.killed: str | None = None
        self._limits, self._files, self._modules = limits, dict(files or {}), tuple(modules)
        self._programs: list[Program] = []
        self._end = threading.Event()
        self._watch: threading.Thread | None = None
        self._folder = PrivateFolder()
        self.private = self._folder.path
        self.share = share or self.private / "share"
        self.share.mkdir(mode=0o700, exist_ok=True)
        try:
            self._identity = Identity.take(self.share)
        except BaseException:
            self._folder.remove()
            raise

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
        """Return the environment of the inside: nothing of the host's."""
        return confine.inner_environment()

    def popen(
        self,
        argv: Sequence[str],
        env: Mapping[str, str] | None = None,
        show: Sequence[Path] = (),
        **kwargs: Any,
    ) -> subprocess.Popen[Any]:
        """Start a program inside; its work folder is fresh.

        Args:
            argv: the program, as the inside knows it, and its arguments.
            env: its whole environment; `environment()` by default.
            show: files of the host that this program sees, read-only, at the same path.
            kwargs: for subprocess.Popen. Standard streams lead nowhere by default.

        Returns:
            The process of bubblewrap, which ends with the program and with its exit code.

        Raises:
            KernelError: bubblewrap does not start.
        """
        visible = (*self._modules, *show)
        ids = self._identity.ids
        self._identity.give(self.share)
        program = launch(
            lambda data: confine.bwrap_options(
                self._limits, ids, self._files, self.share, visible, data
            ),
            [*confine.drop_root(ids), *argv],
            confine.resource_limits(self._limits),
            env=dict(self.environment() if env is None else env),
            **(dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL) | kwargs),
        )
        self._programs.append(program)
        if self._watch is None:
            self._watch = threading.Thread(target=self._guard, name="sandbox watch", daemon=True)
            self._watch.start()
        return program.process

    def interrupt(self) -> None:
        """Send SIGINT to the program that was started last, and to its process group."""
        for program in self._programs[-1:]:
            program.interrupt()

    def kill(self) -> None:
        """End every process inside; return when none is left.

        Raises:
            KernelError: one is still there after 10 s.
        """
        for program in self._programs:
            program.kill()

    def close(self) -> None:
        """Kill, and remove what was made for the sandbox."""
        self._end.set()
        try:
            self.kill()
        finally:
            if self._watch is not None:
                self._watch.join()
            while self._programs:
                self._programs.pop().close()
            self._folder.remove()
            self._identity.leave()

    def _guard(self) -> None:
        """Watch until the end; runs in a thread of its own."""
        try:
            while not self._end.wait(_WATCH_SECONDS):
                usages = [program.usage for program in self._programs if not program.ended()]
                if reason := excess(usages, self.share, self._limits):
                    self.killed = reason
                    self.kill()
        except BaseException:
            self.killed = "could not be watched"
            self.kill()
            raise
