"""What the processes of a sandbox use, read from outside, cheaply enough to ask ten times a second.

The sandbox's own /proc lists its processes and no others. The sum of resident sizes counts shared
pages once for each process, so it is only a first, cheap upper bound; beyond the limit the
proportional sizes (PSS) decide.
"""

import os
import re
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from autograder.sandbox.folders import size
from autograder.settings import Limits

SHARE_BYTES = 16_000_000  # on the host's disk, where a sandbox can write to its shared folder
FILES = 50_000  # files on the sandbox's own disks: each takes a kilobyte of the kernel's memory

_RESIDENT = re.compile(rb"^Vm(?:RSS|Swap):\s+(\d+) kB", re.MULTILINE)
_PROPORTIONAL = re.compile(rb"^(?:Pss|SwapPss):\s+(\d+) kB", re.MULTILINE)
_WRITTEN = re.compile(rb"^write_bytes: (\d+)", re.MULTILINE)


def excess(usages: Iterable["Usage"], share: Path, limits: Limits) -> str | None:
    """Say which limit is exceeded, in words for people; None if none is."""
    usages = list(usages)
    # The exact figure costs a walk through the page tables, so the bound is asked first.
    bounds = (Usage.resident, Usage.memory)
    if all(sum(map(bound, usages)) > limits.memory_bytes for bound in bounds):
        return f"used more than {limits.memory_mb:g} MB of memory"
    if sum(map(Usage.files, usages)) > FILES:
        return f"made more than {FILES} files"
    if max(size(share, SHARE_BYTES), sum(map(Usage.written, usages))) >= SHARE_BYTES:
        return f"wrote more than {SHARE_BYTES / 1e6:g} MB outside its work folder"
    return None


class Usage:
    """The processes below `init`, the first process of a sandbox.

    Raises:
        OSError: the sandbox is not set up yet, or is gone.
    """

    def __init__(self, init: int) -> None:
        self._proc = os.open(f"/proc/{init}/root/proc", os.O_RDONLY | os.O_DIRECTORY)
        self._disks: list[int] = []
        try:
            if os.fstat(self._proc).st_dev == os.stat("/proc").st_dev:
                raise FileNotFoundError("the sandbox is not set up yet")
            for name in ("tmp", "dev/shm"):
                self._disks.append(os.open(f"/proc/{init}/root/{name}", os.O_RDONLY))
        except OSError:
            self.close()
            raise

    def close(self) -> None:
        """Let go of the sandbox's disks."""
        for descriptor in (self._proc, *self._disks):
            os.close(descriptor)

    def resident(self) -> int:
        """Return an upper bound of the memory in use, in bytes."""
        return 1024 * sum(_sum(_RESIDENT, self._read(pid, "status")) for pid in self._pids())

    def memory(self) -> int:
        """Return the memory in use, in bytes, each shared page counted once."""
        return 1024 * sum(
            _sum(_PROPORTIONAL, self._read(pid, "smaps_rollup"))
            or _sum(_RESIDENT, self._read(pid, "status"))  # who hides the first has it all counted
            for pid in self._pids()
        )

    def written(self) -> int:
        """Return how many bytes were written to the host's disks."""
        return sum(_sum(_WRITTEN, self._read(pid, "io")) for pid in self._pids())

    def files(self) -> int:
        """Return the number of files on the sandbox's own disks."""
        disks = [os.fstatvfs(disk) for disk in self._disks]
        return sum(disk.f_files - disk.f_ffree for disk in disks)

    def _pids(self) -> list[str]:
        with suppress(FileNotFoundError, ProcessLookupError):  # all have ended
            return [name for name in os.listdir(self._proc) if name.isdecimal()]
        return []

    def _read(self, pid: str, name: str) -> bytes:
        """Return a file of a process; nothing if the process has ended or hides it."""
        try:
            descriptor = os.open(f"{pid}/{name}", os.O_RDONLY, dir_fd=self._proc)
            with open(descriptor, "rb") as file:
                return file.read()
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            return b""


def _sum(pattern: re.Pattern[bytes], text: bytes) -> int:
    return sum(map(int, pattern.findall(text)))
