"""The filter of system calls, run by an interpreter of its own instead of the kernel."""

import errno
import re
import struct
from pathlib import Path

import pytest

from autograder.errors import KernelError
from autograder.sandbox.seccomp import CHECKED, NEWEST, REFUSED, seccomp_filter

MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
HEADERS = {
    "x86_64": Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"),
    "aarch64": Path("/usr/include/asm-generic/unistd.h"),
}
ALLOW, KILL = "allow", "kill"


def decide(program: bytes, arch: int, number: int, *args: int) -> str | int:
    """Interpret a filter as bpf(4) describes it; return allow, kill, or an error's number."""
    padded = [*args, *[0] * (6 - len(args))]
    data = struct.pack("<IIQ6Q", number & 0xFFFFFFFF, arch, 0, *padded)
    lines = list(struct.iter_unpack("<HBBI", program))
    at, held = 0, 0
    while True:
        operation, if_true, if_false, operand = lines[at]
        at += 1
        if operation == 0x20:
            held = struct.unpack_from("<I", data, operand)[0]
        elif operation == 0x06:
            verdict = operand & 0xFFFF0000
            return {0x7FFF0000: ALLOW, 0x80000000: KILL}.get(verdict, operand & 0xFFFF)
        else:
            test = {0x15: held == operand, 0x35: held >= operand, 0x45: held & operand}
            at += if_true if test[operation] else if_false


@pytest.fixture(params=MACHINES)
def machine(request):
    """Its name, the column of its numbers, the kernel's number of it, and its filter."""
    column, arch = MACHINES[request.param]
    return request.param, column, arch, seccomp_filter(request.param)


def test_numbers(machine):
    """The numbers of system calls are those of the system's own headers."""
    name, column, _, _ = machine
    if not HEADERS[name].exists():
        pytest.skip("no headers of the kernel here")
    text = HEADERS[name].read_text("utf-8")
    known = {name: int(value) for name, value in re.findall(r"__NR(?:3264)?_(\w+)\s+(\d+)", text)}
    for call, numbers in {**REFUSED, **CHECKED}.items():
        if call in known or numbers[column] is None:
            assert known.get(call) == numbers[column], call


def test_refused(machine):
    """Every refused call gives EPERM, whatever its arguments are."""
    _, column, arch, program = machine
    for name, numbers in REFUSED.items():
        if numbers[column] is not None:
            assert decide(program, arch, numbers[column], 1, 2, 3) == errno.EPERM, name


def test_allowed(machine):
    """Every other call up to the newest known one is allowed; later ones do not exist."""
    _, column, arch, program = machine
    numbers = {numbers[column] for numbers in {**REFUSED, **CHECKED}.values()}
    for number in set(range(NEWEST + 1)) - numbers:
        assert decide(program, arch, number) == ALLOW, number
    for number in (NEWEST + 1, NEWEST + 50, 0x3FFFFFFF):
        assert decide(program, arch, number) == errno.ENOSYS


def test_foreign_interfaces(machine):
    """Calls of another architecture, or of x32, end the process."""
    _, _, arch, program = machine
    for foreign in (0x40000003, 0x40000028, 0xC00000B7 ^ 0xC000003E ^ arch, 0):
        assert decide(program, foreign, 1) == KILL
    for number in (0x40000000, 0x40000000 | 59, -1):
        assert decide(program, arch, number) == KILL


@pytest.mark.parametrize(
    ("call", "arguments", "expected"),
    [
        ("clone", (0x11,), ALLOW),  # SIGCHLD: fork
        ("clone", (0x3D0F00,), ALLOW),  # what glibc asks for a thread
        ("clone", (0x10000011,), errno.EPERM),  # CLONE_NEWUSER
        ("clone", (0x00020011,), errno.EPERM),  # CLONE_NEWNS
        ("clone", (0x02000000,), errno.EPERM),  # CLONE_NEWCGROUP
        ("clone", (0x04000000,), errno.EPERM),  # CLONE_NEWUTS
        ("clone", (0x08000000,), errno.EPERM),  # CLONE_NEWIPC
        ("clone", (0x20000000,), errno.EPERM),  # CLONE_NEWPID
        ("clone", (0x40000000,), errno.EPERM),  # CLONE_NEWNET
        ("clone3", (0,), errno.ENOSYS),
        ("socket", (1, 1), ALLOW),
        ("socket", (2, 1), ALLOW),
        ("socket", (10, 2), ALLOW),
        ("socket", (1 << 32 | 16, 3), errno.EOPNOTSUPP),  # the kernel reads the lower half
        ("socket", (16, 3), errno.EOPNOTSUPP),
        ("socket", (38, 5), errno.EOPNOTSUPP),
        ("socket", (0xFFFFFFFF, 5), errno.EOPNOTSUPP),
        ("ioctl", (0, 0x5401), ALLOW),  # TCGETS
        ("ioctl", (0, 0x5412), errno.EPERM),  # TIOCSTI
        ("ioctl", (0, 0xFFFFFFFF_00005412), errno.EPERM),  # CVE-2023-1523: upper half set
        ("ioctl", (0, 0x541C), errno.EPERM),
        ("personality", (0xFFFFFFFF,), ALLOW),
        ("personality", (0,), ALLOW),
        ("personality", (0x0040000,), errno.EPERM),  # ADDR_NO_RANDOMIZE
    ],
)
def test_arguments(machine, call, arguments, expected):
    """Calls that are checked by their arguments are told apart by them, also by odd ones."""
    _, column, arch, program = machine
    assert decide(program, arch, CHECKED[call][column], *arguments) == expected


def test_unknown_machine():
    """A machine whose numbers are not known gets no filter, and so no sandbox."""
    with pytest.raises(KernelError, match="riscv64"):
        seccomp_filter("riscv64")
