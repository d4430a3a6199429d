"""A real Dask cluster on loopback: a scheduler, and workers under nannies, as processes."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

SECONDS = 60  # to start


@dataclass
class Cluster:
    """Processes that can be killed one by one."""

    address: str
    folder: Path
    scheduler: psutil.Process
    nannies: list[psutil.Process] = field(default_factory=list)

    def workers(self) -> list[psutil.Process]:
        """Return the worker processes that their nannies have started."""
        found = [child for nanny in self.nannies for child in nanny.children()]
        return [one for one in found if "spawn_main" in " ".join(one.cmdline())]


@contextmanager
def cluster(folder: Path, workers: int = 2, **env: str) -> Iterator[Cluster]:
    """Start a scheduler, which gives a task up as soon as it loses a worker, and workers.

    Args:
        folder: for their files.
        workers: how many.
        env: more environment of the workers.
    """
    with ExitStack() as stack:
        own = {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "0"}
        log = folder / "scheduler.log"
        options = ["--host", "127.0.0.1", "--port", "0", "--dashboard-address", "127.0.0.1:0"]
        scheduler = _started(stack, ["scheduler", *options], log, own)
        address = _found(rb"Scheduler at: +(tcp://\S+)", log)
        made = Cluster(address, folder, scheduler)
        for number in range(workers):
            log = folder / f"worker{number}.log"
            options = ["--nthreads", "1", "--local-directory", str(folder)]
            options += ["--host", "127.0.0.1", "--dashboard-address", "127.0.0.1:0"]
            made.nannies.append(_started(stack, ["worker", address, *options], log, env))
        for number in range(workers):
            _found(rb"Registered to: +(\S+)", folder / f"worker{number}.log")
        yield made


def _started(stack: ExitStack, argv: list[str], log: Path, env: dict[str, str]) -> psutil.Process:
    command = [sys.executable, "-m", "dask", *argv]
    with log.open("wb") as file:
        process = subprocess.Popen(
            command, stdout=file, stderr=file, env={**os.environ, **env}, start_new_session=True
        )
    stack.callback(_end, process)
    return psutil.Process(process.pid)


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End a process and all below it."""
    try:
        below = psutil.Process(process.pid).children(recursive=True)
    except psutil.NoSuchProcess:
        below = []
    process.kill()
    process.wait()
    for one in below:
        try:
            one.kill()
        except psutil.NoSuchProcess:
            continue


def _found(pattern: bytes, log: Path) -> str:
    ends = time.monotonic() + SECONDS
    while time.monotonic() < ends:
        if match := re.search(pattern, log.read_bytes()):
            return match[1].decode()
        time.sleep(0.05)
    raise TimeoutError(log.read_text())
