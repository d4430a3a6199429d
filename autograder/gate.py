"""What is checked of an assignment before anybody is graded with it, and kept for grading.

The solution must pass every test as the judge runs it, and the untouched release must fail every
one. The solution's run also gives the profile: what a test may ask of a student's objects, line by
line.
"""

import hashlib
import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from autograder.errors import AssignmentError, KernelError
from autograder.execute import BoxType, Judged, code_cells, role
from autograder.files import replaced_file
from autograder.grade import Job, judge
from autograder.intake import read
from autograder.judge import profile as profiles
from autograder.judge.profile import Profile
from autograder.merge import grade_id
from autograder.models import CellRun, Submission
from autograder.release import grading_version, own_files, read_source, written
from autograder.sandbox import Sandbox, Unconfined, missing
from autograder.settings import Assignment, Course, Limits


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
        expected = {
            name: frozenset(filter(None, map(grade_id, source.cells)))
            for name, source in self.sources.items()
        }
        return self.job(read(folder, folder.parent.name, folder.name, expected, self.limits))


def prepare(course: Course, assignment: Assignment, unsafe: bool = False) -> Prepared:
    """Read an assignment's notebooks, run their solutions, or take what an earlier run recorded.

    Raises:
        AssignmentError: a notebook can't be read, or a solution fails a test of its own.
        KernelError: there is no sandbox here, and `unsafe` was not asked for.
    """
    box = choose_box(unsafe)
    grading, recorded = {}, {}
    for path in course.notebooks(assignment.name):
        source = read_source(path)
        grading[path.stem] = grading_version(source)
        recorded[path.stem] = _recorded(course, assignment, path, source, box)
    texts = {name: written(notebook) for name, notebook in grading.items()}
    return Prepared(grading, texts, recorded, course.limits, unsafe)


def choose_box(unsafe: bool) -> BoxType:
    """Return where students' code runs; raise KernelError if that can't be here."""
    why = None if unsafe else missing()
    if why is not None:
        raise KernelError(why)
    return Unconfined if unsafe else Sandbox


def check_untouched(course: Course, assignment: Assignment, prepared: Prepared) -> None:
    """Raise AssignmentError if a test passes on the release as the students get it."""
    found = []
    executor = Judged(choose_box(prepared.unsafe))
    files = own_files(course.sources / assignment.name)
    for name, source in prepared.sources.items():
        notebook = nbformat.from_dict(source)
        profile = Profile.from_json(prepared.profiles[name])
        runs = executor.run(notebook, profile, files, course.limits)
        found += [
            f"{name}: {cell.id} gives {points:g} points for the untouched release: it must call "
            "what the student writes, and assert something of the result"
            for cell in _tests(notebook)
            if (points := judge(cell, runs[cell.id]).points)
        ]
    if found:
        raise AssignmentError("; ".join(found))


def _recorded(
    course: Course,
    assignment: Assignment,
    path: Path,
    source: NotebookNode,
    box: BoxType,
) -> str:
    """Return the profile of a notebook's solution, from build/ if nothing has changed since."""
    kept = course.build / "profiles" / assignment.name / f"{path.stem}.json"
    files = own_files(path.parent)
    key = _key(source, files)
    try:
        table = json.loads(kept.read_text("utf-8"))
        if table["key"] == key:
            return str(table["profile"])
    except (OSError, ValueError, KeyError, TypeError):
        pass  # none, or not one of ours: made again
    profile = _record(path.stem, source, files, course.limits, box).to_json()
    with replaced_file(kept) as scratch:
        scratch.write_text(json.dumps({"key": key, "profile": profile}), "utf-8")
    return profile


def _key(source: NotebookNode, files: Mapping[str, bytes]) -> str:
    digest = hashlib.sha256(sys.version.encode())
    for path in sorted(Path(profiles.__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    for name in sorted(files):
        digest.update(name.encode() + files[name])
    digest.update(written(source).encode())
    return digest.hexdigest()


def _record(
    name: str,
    source: NotebookNode,
    files: Mapping[str, bytes],
    limits: Limits,
    box: BoxType,
) -> Profile:
    """Run the solution; return what it did. Raise AssignmentError if it loses a point."""
    solved = nbformat.from_dict(source)
    before = profiles.plan([(cell.id, role(cell), cell.source) for cell in code_cells(solved)])
    runs = Judged(box, record=True).run(solved, before, files, limits)
    problems = list(_problems(name, solved, runs))
    if problems:
        raise AssignmentError("; ".join(problems))
    kinds = {
        cell.id: {place: frozenset(found) for place, found in runs[cell.id].kinds.items()}
        for cell in _tests(solved)
    }
    return Profile(before.names, before.provided, kinds)


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
