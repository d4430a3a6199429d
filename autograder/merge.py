"""The student's answers into the instructor's notebook.

Everything that decides a score comes from the instructor: test cells, points, order, tags, kernel.
From the student come the sources of answer cells (by grade_id), free cells, and ordinary files.
"""

import importlib.util
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

import nbformat
from nbformat import NotebookNode

from autograder.intake import printable
from autograder.models import StudentCell

FREE = "autograder_free"  # in the metadata of a cell that is the student's own
_HIJACKING = {"sitecustomize", "usercustomize", "conftest", "ipython_config", "__main__"}
_NAMED = 3  # more cells than this are counted, not named


@dataclass(frozen=True)
class Merged:
    """A notebook to run: the instructor's, with a student's answers."""

    notebook: NotebookNode
    unanswered: frozenset[str]  # grade_ids of answers missing, blank, or left as released
    notes: tuple[str, ...] = ()


def merge(instructor: NotebookNode, student: Sequence[StudentCell]) -> Merged:
    """Put a student's answers and free cells into the instructor's notebook.

    Args:
        instructor: the notebook with stubs and all tests, without solutions
            (`release.grading_version`). It is not changed.
        student: the student's cells in order.

    A cell with a grade_id that occurs twice (copied in Jupyter) is run in the student's order: the
    first is the answer, later ones are free cells. Free cells follow the instructor's cell that
    they follow in the student's notebook.
    """
    notes: list[str] = []
    locked = {grade_id(cell): cell for cell in instructor.cells if grade_id(cell)}
    plain = {cell.id: cell for cell in instructor.cells if not grade_id(cell)}
    answers, free, first = _sort_cells(locked, plain, student, notes)
    notes.extend(_metadata_notes(locked, first))
    merged = nbformat.from_dict(instructor)
    cells: list[NotebookNode] = [_free_cell(cell) for cell in free.get(None, ())]
    unanswered = set()
    for cell in merged.cells:
        name = grade_id(cell)
        if name and is_answer(cell):
            stub = cell.source
            cell.source = answers.get(name, "")
            if name not in answers:
                notes.append(f"the answer cell {name!r} is missing")
            if not cell.source.strip() or cell.source.strip() == stub.strip():
                unanswered.add(name)
        cells.append(cell)
        cells.extend(_free_cell(extra) for extra in free.get(name or cell.id, ()))
    missing = [name for name, cell in locked.items() if name not in first and not is_answer(cell)]
    if missing:
        notes.append("put back: " + ", ".join(missing))
    merged.cells = cells
    _make_ids_unique(cells)
    return Merged(merged, frozenset(unanswered), tuple(notes))


def grade_id(cell: NotebookNode) -> str:
    """Return nbgrader's id of an instructor's cell, or an empty text."""
    return str(cell.metadata.get("nbgrader", {}).get("grade_id", ""))


def is_answer(cell: NotebookNode) -> bool:
    """Say whether the student writes this cell."""
    return bool(cell.metadata.get("nbgrader", {}).get("solution"))


def is_graded(cell: NotebookNode) -> bool:
    """Say whether this cell has points."""
    return bool(cell.metadata.get("nbgrader", {}).get("grade"))


def _sort_cells(
    locked: Mapping[str, NotebookNode],
    plain: Mapping[str, NotebookNode],
    student: Sequence[StudentCell],
    notes: list[str],
) -> tuple[dict[str, str], dict[str | None, list[StudentCell]], dict[str, StudentCell]]:
    """Return answers by grade_id, free cells by the cell they follow, and the first of each id."""
    answers: dict[str, str] = {}
    free: dict[str | None, list[StudentCell]] = {}
    seen: dict[str, StudentCell] = {}
    anchor: str | None = None
    plain_sources = {cell.source.strip() for cell in plain.values()}
    for cell in student:
        name = cell.grade_id or cell.cell_id or ""  # the same, where an editor dropped one
        original = locked.get(name)
        if original is not None and name not in seen:
            seen[name] = cell
            anchor = name
            _note_changes(name, original, cell, notes)
            if is_answer(original):
                answers[name] = cell.source
        elif original is not None and _is_late_answer(cell, original, answers.get(name, "")):
            answers[name] = cell.source
        elif original is not None and _is_released(cell.source, original.source):
            notes.append(f"a copy of {name!r} is left out")
        elif cell.cell_id and _is_same_kind(cell, plain.get(cell.cell_id)):
            anchor = cell.cell_id
        elif cell.source.strip() and cell.source.strip() not in plain_sources:
            if original is not None:
                notes.append(f"a copy of {name!r} is run as an ordinary cell, after the first")
            free.setdefault(anchor, []).append(cell)
    return answers, free, seen


def _is_late_answer(cell: StudentCell, original: NotebookNode, first: str) -> bool:
    """Say whether this copy is the written answer, since the first one was left as released."""
    by_hand = is_answer(original) and is_graded(original)
    return by_hand and _is_released(first, original.source) and bool(cell.source.strip())


def _note_changes(name: str, original: NotebookNode, cell: StudentCell, notes: list[str]) -> None:
    if cell.cell_type != original.cell_type:
        notes.append(f"{name!r} was made a {cell.cell_type} cell; taken as {original.cell_type}")
    if not is_answer(original) and not _is_released(cell.source, original.source):
        notes.append(f"{name!r} was changed; the instructor's version counts")


def _metadata_notes(
    locked: Mapping[str, NotebookNode], first: Mapping[str, StudentCell]
) -> Iterator[str]:
    """Yield which points and tags differ from the instructor's, with the cells."""
    points: dict[str, list[str]] = {}
    tags: dict[str, list[str]] = {}
    for name, cell in first.items():
        metadata = locked[name].metadata
        if is_graded(locked[name]) and cell.points not in (None, metadata.nbgrader.get("points")):
            points.setdefault(printable(str(cell.points))[:20], []).append(name)
        for tag in set(cell.tags) - set(metadata.get("tags", ())):
            if not is_answer(locked[name]):
                tags.setdefault(printable(tag), []).append(name)
    for value, names in points.items():
        yield f"{value} points are written in {_listed(names)}; the instructor's points count"
    for tag, names in sorted(tags.items()):
        yield f"the tag {tag!r} is set on {_listed(names)}, which counts for nothing"


def _listed(names: Sequence[str]) -> str:
    return f"{len(names)} cells" if len(names) > _NAMED else ", ".join(names)


def _is_same_kind(cell: StudentCell, original: NotebookNode | None) -> bool:
    return original is not None and cell.cell_type == original.cell_type


def _is_released(source: str, original: str) -> bool:
    """Say whether a locked cell's source is the released one: the original without hidden lines."""
    lines = iter(original.splitlines())
    return all(any(line == other for other in lines) for line in source.splitlines())


def _free_cell(cell: StudentCell) -> NotebookNode:
    make = {
        "code": nbformat.v4.new_code_cell,
        "markdown": nbformat.v4.new_markdown_cell,
        "raw": nbformat.v4.new_raw_cell,
    }[cell.cell_type]
    return make(cell.source, metadata={FREE: True})


def _make_ids_unique(cells: Iterable[NotebookNode]) -> None:
    """Number the cells that have no grade_id, so that a merge has the same ids every time."""
    for number, cell in enumerate(cells):
        cell.id = grade_id(cell) or f"cell-{number}"


def ordinary_files(files: Mapping[str, bytes]) -> tuple[dict[str, bytes], tuple[str, ...]]:
    """Keep the student's own files; leave out modules that would shadow an import.

    Returns:
        The files to lay beside the notebook, and a note for each one left out.
    """
    kept: dict[str, bytes] = {}
    notes: dict[str, str] = {}
    for name, data in files.items():
        path = PurePosixPath(name)
        first = printable(path.parts[0])
        top = path.parts[0].removesuffix(".py").removesuffix(".so").split(".")[0]
        if path.name.endswith(".pth") or top in _HIJACKING or path.parts[0].startswith("."):
            notes[first] = f"{first}: left out, Python or Jupyter would load it"
        elif _is_module(path) and _is_importable(top):
            notes[first] = f"{first}: left out, the installed module is used"
        else:
            kept[name] = data
    return kept, tuple(notes.values())


def _is_module(path: PurePosixPath) -> bool:
    return len(path.parts) > 1 or path.suffix in {".py", ".so", ".pyc", ".pyd"}


def _is_importable(module: str) -> bool:
    if module in sys.stdlib_module_names:
        return True
    try:
        return importlib.util.find_spec(module) is not None
    except (ValueError, ImportError):
        return True
