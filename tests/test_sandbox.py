"""The sandbox: what a program gets, how it is watched, interrupted and ended."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
import tomllib
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning import KernelProvisionerFactory

from autograder.errors import KernelError
from autograder.sandbox import Sandbox, Unconfined, available, kernel_manager, missing
from autograder.sandbox.confine import WORK
from autograder.settings import Limits
from tests.kernels import session

LIMITS = Limits(memory_mb=400, processes=32, disk_mb=20, file_mb=10)
SECONDS = 30
BOXES = pytest.mark.parametrize("kind", [Sandbox, Unconfined])

if (why := missing()) and "CI" not in os.environ:
    pytest.skip(why, allow_module_level=True)


def python(box, code, *args, **popen):
    """Run Python code in a box; return what it prints."""
    argv = [sys.executable, "-I", "-c", code, *args]
    process = box.popen(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **popen)
    out, _ = process.communicate(timeout=SECONDS)
    return out.strip()


def ends(process, seconds=SECONDS):
    """Wait for a process; return its exit code."""
    return process.wait(seconds)


def test_works():
    """Where bubblewrap is installed and CI runs, the sandbox works."""
    assert missing() is None


def test_missing_bubblewrap(monkeypatch):
    """Without bubblewrap one line names the packages and the way without a sandbox."""
    monkeypatch.setattr(available.shutil, "which", lambda name: None)
    line = available.missing.__wrapped__()
    assert "apt install bubblewrap" in line
    assert "--unsafe" in line
    assert "\n" not in line


def test_missing_on_mac(monkeypatch):
    """On another system one line says that there is no sandbox, without any trial."""
    monkeypatch.setattr(available.sys, "platform", "darwin")
    assert "--unsafe" in available.missing.__wrapped__()


def test_missing_permission(monkeypatch, tmp_path):
    """A bubblewrap that is there but may not make namespaces is reported with its own words."""
    tool = tmp_path / "bwrap"
    tool.write_text("#!/bin/sh\necho 'bwrap: no permission today' >&2\nexit 1\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    line = available.missing.__wrapped__()
    assert "no permission today" in line
    assert "\n" not in line


def test_failed_start_leaves_nothing(monkeypatch, tmp_path):
    """A sandbox that can't start raises KernelError, and its folder is removed."""
    tool = tmp_path / "bwrap"
    tool.write_text("#!/bin/sh\nexit 1\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    with pytest.raises(KernelError, match="doctor"), Sandbox(LIMITS) as box:
        box.popen(["true"])
    assert not box.private.exists()


@BOXES
def test_files(kind):
    """A submission's files lie in the work folder, however many they are, and can change."""
    files = {f"data/{number}.bin": bytes([number % 256]) * 10 for number in range(300)}
    code = """
import os, pathlib
names = sorted(pathlib.Path("data").iterdir())
print(len(names), {len(p.read_bytes()) for p in names}, pathlib.Path("data/7.bin").read_bytes())
pathlib.Path("data/7.bin").write_text("mine"), pathlib.Path("data/8.bin").unlink()
os.mkdir("data/new"), os.rename("data/9.bin", "data/new/9")
"""
    with kind(LIMITS, files) as box:
        assert python(box, code) == f"300 {{10}} {bytes([7]) * 10}"


def test_each_program_starts_fresh():
    """What one program wrote into its work folder is not there for the next one."""
    with Sandbox(LIMITS, {"a": b"1"}) as box:
        python(box, "open('a', 'w').write('2'); open('/tmp/b', 'w').close()")
        assert python(box, "import os; print(open('a').read(), os.listdir('/tmp'))").startswith("1")


@pytest.mark.parametrize("name", ["../out", "/etc/x", "a/../../b", "", "a\0b"])
def test_files_stay_inside(name):
    """A path that leaves the work folder is refused before anything is written."""
    with pytest.raises(ValueError, match="not a path"), Sandbox(LIMITS, {name: b""}) as box:
        box.popen(["true"])


def test_environment():
    """A program sees the clean environment and nothing else."""
    with Sandbox(LIMITS) as box:
        seen = python(box, "import os, json; print(json.dumps(dict(os.environ)))")
        assert json.loads(seen) == {**box.environment(), "PWD": WORK}


@BOXES
def test_exit_code(kind):
    """A program's exit code comes through, and its streams lead nowhere unless asked for."""
    with kind(LIMITS) as box:
        assert ends(box.popen(["sh", "-c", "echo loud; cat; exit 7"])) == 7


def test_packages():
    """The course's library can be imported inside, from where it lies on the host."""
    import course

    with Sandbox(LIMITS) as box:
        assert python(box, "import course; print(course.__file__)") == course.__file__


def test_modules(tmp_path):
    """Extra modules are visible at their own path and can't be written."""
    tmp_path.chmod(0o755)  # for the user inside
    (tmp_path / "extra.py").write_text("x = 1")
    code = "import os, sys; print(os.path.exists(sys.argv[1]), os.access(sys.argv[1], os.W_OK))"
    with Sandbox(LIMITS, modules=[tmp_path]) as box:
        assert python(box, code, str(tmp_path / "extra.py")) == "True False"
    with Sandbox(LIMITS) as box:
        assert python(box, code, str(tmp_path / "extra.py")) == "False False"


def test_shared_folder():
    """Two sandboxes with one folder talk over a socket in it; each side may be the server."""
    server = """
import socket, sys
s = socket.socket(socket.AF_UNIX); s.bind(sys.argv[1]); s.listen(); print("ready", flush=True)
print(s.accept()[0].recv(9))
"""
    client = """
import socket, sys, time
s = socket.socket(socket.AF_UNIX)
s.connect(sys.argv[1]), s.send(b"hello")
"""
    with Sandbox(LIMITS) as one, Sandbox(LIMITS, share=one.share) as two:
        for first, second in ((one, two), (two, one)):
            path = str(one.share / f"socket-{first is one}")
            argv = [sys.executable, "-I", "-c", server, path]
            process = first.popen(argv, stdout=subprocess.PIPE, text=True)
            assert process.stdout.readline() == "ready\n"
            assert python(second, client, path) == ""
            assert process.communicate(timeout=SECONDS)[0] == "b'hello'\n"


def test_socket_pair():
    """A socket that is passed on works inside, and its end is seen when the program ends."""
    ours, theirs = socket.socketpair()
    with ours, Sandbox(LIMITS) as box:
        code = f"import socket; socket.socket(fileno={theirs.fileno()}).send(b'hi')"
        box.popen([sys.executable, "-I", "-c", code], pass_fds=[theirs.fileno()])
        theirs.close()
        ours.settimeout(SECONDS)
        assert ours.recv(9) == b"hi"
        assert ours.recv(9) == b""


def test_no_other_descriptor():
    """No file that the host has open is open inside."""
    with open(__file__) as secret, Sandbox(LIMITS) as box:
        os.set_inheritable(secret.fileno(), True)
        seen = python(box, "import os; print(sorted(os.listdir('/proc/self/fd')))")
    assert seen == "['0', '1', '2', '3']"  # 3 lists the folder


@BOXES
def test_interrupt(kind):
    """An interrupt reaches the program as KeyboardInterrupt, and the box lives on."""
    code = """
import time
try:
    print("ready", flush=True), time.sleep(60)
except KeyboardInterrupt:
    print("interrupted", flush=True)
"""
    with kind(LIMITS) as box:
        argv = [sys.executable, "-I", "-c", code]
        process = box.popen(argv, stdout=subprocess.PIPE, text=True)
        assert process.stdout.readline() == "ready\n"
        box.interrupt()
        assert process.communicate(timeout=SECONDS)[0] == "interrupted\n"
        assert box.killed is None
        box.interrupt()  # nobody is there: no error


@BOXES
def test_kill(kind):
    """A program that ignores every signal ends at once, and a later kill is no error."""
    code = """
import signal
for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
    signal.signal(number, signal.SIG_IGN)
print("ready", flush=True)
while True: pass
"""
    with kind(LIMITS) as box:
        argv = [sys.executable, "-I", "-c", code]
        process = box.popen(argv, stdout=subprocess.PIPE, text=True)
        assert process.stdout.readline() == "ready\n"
        began = time.monotonic()
        box.kill()
        assert process.poll() is not None
        box.kill()
        process.stdout.close()
    assert time.monotonic() - began < 5
    assert not box.private.exists()


@BOXES
def test_memory(kind):
    """A program that takes more memory than the limit is killed, and the reason is for people."""
    code = """
import os, time
for _ in range(2): os.fork()
x = bytearray(os.urandom(1 << 20)) * 150
time.sleep(60)
"""
    with kind(LIMITS) as box:
        box.popen([sys.executable, "-I", "-c", code])
        until = time.monotonic() + SECONDS
        while box.killed is None and time.monotonic() < until:
            time.sleep(0.05)
        assert box.killed == "used more than 400 MB of memory"


def test_shared_pages_count_once():
    """Forks that share a parent's memory are not killed for the sum of their sizes."""
    code = """
import os, time
x = bytearray(os.urandom(1 << 20)) * 150
for _ in range(5):
    if os.fork() == 0:
        time.sleep(60)
print(sum(int(line.split()[1]) for pid in os.listdir("/proc") if pid.isdecimal()
          for line in open(f"/proc/{pid}/status") if line.startswith("VmRSS")) // 1000, flush=True)
time.sleep(60)
"""
    with Sandbox(LIMITS) as box:
        argv = [sys.executable, "-I", "-c", code]
        process = box.popen(argv, stdout=subprocess.PIPE, text=True)
        assert int(process.stdout.readline()) > 2 * LIMITS.memory_mb  # the sum of resident sizes
        time.sleep(0.5)  # some rounds of the watch
        assert box.killed is None
        assert process.poll() is None
        box.kill()
        process.stdout.close()


@pytest.mark.skipif(os.geteuid() != 0, reason="an ordinary user has a user namespace instead")
def test_users_differ():
    """As root, sandboxes that run at once have different users, none of them the machine's."""
    with Sandbox(LIMITS) as one, Sandbox(LIMITS) as two:
        users = {int(python(box, "import os; print(os.getuid())")) for box in (one, two)}
    assert len(users) == 2
    assert min(users) > 1_000_000_000


@pytest.mark.skipif(os.geteuid() != 0, reason="only root hands files over")
def test_links_are_not_followed(tmp_path):
    """A link that a program plants in the shared folder does not give it the host's file."""
    victim = tmp_path / "victim"
    victim.touch()
    with Sandbox(LIMITS) as box:
        (box.share / "link").symlink_to(victim)  # the worst case: it looks like our own
        python(box, "")
    assert victim.stat().st_uid == 0


@BOXES
def test_kernel(kind):
    """A kernel in a box runs cells, is interrupted, starts again without memory, and ends."""
    with kind(Limits()) as box:
        manager = kernel_manager(box)
        assert asyncio.run(session(manager)) == ["ok", "KeyboardInterrupt", "NameError"]
        assert not manager.has_kernel


def test_connection_file_is_out_of_reach():
    """The file that tells the host how to connect lies where the kernel can't change it."""
    with Sandbox(LIMITS) as box:
        manager = kernel_manager(box)
        manager.connection_file = ""
        asyncio.run(_start_and_end(manager))
        assert Path(manager.connection_file).parent == box.private
        assert not list(box.share.glob("*.json"))


async def _start_and_end(manager):
    await manager.start_kernel()
    await manager.shutdown_kernel(now=True)


def test_provisioner_by_name(monkeypatch, tmp_path):
    """A kernelspec that names `bubblewrap` gets a sandbox with the files of its folder."""
    project = tomllib.loads(Path(__file__).parents[1].joinpath("pyproject.toml").read_text("utf-8"))
    [(name, value)] = project["project"]["entry-points"][
        "jupyter_client.kernel_provisioners"
    ].items()
    factory = KernelProvisionerFactory.instance()
    entry = EntryPoint(name, value, factory.GROUP_NAME)
    monkeypatch.setitem(factory.provisioners, name, entry)
    (tmp_path / "hello.txt").write_text("from the folder")
    manager = AsyncKernelManager()
    manager._kernel_spec = KernelSpec(
        argv=["python", "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        language="python",
        metadata={"kernel_provisioner": {"provisioner_name": "bubblewrap"}},
    )

    async def run():
        await manager.start_kernel(cwd=str(tmp_path), env={"SECRET": "1"})
        client = manager.client()
        client.start_channels()
        try:
            await client.wait_for_ready(timeout=SECONDS)
            code = "import os; 1 / (open('hello.txt').read() == 'from the folder')"
            client.execute(code + "; assert 'SECRET' not in os.environ, 'secret'")
            return (await client.get_shell_msg(timeout=SECONDS))["content"]
        finally:
            client.stop_channels()
            private = manager.provisioner.box.private
            await manager.shutdown_kernel(now=True)
            assert not private.exists()

    assert asyncio.run(run())["status"] == "ok"


def test_unconfined_ends_daemons():
    """Without a sandbox, too, a daemon in a session of its own ends with its box."""
    code = """
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        print(os.getpid(), flush=True)
        time.sleep(60)
    os._exit(0)
"""
    with Unconfined(LIMITS) as box:
        argv = [sys.executable, "-I", "-c", code]
        process = box.popen(argv, stdout=subprocess.PIPE, text=True)
        daemon = int(process.stdout.readline())
        ends(process)
        os.kill(daemon, 0)  # it is there
        process.stdout.close()
    for _ in range(100):
        try:
            os.kill(daemon, 0)
        except ProcessLookupError:
            return
        time.sleep(0.02)
    os.kill(daemon, signal.SIGKILL)
    pytest.fail("the daemon lives")
