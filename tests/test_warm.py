"""The warm start: as confined as a cold one, the same verdicts, and nothing that stays."""

import asyncio
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from autograder.check import all_variants
from autograder.errors import WarmStartError
from autograder.execute import Judged
from autograder.gate import prepare
from autograder.grade import grade_submission
from autograder.merge import grade_id
from autograder.models import StudentCell, Submission
from autograder.pool import local_pool
from autograder.preload import modules, zygote_of
from autograder.release import grading_version, read_source, written
from autograder.sandbox import Sandbox, Zygote, doctor, kernel_manager, start, warm
from autograder.sandbox.confine import WORK
from autograder.sandbox.folders import remove
from autograder.sandbox.probe import PROBES
from autograder.sandbox.start import Command
from autograder.settings import Limits, load_course
from autograder.workers import cores
from tests import toy
from tests.kernels import session
from tests.sample_class import _notebook

ROOT = Path(__file__).parents[1]
LIMITS = Limits(memory_mb=500, processes=32, disk_mb=20, file_mb=10)
SECONDS = 60
MODULES = ("numpy", "socket", "timeit", "json")

if toy.UNSAFE:
    pytest.skip("no sandbox here", allow_module_level=True)


@pytest.fixture(scope="module")
def zygote():
    """A zygote that has imported little."""
    made = Zygote(MODULES)
    yield made
    made.close()


@pytest.fixture(scope="module")
def full():
    """The zygote of the toy homework's kernels and judges, as grading uses it."""
    made = zygote_of(*toy.job().notebooks.values())
    yield made
    made.close()


class Program:
    """A warm program that runs code, with what it says."""

    def __init__(self, box, zygote, code, *args):
        self.end, inside = socket.socketpair()
        self.end.settimeout(SECONDS)
        with inside, contextlib.ExitStack() as stack:
            stack.enter_context(self.end)
            number = inside.fileno()
            lines = (
                "import os, socket, sys",
                f"channel = socket.socket(fileno={number})",
                "say = lambda *what: channel.sendall((' '.join(map(str, what)) + '\\n').encode())",
                "sys.argv = ['-c', *sys.argv[5:]]",
                code,
            )
            statement = (
                f"exec({chr(10).join(lines)!r}, {{'__name__': '__main__'}}); raise SystemExit"
            )
            argv = ["timeit", "-n1", "-r1", "--", statement, *args]
            self.leader = box.fork(zygote, "timeit:main", argv, pass_fds=[number])
            stack.pop_all()
        self._file = self.end.makefile("r")

    def line(self):
        return self._file.readline().strip()

    def rest(self):
        """Wait for the end; return all that it says."""
        with self.end, self._file:
            return self._file.read().strip()

    def tell(self):
        self.end.sendall(b"go\n")


def said(box, zygote, code, *args):
    """Run code in a warm program; return what it says."""
    return Program(box, zygote, code, *args).rest()


class Warm(Sandbox):
    """Starts Python warm, as the doctor calls it cold: `python -I FILE ARGUMENT`."""

    zygote = None

    def popen(self, argv, env=None, show=(), **kwargs):
        code = f"""
import contextlib, io, runpy
class Out(io.StringIO):
    def write(self, text): channel.sendall(text.encode()); return len(text)
sys.argv = {argv[2:]!r}
with contextlib.redirect_stdout(Out()):
    runpy.run_path(sys.argv[0], run_name="__main__")
"""
        program = Program(self, self.zygote, code)
        process = type("Process", (), {})()
        process.communicate = lambda timeout: (program.rest().encode(), None)
        return process


def test_every_protection_holds(zygote):
    """The doctor's probes find a warm program as confined as a cold one."""
    Warm.zygote = zygote
    found = list(doctor.inside(Warm, ROOT))
    assert len(found) == len(PROBES)
    assert not [check for check in found if not check.ok]


STATE = """
import getpass, json, os, platform, resource, signal, sys, tempfile
limits = [n for n in dir(resource) if n.startswith("RLIMIT")]
status = dict(l.split(":", 1) for l in open("/proc/self/status"))
print(json.dumps({
    "limits": {n: resource.getrlimit(getattr(resource, n)) for n in limits},
    "environment": {k: v for k, v in os.environ.items() if not k.startswith(("JPY_", "_"))},
    "path": sys.path, "argv": len(sys.argv), "executable": sys.executable,
    "prefix": [sys.prefix, sys.base_prefix, sys.exec_prefix],
    "flags": list(sys.flags), "main": sys.modules["__main__"].__name__,
    "names": [platform.node(), platform.uname(), getpass.getuser()],
    "hash": hash("warm"), "cwd": os.getcwd(), "listing": os.listdir(),
    "umask": os.umask(7), "groups": os.getgroups(), "pid": os.getpid(),
    "temporary": tempfile.gettempdir(), "home": os.path.expanduser("~"),
    "signals": {int(s): str(signal.getsignal(s)) for s in signal.Signals if s != signal.SIGINT},
    "status": {k: status[k] for k in status if k.startswith(("Cap", "Sig", "Shd", "NoNew", "Secc"))
               and k != "SigQ"},
    "mounts": sorted(l.split()[4] for l in open("/proc/self/mountinfo") if "/box-" not in l),
    "spaces": len({os.readlink(f"/proc/self/ns/{n}") for n in os.listdir("/proc/self/ns")}),
    "streams": [os.readlink(f"/proc/self/fd/{n}") for n in range(1)],
    "recursion": sys.getrecursionlimit(), "threads": len(os.listdir("/proc/self/task")),
}))
"""


def test_a_kernel_sees_no_difference(full):
    """Limits, environment, signals, mounts and all else are in a warm kernel as in a cold one."""
    cold, hot = (json.loads(asyncio.run(_output(STATE, z))) for z in (None, full))
    assert hot == cold


async def _output(code, zygote):
    """Run code in a kernel; return what it prints."""
    with Sandbox(Limits()) as box:
        manager = kernel_manager(box, zygote)
        await manager.start_kernel(extra_arguments=["--HistoryManager.hist_file=:memory:"])
        client = manager.client()
        client.start_channels()
        try:
            await client.wait_for_ready(timeout=SECONDS)
            request, text = client.execute(code), ""
            while True:
                message = await client.get_iopub_msg(timeout=SECONDS)
                content = message["content"]
                text += content.get("text", "") + "".join(content.get("traceback", ()))
                mine = message["parent_header"].get("msg_id") == request
                if mine and content.get("execution_state") == "idle":
                    return text
        finally:
            client.stop_channels()
            await manager.shutdown_kernel(now=True)


def test_interrupt_and_restart(full):
    """A warm kernel runs cells, is interrupted, starts again without memory, and ends."""
    with Sandbox(Limits()) as box:
        manager = kernel_manager(box, full)
        assert asyncio.run(session(manager)) == ["ok", "KeyboardInterrupt", "NameError"]
        assert not manager.has_kernel


def test_random_numbers(zygote):
    """Unseeded generators differ from program to program, seeded ones do not."""
    code = """
import random, numpy, os
say(random.random(), numpy.random.random(), os.urandom(4).hex())
random.seed(1), numpy.random.seed(1)
say(random.random(), numpy.random.random())
"""
    with Sandbox(LIMITS) as box:
        one, two = (said(box, zygote, code).splitlines() for _ in range(2))
    assert not set(one[0].split()) & set(two[0].split())
    assert one[1] == two[1]


HONEST = {
    "solution": toy.SOLUTION,
    "wrong": toy.SOLUTION | {"half": "def half(x):\n    return x // 3"},
    "raises": toy.SOLUTION | {"double": "raise ValueError('mine')"},
    "draws": toy.SOLUTION
    | {"double": "import matplotlib.pyplot as plt\nplt.plot([1])\ndef double(x): return 2 * x"},
}
HOSTILE = {
    "kills all": "import os, signal\nos.kill(-1, signal.SIGKILL)",
    "kills its group": "import os, signal\nos.killpg(0, signal.SIGKILL)",
    "kills the first": "import os, signal\nos.kill(1, signal.SIGKILL)",
    "ends": "import os\nos._exit(0)",
    "ends threads": "import sys, threading\nsys.exit()",
    "closes all": "import os\nos.closerange(0, 200)",
    "forks": "import os\nos.fork()",
    "takes memory": "x = bytearray(1 << 20) * 5000",
    "fills its memory": "import os\nx = bytearray(os.urandom(1 << 20)) * 1200\ny = bytearray(x)",
    "never ends": "while True: pass",
    "ignores all": "import signal\nsignal.signal(2, signal.SIG_IGN)\nwhile True: pass",
}


def verdicts(job, executor):
    """Grade; return each question's points and reason."""
    graded = grade_submission(job, executor)
    assert not graded.notebooks[0].refused, graded.notebooks[0].refused
    return [(v.grade_id, v.points, v.status, v.reason) for v in graded.notebooks[0].verdicts]


@pytest.mark.parametrize("name", [*HONEST, *HOSTILE])
def test_same_verdicts(name, full):
    """An honest or hostile submission gets the same points and reasons, warm and cold."""
    answers = HONEST.get(name) or toy.SOLUTION | {
        "half": f"{HOSTILE[name]}\ndef half(x):\n    return x / 2"
    }
    job = replace(toy.job(answers=answers), limits=Limits(cell_seconds=3, memory_mb=1500))
    cold, hot = verdicts(job, Judged()), verdicts(job, Judged(zygote=full))
    assert full.problem is None
    assert hot == cold


@pytest.mark.parametrize("name", ["the solution", "wrong/softmax_overflows"])
def test_same_verdicts_in_hw1(name):
    """The homework's example solutions get the same points and reasons, warm and cold."""
    job = _hw1(name)
    cold = verdicts(job, Judged())
    assert verdicts(job, Judged(zygote=zygote_of(*job.notebooks.values()))) == cold
    assert any(points for _, points, *_ in cold)


def _hw1(name):
    """Return the job of grading an example solution of hw1."""
    course = load_course(ROOT)
    path = course.notebooks("hw1")[0]
    variants = all_variants(course, path, read_source(path))
    notebook = _notebook(read_source(path), next(v for v in variants if v.name == name))
    cells = tuple(
        StudentCell(cell.cell_type, cell.source, cell.id, grade_id(cell) or None)
        for cell in notebook.cells
    )
    submission = Submission("ada", "hw1", notebooks={path.stem: cells})
    return prepare(course, course.assignment("hw1")).job(submission)


def test_two_at_once(zygote):
    """Two programs of one zygote share no file, process, memory, socket or name."""
    with Sandbox(LIMITS) as one, Sandbox(LIMITS) as two:
        marks = f"""
import os, socket
for path in ("mark", "/tmp/mark", "/dev/shm/mark", {str(one.share)!r} + "/mark"):
    open(path, "w").write("a secret of the first")
abstract = socket.socket(socket.AF_UNIX); abstract.bind("\\0mark"); abstract.listen()
network = socket.create_server(("127.0.0.1", 4242))
os.environ["MARK"] = secret = "s3cr3t " * 3
say("ready"), channel.recv(9), say("alive")
"""
        first = Program(one, zygote, marks)
        assert first.line() == "ready"
        look = f"""
import os, signal, socket
found = [path for path in ("mark", "/tmp/mark", "/dev/shm/mark") if os.path.exists(path)]
found += os.listdir({str(two.share)!r}) + [p for p in [{str(one.share)!r}] if os.path.exists(p)]
found += [name for name in os.listdir("/proc") if name.isdecimal() and int(name) > 2]
found += [name for name in os.environ if name == "MARK"]
for family, address in ((socket.AF_UNIX, "\\0mark"), (socket.AF_INET, ("127.0.0.1", 4242))):
    try: socket.socket(family).connect(address); found.append(address)
    except OSError: pass
for number in (*{[first.leader.pid, zygote.pid, os.getpid()]}, *range(3, 300)):
    try: os.kill(number, 0); found.append(number)
    except ProcessLookupError: pass
say(found)
"""
        assert said(two, zygote, look) == "[]"
        assert said(two, zygote, "say(os.listdir('.'), 'MARK' in os.environ)") == "[] False"
        said(two, zygote, "import signal; os.kill(-1, signal.SIGKILL)")
        first.tell()
        assert first.rest() == "alive"
        assert first.leader.wait(SECONDS) == 0


def test_zygote_is_out_of_reach(zygote):
    """A program can't see, signal or trace its zygote, and holds nothing of it open."""
    code = """
import ctypes, os, signal
pids = [n for n in os.listdir("/proc") if n.isdecimal()]
call = ctypes.CDLL(None).ptrace
reached = [n for n in range(1, 70000) if n != os.getpid() and call(16, n, 0, 0) == 0]
open_files = sorted(int(n) for n in os.listdir("/proc/self/fd"))
targets = {os.readlink(f"/proc/self/fd/{n}") for n in open_files[:3]}
say(pids, reached, len(open_files), targets, os.getppid(), os.getpgid(0) == os.getpid())
for change in (lambda: open("/proc/self/exe", "r+b"), lambda: open("/proc/self/exe", "ab")):
    try: change(); say("the interpreter can be written")
    except OSError: pass
say(os.path.exists(os.readlink("/proc/self/exe").removesuffix(" (deleted)")))
"""
    with Sandbox(LIMITS) as box:
        shown = said(box, zygote, code).splitlines()
    # streams, the channel, and the listing itself
    assert shown[0] == "['1', '2'] [] 5 {'/dev/null'} 0 True"
    assert shown[1:] == ["False"]


def test_first_process(zygote):
    """Nobody inside can end the first process, and it reaps what others leave."""
    code = """
import os, signal, time
for number in set(signal.Signals):
    for target in (1, -1):
        try: os.kill(target, number)
        except OSError: pass
for _ in range(20):
    if os.fork() == 0:
        if os.fork() == 0: time.sleep(0.01)
        os._exit(0)
    os.wait()
time.sleep(0.5)
say([n for n in os.listdir("/proc") if n.isdecimal()])
"""
    with Sandbox(LIMITS) as box:
        assert said(box, zygote, code) == "['1', '2']"


def test_ends_with_its_leader(zygote):
    """What a program has started ends with it."""
    code = """
import os, time
if os.fork() == 0:
    os.setsid(), say(os.getpid())
    while True: time.sleep(1), say("alive")
time.sleep(0.2)
os._exit(3)
"""
    with Sandbox(LIMITS) as box:
        program = Program(box, zygote, code)
        assert program.leader.wait(SECONDS) == 0
        until = time.monotonic() + 1
        program.rest()  # ends with the last who could say something
        assert time.monotonic() < until


def test_memory(zygote):
    """A warm program that takes more memory than the limit is killed with the reason."""
    code = """
for _ in range(2): os.fork()
x = bytearray(os.urandom(1 << 20)) * 200
channel.recv(9)
"""
    with Sandbox(LIMITS) as box:
        Program(box, zygote, code).rest()
        assert box.killed == "used more than 500 MB of memory"


def test_nothing_stays(zygote):
    """After the end no process, zombie, descriptor or folder of a program is left."""
    with Sandbox(LIMITS) as box:
        said(box, zygote, "")
    before = [psutil.Process(pid).num_fds() for pid in (os.getpid(), zygote.pid)]
    leaders = []
    for _ in range(3):
        with Sandbox(LIMITS) as box:
            program = Program(box, zygote, "os.fork(), os.setsid(), say('on')\nwhile True: pass")
            assert program.line() == "on"
            leaders.append(program.leader.pid)
        program.rest()
        assert not box.private.exists()
    assert not [pid for pid in leaders if psutil.pid_exists(pid)]
    assert psutil.Process(zygote.pid).children() == []
    assert [psutil.Process(pid).num_fds() for pid in (os.getpid(), zygote.pid)] == before


def test_a_killed_zygote_is_replaced():
    """When a zygote is killed its programs go on, and the next one comes from a new zygote."""
    made, command = Zygote(MODULES), Command(["false"], "timeit:main", ["timeit", "-n1", "-r1"])
    with Sandbox(LIMITS) as box, Sandbox(LIMITS) as other, contextlib.closing(made):
        program = Program(box, made, "say('on'), channel.recv(9), say('alive')")
        assert program.line() == "on"
        first = made.pid
        os.kill(first, signal.SIGKILL)
        assert psutil.Process(first).wait(SECONDS) is not None
        assert start(other, command, made).wait(SECONDS) == 0
        assert made.pid not in (None, first)
        program.tell()
        assert program.rest() == "alive"
    assert not psutil.pid_exists(made.pid or -1)


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        (
            "import threading, time\nthreading.Thread(target=time.sleep, args=[99]).start()",
            "thread",
        ),
        ("import mmap\nshared = mmap.mmap(-1, 4096)", "shares memory"),
        ("import os\nos._exit(1)", "ended"),
    ],
)
def test_unfit(monkeypatch, tmp_path, code, problem):
    """A zygote whose imports make forks unsafe says so, and programs start cold."""
    (tmp_path / "unfit.py").write_text(code)
    clean = warm.clean_environment
    monkeypatch.setattr(
        warm, "clean_environment", lambda folder: {**clean(folder), "PYTHONPATH": str(tmp_path)}
    )
    made, command = Zygote(["unfit"]), Command(["true"], "timeit:main", ["timeit"])
    with Sandbox(LIMITS) as box, contextlib.closing(made):
        with pytest.raises(WarmStartError, match=problem):
            box.fork(made, "timeit:main", ["timeit"])
        assert problem in made.problem
        process = start(box, command, made)
        assert isinstance(process, subprocess.Popen)
        assert process.wait(SECONDS) == 0
    assert made.pid is None


def test_shared():
    """Another process's zygote is used while it lives; when it is gone, an own one is."""
    shared = Zygote(MODULES)
    other = Zygote(MODULES, shared.share())
    command = Command(["false"], "timeit:main", ["timeit", "-n1", "-r1"])
    with contextlib.closing(shared), contextlib.closing(other):
        with Sandbox(LIMITS) as box:
            assert said(box, other, "say(os.getppid() == 0)") == "True"
            assert other.pid is None
        shared.close()
        with Sandbox(LIMITS) as box:
            assert start(box, command, other).wait(SECONDS) == 0
        assert other.pid is not None


def test_read_ahead(monkeypatch, tmp_path):
    """What a module's `read_ahead` has read is there for all programs."""
    (tmp_path / "given.py").write_text("x = 1\ndef read_ahead():\n    global x\n    x += 1")
    clean = warm.clean_environment
    monkeypatch.setattr(
        warm, "clean_environment", lambda folder: {**clean(folder), "PYTHONPATH": str(tmp_path)}
    )
    with Sandbox(LIMITS) as box, contextlib.closing(Zygote((*MODULES, "given"))) as made:
        assert said(box, made, "import given; say(given.x)") == "2"


def test_interrupted_request(monkeypatch):
    """When a request is broken off, the next one does not get its answer."""
    made = Zygote(MODULES)
    with contextlib.closing(made), Sandbox(LIMITS) as box, Sandbox(LIMITS) as other:
        said(box, made, "")
        with monkeypatch.context() as patch:
            patch.setattr(socket, "recv_fds", lambda *arguments: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                Program(box, made, "")
        program = Program(other, made, "say('on'), channel.recv(9)")
        assert program.line() == "on"
        assert program.leader.poll() is None  # not that of the program that was broken off
        program.tell()
        assert program.leader.wait(SECONDS) == 0
        assert program.rest() == ""


def test_what_fails_on_the_way_does_not_run(zygote, monkeypatch):
    """A program that can't be confined is never run: the filter is refused, and it says so."""
    monkeypatch.setattr(warm, "seccomp_filter", lambda: b"no filter")
    with Sandbox(LIMITS) as box, pytest.raises(WarmStartError, match="prctl"):
        Program(box, zygote, "say('it runs')")


def test_grader_killed(tmp_path):
    """A grader that is killed takes its zygote and their programs with it."""
    code = f"""
import sys
from autograder.sandbox import Sandbox, Zygote
from autograder.settings import Limits
made, box = Zygote({MODULES!r}), Sandbox(Limits())
leader = box.fork(made, "timeit:main", ["timeit", "-n1", "-r1", "import time; time.sleep(600)"])
print(made.pid, leader.pid, box.private, flush=True)
sys.stdin.read()
"""
    argv = [sys.executable, "-c", code]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as grader:
        *pids, folder = grader.stdout.readline().split()
        pids = list(map(int, pids))
        assert all(map(psutil.pid_exists, pids))
        grader.kill()
    ends = time.monotonic() + 5
    while any(map(psutil.pid_exists, pids)) and time.monotonic() < ends:
        time.sleep(0.05)
    assert not [pid for pid in pids if psutil.pid_exists(pid)]
    remove(Path(folder))


def test_pool_killed(tmp_path):
    """A grader that is killed while it grades a class takes workers, zygotes and kernels along."""
    script = tmp_path / "grade.py"
    script.write_text("""
from autograder.pool import grade_class
from tests import toy
if __name__ == "__main__":
    never = toy.SOLUTION | {"half": "import time; time.sleep(600)"}
    list(grade_class([toy.job(name, never) for name in ("ada", "bob")], 2))
""")
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen([sys.executable, script], env=env) as grader:
        ends, found = time.monotonic() + SECONDS, []
        while len(_zygotes(found)) < 5 and time.monotonic() < ends:  # 1, 2 kernels, 2 judges
            time.sleep(0.1)
            found = psutil.Process(grader.pid).children(recursive=True)
        assert len(_zygotes(found)) >= 5  # one more for a moment, when it forks
        grader.kill()
    assert not psutil.wait_procs(found, timeout=SECONDS / 2)[1]


def test_cores(zygote, tmp_path):
    """As many workers as cores have one each, fewer may use all; so may the programs they fork."""
    alone = _cores_in_a_pool(len(cores()), tmp_path / "all")
    assert sorted(alone) == [(core,) for core in cores()]
    if len(cores()) > 1:
        few = len(cores()) - 1
        assert _cores_in_a_pool(few, tmp_path / "few") == [tuple(cores())] * few
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores()[-1:])
    try:
        with Sandbox(LIMITS) as box:
            assert said(box, zygote, "say(*os.sched_getaffinity(0))") == str(cores()[-1])
    finally:
        os.sched_setaffinity(0, before)


def _cores_in_a_pool(workers, folder):
    """Return the cores of each worker."""
    folder.mkdir()
    with local_pool(workers) as pool:
        return [*pool.map(_cores_of_one, [folder] * workers, [workers] * workers)]


def _cores_of_one(folder, workers):
    (folder / str(os.getpid())).touch()
    ends = time.monotonic() + SECONDS
    while len(os.listdir(folder)) < workers and time.monotonic() < ends:  # all have begun
        time.sleep(0.01)
    return tuple(cores())


def _zygotes(processes):
    """Return those of the processes that are zygotes, or were forked from one."""
    found = []
    for process in processes:
        with contextlib.suppress(psutil.Error):
            found += [process] * any("zygote.py" in word for word in process.cmdline())
    return found


def _cell(kind, source, **metadata):
    return {"cell_type": kind, "source": [source], "metadata": metadata}


def test_early():
    """The zygote that begins with the command is the one that grading uses."""
    course = load_course(ROOT)
    texts = [path.read_text("utf-8") for path in course.notebooks("hw1")]
    graded = [written(grading_version(read_source(path))) for path in course.notebooks("hw1")]
    assert modules(*texts) == modules(*graded)


def test_modules():
    """What is imported is what the instructor's cells import; for torch also what it puts off."""
    cells = [
        "import numpy as np\n%matplotlib inline",
        "def f():\n    from torch import nn",
        "import (",
    ]
    notebook = {"cells": [_cell("code", cell) for cell in cells]}
    notebook["cells"].append(_cell("markdown", "import sys"))
    notebook["cells"].append(_cell("code", "import sys", nbgrader={"solution": True}))
    found = modules(json.dumps(notebook))
    assert {"numpy", "torch", "torch._dynamo", "ipykernel.kernelapp"} <= set(found)
    assert "sys" not in found
    assert len(found) == len(set(found))
    assert not [name for name in modules('{"cells": []}') if name.startswith("torch")]


def test_torch():
    """A zygote with torch is fit to fork, and its programs compute and train as cold ones.

    It keeps little of torch's code in memory, which only its import needs.
    """
    code = """
import sys, torch
assert "torch._dynamo" in sys.modules or not {warm}
torch.set_num_threads(2)
unseeded = torch.rand(1).item()
torch.manual_seed(1)
x = torch.randn(300, 300)
model = torch.nn.Linear(300, 1)
step = torch.optim.Adam(model.parameters())
model(x @ x).sum().backward(), step.step()
print(x.sum().item(), model.weight.sum().item(), unseeded)
"""
    notebook = {"cells": [_cell("code", "import torch")]}
    made = Zygote(modules(json.dumps(notebook)))
    with contextlib.closing(made):
        hot = [asyncio.run(_output(code.format(warm=True), made)).split() for _ in range(2)]
        assert made.problem is None
        maps = psutil.Process(made.pid).memory_maps()
        held = sum(one.rss for one in maps if "libtorch_cpu" in one.path)
        assert held < sum(one.size for one in maps if "libtorch_cpu" in one.path) / 20
    cold = asyncio.run(_output(code.format(warm=False), None)).split()
    assert hot[0][:2] == hot[1][:2] == cold[:2]
    assert len({cold[2], hot[0][2], hot[1][2]}) == 3


def test_work_folder(zygote):
    """A submission's files lie in the work folder, and each program gets them fresh."""
    code = "say(os.getcwd(), open('data/a').read()); open('data/a', 'w').write('2')"
    with Sandbox(LIMITS, {"data/a": b"1"}) as box:
        for _ in range(2):
            assert said(box, zygote, code) == f"{WORK} 1"
