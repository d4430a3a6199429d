"""As whom a sandbox runs, and who may use the folder that it shares.

An ordinary user stays who they are; the user namespace hides it. Root gives each sandbox that runs
at once on the machine a user id of its own. The group id is that of the shared folder, so that two
sandboxes with different users can meet there.
"""

import os
import threading
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import KernelError

# Above every range that systemd, subuid or a directory service gives out; see
# https://systemd.io/UIDS-GIDS/. A process has 64 ids, and process ids are below 2^22.
_BASE, _SLOTS = 1_879_048_192, 64
_taken: set[int] = set()
_lock = threading.Lock()


@dataclass(frozen=True)
class Identity:
    """User and group id inside for root; None for an ordinary user."""

    ids: tuple[int, int] | None

    @classmethod
    def take(cls, share: Path) -> "Identity":
        """Return an identity that nobody else has, and open the shared folder to it."""
        if os.geteuid() != 0:
            return cls(None)
        with _lock:
            first = _BASE + os.getpid() * _SLOTS
            free = set(range(first, first + _SLOTS)) - _taken
            if not free:
                raise KernelError(f"one process can't have more than {_SLOTS} sandboxes at once")
            uid = min(free)
            _taken.add(uid)
        group = share.stat().st_gid
        if group < _BASE:
            os.chown(share, uid, group := uid)
            share.chmod(0o770)
        return cls((uid, group))

    def leave(self) -> None:
        """Let others have the identity."""
        with _lock:
            if self.ids:
                _taken.discard(self.ids[0])

    def give(self, share: Path) -> None:
        """Hand over what this process has laid into the shared folder."""
        if self.ids is None:
            return
        for entry in os.scandir(share):
            if entry.stat(follow_symlinks=False).st_uid == os.geteuid():
                os.chown(entry.path, self.ids[0], self.ids[1], follow_symlinks=False)
