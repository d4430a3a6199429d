"""The data that travels through the grader: frozen, plain, and safe to send between processes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

CellType = Literal["code", "markdown", "raw"]
Status = Literal["passed", "partly", "failed", "not run", "by hand", "no answer"]


@dataclass(frozen=True)
class StudentCell:
    """What is read of one cell of a student's notebook; everything else in it is ignored."""

    cell_type: CellType
    source: str
    cell_id: str | None = None
    grade_id: str | None = None
    points: float | None = None  # these two are only told, where they differ from the instructor's
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Submission:
    """What a student handed in, checked. `refused` says, by notebook, why one can't be graded."""

    student: str
    assignment: str
    notebooks: Mapping[str, tuple[StudentCell, ...]]
    refused: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, bytes] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    timestamp: datetime | None = None


@dataclass(frozen=True)
class CellRun:
    """What became of one code cell in the kernel. `error` is None after a clean run."""

    ran: bool
    seconds: float = 0.0
    error: str | None = None  # the exception's name, or a word of `execute` in brackets
    message: str = ""  # the exception's text, one line
    line: int | None = None  # of this cell, from 1, where the error came from
    trace: tuple[int, ...] = ()  # all lines of this cell on the way to the error
    value: str | None = None  # of a test's last expression
    where: str = ""  # in the student's code an exception came from
    diagnosis: str = ""  # what was wrong with the compared value, where it was recognised
    output: str = ""  # what a test printed
    kinds: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # see judge.profile


@dataclass(frozen=True)
class Verdict:
    """One graded cell. `points` is None where a person must grade; students may see `reason`."""

    grade_id: str
    points: float | None
    max_points: float
    status: Status
    reason: str = ""
    seconds: float = 0.0
    notebook: str = ""  # its name: two notebooks of an assignment may share a grade_id


@dataclass(frozen=True)
class Basis:
    """What the verdicts on a submission depend on, each as a short text that names it."""

    answers: str  # a hash of what was handed in
    tests: str  # a hash of the assignment's notebooks
    grader: str  # its version, Python's, and a hash of its source and of all that is installed
    rules: str  # a hash of deadline, late rule and limits

    @property
    def key(self) -> str:
        """Return one text for all of it."""
        return "/".join((self.answers, self.tests, self.grader, self.rules))


@dataclass(frozen=True)
class GradedNotebook:
    """One notebook after grading: its verdicts and the executed notebook (JSON, nbformat 4)."""

    name: str
    verdicts: tuple[Verdict, ...]
    executed: str
    unanswered: frozenset[str] = frozenset()  # grade_ids of answers left as released, or blank
    refused: str | None = None
    notes: tuple[str, ...] = ()

    @property
    def auto_score(self) -> float:
        """Points that the tests gave."""
        return sum(verdict.points or 0.0 for verdict in self.verdicts)


@dataclass(frozen=True)
class GradedSubmission:
    """One submission after grading, ready for the gradebook."""

    student: str
    assignment: str
    notebooks: tuple[GradedNotebook, ...]
    timestamp: datetime | None = None
    files: Mapping[str, bytes] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    seconds: float = 0.0
    fault: bool = False  # the grader's, not the student's: to be graded again
    unsandboxed: bool = False  # graded without a sandbox, as the instructor asked

    @property
    def refusals(self) -> tuple[str, ...]:
        """Why notebooks of this submission could not be graded; empty if all were."""
        return tuple(f"{nb.name}: {nb.refused}" for nb in self.notebooks if nb.refused)
