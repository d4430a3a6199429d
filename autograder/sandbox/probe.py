"""Runs inside a sandbox and tries to get out: `python probe.py <JSON>`. Imports nothing of ours.

Each function of PROBES returns what it found, or raises OpenError with what it could do. The host's
side is in doctor.py.
"""

import ctypes
import errno
import json
import os
import resource
import signal
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any


class OpenError(Exception):
    """A protection does not hold."""


def user_id(_: dict[str, Any]) -> str:
    """An ordinary user, who can't become root or anybody else."""
    if os.getuid() == 0 or os.geteuid() == 0:
        raise OpenError("runs as root")
    for change in (os.setuid, os.setgid):
        _must_fail(f"call {change.__name__}(0)", change, 0)
    return f"user {os.getuid()}, root refused"


def capabilities(_: dict[str, Any]) -> str:
    """No capabilities, none to be had, and a filter of system calls."""
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
        if int(status[name], 16):
            raise OpenError(f"{name} is {status[name].strip()}")
    if (status["NoNewPrivs"].strip(), status["Seccomp"].strip()) != ("1", "2"):
        raise OpenError("new privileges are possible, or system calls are not filtered")
    return "none"


def network(told: dict[str, Any]) -> str:
    """No address answers, not even the machine's own."""
    lines = Path("/proc/net/dev").read_text("ascii").splitlines()
    names = {line.split(":")[0].strip() for line in lines if ":" in line} - {"lo"}
    if names:
        raise OpenError(f"there are network interfaces: {', '.join(names)}")
    for address in (("127.0.0.1", told["port"]), ("192.0.2.1", 80)):
        _must_fail(f"connect to {address[0]}", _connect, socket.AF_INET, address)
    _must_fail("connect to an abstract socket", _connect, socket.AF_UNIX, "\0" + told["mark"])
    _must_fail("resolve a name", socket.getaddrinfo, "example.org", 80)
    return "no interface, no connection, no names"


def writes(told: dict[str, Any]) -> str:
    """Nothing can be written but the sandbox's own folders."""
    libraries = f"{told['prefix']}/lib"
    for folder in ("/", "/usr", "/etc", "/dev", "/var", libraries, told["package"]):
        path = Path(folder, f"probe-{told['mark']}")
        try:
            _must_fail(f"write to {folder}", path.touch)
        finally:
            if path.exists():
                path.unlink()
    for path in (Path(told["prefix"], "pyvenv.cfg"), Path("/etc/passwd")):
        if path.exists():
            _must_fail(f"open {path} to write", path.open, "a")
    return "read-only: system, Python, packages"


def reads(told: dict[str, Any]) -> str:
    """Of the host's files only system, Python and the two packages are visible."""
    seen = [path for path in told["hidden"] if os.path.lexists(path)]
    if seen:
        raise OpenError(f"{seen[0]} is visible")
    for folder, allowed in told["bare"].items():
        if os.path.isdir(folder) and (extra := set(os.listdir(folder)) - set(allowed)):
            raise OpenError(f"{folder} shows {min(extra)}")
    return f"{len(told['hidden'])} paths of the host are not there"


def processes(told: dict[str, Any]) -> str:
    """No process of the host is visible or can be signalled."""
    visible = [int(name) for name in os.listdir("/proc") if name.isdecimal()]
    if len(visible) > 3:
        raise OpenError(f"{len(visible)} processes are visible")
    for pid in set(told["pids"]) - set(visible):
        _must_fail(f"signal process {pid}", os.kill, pid, 0)
    return f"{len(visible)} processes in sight"


def environment(told: dict[str, Any]) -> str:
    """The host's environment is not visible."""
    for place in ("self", "1"):
        try:
            text = Path("/proc", place, "environ").read_text("utf-8", "replace")
        except OSError:
            continue
        if told["mark"] in text or told["mark"] in "".join(os.environ.values()):
            raise OpenError("the host's environment is visible")
    return f"{len(os.environ)} variables of our own"


def system_calls(told: dict[str, Any]) -> str:
    """System calls that could reach out are refused, before their arguments are looked at."""
    call = ctypes.CDLL(None, use_errno=True).syscall
    for name, number in told["calls"].items():
        ctypes.set_errno(0)
        if call(number, -1, -1, -1, -1, -1, -1) != -1 or ctypes.get_errno() != errno.EPERM:
            raise OpenError(f"{name} gives {ctypes.get_errno()}")
    if call(told["checked"]["clone3"], 0, 0) != -1 or ctypes.get_errno() != errno.ENOSYS:
        raise OpenError("clone3 is there")
    for flag in (0x20000, 0x10000000, 0x20000000, 0x40000000):  # CLONE_NEWNS, USER, PID, NET
        if call(told["checked"]["clone"], flag | signal.SIGCHLD, 0, 0, 0, 0) == 0:
            os._exit(0)  # the child, in a namespace of its own
        if ctypes.get_errno() != errno.EPERM:
            raise OpenError("a namespace can be made")
    if call(told["checked"]["personality"], 0x40000) != -1:  # ADDR_NO_RANDOMIZE
        raise OpenError("the personality can be changed")
    for family in (16, 17, 38, 40):  # AF_NETLINK, AF_PACKET, AF_ALG, AF_VSOCK
        _must_fail(f"make a socket of family {family}", socket.socket, family, socket.SOCK_RAW)
    return f"{len(told['calls'])} refused"


def fork_bomb(told: dict[str, Any]) -> str:
    """The number of processes is limited."""
    children: list[int] = []
    try:
        while len(children) <= told["processes"]:
            child = os.fork()
            if child == 0:
                time.sleep(60)
                os._exit(0)
            children.append(child)
    except BlockingIOError:
        return f"stopped after {len(children)} forks"
    finally:
        for child in children:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
    raise OpenError(f"{len(children)} forks")


def address_space(told: dict[str, Any]) -> str:
    """One process can't take more memory than the limit: it gets a MemoryError."""
    try:
        bytearray(told["memory_bytes"])
    except MemoryError:
        return "MemoryError at the limit"
    raise OpenError(f"got {told['memory_bytes']} bytes")


def file_size(told: dict[str, Any]) -> str:
    """A file can't grow beyond the limit."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    path = Path("large")
    try:
        with path.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, told["file_bytes"] + 1)
    except OSError as error:
        return f"{errno.errorcode[error.errno or 0]} at the limit"
    finally:
        path.unlink(missing_ok=True)
    raise OpenError("a file is larger than the limit")


def disk(told: dict[str, Any]) -> str:
    """Files fill the sandbox's own disks, to their limit."""
    total = 0
    files: list[Path] = []
    for folder in ("/tmp", "/dev/shm"):  # noqa: S108  # what is filled
        room = told["file_bytes"]
        while room >= 4096 and total < 2 * told["disk_bytes"]:
            files.append(Path(folder, f"fill{len(files)}"))
            try:
                with files[-1].open("wb") as file:
                    os.posix_fallocate(file.fileno(), 0, room)
            except OSError:
                room //= 2
            total += files[-1].stat().st_blocks * 512 if files[-1].exists() else 0
    for path in files:
        path.unlink(missing_ok=True)
    if total > told["disk_bytes"] + 100_000:  # whole pages
        raise OpenError(f"wrote {total} bytes")
    return f"full after {total / 1e6:.0f} MB"


def core_dumps(_: dict[str, Any]) -> str:
    """A crash leaves no core dump, and starts no program of the host's."""
    child = os.fork()
    if child == 0:
        os.abort()
    if os.WCOREDUMP(os.waitpid(child, 0)[1]) or resource.getrlimit(resource.RLIMIT_CORE)[1] > 1:
        raise OpenError("a core was dumped")
    return "none"


PROBES: dict[str, Callable[[dict[str, Any]], str]] = {
    "user id": user_id,
    "capabilities": capabilities,
    "network": network,
    "writes": writes,
    "reads": reads,
    "processes of the host": processes,
    "environment": environment,
    "system calls": system_calls,
    "fork bomb": fork_bomb,
    "address space": address_space,
    "file size": file_size,
    "disk": disk,
    "core dumps": core_dumps,
}


def _must_fail(what: str, action: Callable[..., Any], *arguments: Any) -> None:
    try:
        action(*arguments)
    except OSError:
        return
    raise OpenError(f"could {what}")


def _connect(family: int, address: Any) -> None:
    with socket.socket(family) as sock:
        sock.settimeout(2)
        sock.connect(address)


def main() -> None:
    """Print one line of JSON for each probe: name, whether it holds, what was found."""
    told = json.loads(sys.argv[1])
    for name in told["probes"]:
        try:
            line = (name, True, PROBES[name](told))
        except OpenError as error:
            line = (name, False, str(error))
        except Exception as error:
            line = (name, False, f"the probe failed: {error!r}")
        print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
