"""The process that warm programs are forked from: `python zygote.py OWNER LISTENER MODULES`.

It imports once, and then forks a child for each request of the grader's workers; the child joins a
sandbox that bubblewrap has set up, gives up every right, and only then runs anything. Nothing of a
student's ever runs in this process, and none of them can see it: they live in other process
namespaces. Imports nothing of ours by itself. The grader's side is in warm.py.

Sources: setns(2), prctl(2), capabilities(7), pid_namespaces(7), user_namespaces(7).
"""

import ctypes
import fcntl
import gc
import importlib
import json
import os
import platform
import resource
import select
import shutil
import signal
import socket
import sys
import tempfile
import time
import traceback
import types
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, NoReturn

_MESSAGE_BYTES = 1 << 17
_DESCRIPTORS = 64  # at most, in a request
_THREAD_SECONDS = 2.0  # that a thread of an import may take to end
_PR_SET_DUMPABLE, _PR_SET_SECCOMP, _PR_CAPBSET_DROP = 4, 22, 24
_PR_SET_CHILD_SUBREAPER, _PR_SET_NO_NEW_PRIVS = 36, 38
_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL = 47, 4
_SECCOMP_MODE_FILTER = 2
_MADV_DONTNEED = 4
_CAPABILITY_VERSION_3 = 0x20080522
_LIBC = ctypes.CDLL(None, use_errno=True)


def main() -> None:
    """Import the modules, and fork for all who connect until the owner hangs up."""
    owner, listener = (socket.socket(fileno=int(number)) for number in sys.argv[1:3])
    del sys.path[0]  # this file's folder
    added = _import(json.loads(sys.argv[3]))
    shutil.rmtree(os.getcwd())  # this copy of the interpreter, and what imports wrote
    # Children are reaped at once by the system, also those that a child leaves behind.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)
    gc.collect()
    gc.freeze()  # a collection in a child would copy every page
    _give_back()
    clients: list[socket.socket] = []
    while True:
        for one in select.select([owner, listener, *clients], [], [])[0]:
            if one is owner:
                return
            if one is listener:
                clients.append(listener.accept()[0])
                with suppress(OSError):
                    clients[-1].send((_unfit() or "ready").encode())
            elif not _serve(one, added):
                clients.remove(one)
                one.close()


def _serve(client: socket.socket, added: dict[str, str]) -> bool:
    """Fork a child for a request; say whether there may be another."""
    descriptors: list[int] = []
    try:
        message, descriptors, _, _ = socket.recv_fds(client, _MESSAGE_BYTES, _DESCRIPTORS)
        if message and (problem := _unfit()):
            client.send(problem.encode())
        elif message and os.fork() == 0:
            order = json.loads(message)
            _deliver(client, {**order, "env": {**added, **order["env"]}}, descriptors)
    except OSError:
        return False
    finally:
        for descriptor in descriptors:
            os.close(descriptor)
    return bool(message)


def _import(names: Sequence[str]) -> dict[str, str]:
    """Import what can be imported; what can't is for the program to complain of.

    A module that has a function `read_ahead` of no arguments has it called: a course's data are
    read once, and not again for each student. Returns what has been added to the environment.
    """
    before = set(os.environ)
    for name in names:
        with suppress(Exception):
            module = importlib.import_module(name)
            getattr(module, "read_ahead", lambda: None)()
    return {name: value for name, value in os.environ.items() if name not in before}


def _give_back() -> None:
    """Let go of libraries' code, much of which only their import needed: it is read again at need.

    Not where code was changed after it was read: that would be lost.
    """
    first = last = 0
    with open("/proc/self/smaps", encoding="utf-8", errors="replace") as lines:
        for line in lines:
            head, *rest = line.split()
            if "-" in head:
                code = rest[0] == "r-xp" and rest[-1].startswith("/")
                first, last = (int(number, 16) if code else 0 for number in head.split("-"))
            elif head == "Anonymous:" and rest[0] == "0" and last:
                _LIBC.madvise(ctypes.c_void_p(first), ctypes.c_size_t(last - first), _MADV_DONTNEED)


def _unfit() -> str | None:
    """Say why no child may be forked: other threads, or memory that children would share."""
    ends = time.monotonic() + _THREAD_SECONDS
    while len(os.listdir("/proc/self/task")) > 1:
        if time.monotonic() > ends:
            return "an import has started a thread"
        time.sleep(0.01)
    with open("/proc/self/maps", encoding="utf-8", errors="replace") as lines:
        shared = [line for line in lines if line.split(maxsplit=2)[1][1::2] == "ws"]
    return f"an import shares memory: {shared[0]}" if shared else None


def _deliver(client: socket.socket, order: dict[str, Any], descriptors: list[int]) -> NoReturn:
    """Join the sandbox, fork the program into it, tell who asked, and end."""
    answer: list[int] = []
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        count = order["namespaces"]
        for namespace in descriptors[:count]:
            _call("setns", namespace, 0)
        told, tell = os.pipe()
        child = os.fork()  # setns puts children into the process namespace, not the caller
        if child == 0:
            _program(client, order, descriptors[count:], tell)
        answer.append(os.pidfd_open(child))
        os.close(tell)
        text = os.read(told, 1000) or b"the program died before it began"
        text = str(child).encode() if text == b"ready" else text
    except BaseException as error:
        text = repr(error).encode()
    with suppress(OSError):
        socket.send_fds(client, [text], answer)
    os._exit(0)


def _program(client: socket.socket, order: dict[str, Any], given: list[int], tell: int) -> NoReturn:
    """Become the program: first as powerless as one that bubblewrap starts, then run."""
    code = 1
    try:
        try:
            client.detach()
            os.setsid()
            os.chdir(order["work"])
            os.umask(order["umask"])
            with suppress(OSError):  # they may have been taken from us just now
                os.sched_setaffinity(0, order["cores"])
            tell = _keep_only(dict(zip(order["numbers"], given, strict=True)), tell)
            for limit, value in order["rlimits"]:
                resource.setrlimit(limit, (value, value))
            _drop_rights(order["ids"], bytes.fromhex(order["filter"]))
            _refresh(order["env"])
        except BaseException as error:
            os.write(tell, repr(error).encode()[:1000])
            os._exit(1)
        os.write(tell, b"ready")
        os.close(tell)
        module, _, name = order["main"].partition(":")
        sys.argv[:] = order["argv"]
        sys.modules["__main__"] = types.ModuleType("__main__")
        getattr(importlib.import_module(module), name)()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 0 if end.code is None else 1
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def _keep_only(given: dict[int, int], tell: int) -> int:
    """Lay descriptors at the numbers that they are given, close all others but `tell`.

    The standard streams lead nowhere. Returns the new number of `tell`.
    """
    above = max([2, *given]) + 1
    moved = {number: fcntl.fcntl(one, fcntl.F_DUPFD, above) for number, one in given.items()}
    told = fcntl.fcntl(tell, fcntl.F_DUPFD_CLOEXEC, above)
    for number, one in moved.items():
        os.dup2(one, number)
    null = os.open(os.devnull, os.O_RDWR)
    for number in range(3):
        os.dup2(null, number)
    begin = 3
    for number in sorted([*given, told]):
        os.closerange(begin, number)
        begin = number + 1
    os.closerange(begin, max(map(int, os.listdir("/proc/self/fd"))) + 1)
    return told


def _drop_rights(ids: tuple[int, int] | None, program: bytes) -> None:
    """Give up capabilities, root's ids, and system calls, for good.

    Args:
        ids: user and group id to take; None: those that the user namespace has given.
        program: the filter of system calls.

    Raises:
        OSError: a right could not be given up.
    """
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)
    _prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL)
    for capability in range(_capabilities()):
        _prctl(_PR_CAPBSET_DROP, capability)
    if ids is not None:
        os.setgroups([])
        os.setresgid(ids[1], ids[1], ids[1])
        os.setresuid(ids[0], ids[0], ids[0])
    _call("capset", (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0), (ctypes.c_uint32 * 6)())
    _prctl(_PR_SET_DUMPABLE, 1)  # as after an exec: /proc/self is the program's own
    lines = ctypes.create_string_buffer(program, len(program))
    _prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(_Filter(len(program) // 8, lines)))


class _Filter(ctypes.Structure):
    """struct sock_fprog."""

    _fields_ = (("length", ctypes.c_ushort), ("lines", ctypes.c_void_p))

    def __init__(self, length: int, lines: Any) -> None:
        super().__init__(length, ctypes.cast(lines, ctypes.c_void_p))


def _capabilities() -> int:
    """Return how many capabilities this system has."""
    with open("/proc/sys/kernel/cap_last_cap", encoding="ascii") as file:
        return int(file.read()) + 1


def _refresh(env: dict[str, str]) -> None:
    """Make what was imported as if it had been imported just now, in this environment."""
    os.environ.clear()
    os.environ.update(env)
    tempfile.tempdir = None
    if hasattr(platform, "_uname_cache"):  # platform.invalidate_caches from Python 3.14 on
        platform._uname_cache = None
    # `random` gets a new seed at a fork by itself; a library that is imported takes one, too.
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed()
    if "torch" in sys.modules:
        sys.modules["torch"].default_generator.seed()
    if "matplotlib" in sys.modules and "MPLBACKEND" in env:
        sys.modules["matplotlib"].rcParams["backend"] = env["MPLBACKEND"]


def _prctl(option: int, first: int, second: Any = 0) -> None:
    _call("prctl", option, ctypes.c_ulong(first), second, 0, 0)


def _call(name: str, *arguments: Any) -> None:
    """Call a function of the C library; raise OSError where it fails."""
    if getattr(_LIBC, name)(*arguments) < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")


if __name__ == "__main__":
    main()
