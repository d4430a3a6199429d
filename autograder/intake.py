"""Folder or zip -> checked submission.

`read` is total: whatever a student hands in comes out as a Submission, with a recorded reason for
each notebook that can't be graded. It runs nothing and follows no link.
"""

import json
import os
import stat
import warnings
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any

import nbformat

from autograder.models import StudentCell, Submission
from autograder.settings import Limits

MAX_FILES = 500
MAX_CELLS = 2000
TIMESTAMP = "timestamp.txt"  # nbgrader's: the date of hand-in; in a zip it is the student's own
_IGNORED = {"__MACOSX", "Thumbs.db", "__pycache__", "venv", "env", "node_modules"}
_MAX_NOTES = 50
_LONGEST_PATH = 255  # bytes
_OLD_FORMAT = 4


class _Refusal(Exception):  # noqa: N818 - a reason, caught here
    """Why a file is not taken, in words for the student."""


@dataclass
class _Intake:
    """Files found so far, with what was left out and why."""

    limits: Limits
    files: dict[str, bytes] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)  # by file name
    size: int = 0

    def take(self, name: str, data: bytes) -> None:
        """Keep a file; of two with one path the first, which is not from a zip."""
        if name in self.files:
            self.notes.append(f"{printable(name)}: handed in twice; the loose file is taken")
            return
        self.files[name] = data
        self.size += len(data)

    def refuse(self, name: str, reason: str) -> None:
        """Leave a file out, and remember why."""
        reason = printable(reason)
        self.refused[PurePosixPath(name).name] = reason
        if len(self.notes) < _MAX_NOTES:
            self.notes.append(f"{printable(name)}: {reason}")

    def room(self, name: str, size: int) -> None:
        """Raise _Refusal if one more file of this size is too much."""
        if len(self.files) >= MAX_FILES:
            raise _Refusal(f"left out: a submission may have {MAX_FILES} files")
        if self.size + size > self.limits.submission_bytes:
            raise _Refusal(
                f"left out: the submission is larger than {self.limits.submission_mb:g} MB; "
                "clear the outputs and hand in without data"
            )


def read(
    folder: Path,
    student: str,
    assignment: str,
    expected: Mapping[str, frozenset[str]],
    limits: Limits,
) -> Submission:
    """Read what a student handed in.

    Args:
        folder: `submitted/<student>/<assignment>`: notebooks, other files, or zips of them.
        student: the student's id.
        assignment: the assignment's name.
        expected: by notebook name (no .ipynb), the grade_ids of the instructor's cells; a renamed
            notebook is known by them.
        limits: the largest size.

    Never raises: what can't be read is a reason in `refused` (a notebook) or in `notes`.
    """
    intake = _Intake(limits)
    try:
        if folder.is_symlink():
            intake.refuse(folder.name, "is a link; hand in the folder itself")
        else:
            _read_folder(folder, intake)
    except OSError as error:
        intake.notes.append(f"the folder can't be read: {error.strerror}")
    timestamp = _timestamp(intake)
    notebooks, refused, base = _find_notebooks(intake, expected)
    files = _other_files(intake, base)
    return Submission(
        student, assignment, notebooks, refused, files, tuple(intake.notes), timestamp
    )


def _read_folder(folder: Path, intake: _Intake) -> None:
    """Read notebooks first, so that no number of other files can crowd them out; zips last."""
    order = {".ipynb": 0, ".zip": 2}
    for path in sorted(_walk(folder), key=lambda path: order.get(path.suffix.lower(), 1)):
        name = path.relative_to(folder).as_posix()
        try:
            data = _read_file(path, name, intake)
        except _Refusal as reason:
            intake.refuse(name, str(reason))
        except OSError as error:
            intake.refuse(name, f"can't be read: {error.strerror}")
        else:
            if path.suffix.lower() in {".zip", ""} and zipfile.is_zipfile(path):
                _read_zip(path, name, intake)
            elif path.suffix.lower() == ".zip":
                intake.refuse(name, "is not a zip file, or a damaged one: zip the folder again")
            else:
                intake.take(name, data)


def _walk(folder: Path) -> Iterator[Path]:
    """Yield files and links below a folder, in order; never enters a linked folder."""
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        if _is_ignored(entry.name):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(Path(entry.path))
        else:
            yield Path(entry.path)


def _is_ignored(part: str) -> bool:
    """Say whether a file or folder of this name is not the student's work: .venv, __MACOSX, ..."""
    return part in _IGNORED or (part.startswith(".") and part not in {".", ".."})


def _read_file(path: Path, name: str, intake: _Intake) -> bytes:
    info = path.lstat()
    if stat.S_ISLNK(info.st_mode):
        raise _Refusal("is a link; hand in the file itself")
    if not stat.S_ISREG(info.st_mode) or info.st_nlink > 1:
        raise _Refusal("is not an ordinary file")
    intake.room(name, info.st_size)
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    with os.fdopen(descriptor, "rb") as file:
        return file.read(intake.limits.submission_bytes + 1)


def _read_zip(path: Path, name: str, intake: _Intake) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            members.sort(key=lambda member: not member.filename.lower().endswith(".ipynb"))
            for member in members:
                parts = PurePosixPath(member.filename.replace("\\", "/")).parts
                ignored = TIMESTAMP in parts or any(map(_is_ignored, parts))
                if parts and not member.is_dir() and not ignored:
                    _read_member(archive, member, name, intake)
    except Exception as error:  # zipfile promises nothing about malformed input
        intake.refuse(name, f"is a damaged zip file ({error}): zip the folder again")


def _read_member(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str, intake: _Intake
) -> None:
    inner = PurePosixPath(member.filename.replace("\\", "/"))
    try:
        if inner.is_absolute() or ".." in inner.parts or ":" in inner.parts[0]:
            raise _Refusal("a member of the zip whose path leads outside; left out")
        if stat.S_ISLNK(member.external_attr >> 16):
            raise _Refusal("is a link; hand in the file itself")
        if member.flag_bits & 1:
            raise _Refusal("is encrypted; zip without a password")
        if member.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            # Python unpacks the others without a bound on memory.
            raise _Refusal("is compressed in an unusual way: zip the folder again, as .zip")
        intake.room(str(inner), member.file_size)
        with archive.open(member) as file:  # the size in the header may lie: read no more than fits
            data = file.read(intake.limits.submission_bytes - intake.size + 1)
        intake.room(str(inner), len(data))
    except _Refusal as reason:
        intake.refuse(str(inner), str(reason))
    except Exception:  # zipfile promises nothing about malformed input
        intake.refuse(str(inner), f"is damaged inside {name}: zip the folder again")
    else:
        intake.take(str(inner), data)


def _timestamp(intake: _Intake) -> datetime | None:
    """Return the date in the submission's own timestamp.txt; deeper ones are the student's."""
    data = intake.files.get(TIMESTAMP)
    if data is None:
        return None
    from nbgrader.utils import parse_utc  # takes a second to import, and most have no date

    try:
        with warnings.catch_warnings(action="error"):  # an unknown time zone
            stamp: datetime = parse_utc(data.decode("utf-8").strip())
        return stamp.replace(tzinfo=UTC)
    except Exception:  # the parser promises nothing about malformed input
        intake.notes.append(f"{TIMESTAMP}: not a date and time; taken as on time")
        return None


def _find_notebooks(
    intake: _Intake, expected: Mapping[str, frozenset[str]]
) -> tuple[dict[str, tuple[StudentCell, ...]], dict[str, str], PurePosixPath]:
    """Give each expected notebook the student's file: by its name, or by the cells inside.

    Returns the cells by notebook, the reasons for the others, and the folder of the notebooks.
    """
    base = PurePosixPath()
    found: dict[str, tuple[StudentCell, ...]] = {}
    refused: dict[str, str] = {}
    unnamed: dict[str, tuple[StudentCell, ...]] = {}
    paths = sorted(intake.files, key=lambda name: (name.count("/"), name))
    for name in (name for name in paths if name.lower().endswith(".ipynb")):
        stem = PurePosixPath(name).stem
        try:
            cells = parse_notebook(intake.files[name])
        except _Refusal as reason:
            intake.notes.append(f"{printable(name)}: {reason}")
            if stem in expected:
                refused.setdefault(stem, str(reason))
        else:
            if stem in expected and stem not in found:
                found[stem] = cells
                base = PurePosixPath(name).parent
            else:
                unnamed[name] = cells
    for stem in [stem for stem in expected if stem not in found]:
        match = _best_match(unnamed, expected[stem])
        if match is not None:
            found[stem] = unnamed.pop(match)
            base = PurePosixPath(match).parent
            intake.notes.append(f"{printable(match)}: taken as {stem}.ipynb")
        else:
            refused.setdefault(stem, _why_missing(stem, intake, bool(unnamed)))
    for name in unnamed:
        intake.notes.append(f"{printable(name)}: not part of this assignment; not graded")
    return found, {stem: reason for stem, reason in refused.items() if stem not in found}, base


def _other_files(intake: _Intake, base: PurePosixPath) -> dict[str, bytes]:
    """Return files by their path beside the notebook; all of them can be written there."""
    files = {}
    for name, data in intake.files.items():
        path = PurePosixPath(name)
        if path.suffix.lower() != ".ipynb" and path.name != TIMESTAMP:
            files[path.relative_to(base) if path.is_relative_to(base) else path] = data
    taken = files.keys() | {PurePosixPath(TIMESTAMP)}
    clashing = {
        path
        for path in files
        if len(os.fsencode(path)) > _LONGEST_PATH
        or any(parent in taken or parent.suffix == ".ipynb" for parent in path.parents)
    }
    for path in sorted(clashing):
        intake.notes.append(f"{printable(str(path))}: left out, its path is too long or not free")
    return {str(path): data for path, data in files.items() if path not in clashing}


def _best_match(
    unnamed: Mapping[str, tuple[StudentCell, ...]], grade_ids: frozenset[str]
) -> str | None:
    """Return the file that holds most of these cells, if it holds at least half of them."""

    def overlap(name: str) -> int:
        return len(grade_ids & {cell.grade_id or cell.cell_id for cell in unnamed[name]})

    best = max(unnamed, key=overlap, default=None)
    return best if best is not None and overlap(best) * 2 >= max(1, len(grade_ids)) else None


def _why_missing(stem: str, intake: _Intake, others: bool) -> str:
    wanted = f"{stem}.ipynb"
    if wanted in intake.refused:
        return intake.refused[wanted]
    zips = [reason for name, reason in intake.refused.items() if name.lower().endswith(".zip")]
    if zips:
        return f"the zip file {zips[0]}"
    if intake.refused and not intake.files:
        return next(iter(intake.refused.values()))
    if not intake.files:
        return "nothing was handed in"
    if others:
        return f"no file {wanted} was handed in, and no other notebook has its cells"
    there = ", ".join(printable(name) for name in sorted(intake.files)[:3])
    return f"no file {wanted} was handed in (there is: {there})"


def parse_notebook(data: bytes) -> tuple[StudentCell, ...]:
    """Return the cells of a notebook file; outputs, metadata and kernel are dropped.

    Raises:
        _Refusal: not a Jupyter notebook; the text says what is wrong and where.
    """
    if not data.strip():
        raise _Refusal("the file is empty")
    try:
        notebook = json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise _Refusal("not a Jupyter notebook: the text is not UTF-8") from None
    except json.JSONDecodeError as error:
        what = error.msg.removesuffix(" starting at")
        raise _Refusal(
            f"not a Jupyter notebook, or a damaged one: line {error.lineno}: {what}"
        ) from None
    except (RecursionError, ValueError):
        raise _Refusal("not a Jupyter notebook: its JSON is too deep or too long") from None
    if not isinstance(notebook, dict):
        raise _Refusal("not a Jupyter notebook: JSON, but not an object with cells")
    cells = _upgraded(notebook).get("cells")
    if not isinstance(cells, list):
        raise _Refusal("not a Jupyter notebook: it has no list of cells")
    if len(cells) > MAX_CELLS:
        raise _Refusal(f"the notebook has more than {MAX_CELLS} cells")
    return tuple(_cell(number, cell) for number, cell in enumerate(cells, start=1))


def _upgraded(notebook: dict[str, Any]) -> dict[str, Any]:
    """Bring a notebook of format 1 to 3 to format 4."""
    major = notebook.get("nbformat")
    if not isinstance(major, int) or "cells" in notebook:
        return notebook
    if major >= _OLD_FORMAT or "worksheets" not in notebook:
        return notebook
    try:
        upgraded = nbformat.convert(nbformat.from_dict(notebook), _OLD_FORMAT)
    except Exception as error:  # the converter promises nothing about malformed input
        raise _Refusal(f"an old notebook (format {major}) that can't be converted") from error
    for cell in upgraded.get("cells", ()):
        cell.pop("id", None)  # made up, and others the next time
    return dict(upgraded)


def _cell(number: int, cell: object) -> StudentCell:
    if not isinstance(cell, dict):
        raise _Refusal(f"cell {number} is not a cell")
    source = cell.get("source", "")
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    if not isinstance(source, str) or cell.get("cell_type") not in ("code", "markdown", "raw"):
        raise _Refusal(f"cell {number} is damaged: it has no source text or no cell type")
    source = source.encode("utf-8", "replace").decode("utf-8")  # lone surrogates
    metadata = _table(cell.get("metadata"))
    nbgrader = _table(metadata.get("nbgrader"))
    grade_id, points, tags = nbgrader.get("grade_id"), nbgrader.get("points"), metadata.get("tags")
    cell_id = cell.get("id")
    return StudentCell(
        cell["cell_type"],
        source,
        cell_id if isinstance(cell_id, str) else None,
        grade_id if isinstance(grade_id, str) else None,
        points if isinstance(points, float) or type(points) is int else None,
        tuple(tag for tag in tags if isinstance(tag, str)) if isinstance(tags, list) else (),
    )


def _table(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def printable(name: str) -> str:
    """Return a text that a student chose, fit for a terminal and a page."""
    return "".join(char if char.isprintable() else "?" for char in name)[:200]
