"""Programs that try to get out of the sandbox, to outlive it, or to use more than their part."""

import json
import os
import platform
import pty
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from autograder.sandbox import Sandbox, Unconfined, confine, missing, watch
from autograder.sandbox.doctor import checks, inside
from autograder.sandbox.probe import PROBES
from autograder.settings import Limits

ROOT = Path(__file__).parents[1]
LIMITS = Limits(memory_mb=400, processes=32, disk_mb=20, file_mb=10)
SECONDS = 30
CALL = "import ctypes; call = ctypes.CDLL(None).syscall\n"
X86 = pytest.mark.skipif(platform.machine() != "x86_64", reason="machine code of x86_64")

if (why := missing()) and "CI" not in os.environ:
    pytest.skip(why, allow_module_level=True)


def attack(code, *args, limits=LIMITS, **popen):
    """Run Python code in a sandbox; return its output, its exit code, and why it was killed."""
    with Sandbox(limits) as box:
        argv = [sys.executable, "-I", "-c", code, *args]
        process = box.popen(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **popen)
        out, _ = process.communicate(timeout=SECONDS)
        return out.decode("utf-8", "replace").strip(), process.returncode, box.killed


@pytest.fixture(scope="module")
def examined():
    """What the doctor says, by the name of the check."""
    return {check.name: check for check in checks(ROOT)}


@pytest.mark.parametrize("name", PROBES)
def test_inside(examined, name):
    """From inside, no protection gives way."""
    assert examined[name].ok, examined[name].detail


@pytest.mark.parametrize(
    "name", ["sandbox", "memory of all processes", "nothing survives", "dies with the grader"]
)
def test_outside(examined, name):
    """Seen from outside, limits hold and nothing stays."""
    assert examined[name].ok, examined[name].detail


@pytest.mark.parametrize("name", ["network", "processes of the host", "system calls", "reads"])
def test_probes_can_fail(name):
    """The same probes without a sandbox find what is open, so that they prove something."""
    [check] = inside(Unconfined, ROOT, [name])
    assert not check.ok
    assert "the probe failed" not in check.detail


@pytest.mark.skipif(os.geteuid() != 0, reason="the tests run as an ordinary user anyway")
def test_as_ordinary_user():
    """An ordinary user gets the same protections as root, by way of a user namespace."""
    code = """
import json, os
from pathlib import Path
from autograder.sandbox.doctor import checks
print(json.dumps([os.geteuid(), [[c.name, c.ok, c.detail] for c in checks(Path.cwd())]]))
"""
    done = subprocess.run(
        [*_become_ordinary(), sys.executable, "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=2 * SECONDS,
    )
    assert done.returncode == 0, done.stderr
    user, found = json.loads(done.stdout)
    assert user == 65534
    assert {"dies with the grader", *PROBES} <= {name for name, _, _ in found}
    assert [line for line in found if not line[1]] == []


def _become_ordinary():
    """Return a command that runs another one as nobody, with Python and the repository readable.

    Root's home is closed to others, and Python may lie in it.
    """
    home = Path.home()
    needed = [path for path in (*confine.python_paths(), ROOT) if path.is_relative_to(home)]
    options = ["--dev-bind", "/", "/", "--tmpfs", str(home), "--chmod", "0755", str(home)]
    for folder in sorted({folder for path in needed for folder in path.parents}):
        if folder != home and folder.is_relative_to(home):
            options += ["--perms", "0755", "--dir", str(folder)]
    for path in needed:
        options += ["--bind", str(path), str(path)]
    drop = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all"]
    return [shutil.which("bwrap"), *options, "--", *drop, "--", "env", "HOME=/nonexistent"]


@X86
@pytest.mark.parametrize("call", ["b8 14 00 00 00 cd 80", "b8 27 00 00 40 0f 05"])
def test_foreign_system_calls(call):
    """Machine code that asks the kernel in the 32-bit or the x32 way ends the program."""
    code = f"""
import ctypes, mmap
page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
page.write(bytes.fromhex("{call} c3"))
address = ctypes.addressof(ctypes.c_char.from_buffer(page))
print("asks", flush=True)
print("got", ctypes.CFUNCTYPE(ctypes.c_long)(address)(), flush=True)
"""
    assert attack(code)[:2] == ("asks", 128 + signal.SIGSYS)


def test_first_process_is_limited_too():
    """Who takes over bubblewrap's own process inside has no more than the program had."""
    code = """
import os
for pid in ("1", "self"):
    limits = open(f"/proc/{pid}/limits").read().splitlines()
    wanted = ("processes", "file size", "address", "open files")
    print(sorted(line.split()[-3:-1] for line in limits if any(w in line for w in wanted)))
    status = open(f"/proc/{pid}/status").read()
    print(status[status.index("NoNewPrivs"):].split()[1:4:2])
"""
    lines = attack(code)[0].splitlines()
    assert lines[0] == lines[2]
    assert "32" in lines[0]
    assert lines[1] == lines[3] == "['1', '2']"


def test_limits_cannot_be_raised():
    """No limit can be raised from inside, one's own or another process's."""
    code = """
import resource as r
for limit in (r.RLIMIT_AS, r.RLIMIT_NPROC, r.RLIMIT_FSIZE, r.RLIMIT_NOFILE, r.RLIMIT_CORE):
    for pid in (0, 1):
        try:
            r.prlimit(pid, limit, (2**40, 2**40)), print("raised", limit, pid)
        except (PermissionError, ValueError):
            pass
print("done")
"""
    assert attack(code)[0] == "done"


def test_hidden_memory_is_counted():
    """A program that forbids others to look at its memory is killed for it all the same."""
    code = """
import ctypes, os, time
ctypes.CDLL(None).prctl(4, 0, 0, 0, 0)  # PR_SET_DUMPABLE
for _ in range(2): os.fork()
x = bytearray(os.urandom(1 << 20)) * 150
time.sleep(60)
"""
    _, exit_code, killed = attack(code)
    assert killed == "used more than 400 MB of memory"
    assert exit_code != 0


@pytest.mark.parametrize("kind", ["visible", "unlinked", "many"])
def test_shared_folder_is_no_disk(monkeypatch, kind):
    """Who writes to the host's disk through the shared folder, openly or not, is killed."""
    monkeypatch.setattr(watch, "SHARE_BYTES", 1_500_000)
    code = """
import os, sys, time
os.chdir(sys.argv[1])
if sys.argv[2] == "many":
    os.mkdir("below")
    for number in range(500): open(f"below/{number}", "w").close()
if sys.argv[2] in ("visible", "unlinked"):
    held = []
    for number in range(5):
        held.append(open(str(number), "wb"))
        if sys.argv[2] == "unlinked": os.unlink(str(number))
        held[-1].write(os.urandom(500_000)), held[-1].flush()
time.sleep(60)
"""
    with Sandbox(LIMITS) as box:
        argv = [sys.executable, "-I", "-c", code, str(box.share), kind]
        box.popen(argv).wait(SECONDS)
        assert box.killed == "wrote more than 1.5 MB outside its work folder"
    assert not box.private.exists()


def test_empty_files(monkeypatch):
    """Who makes very many empty files, which no disk's size limits, is killed."""
    monkeypatch.setattr(watch, "FILES", 2000)
    code = """
import time
for number in range(4000): open(str(number), "w").close()
time.sleep(60)
"""
    assert attack(code)[2] == "made more than 2000 files"


def test_read_only_places_stay_small():
    """The places between the mounts, which have no size of their own, can't be written."""
    code = """
import os, sys
for folder, below, _ in os.walk("/"):
    below[:] = [name for name in below if os.path.join(folder, name) not in sys.argv]
    try:
        open(os.path.join(folder, "x"), "w").close()
        print("wrote", folder)
    except OSError:
        pass
print("done")
"""
    known = ["/proc", "/usr", "/tmp", "/dev/shm"]  # noqa: S108  # inside
    known += map(str, confine.python_paths())
    seen = attack(code, *known)[0].splitlines()
    assert [line for line in seen if not line.startswith("wrote /var/tmp/box-")] == ["done"]


def test_neighbours():
    """Two sandboxes at once see nothing of each other: no process, no file, no folder, no abstract
    socket, no message queue.
    """
    hold = """
import socket, sys, time
s = socket.socket(socket.AF_UNIX); s.bind("\\0meet"); s.listen()
open("/tmp/mine", "w").close(); open("/dev/shm/mine", "w").close()
print("ready", flush=True); time.sleep(60)
"""
    look = """
import os, socket, sys
assert not os.path.exists("/tmp/mine") and not os.path.exists("/dev/shm/mine")
assert not os.path.exists(sys.argv[1]), "the neighbour's folder"
assert sorted(n for n in os.listdir("/proc") if n.isdecimal()) == ["1", "2"]
try:
    socket.socket(socket.AF_UNIX).connect("\\0meet")
except ConnectionRefusedError:
    print("alone")
"""
    with Sandbox(LIMITS) as box:
        argv = [sys.executable, "-I", "-c", hold]
        process = box.popen(argv, stdout=subprocess.PIPE)
        assert process.stdout.readline() == b"ready\n"
        assert attack(look, str(box.private))[0] == "alone"
        assert process.poll() is None
        process.stdout.close()


def test_kills_all_it_can():
    """A program that kills every process that it can name, or all at once, reaches nobody."""
    code = """
import os
for pid in (1, *range(3, 5000)):
    try: os.kill(pid, 9)
    except OSError: pass
try: os.kill(-1, 9)
except ProcessLookupError: print("alone")
"""
    with Sandbox(LIMITS) as neighbour:
        sleeper = neighbour.popen(["sleep", "60"])
        assert attack(code)[0] == "alone"
        assert sleeper.poll() is None


def test_terminal():
    """With a terminal as input, nothing can be typed into it, and it is not the program's own."""
    ours, theirs = pty.openpty()
    code = """
import fcntl, os
try: fcntl.ioctl(0, 0x5412, b"x"); print("typed")
except OSError as error: print(error.errno)
try: open("/dev/tty"); print("has a terminal")
except OSError: print("none")
"""
    try:
        assert attack(code, stdin=theirs)[0].splitlines() == ["1", "none"]
    finally:
        os.close(ours), os.close(theirs)


def test_fork_bomb_leaves_nothing():
    """A fork bomb in many sessions is ended within seconds, with all its parts."""
    sign = f"bomb-{time.time_ns()}"
    code = """
import os, sys
print("ready", flush=True)
while True:
    try:
        if os.fork() == 0: os.setsid()
    except OSError: pass
"""
    with Sandbox(LIMITS) as box:
        argv = [sys.executable, "-I", "-c", code, sign]
        process = box.popen(argv, stdout=subprocess.PIPE)
        process.stdout.readline()
        time.sleep(0.3)
        assert 5 < _carrying(sign) <= LIMITS.processes
        began = time.monotonic()
        box.kill()
        assert time.monotonic() - began < 5
        assert _carrying(sign) == 0
        process.stdout.close()


def _carrying(sign):
    """Count processes of the machine with this argument, apart from bubblewrap's."""
    lines = [process.info["cmdline"] or [] for process in psutil.process_iter(["cmdline"])]
    return sum(sign in line and "bwrap" not in line[0] for line in lines)


def test_stopped_processes_end():
    """Stopped processes, and one that stops its parent, are ended like others."""
    code = """
import os, signal, time
if os.fork() == 0:
    os.kill(os.getppid(), signal.SIGSTOP)
    print("stopped", flush=True)
    os.kill(os.getpid(), signal.SIGSTOP)
time.sleep(60)
"""
    with Sandbox(LIMITS) as box:
        process = box.popen([sys.executable, "-I", "-c", code], stdout=subprocess.PIPE)
        assert process.stdout.readline() == b"stopped\n"
        box.kill()
        assert process.poll() is not None
        process.stdout.close()


def test_host_names_are_unknown():
    """The arguments of bubblewrap, which name the host's folders, are not readable inside."""
    code = "print(open('/proc/1/cmdline').read().replace('\\0', ' '), open('/etc/passwd').read())"
    out, _, _ = attack(code)
    assert str(ROOT / "course") not in out
    assert "root" not in out
    assert os.uname().nodename not in attack("import os; print(os.uname().nodename)")[0]
