"""Jupyter kernels inside a sandbox, for jupyter_client and so for nbclient and nbgrader.

What the host reads and writes (the connection file) lies where the sandboxed program can't change
it; only the sockets lie in the shared folder.
"""

import secrets
import signal
import sys
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from autograder.sandbox.box import Sandbox
from autograder.sandbox.unconfined import Unconfined
from autograder.settings import Limits


def kernel_manager(box: Sandbox | Unconfined, **traits: Any) -> AsyncKernelManager:
    """Return a manager whose `await start_kernel()` starts IPython in the box.

    Args:
        box: stays the caller's; a shutdown kills what runs in it, `box.close()` removes the rest.
        traits: more of AsyncKernelManager's, such as `log`.
    """
    spec = KernelSpec(
        argv=[sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        display_name="Python in a sandbox",
        language="python",
    )
    manager = AsyncKernelManager(**traits)
    manager._kernel_spec = spec  # so that it looks for none by name
    manager.provisioner = SandboxProvisioner(kernel_spec=spec, parent=manager)
    manager.provisioner.box = box
    return manager


class SandboxProvisioner(LocalProvisioner):  # type: ignore[misc]  # untyped
    """Starts a kernel in `box`; without one, in a sandbox of its own with the default limits."""

    box: Sandbox | Unconfined | None = None
    _own = False

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Prepare the connection file and the command; the manager calls it before each start."""
        if self.box is None:
            self.box, self._own = Sandbox(Limits(), _files(Path(kwargs.get("cwd") or "."))), True
        manager = self.parent
        if manager.transport != "ipc":  # the first start
            name = secrets.token_hex(3)
            manager.transport, manager.cache_ports = "ipc", False
            manager.ip = str(self.box.share / name)
            manager.connection_file = str(self.box.private / f"{name}.json")
        return dict(await super().pre_launch(**kwargs))

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        """Start the kernel; of the caller's arguments for Popen only `pass_fds` reaches it."""
        assert self.box is not None  # noqa: S101  # pre_launch made it
        file = Path(self.parent.connection_file)
        file.chmod(0o644)  # its folder is private
        self.process = self.box.popen(cmd, show=[file], pass_fds=kwargs.get("pass_fds", ()))
        self.pid = self.process.pid
        return self.connection_info

    async def send_signal(self, signum: int) -> None:
        """Interrupt the kernel, or end everything; other signals are not sent."""
        if self.box is None:
            return
        if signum == signal.SIGINT:
            self.box.interrupt()
        elif signum in {signal.SIGTERM, signal.SIGKILL}:
            self.box.kill()

    async def kill(self, restart: bool = False) -> None:
        """End everything in the box."""
        await self.send_signal(signal.SIGKILL)

    async def terminate(self, restart: bool = False) -> None:
        """End everything in the box."""
        await self.send_signal(signal.SIGKILL)

    async def cleanup(self, restart: bool = False) -> None:
        """End what the kernel left behind; the manager calls it last."""
        await self.send_signal(signal.SIGKILL)
        if self._own and self.box is not None and not restart:
            self.box.close()
            self.box, self._own = None, False


def _files(folder: Path) -> dict[str, bytes]:
    """Return the files of the folder that a kernel would have started in, as far as they fit."""
    files: dict[str, bytes] = {}
    room = Limits().submission_bytes
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink() and path.stat().st_size <= room:
            files[str(path.relative_to(folder))] = path.read_bytes()
            room -= path.stat().st_size
    return files
