"""Which system calls are refused inside: a filter in the kernel's own form, classic BPF.

All is allowed but what could reach out of the sandbox, attack the kernel through rarely used doors,
or take memory that no limit counts. Sources: seccomp(2), struct seccomp_data in linux/seccomp.h;
numbers from asm/unistd_64.h and asm-generic/unistd.h.
"""

import errno
import functools
import platform
import struct

from autograder.errors import KernelError

# Refused with EPERM: (x86_64, aarch64); None where there is no such call.
REFUSED: dict[str, tuple[int | None, int | None]] = {
    # mounts and namespaces
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
    "unshare": (272, 97),
    "setns": (308, 268),
    # other processes
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "kcmp": (312, 272),
    "pidfd_getfd": (438, 438),
    "process_madvise": (440, 440),
    "move_pages": (279, 239),
    "migrate_pages": (256, 238),
    # the kernel and the machine
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "reboot": (169, 142),
    "syslog": (103, 116),
    "iopl": (172, None),
    "ioperm": (173, None),
    "modify_ldt": (154, None),
    "lookup_dcookie": (212, 18),
    "uselib": (134, None),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "acct": (163, 89),
    "quotactl": (179, 60),
    "quotactl_fd": (443, 443),
    "sethostname": (170, 161),
    "setdomainname": (171, 162),
    "settimeofday": (164, 170),
    "clock_settime": (227, 112),
    "clock_adjtime": (305, 266),
    "adjtimex": (159, 171),
    "vhangup": (153, 58),
    # keys, handles of files, faults and requests that others serve
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    "fanotify_init": (300, 262),
    "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "io_setup": (206, 0),
    # memory that belongs to no process, so that the watchdog can't count it
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "shmget": (29, 194),
    "semget": (64, 190),
    "msgget": (68, 186),
}
CHECKED = {  # by their arguments
    "clone": (56, 220),
    "clone3": (435, 435),
    "socket": (41, 198),
    "ioctl": (16, 29),
    "personality": (135, 92),
}
NEWEST = 466  # calls after this one are unknown here: ENOSYS, as on an older kernel

_MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}  # column above, AUDIT_ARCH
_X32 = 0x40000000  # x86_64 only: the bit that marks calls of the x32 interface
_NEW_NAMESPACES = 0x7E020000  # CLONE_NEWNS, CGROUP, UTS, IPC, USER, PID, NET
_FAMILIES = (1, 2, 10)  # AF_UNIX, AF_INET, AF_INET6
_TERMINAL = (0x5412, 0x541C)  # TIOCSTI, TIOCLINUX: typing into someone's terminal
_PERSONALITIES = (0, 0xFFFFFFFF)  # PER_LINUX, and the question which it is

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _ERROR, _KILL = 0x7FFF0000, 0x00050000, 0x80000000
_NUMBER, _ARCH, _ARGS = 0, 4, 16  # offsets in struct seccomp_data
_Line = tuple[int, int, int, int]  # operation, jump if true, jump if false, operand
_Code = list[_Line]


@functools.cache
def seccomp_filter(machine: str = "") -> bytes:
    """Return the filter for this machine, or for `machine` as `platform.machine()` names it.

    Raises:
        KernelError: the numbers of its system calls are not known here.
    """
    column, arch = _machine(machine or platform.machine())
    call = {name: numbers[column] for name, numbers in CHECKED.items()}
    code: _Code = [
        (_LOAD, 0, 0, _ARCH),
        (_EQUAL, 1, 0, arch),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER),
        (_AT_LEAST, 0, 1, _X32),
        (_RETURN, 0, 0, _KILL),
        (_AT_LEAST, 0, 1, NEWEST + 1),
        _error(errno.ENOSYS),
    ]
    for numbers in REFUSED.values():
        if (number := numbers[column]) is not None:
            code += _if_call(number, [_error(errno.EPERM)])
    # glibc falls back to clone, whose flags a filter can see.
    code += _if_call(call["clone3"], [_error(errno.ENOSYS)])
    code += _if_call(call["clone"], _unless_bits(0, _NEW_NAMESPACES))
    # ZeroMQ takes this error for an old system and goes on; it aborts after EAFNOSUPPORT.
    code += _if_call(call["socket"], _one_of(0, _FAMILIES, _error(errno.EOPNOTSUPP), _allow()))
    code += _if_call(call["ioctl"], _one_of(1, _TERMINAL, _allow(), _error(errno.EPERM)))
    code += _if_call(call["personality"], _one_of(0, _PERSONALITIES, _error(errno.EPERM), _allow()))
    return b"".join(struct.pack("=HBBI", *line) for line in [*code, _allow()])


def call_numbers() -> tuple[dict[str, int], dict[str, int]]:
    """Return this machine's numbers of REFUSED and of CHECKED."""
    column, _ = _machine(platform.machine())
    refused = {name: numbers[column] for name, numbers in REFUSED.items()}
    return (
        {name: number for name, number in refused.items() if number is not None},
        {name: numbers[column] for name, numbers in CHECKED.items()},
    )


def _machine(name: str) -> tuple[int, int]:
    """Return the column in the tables above, and the kernel's name of the architecture."""
    if name not in _MACHINES:
        known = " and ".join(_MACHINES)
        raise KernelError(f"the sandbox knows the system calls of {known}, not of {name}")
    return _MACHINES[name]


def _if_call(number: int, body: _Code) -> _Code:
    """Run `body`, which returns, for one system call; the number is loaded."""
    return [(_EQUAL, 0, len(body), number), *body]


def _one_of(argument: int, values: tuple[int, ...], otherwise: _Line, then: _Line) -> _Code:
    """Return `then` if the lower half of an argument is one of the values."""
    tests = [(_EQUAL, len(values) - place, 0, value) for place, value in enumerate(values)]
    return [(_LOAD, 0, 0, _ARGS + 8 * argument), *tests, otherwise, then]


def _unless_bits(argument: int, bits: int) -> _Code:
    """Refuse if an argument has one of the bits."""
    return [
        (_LOAD, 0, 0, _ARGS + 8 * argument),
        (_ANY_BIT, 0, 1, bits),
        _error(errno.EPERM),
        _allow(),
    ]


def _allow() -> _Line:
    return (_RETURN, 0, 0, _ALLOW)


def _error(number: int) -> _Line:
    return (_RETURN, 0, 0, _ERROR | number)
