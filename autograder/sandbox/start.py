"""Start a program warm where that is possible, and cold where it is not: it sees no difference."""

import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.errors import WarmStartError
from autograder.sandbox.box import Sandbox
from autograder.sandbox.program import Leader
from autograder.sandbox.unconfined import Unconfined
from autograder.sandbox.warm import Zygote

_TRIES = 2  # a zygote that was killed is replaced by a new one


@dataclass(frozen=True)
class Command:
    """What to start.

    Args:
        cold: a program and its arguments.
        main: the function that it calls, such as "package.module:function".
        argv: its sys.argv.
    """

    cold: Sequence[str]
    main: str
    argv: Sequence[str]


def start(
    box: Sandbox | Unconfined,
    command: Command,
    zygote: Zygote | None = None,
    env: Mapping[str, str] | None = None,
    show: Sequence[Path] = (),
    pass_fds: Sequence[int] = (),
) -> subprocess.Popen[Any] | Leader:
    """Start a program in `box`, from the zygote if there is one; see Sandbox.fork and popen.

    Raises:
        KernelError: it starts in no way.
    """
    if zygote is not None and isinstance(box, Sandbox):
        for _ in range(_TRIES):
            if zygote.problem is None:
                with suppress(WarmStartError):
                    return box.fork(zygote, command.main, command.argv, env, show, pass_fds)
    return box.popen(command.cold, env, show, pass_fds=pass_fds)
