"""Grades the cases in a class with honest neighbours, and says what came of each."""

import re
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import nbformat

from autograder.entered import Entered
from autograder.feedback.content import steps
from autograder.gate import Prepared, prepare
from autograder.grade import Job
from autograder.models import GradedSubmission
from autograder.pool import grade_class
from autograder.settings import Course
from tests.hostile import course as hostile
from tests.hostile.case import Case, hand_ins
from tests.hostile.host import Host, deadline, peak_memory

NEIGHBOURS = 3  # honest ones in each class: at the start, in the middle, at the end
WORKERS = 4  # more than cores: many attacks only wait
GRADER_MB = 400  # of memory that one process of the grader may take
RESULT_MB = 5  # of one executed notebook
CLASS_SECONDS = 500  # then a class counts as stopped
OVERRUN_SECONDS = 15  # over the notebook's time: kernels' starts, the grace, a loaded machine

Students = Mapping[str, tuple[Case, ...]]


class Places(Protocol):
    """Knows the names of places that cases attack."""

    def fill(self, text: str) -> str:
        """Put them into a case's text."""


@dataclass(frozen=True)
class Outcome:
    """What came of a case. `shown` is all that the student gets to read."""

    case: Case
    graded: GradedSubmission
    points: Mapping[str, float]  # of the case's own tests
    reasons: Mapping[str, str]
    shown: str
    problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class Class:
    """What came of a class; `problems` are those of no single case."""

    outcomes: Mapping[str, Outcome]  # by case
    problems: tuple[str, ...]
    seconds: float


def honest(assignment: str) -> Case:
    """Return the neighbour: the solution."""
    tests = frozenset(hostile.points(assignment))
    answers = hostile.solutions(assignment)
    return Case("honest", "a neighbour", tests, assignment, answers=answers)


def run(cases: tuple[Case, ...], assignment: str) -> Class:
    """Hand in, grade and compare the cases of an assignment."""
    with tempfile.TemporaryDirectory() as scratch, Host(Path(scratch)) as host:
        course = hostile.course_in(host.root, assignment)
        students = with_neighbours(cases, assignment)
        for student, work in students.items():
            hand_in(course, host, student, work)
        host.seal()
        prepared = prepare(course, course.assignment(assignment))
        begun = time.monotonic()
        jobs = _jobs(course, prepared, students, assignment)
        graded: dict[str, GradedSubmission] = {}
        with peak_memory() as peak, suppress(TimeoutError), deadline(CLASS_SECONDS):
            for one in grade_class(jobs, WORKERS):
                graded[one.student] = one
        seconds = time.monotonic() - begun
        problems = list(host.problems())
        if not 0 < peak[0] <= GRADER_MB:
            problems.append(f"a process of the grader took {peak[0]:.0f} MB")
        problems += [f"{student} was not graded" for student in students.keys() - graded.keys()]
        found = [
            _outcome(case, graded[student], course, host.token)
            for student, work in students.items()
            if student in graded
            for case in work
        ]
    for outcome in found:
        if outcome.case.name == "honest":
            problems += [f"an honest neighbour: {problem}" for problem in outcome.problems]
    outcomes = {one.case.name: one for one in found if one.case.name != "honest"}
    return Class(outcomes, tuple(problems), seconds)


def with_neighbours(cases: tuple[Case, ...], assignment: str) -> Students:
    """Return who hands in what: cases, and honest neighbours among them."""
    students = list(hand_ins(cases).items())
    step = max(1, len(students) // (NEIGHBOURS - 1))
    for number in range(NEIGHBOURS):
        place = min(number * (step + 1), len(students))
        students.insert(place, (f"neighbour-{number}", (honest(assignment),)))
    return dict(students)


def hand_in(course: Course, host: Places, student: str, work: tuple[Case, ...]) -> None:
    """Write what a student hands in into submitted/."""
    assignment = work[0].assignment
    folder = course.submitted / student / assignment
    folder.mkdir(parents=True)
    if work[0].build is not None:
        work[0].build(folder, course.root)
        return
    answers: dict[str, str] = {}
    extra: dict[str, tuple[str, ...]] = {}
    for case in work:
        answers |= case.answers
        extra |= case.extra
        for name, text in case.files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(host.fill(text))
    notebook = hostile.student_notebook(assignment, answers, extra)
    for cell in notebook.cells:
        cell.source = host.fill(cell.source)
    nbformat.write(notebook, folder / f"{hostile.NOTEBOOKS[assignment]}.ipynb")


def _jobs(course: Course, prepared: Prepared, students: Students, assignment: str) -> list[Job]:
    return [prepared.job_in(course.submitted / student / assignment) for student in students]


# What came of it


def _outcome(case: Case, graded: GradedSubmission, course: Course, token: str) -> Outcome:
    [notebook] = graded.notebooks
    verdicts = {v.grade_id: v for v in notebook.verdicts if v.grade_id in case.tests}
    outcome = Outcome(
        case,
        graded,
        {name: verdict.points or 0.0 for name, verdict in verdicts.items()},
        {name: verdict.reason for name, verdict in verdicts.items() if verdict.reason},
        _shown(graded),
    )
    return replace(outcome, problems=(*_undue(outcome), *_harm(outcome, course, token)))


def _shown(graded: GradedSubmission) -> str:
    """Return all that a student reads: the page, but for the own cells; the reasons."""
    [notebook] = graded.notebooks
    page = steps(nbformat.reads(notebook.executed, as_version=4), notebook.name, Entered(), 1)
    outputs = [str(output) for step in page for cell in step.cells for output in cell.outputs]
    questions = [str(step.question) for step in page]
    reasons = [verdict.reason for verdict in notebook.verdicts]
    told = [*graded.notes, *notebook.notes, *graded.refusals]
    return "\n".join([*outputs, *questions, *reasons, *told])


def _undue(outcome: Outcome) -> Iterator[str]:
    """Compare points with what the case earns, and all else with what it expects."""
    case = outcome.case
    for name, full in hostile.points(case.assignment).items():
        right = full if name in case.earns else 0.0
        if name in outcome.points and outcome.points[name] != right:
            why = outcome.reasons.get(name, "no reason")
            yield f"{name} gave {outcome.points[name]:g} points, not {right:g}: {why}"
    for phrase in case.expects:
        pattern = next(pattern for pattern in EXPECTATIONS if re.fullmatch(pattern, phrase))
        [wanted] = re.findall(pattern, phrase)
        if not EXPECTATIONS[pattern](outcome, wanted):
            seconds, reasons = outcome.graded.seconds, dict(outcome.reasons)
            yield f"expected: {phrase}; there is: {seconds:.1f} s, {reasons}"


EXPECTATIONS: dict[str, Callable[[Outcome, str], bool]] = {
    r"reason contains (.+)": lambda o, text: any(text in why for why in o.reasons.values()),
    r"page contains (.+)": lambda o, text: text in o.shown,
    r"page without (.+)": lambda o, text: text not in o.shown,
    r"refused with (.+)": lambda o, text: any(text in why for why in o.graded.refusals),
    r"ends within (\d+) s": lambda o, seconds: o.graded.seconds <= int(seconds),
}


def _harm(outcome: Outcome, course: Course, token: str) -> Iterator[str]:
    """Say what no case may do."""
    for secret in (*hostile.SECRET_INPUTS, *hostile.SECRET_VALUES):
        if secret in outcome.shown:
            yield f"the student reads {secret!r} of a hidden test"
    if token in outcome.shown:
        yield "the student reads a file or the environment of the grader"
    if "the grader failed" in outcome.shown:
        yield next(why for why in outcome.reasons.values() if "the grader failed" in why)
    if not "".join(outcome.reasons.values()).isprintable():
        yield f"a reason is not printable: {dict(outcome.reasons)}"
    executed = outcome.graded.notebooks[0].executed
    if executed != executed.encode("utf-8", "replace").decode("utf-8"):
        yield "no file can hold the executed notebook"
    if (size := len(executed) / 1e6) > RESULT_MB:
        yield f"the executed notebook has {size:.0f} MB"
    most = 2 * course.limits.notebook_seconds + OVERRUN_SECONDS  # a dead kernel's is run once more
    if outcome.graded.seconds > most:
        yield f"it took {outcome.graded.seconds:.0f} s"
