"""A private folder for each box; its removal is total, whatever untrusted programs left in it."""

import os
import re
import shutil
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

_BLOCK = 4096
_DEPTH = 8
_OLD_SECONDS = 60.0
_NAME = re.compile(r"box-\w{8}")


class PrivateFolder:
    """A new folder that only this user can enter.

    Its path is short, since that of a socket has at most 107 bytes. It lies on a disk if it can,
    since writes to a disk are counted. Folders of graders that were killed are removed first: a
    living grader has a lock on its own.
    """

    def __init__(self) -> None:
        bases = ("/var/tmp", "/tmp", tempfile.gettempdir())  # noqa: S108  # mkdtemp is safe
        base = next(Path(base) for base in bases if os.access(base, os.W_OK))
        self._lock: int | None = None
        if fcntl is not None:
            _sweep(base)
        self.path = Path(tempfile.mkdtemp(prefix="box-", dir=base))
        if fcntl is not None:
            self._lock = _locked(self.path)

    def remove(self) -> None:
        """Remove the folder with all that is in it."""
        remove(self.path)
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def _sweep(base: Path) -> None:
    """Remove our folders that are old and that nobody has locked."""
    for path in base.iterdir():
        with suppress(OSError):
            status = path.lstat()
            old = time.time() - status.st_ctime > _OLD_SECONDS
            if _NAME.fullmatch(path.name) and old and status.st_uid == os.geteuid():
                lock = _locked(path)
                if lock is not None:
                    remove(path)
                    os.close(lock)


def _locked(folder: Path) -> int | None:
    """Lock a folder and return the descriptor that holds the lock; None if another has it."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_NOFOLLOW)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


def remove(folder: Path) -> None:
    """Remove a folder with all that is in it, also what is nested deep or has no permissions."""
    try:
        shutil.rmtree(folder)
    except (OSError, RecursionError):
        for command in (["chmod", "-R", "u+rwx"], ["rm", "-rf"]):
            if tool := shutil.which(command[0]):
                subprocess.run([tool, *command[1:], "--", folder], capture_output=True, check=False)


def size(folder: Path, enough: int) -> int:
    """Return about how many bytes a folder takes on its disk; stops counting at `enough`.

    Each file takes a block at least. What can't be read, or is nested deep, counts as `enough`: so
    the work is bounded, whatever is there.
    """
    total, left = 0, [(folder, 0)]
    while left and total < enough:
        path, depth = left.pop()
        try:
            with os.scandir(path) as entries:
                for entry in entries:
                    total += _BLOCK + entry.stat(follow_symlinks=False).st_blocks * 512
                    if entry.is_dir(follow_symlinks=False):
                        left.append((Path(entry.path), depth + 1))
                    if total >= enough:
                        break
        except FileNotFoundError:  # gone meanwhile
            continue
        except OSError:
            return enough
        if depth > _DEPTH:
            return enough
    return total
