"""autograder.workers: where worker processes come from, and what they must not take along."""

import os
import subprocess
import sys
from pathlib import Path

from autograder import store
from tests import toy

COMMAND = Path(sys.executable).with_name("autograder")


def test_nothing_is_imported_from_the_folder_where_the_grader_starts(tmp_path):
    """A student's numpy.py in the current folder is not run by any process of the grader."""
    course = toy.released_in(tmp_path / "course")
    toy.hand_in(course, "ada")
    here, mark = tmp_path / "here", tmp_path / "mark"
    here.mkdir()
    for name in ("numpy", "nbformat", "zmq", "pickle", "tempfile"):
        (here / f"{name}.py").write_text(f"open({str(mark)!r}, 'a').write({name!r})")
    grade = [COMMAND, "--course", course.root, "grade", "hw1"] + ["--unsafe"] * toy.UNSAFE
    done = subprocess.run(grade, cwd=here, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert not mark.exists(), mark.read_text()
    [record] = store.read(course, "hw1")
    assert sum(verdict.points or 0 for verdict in record.verdicts) == 5


def test_a_temporary_folder_with_a_long_path(tmp_path):
    """Where a socket's path would be too long, workers start without a server."""
    folder = tmp_path / ("long" * 20)
    folder.mkdir()
    code = """
from autograder.pool import local_pool
if __name__ == "__main__":
    with local_pool(1) as pool:
        print(pool.submit(len, "abc").result())
"""
    (tmp_path / "main.py").write_text(code)
    env = {**os.environ, "TMPDIR": str(folder)}
    command = [sys.executable, tmp_path / "main.py"]
    assert subprocess.check_output(command, env=env, text=True) == "3\n"
