"""How bubblewrap is called: what is visible inside, as whom, with which limits.

Two ways lead to the same inside. An ordinary user gets a user namespace. Root needs none: it
mounts (the Python may lie in a home that only root can enter), and `setpriv` drops to a user id
that nobody else on the machine has, because the limit of processes counts by user id.
"""

import functools
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path, PurePosixPath

from autograder.sandbox.environment import clean_environment
from autograder.sandbox.seccomp import seccomp_filter
from autograder.settings import Limits

TMP = "/tmp"  # noqa: S108  # inside, where it is the sandbox's own
WORK = f"{TMP}/work"
_USER = 1000  # the user id inside a user namespace
_PREFIX_PARTS = ("bin", "lib", "lib64", "share", "pyvenv.cfg")  # the course may lie beside them
_ETC = ("ld.so.cache", "localtime", "fonts", "alternatives")
_CAPS = ("CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP")  # what setpriv needs in order to drop all


def bwrap_options(
    limits: Limits,
    identity: tuple[int, int] | None,
    files: Mapping[str, bytes],
    share: Path,
    modules: Sequence[Path],
    data: Callable[[bytes], int],
) -> list[str]:
    """Return bubblewrap's options.

    Args:
        limits: sizes of the disks.
        identity: user and group id that root drops to; None for an ordinary user.
        files: what lies in the work folder, by relative path.
        share: host folder, seen at the same path, writable.
        modules: host files and folders, seen at the same path, read-only.
        data: lays bytes where bubblewrap can read them, returns the file descriptor.
    """
    uid, gid = identity or (_USER, _USER)
    return [
        *("--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts"),
        *("--unshare-cgroup-try", "--new-session", "--die-with-parent", "--hostname", "sandbox"),
        *(_privileged() if identity else _unprivileged()),
        *("--seccomp", str(data(seccomp_filter()))),
        *_system(),
        *("--perms", "0755", "--dir", "/etc"),
        *_etc(uid, gid, data),
        *("--proc", "/proc", "--dev", "/dev"),
        *_disk("/dev/shm", limits.disk_bytes // 4),  # noqa: S108
        *_disk(TMP, limits.disk_bytes - limits.disk_bytes // 4),
        *("--perms", "0777", "--dir", f"{TMP}/home", "--perms", "0777", "--dir", WORK),
        *_work(files, data),
        *_parents([*python_paths(), *modules, share]),
        *(word for path in (*python_paths(), *modules) for word in _read_only(path)),
        *("--bind", str(share), str(share)),
        *("--remount-ro", "/dev", "--remount-ro", "/", "--chdir", WORK),
    ]


def drop_root(identity: tuple[int, int] | None) -> list[str]:
    """Return the command that stands before another one and makes root an ordinary user."""
    if identity is None:
        return []
    return [
        *(_tool("setpriv"), f"--reuid={identity[0]}", f"--regid={identity[1]}"),
        *("--clear-groups", "--inh-caps=-all", "--bounding-set=-all", "--no-new-privs"),
    ]


def resource_limits(limits: Limits) -> dict[int, int]:
    """Return the limits that the system keeps, by their numbers."""
    import resource  # Windows has none, and imports this module too

    return {
        resource.RLIMIT_AS: limits.memory_bytes,
        resource.RLIMIT_NPROC: int(limits.processes),
        resource.RLIMIT_NOFILE: int(limits.open_files),
        resource.RLIMIT_FSIZE: limits.file_bytes,
        # Not 0, which allows a core dump to a program of the host's, see core(5).
        resource.RLIMIT_CORE: 1,
        resource.RLIMIT_MEMLOCK: 0,
        resource.RLIMIT_MSGQUEUE: 0,
    }


def inner_environment() -> dict[str, str]:
    """Return the environment of the inside."""
    return clean_environment(TMP)


@functools.cache
def python_paths() -> tuple[Path, ...]:
    """Return this Python's own folders and the packages that notebooks import, not their parent."""
    home = Path(sys.executable).resolve().parents[1]
    prefixes = [Path(sys.prefix), Path(sys.base_prefix), home]
    roots = dict.fromkeys([*prefixes, *(path.resolve() for path in prefixes)])
    parts = [root / part for root in roots for part in _PREFIX_PARTS if (root / part).exists()]
    for name in ("course", "autograder"):
        spec = find_spec(name)
        parts += map(Path, (spec and spec.submodule_search_locations) or ())
    return tuple(path for path in parts if not path.is_relative_to("/usr"))


def _privileged() -> list[str]:
    return ["--cap-drop", "ALL", *(word for cap in _CAPS for word in ("--cap-add", cap))]


def _unprivileged() -> list[str]:
    ids = ["--unshare-user", "--uid", str(_USER), "--gid", str(_USER)]
    return [*ids, "--disable-userns"] if bwrap_version() >= (0, 8) else ids


@functools.cache
def bwrap_version() -> tuple[int, ...]:
    """Return bubblewrap's version, such as (0, 8, 0)."""
    told = subprocess.run([_tool("bwrap"), "--version"], capture_output=True, text=True, check=True)
    return tuple(int(number) for number in re.findall(r"\d+", told.stdout))


def _tool(name: str) -> str:
    return shutil.which(name) or name


def _system() -> Iterator[str]:
    """Yield /usr and the usual links to it, or folders where a distribution has not merged."""
    yield from ("--ro-bind", "/usr", "/usr")
    for path in (Path("/", name) for name in ("bin", "sbin", "lib", "lib32", "lib64")):
        if path.is_symlink():
            yield from ("--symlink", str(path.readlink()), str(path))
        elif path.is_dir():
            yield from ("--ro-bind", str(path), str(path))


def _disk(path: str, size: int) -> tuple[str, ...]:
    return ("--perms", "1777", "--size", str(size), "--tmpfs", path)


def _etc(uid: int, gid: int, data: Callable[[bytes], int]) -> Iterator[str]:
    for name in _ETC:
        yield from ("--ro-bind-try", f"/etc/{name}", f"/etc/{name}")
    own = {
        "passwd": f"student:x:{uid}:{gid}:student:{TMP}/home:/bin/sh\n",
        "group": f"student:x:{gid}:\n",
        "hosts": "127.0.0.1 localhost sandbox\n::1 localhost\n",
        "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
    }
    for name, text in own.items():
        yield from ("--perms", "0444", "--file", str(data(text.encode())), f"/etc/{name}")


def _work(files: Mapping[str, bytes], data: Callable[[bytes], int]) -> Iterator[str]:
    """Yield folders, then files; anybody inside may change them.

    Raises:
        ValueError: a path is absolute or leaves the work folder.
    """
    paths = {PurePosixPath(name): content for name, content in files.items()}
    for path in paths:
        if path.is_absolute() or ".." in path.parts or not path.parts or "\0" in str(path):
            raise ValueError(f"{str(path)!r} is not a path inside the work folder")
    folders = {folder for path in paths for folder in path.parents if folder.parts}
    for folder in sorted(folders):
        yield from ("--perms", "0777", "--dir", f"{WORK}/{folder}")
    for path, content in paths.items():
        yield from ("--perms", "0666", "--file", str(data(content)), f"{WORK}/{path}")


def _parents(paths: Sequence[Path]) -> Iterator[str]:
    """Yield the folders above, which bubblewrap alone would make for root only."""
    folders = {folder for path in paths for folder in path.parents} - {Path("/"), Path(TMP)}
    for folder in sorted(folders):
        yield from ("--perms", "0755", "--dir", str(folder))


def _read_only(path: Path) -> tuple[str, str, str]:
    return "--ro-bind", str(path), str(path)
