"""Is there a sandbox on this machine? Found out by a trial run, not by a guess."""

import functools
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from autograder.errors import KernelError
from autograder.sandbox.box import Sandbox
from autograder.settings import Limits

_TRIAL_SECONDS = 60
_INSTALL = (
    "install it with `apt install bubblewrap`, `dnf install bubblewrap` or `pacman -S bubblewrap`"
)
# Settings of distributions that forbid it: their bad value and the one that allows it.
_SWITCHES = {
    "kernel.apparmor_restrict_unprivileged_userns": ("1", "0"),
    "kernel.unprivileged_userns_clone": ("0", "1"),
    "user.max_user_namespaces": ("0", "10000"),
}


@functools.cache
def missing() -> str | None:
    """Say in one line why there is no sandbox here and what to do; None if a trial run worked."""
    if not sys.platform.startswith("linux"):
        return f"there is no sandbox on {sys.platform}, only on Linux: use --unsafe"
    if shutil.which("bwrap") is None:
        return f"the sandbox needs bubblewrap: {_INSTALL}, or use --unsafe"
    if os.geteuid() == 0 and shutil.which("setpriv") is None:
        return "the sandbox needs `setpriv`: install util-linux, or use --unsafe"
    why = _trial()
    return why and f"bubblewrap is here but does not work ({why}): {_hint()}, or use --unsafe"


def _trial() -> str | None:
    """Run Python in a sandbox and return what went wrong."""
    argv = [sys.executable, "-I", "-S", "-c", "pass"]
    with tempfile.TemporaryFile() as errors:
        try:
            with Sandbox(Limits()) as box:
                code: int | str = box.popen(argv, stderr=errors).wait(_TRIAL_SECONDS)
        except (KernelError, OSError, subprocess.TimeoutExpired) as error:
            code = str(error)
        errors.seek(0)
        told = errors.read().decode("utf-8", "replace").strip()
    return (told or f"it ended with {code}").splitlines()[-1] if code != 0 else None


def _hint() -> str:
    if os.geteuid() == 0:
        return "a container needs the right to mount (--privileged), Python must be world-readable"
    for name, (bad, good) in _SWITCHES.items():
        path = Path("/proc/sys", name.replace(".", "/"))
        if path.exists() and path.read_text("ascii").strip() == bad:
            return f"`sudo sysctl {name}={good}` allows it"
    return "it needs bubblewrap 0.5 or newer and user namespaces"
