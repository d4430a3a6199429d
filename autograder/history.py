"""What each verdict was, when, with which tests and which grader: lines that are only ever added.

`history/<assignment>/<student>.jsonl` has a line for each grading that changed something, the
oldest first, and `history/<assignment>/tests-<hash>/` the notebooks that a line's `tests` names.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from autograder.files import replaced_folder
from autograder.models import Basis, GradedSubmission, Verdict
from autograder.settings import Course


@dataclass(frozen=True)
class Entry:
    """One grading of one submission."""

    when: datetime  # UTC
    basis: Basis
    verdicts: tuple[Verdict, ...]
    refusals: tuple[str, ...] = ()
    unsandboxed: bool = False


def append(course: Course, graded: GradedSubmission, basis: Basis) -> None:
    """Add a line, on the disk when this returns, unless the last line says the same.

    A kill leaves the line whole, missing, or cut short; a cut line is not read, nor built upon.
    """
    entry = Entry(
        datetime.now(UTC),
        basis,
        tuple(verdict for notebook in graded.notebooks for verdict in notebook.verdicts),
        graded.refusals,
        graded.unsandboxed,
    )
    earlier = read(course, graded.assignment, graded.student)
    if earlier and _said(earlier[-1]) == _said(entry):
        return
    line = json.dumps(asdict(entry), default=datetime.isoformat).encode() + b"\n"
    path = _path(course, graded.assignment, graded.student)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+b") as file:
        if file.tell():
            file.seek(-1, os.SEEK_END)
            line = line if file.read(1) == b"\n" else b"\n" + line
        file.write(line)
        file.flush()
        os.fsync(file.fileno())


def read(course: Course, assignment: str, student: str) -> list[Entry]:
    """Return a student's gradings, the oldest first; lines that were cut short are left out."""
    try:
        lines = _path(course, assignment, student).read_bytes().splitlines()
    except FileNotFoundError:
        return []
    entries = []
    for line in lines:
        try:
            table = json.loads(line)
        except ValueError:
            continue
        entries.append(
            Entry(
                datetime.fromisoformat(table["when"]),
                Basis(**table["basis"]),
                tuple(Verdict(**verdict) for verdict in table["verdicts"]),
                tuple(table["refusals"]),
                table["unsandboxed"],
            )
        )
    return entries


def keep_tests(course: Course, assignment: str, basis: Basis, notebooks: Mapping[str, str]) -> None:
    """Keep the notebooks (JSON by name) that the hash `basis.tests` stands for."""
    target = course.history / assignment / f"tests-{basis.tests}"
    if target.exists():
        return
    with replaced_folder(target) as folder:
        for name, text in notebooks.items():
            (folder / f"{name}.ipynb").write_text(text, "utf-8")


def _said(entry: Entry) -> tuple[object, ...]:
    """Return what an entry says, without its times."""
    verdicts = [
        (verdict.notebook, verdict.grade_id, verdict.points, verdict.max_points, verdict.reason)
        for verdict in entry.verdicts
    ]
    return (entry.basis, verdicts, entry.refusals, entry.unsandboxed)


def _path(course: Course, assignment: str, student: str) -> Path:
    return course.history / assignment / f"{student}.jsonl"
