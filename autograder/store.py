"""Files that grading writes: nbgrader's autograded/ tree, and the verdicts with their reasons."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from autograder.files import replaced_file, replaced_folder
from autograder.intake import TIMESTAMP
from autograder.models import GradedSubmission, Verdict
from autograder.settings import Course

UNSANDBOXED = "unsandboxed"  # what tables and exports say of work that `--unsafe` graded


@dataclass(frozen=True)
class Record:
    """What is kept of a graded submission beside its points."""

    student: str
    verdicts: tuple[Verdict, ...]
    refusals: tuple[str, ...]
    notes: tuple[str, ...]
    seconds: float
    unsandboxed: bool = False
    key: str = ""  # of all that the verdicts depend on

    @property
    def refused(self) -> frozenset[str]:
        """Names of the notebooks that could not be graded."""
        return frozenset(reason.partition(": ")[0] for reason in self.refusals)


def write(course: Course, graded: GradedSubmission) -> None:
    """Write the executed notebooks and the student's files, the folder whole."""
    with replaced_folder(autograded(course, graded.assignment, graded.student)) as folder:
        for name, data in graded.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        for notebook in graded.notebooks:
            (folder / f"{notebook.name}.ipynb").write_text(notebook.executed, "utf-8")
        if graded.timestamp is not None:
            stamp = f"{graded.timestamp:%Y-%m-%d %H:%M:%S.%f} UTC"
            (folder / TIMESTAMP).write_text(stamp, "utf-8")


def autograded(course: Course, assignment: str, student: str) -> Path:
    """Return where a student's executed notebooks are, once they were graded."""
    return course.build / "autograded" / student / assignment


def finish(course: Course, graded: GradedSubmission, key: str = "") -> None:
    """Write the verdicts, which says that this submission is done."""
    record = Record(
        graded.student,
        tuple(verdict for notebook in graded.notebooks for verdict in notebook.verdicts),
        graded.refusals,
        graded.notes + tuple(note for notebook in graded.notebooks for note in notebook.notes),
        graded.seconds,
        graded.unsandboxed,
        key,
    )
    path = _verdicts(course, graded.assignment) / f"{graded.student}.json"
    with replaced_file(path) as scratch:
        scratch.write_text(json.dumps(asdict(record), indent=1), "utf-8")


def read(course: Course, assignment: str) -> list[Record]:
    """Return the records of an assignment, by student; none if it was not graded."""
    return [
        _record(json.loads(path.read_text("utf-8")))
        for path in sorted(_verdicts(course, assignment).glob("*.json"))
    ]


def read_one(course: Course, assignment: str, student: str) -> Record | None:
    """Return one student's record; None if this student was not graded."""
    path = _verdicts(course, assignment) / f"{student}.json"
    return _record(json.loads(path.read_text("utf-8"))) if path.exists() else None


def _record(table: dict[str, Any]) -> Record:
    return Record(
        table["student"],
        tuple(Verdict(**verdict) for verdict in table["verdicts"]),
        tuple(table["refusals"]),
        tuple(table["notes"]),
        table["seconds"],
        table.get("unsandboxed", False),
        table.get("key", ""),
    )


def _verdicts(course: Course, assignment: str) -> Path:
    return course.build / "verdicts" / assignment
