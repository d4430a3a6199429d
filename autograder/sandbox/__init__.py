"""Where untrusted programs run: bubblewrap, with limits, a watchdog, and nothing left behind."""

from autograder.sandbox.available import missing
from autograder.sandbox.box import Sandbox
from autograder.sandbox.provisioner import SandboxProvisioner, kernel_manager
from autograder.sandbox.unconfined import Unconfined

__all__ = ["Sandbox", "SandboxProvisioner", "Unconfined", "kernel_manager", "missing"]
