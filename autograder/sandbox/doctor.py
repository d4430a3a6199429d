"""What this machine offers, and whether each protection of the sandbox holds: all is tried."""

import json
import os
import platform
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from autograder.sandbox import confine, probe, seccomp
from autograder.sandbox.available import missing
from autograder.sandbox.box import Sandbox
from autograder.sandbox.folders import remove
from autograder.sandbox.unconfined import Unconfined
from autograder.settings import Limits

_LIMITS = Limits(memory_mb=300, processes=24, disk_mb=20, file_mb=5)  # small: soon reached
_SECONDS = 60
_HOG = """
import os, time
for _ in range(3):
    if os.fork() == 0:
        hoard = bytearray(os.urandom(1 << 20)) * 150
        time.sleep(60)
time.sleep(60)
"""
_DAEMONS = """
import os, subprocess, sys
subprocess.Popen(["sleep", sys.argv[1]])
subprocess.Popen(["sleep", sys.argv[1]], start_new_session=True)
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.execvp("sleep", ["sleep", sys.argv[1]])
    os._exit(0)
print("ready", flush=True)
os.execvp("sleep", ["sleep", sys.argv[1]])
"""
_VICTIM = """
import sys
from autograder.sandbox.box import Sandbox
from autograder.settings import Limits
box = Sandbox(Limits())
box.popen(["sleep", sys.argv[1]])
print(box.private, flush=True)
sys.stdin.read()
"""


@dataclass(frozen=True)
class Check:
    """One thing that was tried. Facts about the machine are always `ok`."""

    name: str
    ok: bool
    detail: str


def checks(root: Path | None = None) -> Iterator[Check]:
    """Try each protection of the sandbox, from inside and outside; a few seconds.

    Args:
        root: the course's folder, whose files must not be visible; the current one by default.
    """
    yield from _machine()
    why = missing()
    if why:
        yield Check("sandbox", False, why)
        return
    version = ".".join(map(str, confine.bwrap_version()))
    yield Check("sandbox", True, f"bubblewrap {version} works here, as {_who()}")
    yield from inside(Sandbox, (root or Path()).resolve())
    for check in (_memory, _survivors, _parent):
        yield check()


def inside(
    kind: type[Sandbox] | type[Unconfined], root: Path, probes: Sequence[str] = tuple(probe.PROBES)
) -> Iterator[Check]:
    """Run probe.py in a box of this kind, and say what it found."""
    mark = secrets.token_hex(8)
    os.environ["AUTOGRADER_DOCTOR"] = mark
    try:
        with socket.create_server(("127.0.0.1", 0)) as server, socket.socket(socket.AF_UNIX) as own:
            own.bind(f"\0{mark}")
            own.listen()
            told = _told(root) | {"mark": mark, "port": server.getsockname()[1]}
            told["probes"] = probes
            with kind(_LIMITS) as box:
                argv = [sys.executable, "-I", probe.__file__, json.dumps(told)]
                process = box.popen(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
                try:
                    out, _ = process.communicate(timeout=_SECONDS)
                except subprocess.TimeoutExpired as error:
                    out = error.output or b""
    finally:
        del os.environ["AUTOGRADER_DOCTOR"]
    lines = [line for line in out.decode().splitlines() if line.startswith("[")]
    for line in lines:
        yield Check(*json.loads(line))
    if len(lines) != len(probes):
        yield Check("probe", False, f"ended early: {out.decode()[-300:]!r}, {box.killed}")


def _told(root: Path) -> dict[str, Any]:
    """Return what the probe must know of the host in order to look for it."""
    refused, checked = seccomp.call_numbers()
    hidden = [
        *(root / name for name in ("assignments", "submitted", "gradebook.db", "build", ".git")),
        *(Path.home() / name for name in (".ssh", ".config", ".cache", ".bashrc")),
        *map(Path, ("/etc/shadow", "/etc/hostname", "/sys/kernel", "/run/lock", "/var/log")),
        *map(Path, ("/boot", "/srv", "/mnt", "/media", "/dev/sda", "/dev/vda", "/dev/kmsg")),
    ]
    return {
        "calls": refused,
        "checked": checked,
        "hidden": [str(path) for path in hidden if not _shown_below(path)],
        "bare": {str(path): _shown_below(path) for path in (root, Path.home())},
        "pids": [os.getpid(), os.getppid()],
        "prefix": sys.prefix,
        "package": str(Path(__file__).parent),
        "processes": int(_LIMITS.processes),
        "memory_bytes": _LIMITS.memory_bytes,
        "file_bytes": _LIMITS.file_bytes,
        "disk_bytes": _LIMITS.disk_bytes,
    }


def _shown_below(folder: Path) -> list[str]:
    """Return what must be visible of a folder for Python's sake: names in it."""
    paths = [path for path in confine.python_paths() if path.is_relative_to(folder)]
    return [path.relative_to(folder).parts[0] for path in paths]


def _machine() -> Iterator[Check]:
    memory = psutil.virtual_memory()
    yield Check("machine", True, f"{platform.system()} {platform.release()}, {platform.machine()}")
    yield Check(
        "resources",
        True,
        f"{os.cpu_count()} cores, {memory.total / 1e9:.1f} GB of memory,"
        f" {memory.available / 1e9:.1f} GB free",
    )
    if sys.platform.startswith("linux"):
        namespaces = Path("/proc/sys/user/max_user_namespaces")
        count = namespaces.read_text("ascii").strip() if namespaces.exists() else "0"
        yield Check("user namespaces", True, f"at most {count}; root needs none")
        exact = Path("/proc/self/smaps_rollup").exists()
        yield Check("exact memory (PSS)", exact, "known" if exact else "needs Linux 4.14 or newer")


def _who() -> str:
    return "root, which drops to other users" if os.geteuid() == 0 else "an ordinary user"


def _memory() -> Check:
    """Three processes that together pass the limit."""
    with Sandbox(_LIMITS) as box:
        began = time.monotonic()
        process = box.popen([sys.executable, "-I", "-c", _HOG])
        try:
            process.wait(_SECONDS / 3)
        except subprocess.TimeoutExpired:
            return Check("memory of all processes", False, "not stopped")
        seconds = time.monotonic() - began
    ok = box.killed is not None and "memory" in box.killed
    return Check("memory of all processes", ok, f"{box.killed}, ended after {seconds:.1f} s")


def _survivors() -> Check:
    """Children, grandchildren in sessions of their own, and daemons."""
    sign = f"{600 + secrets.randbelow(10**9) / 10**9:.9f}"
    with Sandbox(_LIMITS) as box:
        process = box.popen([sys.executable, "-I", "-c", _DAEMONS, sign], stdout=subprocess.PIPE)
        assert process.stdout is not None  # noqa: S101  # a pipe was asked for
        process.stdout.readline()
        before = _wait_for(sign, 4)
    after = _with_argument(sign)
    process.stdout.close()
    ok = before == 4 and not after
    return Check("nothing survives", ok, f"{before} processes before the end, {after} after it")


def _parent() -> Check:
    """A grader that is killed takes its sandboxes with it."""
    sign = f"{600 + secrets.randbelow(10**9) / 10**9:.9f}"
    argv = [sys.executable, "-c", _VICTIM, sign]
    pipe = subprocess.PIPE
    with subprocess.Popen(argv, stdin=pipe, stdout=pipe, text=True) as victim:
        assert victim.stdout is not None  # noqa: S101  # a pipe was asked for
        private = victim.stdout.readline().strip()
        before = _wait_for(sign, 1)
        victim.send_signal(signal.SIGKILL)
        victim.wait()
    ends = time.monotonic() + 5
    while (after := _with_argument(sign)) and time.monotonic() < ends:
        time.sleep(0.05)
    if private:
        remove(Path(private))
    ok = before == 1 and not after
    return Check("dies with the grader", ok, f"{before} before, {after} after the grader's end")


def _wait_for(sign: str, count: int) -> int:
    ends = time.monotonic() + 5
    while (found := _with_argument(sign)) < count and time.monotonic() < ends:
        time.sleep(0.05)
    return found


def _with_argument(sign: str) -> int:
    """Count the machine's `sleep` processes that have this argument."""
    found = 0
    for process in psutil.process_iter(["cmdline", "status"]):
        line = process.info["cmdline"] or []
        found += line[:1] == ["sleep"] and line[1:] == [sign]
    return found
