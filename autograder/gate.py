"""What is checked of an assignment before anybody is graded with it, and kept for grading.

The solution must pass every test as the judge runs it, and the untouched release must fail every
one. The solution's run also gives the profile: what a test may ask of a student's objects, line by
line.
"""

import functools
import hashlib
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import BrokenExecutor
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, TypeVar

import nbformat
from nbformat import NotebookNode

from autograder.errors import AssignmentError, KernelError
from autograder.execute import code_cells, role
from autograder.files import replaced_file
from autograder.grade import Job, judge, judged
from autograder.intake import read
from autograder.judge import profile as profiles
from autograder.judge.profile import Profile
from autograder.merge import grade_id
from autograder.models import CellRun, Submission
from autograder.pool import local_pool
from autograder.release import grading_version, own_files, read_source, written
from autograder.sandbox import missing
from autograder.settings import Assignment, Course, Limits
from autograder.workers import cores

T = TypeVar("T")


@dataclass(frozen=True)
class Prepared:
    """All that is needed to grade anybody's work on an assignment."""

    sources: Mapping[str, NotebookNode]  # by name: grading versions
    notebooks: Mapping[str, str]  # the same as JSON
    profiles: Mapping[str, str]  # by name, as JSON
    limits: Limits
    unsafe: bool

    def job(self, submission: Submission) -> Job:
        """Return the job of grading one submission."""
        return Job(submission, self.notebooks, self.profiles, self.limits, self.unsafe)

    def job_in(self, folder: Path) -> Job:
        """Return the job of grading what is in a folder `<student>/<assignment>`."""
        student, assignment = folder.parent.name, folder.name
        return self.job(read(folder, student, assignment, self._expected, self.limits))

    @functools.cached_property
    def _expected(self) -> dict[str, frozenset[str]]:
        """The grade_ids of each notebook's cells."""
        return {
            name: frozenset(filter(None, map(grade_id, source.cells)))
            for name, source in self.sources.items()
        }


def prepare(course: Course, assignment: Assignment, unsafe: bool = False) -> Prepared:
    """Read an assignment's notebooks, run their solutions, or take what an earlier run recorded.

    Raises:
        AssignmentError: a notebook can't be read, or a solution fails a test of its own.
        KernelError: there is no sandbox here, and `unsafe` was not asked for.
    """
    require_sandbox(unsafe)
    sources = {path.stem: read_source(path) for path in course.notebooks(assignment.name)}
    grading = {name: grading_version(source) for name, source in sources.items()}
    texts = {name: written(notebook) for name, notebook in grading.items()}
    recorded = _recorded(course, assignment, sources, texts, unsafe)
    return Prepared(grading, texts, recorded, course.limits, unsafe)


def require_sandbox(unsafe: bool) -> None:
    """Raise KernelError if there is no sandbox here, unless none is asked for."""
    why = None if unsafe else missing()
    if why is not None:
        raise KernelError(why)


def check_untouched(course: Course, assignment: Assignment, prepared: Prepared) -> None:
    """Raise AssignmentError if a test passes on the release as the students get it."""
    require_sandbox(prepared.unsafe)
    files = own_files(course.sources / assignment.name)
    found = _each(
        _passed,
        prepared.notebooks,
        prepared.unsafe,
        [
            (name, text, prepared.profiles[name], files, course.limits)
            for name, text in prepared.notebooks.items()
        ],
    )
    if problems := list(chain.from_iterable(found)):
        raise AssignmentError("; ".join(problems))


def _each(
    call: Callable[..., T],
    notebooks: Mapping[str, str],
    unsafe: bool,
    arguments: list[tuple[Any, ...]],
) -> list[T]:
    """Call a function for each notebook of an assignment, in processes if there are several.

    Args:
        call: called with `notebooks`, `unsafe` and arguments.
        notebooks: all of the assignment's; see `judged`.
        unsafe: see `judged`.
        arguments: for each call.
    """
    workers = min(len(cores()), len(arguments))
    if workers <= 1:
        return [call(notebooks, unsafe, *one) for one in arguments]
    try:
        with local_pool(workers, judged(notebooks, unsafe).zygote) as pool:
            futures = [pool.submit(call, notebooks, unsafe, *one) for one in arguments]
            return [future.result() for future in futures]
    except BrokenExecutor:
        raise AssignmentError(
            "the process that ran a notebook was killed, so nothing is known of it: is there "
            "enough memory?"
        ) from None


def _passed(
    notebooks: Mapping[str, str],
    unsafe: bool,
    name: str,
    text: str,
    profile: str,
    files: Mapping[str, bytes],
    limits: Limits,
) -> list[str]:
    """Return what is wrong with tests that give points for a notebook as the students get it."""
    notebook = nbformat.reads(text, as_version=4)
    runs = judged(notebooks, unsafe).run(notebook, Profile.from_json(profile), files, limits)
    return [
        f"{name}: {cell.id} gives {points:g} points for the untouched release: it must call "
        "what the student writes, and assert something of the result"
        for cell in _tests(notebook)
        if (points := judge(cell, runs[cell.id]).points)
    ]


def _recorded(
    course: Course,
    assignment: Assignment,
    sources: Mapping[str, NotebookNode],
    notebooks: Mapping[str, str],
    unsafe: bool,
) -> dict[str, str]:
    """Return the profile of each solution, from build/ if nothing has changed since."""
    folder = course.build / "profiles" / assignment.name
    files = own_files(course.sources / assignment.name)
    keys = {name: _key(source, files) for name, source in sources.items()}
    found = {name: _kept(folder / f"{name}.json", key) for name, key in keys.items()}
    todo = [name for name, profile in found.items() if profile is None]
    made = _each(
        _record,
        notebooks,
        unsafe,
        [(name, written(sources[name]), files, course.limits) for name in todo],
    )
    for name, profile in zip(todo, made, strict=True):
        found[name] = profile
        with replaced_file(folder / f"{name}.json") as scratch:
            scratch.write_text(json.dumps({"key": keys[name], "profile": profile}), "utf-8")
    return {name: profile for name, profile in found.items() if profile is not None}


def _kept(path: Path, key: str) -> str | None:
    try:
        table = json.loads(path.read_text("utf-8"))
        return str(table["profile"]) if table["key"] == key else None
    except (OSError, ValueError, KeyError, TypeError):
        return None  # none, or not one of ours


def _key(source: NotebookNode, files: Mapping[str, bytes]) -> str:
    digest = hashlib.sha256(sys.version.encode())
    for path in sorted(Path(profiles.__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    for name in sorted(files):
        digest.update(name.encode() + files[name])
    digest.update(written(source).encode())
    return digest.hexdigest()


def _record(
    notebooks: Mapping[str, str],
    unsafe: bool,
    name: str,
    text: str,
    files: Mapping[str, bytes],
    limits: Limits,
) -> str:
    """Run the solution; return what it did. Raise AssignmentError if it loses a point."""
    solved = nbformat.reads(text, as_version=4)
    before = profiles.plan([(cell.id, role(cell), cell.source) for cell in code_cells(solved)])
    runs = judged(notebooks, unsafe, record=True).run(solved, before, files, limits)
    problems = list(_problems(name, solved, runs))
    if problems:
        raise AssignmentError("; ".join(problems))
    kinds = {
        cell.id: {place: frozenset(found) for place, found in runs[cell.id].kinds.items()}
        for cell in _tests(solved)
    }
    return Profile(before.names, before.provided, kinds).to_json()


def _problems(name: str, solved: NotebookNode, runs: Mapping[str, CellRun]) -> Iterator[str]:
    for cell in _tests(solved):
        run = runs[cell.id]
        verdict = judge(cell, run)
        if verdict.points != verdict.max_points:
            where = f"{name}: {cell.id}" + (f", line {run.line}" if run.line else "")
            why = ": ".join(filter(None, (run.error, run.message))) or verdict.reason
            yield f"{where}: the solution loses points: {why}"


def _tests(notebook: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in code_cells(notebook) if role(cell) == "test"]
