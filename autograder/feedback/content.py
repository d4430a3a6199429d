"""A graded submission -> what its page says, ready for the template: data, and clean HTML."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from nbformat import NotebookNode

from autograder.entered import Entered
from autograder.feedback import hints, sanitise
from autograder.feedback.outputs import Output, shown
from autograder.feedback.redact import hidden_text, safe_reason, visible_lines
from autograder.grade import NOTES_ID, hidden_lines
from autograder.merge import FREE, grade_id, is_answer, is_graded

_LONGEST_SOURCE = 8_000  # characters of one cell
_MOST_TEXT = 100_000  # characters of Markdown of a student's
_LEVEL = 4  # of a heading in a cell: below the page's own
LOST = ("failed", "partly", "not run", "no answer")


@dataclass(frozen=True)
class Question:
    """A graded cell and what became of it. `points` is None where a person has yet to grade."""

    number: int  # on the page, from 1
    title: str
    status: str
    points: float | None
    max_points: float
    reason: str = ""
    comment: str = ""
    test: tuple[tuple[int, str], ...] = ()  # the visible lines, with their numbers
    line: int | None = None  # the one that failed
    hides: bool = False  # it also runs checks that are not shown

    @property
    def lost(self) -> bool:
        """Say whether there is something to do about it."""
        return self.status in LOST or bool(self.comment)


@dataclass(frozen=True)
class Cell:
    """A cell of the student's."""

    code: str = ""
    html: str = ""  # of a Markdown cell
    outputs: tuple[Output, ...] = ()

    @property
    def brief(self) -> str:
        """The code, with the first line only of each docstring."""
        return re.sub(r'("""[^\n"]+)\n(?:(?!""").)*"""', r'\1 …"""', self.code, flags=re.DOTALL)


@dataclass(frozen=True)
class Step:
    """Part of a notebook up to a graded cell: the assignment's text, the student's cells."""

    title: str
    prose: tuple[str, ...]  # clean HTML of the assignment's cells
    cells: tuple[Cell, ...]
    question: Question | None = None


def steps(notebook: NotebookNode, name: str, entered: Entered, first: int) -> list[Step]:
    """Divide a graded notebook into its questions.

    Args:
        notebook: as `grade` wrote it.
        name: of the notebook, as the gradebook knows it.
        entered: what people entered for this student.
        first: the number of the first question.
    """
    hidden, found = hidden_text(notebook), list[Step]()
    title, room, prose, cells = "", _MOST_TEXT, list[str](), list[Cell]()
    for cell in notebook.cells:
        own = is_answer(cell) or FREE in cell.metadata
        room -= len(cell.source) if own else 0
        if own and (room > 0 or is_graded(cell)):
            cells.append(_own_cell(cell, hidden))
        elif cell.cell_type == "markdown" and not own and cell.id != NOTES_ID:
            title = _heading(cell.source) or title
            prose.append(sanitise.markdown(cell.source, _LEVEL))
        elif not is_graded(cell) and any(out.output_type == "error" for out in _outputs(cell)):
            cells.append(Cell(_cut(cell.source), outputs=tuple(shown(cell.outputs, hidden))))
        if is_graded(cell):
            before = sum(one.title == title for one in found)
            full_title = (title or grade_id(cell)) + f", part {before + 1}" * bool(before)
            question = _question(cell, full_title, hidden)
            question = _hinted(question, cells)
            question = _marked(question, entered, (name, grade_id(cell)))
            question = replace(question, number=first + sum(s.question is not None for s in found))
            found.append(Step(title, tuple(prose), tuple(cells), question))
            prose, cells = [], []
    if cells:
        found.append(Step("After the last question", (), tuple(cells)))
    return found


def _outputs(cell: NotebookNode) -> list[NotebookNode]:
    return list(cell.get("outputs", ()))


def _own_cell(cell: NotebookNode, hidden: frozenset[str]) -> Cell:
    if cell.cell_type == "markdown":
        return Cell(html=sanitise.markdown(cell.source, _LEVEL))
    return Cell(_cut(sanitise.plain(cell.source)), outputs=tuple(shown(_outputs(cell), hidden)))


def _question(cell: NotebookNode, title: str, hidden: frozenset[str]) -> Question:
    points = float(cell.metadata.nbgrader.points)
    verdict: Mapping[str, Any] = cell.metadata.get("autograder", {})
    if "points" not in verdict:
        return Question(0, title, "not run", 0.0, points, "not graded: run `autograder grade`")
    question = Question(0, title, verdict["status"], verdict["points"], points)
    reason = safe_reason(verdict, hidden)
    if reason.endswith(NotImplementedError.__name__):
        reason += ": no code was written here yet, or in a step that this one needs"
    question = replace(question, reason=reason)
    if is_answer(cell):
        return question
    lines = tuple(visible_lines(cell.source))
    while lines and not lines[-1][1].strip():
        lines = lines[:-1]
    return replace(
        question, test=lines, line=verdict.get("line"), hides=bool(hidden_lines(cell.source))
    )


def _hinted(question: Question, cells: Iterable[Cell]) -> Question:
    """Add what the student's own code tells about a loss."""
    if question.status not in ("failed", "partly"):
        return question
    hint = next(filter(None, (hints.global_randomness(cell.code) for cell in cells)), "")
    return replace(question, reason=f"{question.reason}; {hint}" if hint else question.reason)


def _marked(question: Question, entered: Entered, key: tuple[str, str]) -> Question:
    """Lay what a person entered over what the tests gave."""
    question = replace(question, comment=entered.comments.get(key, ""))
    points = entered.manual.get(key, question.points)
    if key in entered.manual:
        status = "passed" if points == question.max_points else "partly" if points else "failed"
        question = replace(question, status=status, reason="graded by a person")
    if points is None and key not in entered.extra:
        return question
    return replace(question, points=(points or 0.0) + entered.extra.get(key, 0.0))


def _heading(source: str) -> str:
    """Return the last heading of a text, as plain words, without its points."""
    found = re.findall(r"^#{1,6}\s+(.+?)\s*#*$", re.sub(r"(?s)```.*?```", "", source), re.M)
    words = re.sub(r"[*_`$\\]", "", found[-1]) if found else ""
    return re.sub(r"\s*\([\d.]+ points?[^)]*\)\s*$", "", words)


def _cut(source: str) -> str:
    if len(source) <= _LONGEST_SOURCE:
        return source
    return source[:_LONGEST_SOURCE] + "\n# … (cut: the whole cell is in your notebook)"


def advice(questions: Iterable[Question], refusals: Sequence[str]) -> Iterator[tuple[str, int]]:
    """Yield what to do next: a sentence, and the number of the question it is about or 0."""
    questions = list(questions)
    for reason in refusals:
        yield f"Mend what could not be graded, and hand it in again: {reason}.", 0
    lost = [one for one in questions if one.status in ("failed", "partly") and not one.comment]
    if lost and not refusals:
        yield f"Begin with “{lost[0].title}”: {lost[0].reason or 'see there'}.", lost[0].number
        if len(lost) > 1:
            yield "Later steps build on earlier ones, so go on from top to bottom.", 0
    if any(one.reason.startswith("a hidden check") for one in lost):
        yield (
            "Where a hidden check failed, the examples that you see pass: try other sizes, signs "
            "and extreme values, and read the function's description again.",
            0,
        )
    waiting = sum(one.points is None for one in questions)
    if waiting:
        what = "answer is" if waiting == 1 else "answers are"
        yield f"{waiting} {what} still to be graded by a person; the total may rise.", 0
    if questions and not refusals and not any(one.lost for one in questions):
        yield "Nothing to mend: all tests pass.", 0
