"""Where untrusted programs run: bubblewrap, with limits, a watchdog, and nothing left behind."""

from autograder.sandbox.available import missing
from autograder.sandbox.box import Sandbox
from autograder.sandbox.provisioner import KERNEL_MODULES, SandboxProvisioner, kernel_manager
from autograder.sandbox.start import Command, start
from autograder.sandbox.unconfined import Unconfined
from autograder.sandbox.warm import Zygote, use, zygote_for

__all__ = [
    "KERNEL_MODULES",
    "Command",
    "Sandbox",
    "SandboxProvisioner",
    "Unconfined",
    "Zygote",
    "kernel_manager",
    "missing",
    "start",
    "use",
    "zygote_for",
]
