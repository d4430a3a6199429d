"""autograder.workers: where worker processes come from, and what they must not take along."""

import os
import shutil
import signal
import subprocess
import sys
import threading
from multiprocessing import forkserver
from pathlib import Path

import pytest

import autograder
from autograder import store
from autograder.pool import local_pool
from autograder.workers import start_server
from tests import toy

COMMAND = Path(sys.executable).with_name("autograder")
ASK = """
from autograder.pool import local_pool
def path():
    import autograder.grade
    return autograder.grade.__file__
if __name__ == "__main__":
    with local_pool(1) as pool:
        print(pool.submit(path).result())
"""


@pytest.mark.parametrize("unsafe", sorted({toy.UNSAFE, True}))
def test_nothing_is_imported_from_the_folder_where_the_grader_starts(tmp_path, unsafe):
    """A student's numpy.py in the current folder is not run by any process of the grader."""
    course = toy.released_in(tmp_path / "course")
    toy.hand_in(course, "ada")
    here, mark = tmp_path / "here", tmp_path / "mark"
    here.mkdir()
    for name in ("numpy", "nbformat", "zmq", "pickle", "tempfile"):
        (here / f"{name}.py").write_text(f"open({str(mark)!r}, 'a').write({name!r})")
    grade = [COMMAND, "--course", course.root, "grade", "hw1"] + ["--unsafe"] * unsafe
    done = subprocess.run(grade, cwd=here, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert not mark.exists(), mark.read_text()
    [record] = store.read(course, "hw1")
    assert sum(verdict.points or 0 for verdict in record.verdicts) == 5


def test_workers_are_of_the_graders_own_package(tmp_path):
    """A grader that runs from another folder than the installed one has workers from there."""
    shutil.copytree(Path(autograder.__file__).parent, tmp_path / "autograder")
    (tmp_path / "ask.py").write_text(ASK)
    told = subprocess.check_output([sys.executable, tmp_path / "ask.py"], text=True)
    assert told.strip() == str(tmp_path / "autograder" / "grade.py")


def test_a_temporary_folder_with_a_long_path(tmp_path):
    """Where a socket's path would be too long, workers start without a server."""
    folder = tmp_path / ("long" * 20)
    folder.mkdir()
    (tmp_path / "ask.py").write_text(ASK)
    env = {**os.environ, "TMPDIR": str(folder)}
    told = subprocess.check_output([sys.executable, tmp_path / "ask.py"], env=env, text=True)
    assert told.strip().endswith("grade.py")


@pytest.mark.skipif(sys.platform != "linux", reason="workers have a server on Linux only")
def test_a_server_that_dies_before_it_forks_is_replaced():
    """A worker that was asked of a server which is killed then comes from another one."""
    start_server()
    server = forkserver._forkserver._forkserver_pid
    os.kill(server, signal.SIGSTOP)  # it takes the request, and answers nothing
    threading.Timer(0.5, os.kill, [server, signal.SIGKILL]).start()
    with local_pool(1) as pool:
        assert pool.submit(len, "abc").result() == 3
    assert forkserver._forkserver._forkserver_pid != server
