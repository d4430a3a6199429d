"""Where worker processes come from: forked from a server that has imported the grader once."""

import multiprocessing
import os
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import forkserver
from multiprocessing.context import BaseContext, ForkServerContext, ForkServerProcess

_TRIES, _PAUSE = 50, 0.1  # seconds
_LONGEST_FOLDER = 70  # bytes; the server's socket lies in it, and its path has at most 107
_environment = threading.Lock()  # one at a time changes it


class _Worker(ForkServerProcess):
    """A worker, which waits for another server where the last one has been killed just now."""

    def start(self) -> None:
        """See multiprocessing.Process.start; a dead server is replaced once it is reaped."""
        for left in reversed(range(_TRIES)):
            try:
                with _imports_as_here():
                    super().start()
            except (ConnectionError, EOFError):
                if not left:
                    raise
                time.sleep(_PAUSE)
            else:
                return


class _Workers(ForkServerContext):
    Process = _Worker


def start_server() -> None:
    """Start the server, if none lives: it imports the grader while this process does other work.

    Raises:
        OSError: it can't be started.
    """
    if isinstance(WORKERS, _Workers):
        with _imports_as_here():
            forkserver.ensure_running()


@contextmanager
def _imports_as_here() -> Iterator[None]:
    """Let a server that starts import what this process would, and no file beside it by chance.

    `python -c`, as which it starts, looks into the current folder first: a student's, maybe.
    """
    ours = {
        "PYTHONSAFEPATH": "1",
        "PYTHONPATH": os.pathsep.join(place or os.getcwd() for place in sys.path),
    }
    with _environment:
        before = {name: os.environ.get(name) for name in ours}
        os.environ.update(ours)
        try:
            yield
        finally:
            for name, value in before.items():
                if value is None:
                    del os.environ[name]
                else:
                    os.environ[name] = value


def cores() -> list[int]:
    """Return the numbers of the cores that this process may use."""
    linux = sys.platform == "linux"
    return sorted(os.sched_getaffinity(0)) if linux else list(range(os.cpu_count() or 1))


WORKERS: BaseContext = multiprocessing.get_context("spawn")
# Elsewhere libraries do not bear a fork.
if sys.platform == "linux" and len(os.fsencode(tempfile.gettempdir())) <= _LONGEST_FOLDER:
    WORKERS = _Workers()
    WORKERS.set_forkserver_preload(["autograder.grade"])
