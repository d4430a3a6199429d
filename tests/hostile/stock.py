"""The same attacks on stock `nbgrader autograde`, each in a throwaway class of two.

It runs inside a sandbox of ours, so that it harms nobody: at the attack's hand are nbgrader, its
gradebook and the neighbour, as in a course, and no more.
"""

import io
import json
import re
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from autograder.release import release
from autograder.sandbox import Sandbox
from autograder.settings import Limits
from tests.hostile import course as hostile
from tests.hostile.case import Case
from tests.hostile.harness import hand_in, honest

_LIMITS = Limits(memory_mb=3000, processes=300, disk_mb=600, file_mb=200)
_SECONDS = 120
_TOKEN = "canary-of-the-stock-grader"  # noqa: S105 - nobody may read it
_INSIDE = Path(__file__).with_name("stock_inside.py")
_NEIGHBOUR = "zz-neighbour"  # after the attacker, as nbgrader goes by name


@dataclass(frozen=True)
class Stock:
    """What stock nbgrader made of a hand-in."""

    points: Mapping[str, float]  # of its tests; empty if it was not graded
    stopped: bool  # the neighbour was not graded
    harm: tuple[str, ...]

    def undeserved(self, case: Case) -> float:
        """Return the points of a case's tests that it does not rightly earn."""
        return sum(self.points.get(name, 0.0) for name in case.tests - case.earns)


class _Places:
    """Where things are inside; see host.Host."""

    root = Path("/tmp/work/course")  # noqa: S108 - the sandbox's own
    _names: Mapping[str, object] = {
        **{"ROOT": root, "HOME": "/tmp/home", "TMP": "/tmp/elsewhere"},  # noqa: S108
        **{"DOOR": "/tmp/elsewhere/door", "PORT": 9, "LINGER": 123_456_789},  # noqa: S108
    }

    def fill(self, text: str) -> str:
        """Put the places into a case's text."""
        return re.sub(r"@([A-Z]+)@", lambda found: str(self._names[found[1]]), text)


def run(cases: tuple[Case, ...], assignment: str, workers: int = 2) -> Iterator[tuple[Case, Stock]]:
    """Grade each case of an assignment by itself, in order; yield what came of it."""
    with tempfile.TemporaryDirectory() as scratch, ThreadPoolExecutor(workers) as pool:
        course = hostile.course_in(Path(scratch), assignment)
        release(course, course.assignment(assignment))
        yield from zip(cases, pool.map(partial(_grade, Path(scratch)), cases), strict=True)


def _grade(released: Path, case: Case) -> Stock:
    assignment = case.assignment
    packed = _pack(released, {"attacker": case, _NEIGHBOUR: honest(assignment)})
    files = {"class.tar": packed, "inside.py": _INSIDE.read_bytes()}
    with Sandbox(_LIMITS, files) as box:
        argv = [sys.executable, "inside.py", assignment, _TOKEN, str(_SECONDS)]
        process = box.popen(argv, stdout=subprocess.PIPE, text=True)
        try:
            out = process.communicate(timeout=_SECONDS + 60)[0]
        except subprocess.TimeoutExpired:
            box.kill()
            return Stock({}, True, ("never ended",))
        killed = box.killed
    try:
        told: Any = json.loads(out.splitlines()[-1])
    except (ValueError, IndexError):
        return Stock({}, True, (killed or "nbgrader and its parent were killed",))
    students = told["points"]
    full = hostile.points(assignment)
    stopped = students.get(_NEIGHBOUR) != full
    return Stock(students.get("attacker", {}), stopped, tuple(told["harm"]))


def _pack(released: Path, students: Mapping[str, Case]) -> bytes:
    """Return the class as a tar file: links and pipes stay what they are."""
    places = _Places()
    packed = io.BytesIO()
    with tempfile.TemporaryDirectory() as scratch, tarfile.open(fileobj=packed, mode="w") as tar:
        course = hostile.course_in(Path(scratch), students[_NEIGHBOUR].assignment)
        for student, case in students.items():
            hand_in(course, places, student, (case,))
        tar.add(scratch, "course")
        tar.add(released / "gradebook.db", "course/gradebook.db")
    return packed.getvalue()
