"""One self-contained page a class: no script, no request to anywhere, everything escaped."""

from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import fmean, median
from typing import Any

import nbformat
from jinja2 import Environment, PackageLoader, StrictUndefined
from nbformat import NotebookNode

from autograder.entered import hand_scores
from autograder.feedback.style import styled
from autograder.files import replaced_file
from autograder.gradebook import Row, rows
from autograder.merge import grade_id, is_answer
from autograder.release import read_source, student_version
from autograder.report.found import Found, found
from autograder.report.questions import Question, questions
from autograder.report.similar import LONGEST, Pair, similar
from autograder.settings import Course
from autograder.store import Record

BINS = 10  # tenths of the points
_MOST = 5  # slowest and largest submissions that are named


@dataclass(frozen=True)
class Report:
    """What the page says. Sizes in bytes, times in seconds, shares in [0, 1]."""

    assignment: str
    title: str
    students: int
    not_graded: Sequence[tuple[str, str]]  # student, reason
    questions: Sequence[Question]
    scores: Sequence[float]  # points of those of whom a notebook could be graded, ascending
    max_score: float
    to_grade_by_hand: int  # students
    found: Sequence[Found]
    notes: Sequence[Found]
    slowest: Sequence[tuple[str, float]]
    largest: Sequence[tuple[str, int]]
    similar: Sequence[tuple[str, Sequence[Pair]]]  # what was compared, the pairs
    not_compared: Sequence[str]  # students with too much text
    unsandboxed: Sequence[str]

    @property
    def alarms(self) -> list[tuple[Question, str]]:
        """Tests to look at, with the reason."""
        return [(question, alarm) for question in self.questions for alarm in question.alarms]

    @property
    def bins(self) -> list[int]:
        """Students by tenth of the points; the last has the full points, and more, too."""
        counts = [0] * BINS
        for score in self.scores:
            share = score / self.max_score if self.max_score else 0.0
            counts[min(BINS - 1, max(0, int(share * BINS + 1e-9)))] += 1
        return counts

    @property
    def mean(self) -> float:
        """Mean score in points."""
        return fmean(self.scores) if self.scores else 0.0

    @property
    def median(self) -> float:
        """Median score in points."""
        return median(self.scores) if self.scores else 0.0


def gather(course: Course, assignment: str, gradebook: Any, records: Sequence[Record]) -> Report:
    """Put together all that the page says.

    Args:
        course: the course; its submissions and graded notebooks are read.
        assignment: the assignment's name.
        gradebook: an open gradebook.
        records: what `store.read` gave, at least one.

    Raises:
        AssignmentError: an instructor's notebook can't be read.
        GradebookError: the assignment was never released.
    """
    table = {row.student: row for row in rows(gradebook, assignment)}
    facts, notes = found(records)
    alike, too_long = _similar(course, assignment, records)
    slowest = sorted(((one.student, one.seconds) for one in records), key=lambda one: -one[1])
    sizes = ((one.student, _size(course.submitted / one.student / assignment)) for one in records)
    graded = _graded(records, table)
    return Report(
        assignment=assignment,
        title=course.assignments[assignment].title,
        students=len(records),
        not_graded=[(one.student, reason) for one in records for reason in one.refusals],
        questions=questions(records, hand_scores(gradebook, assignment)),
        scores=sorted(row.score for row in graded),
        max_score=max((row.max_score for row in table.values()), default=0.0),
        to_grade_by_hand=sum(row.needs_manual_grade for row in graded),
        found=facts,
        notes=notes,
        slowest=slowest[:_MOST],
        largest=sorted(sizes, key=lambda one: -one[1])[:_MOST],
        similar=alike,
        not_compared=too_long,
        unsandboxed=[one.student for one in records if one.unsandboxed],
    )


def _graded(records: Sequence[Record], table: dict[str, Row]) -> list[Row]:
    """Return the rows of those of whom at least one notebook could be graded."""
    return [
        table[one.student]
        for one in records
        if one.student in table and {v.notebook for v in one.verdicts} - one.refused
    ]


def _size(folder: Path) -> int:
    """Return the bytes of all files below a folder; a link counts as itself."""
    return sum(path.lstat().st_size for path in folder.rglob("*") if not path.is_dir())


def _similar(
    course: Course, assignment: str, records: Sequence[Record]
) -> tuple[list[tuple[str, list[Pair]]], list[str]]:
    """Compare what students wrote: code with code, prose with prose."""
    released = [student_version(read_source(path)) for path in course.notebooks(assignment)]
    stubs = {cell.source for notebook in released for cell in notebook.cells}
    alike, too_long = [], set()
    for what, kind in (("code", "code"), ("written answers", "markdown")):
        given = "\n".join(_texts(released, kind))
        texts = {
            one.student: "\n\n".join(_answers(_notebooks(course, assignment, one), kind, stubs))
            for one in records
        }
        too_long |= {student for student, text in texts.items() if len(text) > LONGEST}
        alike.append((what, similar(texts, given, code=kind == "code")))
    return alike, sorted(too_long)


def _notebooks(course: Course, assignment: str, record: Record) -> Iterator[NotebookNode]:
    folder = course.build / "autograded" / record.student / assignment
    for path in sorted(folder.glob("*.ipynb")):
        if path.stem not in record.refused:
            yield nbformat.read(path, as_version=4)


def _texts(notebooks: Iterable[NotebookNode], kind: str) -> Iterator[str]:
    for notebook in notebooks:
        yield from (cell.source for cell in notebook.cells if cell.cell_type == kind)


def _answers(notebooks: Iterable[NotebookNode], kind: str, stubs: Set[str]) -> Iterator[str]:
    """Yield the sources of answers, and of code of the student's own; not those left as given."""
    for notebook in notebooks:
        for cell in notebook.cells:
            own = is_answer(cell) or (kind == "code" and not grade_id(cell))
            if cell.cell_type == kind and own and cell.source not in stubs:
                yield cell.source


def write_page(course: Course, report: Report) -> Path:
    """Write `build/report/<assignment>.html` and return it."""
    environment = Environment(
        loader=PackageLoader("autograder.report", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    text = environment.get_template("page.html").render(
        report=report, now=datetime.now(UTC), longest=LONGEST, **styled(__package__, "page.css")
    )
    path = course.build / "report" / f"{report.assignment}.html"
    with replaced_file(path) as scratch:
        scratch.write_text(text, "utf-8", "surrogateescape")
    return path
