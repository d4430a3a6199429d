"""The private folders of sandboxes: removed whole, measured, swept."""

import os
import tempfile
from pathlib import Path

from autograder.sandbox import folders
from autograder.sandbox.folders import PrivateFolder, remove, size


def test_folder_removal():
    """A folder is removed although it is nested deeper than Python recurses, and locked."""
    folder = Path(tempfile.mkdtemp(dir="/dev/shm"))  # fast
    (folder / "locked").mkdir()
    (folder / "locked" / "file").touch()
    (folder / "locked").chmod(0)
    here = os.open(folder, os.O_RDONLY)
    for _ in range(1100):
        os.mkdir("d", dir_fd=here)
        below = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(here)
    remove(folder)
    assert not folder.exists()


def test_folder_size(tmp_path):
    """Every file counts a block, deep folders count as full, and counting stops at enough."""
    for number in range(100):
        (tmp_path / str(number)).touch()
    (tmp_path / "large").write_bytes(bytes(1_000_000))
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "too").write_bytes(bytes(1_000_000))
    total = size(tmp_path, 10**9)
    assert 2_000_000 + 100 * 4096 <= total <= 2_200_000 + 110 * 4096
    assert 300_000 <= size(tmp_path, 300_000) <= total
    (tmp_path / Path(*"abcdefghijkl")).mkdir(parents=True)
    assert size(tmp_path, 10**9) == 10**9


def test_folders_of_the_dead(monkeypatch):
    """The folder of a grader that was killed is removed by a later one; those in use stay."""
    dead, alive = PrivateFolder(), PrivateFolder()
    os.close(dead._lock)  # as the system does for a process that ends
    dead._lock = None
    PrivateFolder().remove()
    assert dead.path.exists()  # it may be about to be locked
    monkeypatch.setattr(folders, "_OLD_SECONDS", -1.0)
    PrivateFolder().remove()
    assert (dead.path.exists(), alive.path.exists()) == (False, True)
    alive.remove()
    assert not alive.path.exists()
