"""Kill a grading run at random moments, run the same command again, and compare the gradebooks.

    python -m tests.crash --moments 50

The victim is in turn the grader itself, one of its workers, and a process of a sandbox: the
zygote, a kernel or a judge.
"""

import argparse
import json
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import psutil

from tests import toy
from tests.hostile.host import is_grader

VICTIMS = ("grader", "worker", "kernel")
RIGHT, WRONG = toy.SOLUTION, {**toy.SOLUTION, "double": "def double(x):\n    return x + 2"}
POINTS = {"ada": 5.0, "bob": 3.0, "cyd": 0.0, "dan": 5.0, "eve": 2.0}  # of the tests
_SECONDS = 600  # on a loaded machine
_CELLS = """
select sa.student_id, bc.name, g.auto_score, g.manual_score, g.needs_manual_grade
from submitted_assignment sa
join submitted_notebook sn on sn.assignment_id = sa.id
join grade g on g.notebook_id = sn.id join base_cell bc on bc.id = g.cell_id
"""


def main() -> None:
    """Kill at as many moments as asked; end with 1 if one run ended otherwise than undisturbed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--moments", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    chance, bad = random.Random(arguments.seed), 0  # noqa: S311  # no secret
    with tempfile.TemporaryDirectory() as scratch:
        fresh = lay_out(Path(scratch, "fresh"))
        calm = shutil.copytree(fresh, Path(scratch, "calm"))
        begun = time.monotonic()
        disturb(calm, ())
        seconds, expected = time.monotonic() - begun, state(calm)
        shutil.copytree(calm / "build" / "profiles", fresh / "build" / "profiles")
        for number in range(arguments.moments):
            victim, moment = VICTIMS[number % 3], chance.uniform(0, 1.1 * seconds)
            root = shutil.copytree(fresh, Path(scratch, str(number)))
            killed = disturb(root, [(victim, moment)])
            done = len(list(root.glob("build/verdicts/hw1/*.json")))
            disturb(root, ())
            same = state(root) == expected
            bad += not same
            print(
                f"{number + 1:3}  {victim:7} at {moment:5.1f} s  {'killed' if killed else 'over'}, "
                f"{done} done, then {'the same' if same else 'NOT THE SAME'}",
                flush=True,
            )
            shutil.rmtree(root)
    print(f"{arguments.moments - bad} of {arguments.moments} ended as if undisturbed")
    sys.exit(bad > 0)


def lay_out(root: Path) -> Path:
    """Make a toy class whose work is right, wrong, damaged, and the death of its own kernel."""
    course = toy.released_in(root)
    toy.hand_in(course, "ada", RIGHT)
    toy.hand_in(course, "bob", WRONG)
    (toy.hand_in(course, "cyd") / "toy.ipynb").write_text('{"cells": [')
    toy.hand_in(course, "dan", RIGHT)
    dies = "def half(x):\n    import os\n    os._exit(1)"
    toy.hand_in(course, "eve", {**RIGHT, "half": dies})
    return root


def disturb(root: Path, kills: Sequence[tuple[str, float]]) -> int:
    """Grade the class; kill victims, each so many seconds after the last.

    Returns:
        How many were killed.

    Raises:
        RuntimeError: an undisturbed run did not end as it should.
    """
    start = "import sys; from autograder.cli import main; sys.exit(main())"
    command = [sys.executable, "-c", start, "--course", str(root), "grade", "hw1", "--workers=2"]
    command += ["--unsafe"] if toy.UNSAFE else []
    killed = 0
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL) as process:
        try:
            for victim, seconds in kills:
                time.sleep(seconds)
                killed += _kill(psutil.Process(process.pid), victim)
            errors = process.communicate(timeout=_SECONDS)[1]
        finally:
            process.kill()
    if not kills and process.returncode != 3:  # 3: cyd's file can't be read
        raise RuntimeError(errors.decode())
    return killed


def _kill(grader: psutil.Process, victim: str) -> bool:
    """Kill a victim of this kind as soon as there is one; say whether there was, before the end."""
    while grader.is_running() and grader.status() != psutil.STATUS_ZOMBIE:
        with suppress(psutil.NoSuchProcess):
            below = grader.children(recursive=True)
            workers = [one for one in below if is_grader(one)]  # and their server
            others = [one for one in below if one not in [*grader.children(), *workers]]
            found = {"grader": [grader], "worker": workers, "kernel": others}[victim]
            if found:
                random.choice(found).send_signal(signal.SIGKILL)  # noqa: S311
                return True
        time.sleep(0.01)
    return False


def state(root: Path) -> dict[str, Any]:
    """Return all that grading has left which must not depend on what was killed."""
    with closing(sqlite3.connect(root / "gradebook.db")) as book:
        cells = sorted(book.execute(_CELLS), key=repr)
        students = sorted(book.execute("select student_id, timestamp from submitted_assignment"))
    records = {}
    for path in sorted(root.glob("build/verdicts/hw1/*")):
        record = json.loads(path.read_text())
        del record["seconds"]
        for verdict in record["verdicts"]:
            del verdict["seconds"]
        records[path.name] = record
    folders = sorted(str(path.relative_to(root)) for path in root.glob("build/autograded/*/*"))
    return {"cells": cells, "students": students, "records": records, "folders": folders}


if __name__ == "__main__":
    main()
