"""A page of feedback a submission: one HTML file, no JavaScript, nothing fetched from elsewhere."""

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import jinja2
import nbformat
from markupsafe import Markup

from autograder.entered import Entered
from autograder.feedback.content import Question, Step, advice, steps
from autograder.feedback.style import styled
from autograder.files import replaced_file
from autograder.pool import local_pool
from autograder.settings import Course
from autograder.store import UNSANDBOXED, Record, autograded
from autograder.workers import cores

PAGE_BYTES = 60_000  # of a page without its figures; more, and details are left out
FIGURES_BYTES = 2_000_000  # of all figures of a page
_LEFT_OUT = {  # from a page that shows all of the notebooks (5) to one that shows nothing (0)
    5: "",
    4: "the text of passed tasks",
    3: "the text of the tasks, and of docstrings",
    2: "the text of the tasks, docstrings, and tests that passed",
    1: "tasks, docstrings, steps that passed, long code, all but the failing lines of tests",
    0: "all",
}
_PER_WORKER = 50  # pages that are worth the start of a process
_SIGNS = {
    "passed": "✓",
    "partly": "◐",
    "failed": "✗",
    "not run": "–",
    "by hand": "✎",
    "no answer": "○",
}


@dataclass(frozen=True)
class Job:
    """All that is needed to write one page: plain data."""

    folder: Path  # the graded notebooks
    target: Path
    notebooks: tuple[str, ...]  # their names
    course: str
    title: str
    record: Record
    entered: Entered


def write_pages(
    course: Course, assignment: str, records: Sequence[Record], entered: Mapping[str, Entered]
) -> Iterator[tuple[str, str | None]]:
    """Write `build/feedback/<student>/<assignment>.html` for each graded student.

    Args:
        course: where everything is.
        assignment: its name.
        records: of who was graded.
        entered: what people entered, by student.

    Yields the student's id, and None or the reason why there is no page. A failure of one student
    stops nobody else's.
    """
    jobs = [
        page_job(course, assignment, record, entered.get(record.student, Entered()))
        for record in records
    ]
    workers = min(len(cores()), -(-len(jobs) // _PER_WORKER))
    if workers <= 1:
        yield from map(_write, jobs)
        return
    with local_pool(workers) as pool:
        yield from pool.map(_write, jobs, chunksize=10)


def page_job(course: Course, assignment: str, record: Record, entered: Entered) -> Job:
    """Return all that is needed to write the page of one student."""
    return Job(
        autograded(course, assignment, record.student),
        course.build / "feedback" / record.student / f"{assignment}.html",
        tuple(path.stem for path in course.notebooks(assignment)),
        course.name,
        course.assignments[assignment].title or assignment,
        record,
        entered,
    )


def _write(job: Job) -> tuple[str, str | None]:
    try:
        text = page(job)
        with replaced_file(job.target) as scratch:
            scratch.write_text(text, "utf-8")
    except Exception as error:  # a fault of ours: this student must not stop the others
        return job.record.student, f"{type(error).__name__}: {error}"
    return job.record.student, None


def page(job: Job) -> str:
    """Return a submission's page."""
    notebooks: list[tuple[str, list[Step]]] = []
    questions: list[Question] = []
    for name in job.notebooks:
        path = job.folder / f"{name}.ipynb"
        notebook = nbformat.v4.reads(path.read_text("utf-8"))
        notebooks.append((name, steps(notebook, name, job.entered, len(questions) + 1)))
        questions += [step.question for step in notebooks[-1][1] if step.question]
    values = {
        "course": job.course,
        "title": job.title,
        "student": job.record.student,
        "total": sum(one.points or 0.0 for one in questions) - job.entered.penalty,
        "most": sum(one.max_points for one in questions),
        "penalty": job.entered.penalty,
        "waiting": sum(one.points is None for one in questions),
        "unsandboxed": UNSANDBOXED if job.record.unsandboxed else "",
        "advice": list(advice(questions, job.record.refusals)),
        "notes": job.record.notes,
        "notebooks": notebooks,
        "refusals": dict(reason.split(": ", 1) for reason in job.record.refusals),
    }
    for detail in _LEFT_OUT:
        text, size = _limited(_TEMPLATE.render(values, detail=detail, full=detail > 0))
        if size <= PAGE_BYTES:
            break
    return text


def _limited(text: str) -> tuple[str, int]:
    """Return a page without the figures that are too many, and its size in bytes without any."""
    room = FIGURES_BYTES

    def fitting(figure: re.Match[str]) -> str:
        nonlocal room
        room -= len(figure[0])
        return figure[0] if room >= 0 else 'src=""'

    bare = _FIGURE.sub("", text)
    return _FIGURE.sub(fitting, text), len(bare.encode())


_FIGURE = re.compile(r'src="data:[^"]*"')
_ENVIRONMENT = jinja2.Environment(
    loader=jinja2.PackageLoader("autograder.feedback"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
# Escaped, but for quotes, of which code is full; for text between tags only.
_ENVIRONMENT.filters["bare"] = lambda text: Markup(html.escape(text, quote=False))  # noqa: S704
_ENVIRONMENT.globals.update(signs=_SIGNS, left_out=_LEFT_OUT)
_ENVIRONMENT.globals.update(styled(__package__, "templates/page.css"))
_TEMPLATE = _ENVIRONMENT.get_template("page.html.j2")
