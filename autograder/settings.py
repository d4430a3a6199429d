"""course.toml: the one place that says what the course is and what a submission may use."""

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from autograder.errors import CourseError
from autograder.rules import Policy, read_policies, ready_policies

T = TypeVar("T")
_DRIVER = "postgresql+psycopg"


@dataclass(frozen=True)
class Assignment:
    """One assignment: a folder of notebooks under assignments/."""

    name: str
    title: str = ""
    due: datetime | None = None  # with a time zone

    @property
    def due_utc(self) -> datetime | None:
        """The deadline as nbgrader keeps it: UTC, without a time zone."""
        return self.due.astimezone(UTC).replace(tzinfo=None) if self.due else None


@dataclass(frozen=True)
class LateRule:
    """Each day begun after the deadline takes `penalty_per_day` of the score, up to `cap`.

    But `free_days` of each student's late days, over the whole course, take nothing.
    """

    penalty_per_day: float = 0.0
    cap: float = 1.0
    free_days: int = 0


@dataclass(frozen=True)
class Limits:
    """What one submission may use."""

    cell_seconds: float = 60
    notebook_seconds: float = 300
    output_mb: float = 0.2  # kept of one cell's output
    submission_mb: float = 50  # unpacked
    memory_mb: float = 2000  # of all its processes, and the address space of each
    processes: float = 64  # and threads
    open_files: float = 256  # of each process
    file_mb: float = 100  # of each file
    disk_mb: float = 200  # of all files

    @property
    def output_bytes(self) -> int:
        """Output kept of one cell, in bytes."""
        return int(self.output_mb * 1e6)

    @property
    def submission_bytes(self) -> int:
        """Size of one submission, unpacked, in bytes."""
        return int(self.submission_mb * 1e6)

    @property
    def memory_bytes(self) -> int:
        """Memory of all processes, and address space of each, in bytes."""
        return int(self.memory_mb * 1e6)

    @property
    def file_bytes(self) -> int:
        """Size of one file that is written, in bytes."""
        return int(self.file_mb * 1e6)

    @property
    def disk_bytes(self) -> int:
        """Size of all files that are written, in bytes."""
        return int(self.disk_mb * 1e6)


@dataclass(frozen=True)
class Course:
    """The course and where its files are."""

    root: Path
    name: str
    assignments: Mapping[str, Assignment] = field(default_factory=dict)
    late: LateRule = LateRule()
    limits: Limits = Limits()
    gradebook: str = ""  # the address of a database on a server; a file beside course.toml if none
    policy: Policy | None = None  # how marks make a grade

    @property
    def sources(self) -> Path:
        """Instructor's notebooks, `<assignment>/<notebook>.ipynb`."""
        return self.root / "assignments"

    @property
    def submitted(self) -> Path:
        """What students handed in, `<student>/<assignment>/`."""
        return self.root / "submitted"

    @property
    def build(self) -> Path:
        """Everything that can be made again: release, autograded, feedback, verdicts."""
        return self.root / "build"

    @property
    def history(self) -> Path:
        """What each verdict was and when, `<assignment>/<student>.jsonl`: can't be made again."""
        return self.root / "history"

    @property
    def db_url(self) -> str:
        """nbgrader's gradebook."""
        return self.gradebook or f"sqlite:///{self.root / 'gradebook.db'}"

    @property
    def gradebook_shown(self) -> str:
        """The gradebook's place, for people: without a password."""
        if not self.gradebook:
            return str(self.root / "gradebook.db")
        url = _database(self.gradebook).difference_update_query(["password"])
        return str(url.render_as_string(hide_password=True))

    def nbgrader_folders(self) -> dict[str, str]:
        """Return nbgrader's names for the course's folders: the traits of its CourseDirectory."""
        return {
            "root": str(self.root),
            "db_url": self.db_url,
            "source_directory": "assignments",
            "submitted_directory": "submitted",
            "release_directory": "build/release",
            "autograded_directory": "build/autograded",
            "feedback_directory": "build/feedback",
        }

    def assignment(self, name: str) -> Assignment:
        """Return the assignment of that name.

        Raises:
            CourseError: course.toml does not name it, or it has no notebook.
        """
        if name not in self.assignments:
            known = ", ".join(self.assignments) or "none"
            raise CourseError(
                f"no assignment {name!r} in {self.root / 'course.toml'} (it names: {known})"
            )
        if not self.notebooks(name):
            raise CourseError(
                f"assignment {name!r} has no notebook: put one into {self.sources / name}"
            )
        return self.assignments[name]

    def notebooks(self, assignment: str) -> tuple[Path, ...]:
        """Return the instructor's notebooks of an assignment, sorted by name."""
        return tuple(sorted((self.sources / assignment).glob("*.ipynb")))


def load_course(root: str | Path) -> Course:
    """Read `<root>/course.toml`.

    Raises:
        CourseError: no such file, not TOML, an unknown name, or a value that makes no sense.
    """
    folder = Path(root).resolve()
    path = folder / "course.toml"
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise CourseError(f"no course.toml in {folder}: run this in a course's folder") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise CourseError(f"{path} can't be read: {error}") from None
    assignments = {
        name: _assignment(path, name, entry)
        for name, entry in _table(path, table.pop("assignments", {}), "assignments").items()
    }
    late = _build(LateRule, path, "late", table.pop("late", {}))
    limits = _build(Limits, path, "limits", table.pop("limits", {}))
    policy = _policy(path, table.pop("policy", None), table.pop("policies", {}))
    name = table.pop("name", folder.name)
    gradebook = _gradebook(path, table.pop("gradebook", ""))
    if table:
        raise CourseError(f"{path}: unknown name {next(iter(table))!r} at the top")
    if not (0 <= late.penalty_per_day <= 1 and 0 <= late.cap <= 1):
        raise CourseError(f"{path}: [late] shares must lie between 0 and 1")
    if not isinstance(late.free_days, int):
        raise CourseError(f"{path}: late.free_days must be a whole number")
    return Course(folder, str(name), assignments, late, limits, gradebook, policy)


def _policy(path: Path, name: object, own: object) -> Policy | None:
    policies = ready_policies() | read_policies(path, own)
    if name is None:
        return None
    if not isinstance(name, str) or name not in policies:
        raise CourseError(
            f"{path}: policy must name one of {', '.join(policies)} (or one in [policies.NAME])"
        )
    return policies[name]


def _gradebook(path: Path, entry: object) -> str:
    try:
        if entry == "" or _database(entry).drivername == _DRIVER:
            return str(entry)
    except (ValueError, TypeError):
        pass
    raise CourseError(
        f"{path}: gradebook must be an address such as {_DRIVER}://teacher@server/course; leave it "
        "out for a file, gradebook.db"
    )


def _database(address: object) -> Any:
    from sqlalchemy import exc, make_url  # only who has a server waits for it

    try:
        return make_url(address)
    except exc.ArgumentError as error:
        raise ValueError("not an address") from error


def _assignment(path: Path, name: str, entry: object) -> Assignment:
    where = f"assignments.{name}"
    table = _table(path, entry, where)
    due = table.pop("due", None)
    title = table.pop("title", name)
    if due is not None and not isinstance(due, datetime):
        raise CourseError(
            f"{path}: {where}.due must be a date and time such as 2026-12-14T23:59:59Z"
        )
    if not isinstance(title, str):
        raise CourseError(f"{path}: {where}.title must be a text")
    if table:
        raise CourseError(f"{path}: unknown name {next(iter(table))!r} in [{where}]")
    if due is not None and due.tzinfo is None:
        due = due.replace(tzinfo=UTC)
    return Assignment(name, title, due)


def _build(kind: type[T], path: Path, where: str, entry: object) -> T:
    table = _table(path, entry, where)
    known = {entry.name for entry in fields(kind)}  # type: ignore[arg-type]  # a dataclass
    for key, value in table.items():
        if key not in known:
            raise CourseError(
                f"{path}: unknown name {key!r} in [{where}] (known: {', '.join(sorted(known))})"
            )
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not (number and math.isfinite(value) and value >= 0):
            raise CourseError(f"{path}: {where}.{key} must be a number, 0 or more")
    return kind(**table)


def _table(path: Path, entry: object, where: str) -> dict[str, Any]:
    if not isinstance(entry, dict):
        raise CourseError(f"{path}: [{where}] must be a table")
    return dict(entry)
