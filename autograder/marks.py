"""marks.csv: the marks that no homework gives, such as a project's and an exam's."""

import csv
import io
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from autograder.errors import CourseError

NAME = "marks.csv"
FULL = "full marks"  # the row that says what each column is out of
_NUMBER = re.compile(r"[0-9]{1,9}([.,][0-9]{1,9})?")


@dataclass(frozen=True)
class Marks:
    """What a marks file says. Points, not shares."""

    full: dict[str, Fraction] = field(default_factory=dict)  # by mark, of each that somebody has
    points: dict[str, dict[str, Fraction]] = field(default_factory=dict)  # by student and mark
    unused: tuple[str, ...] = ()  # columns that the policy does not name


def read_marks(path: Path, names: Collection[str], scale: Fraction) -> Marks:
    """Read a marks file, if there is one: a table with a row a student and a column a mark.

    Args:
        path: CSV in UTF-8, as spreadsheets save it: commas or semicolons, 7.5 or 7,5. A column
            `student`; an empty cell is no mark; a row `full marks` says what columns are out of.
        names: the columns to read.
        scale: the full marks of a column where that row says nothing.

    Raises:
        CourseError: no such table, a student twice, or a cell that can't be a mark; with the line.
    """
    if not path.exists():
        return Marks()
    header, rows = _table(path)
    columns = [name for name in header if name in names]
    full = dict.fromkeys(columns, scale)
    points: dict[str, dict[str, Fraction]] = {}
    for line, row in rows:
        cells = dict(zip(header, row, strict=False))
        where = f"{path}, line {line}"
        student = cells["student"]
        marks = {name: _mark(where, name, cells[name]) for name in columns if cells.get(name)}
        if student == FULL:
            full |= marks
        elif not student or student in points:
            raise CourseError(
                f"{where}: {f'{student} is there twice' if student else 'no student'}"
            )
        else:
            points[student] = marks
    _check_full(path, full, points)
    given = set().union(*points.values())
    unused = tuple(name for name in header if name not in names and name != "student")
    return Marks({name: full[name] for name in columns if name in given}, points, unused)


def _table(path: Path) -> tuple[list[str], list[tuple[int, list[str]]]]:
    try:
        text = path.read_text("utf-8-sig")
        first = text.partition("\n")[0]
        rows = list(_rows(text, ";" if first.count(";") > first.count(",") else ","))
    except UnicodeDecodeError:
        raise CourseError(f"{path} is not UTF-8: save it as 'CSV UTF-8'") from None
    except csv.Error as error:
        raise CourseError(f"{path} can't be read as CSV: {error}") from None
    header = rows[0][1] if rows else []
    if "student" not in header:
        raise CourseError(f"{path}: the first line must name the columns, one of them 'student'")
    for name in header:
        if name and header.count(name) > 1:
            raise CourseError(f"{path}: the column {name!r} is there twice")
    return header, rows[1:]


def _rows(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    for row in reader:
        cells = [cell.strip() for cell in row]
        if any(cells):
            yield reader.line_num, cells


def _mark(where: str, name: str, cell: str) -> Fraction:
    if not _NUMBER.fullmatch(cell):
        raise CourseError(f"{where}: {name} is {cell!r}: write a number from 0, or nothing")
    return Fraction(cell.replace(",", "."))


def _check_full(
    path: Path, full: dict[str, Fraction], points: dict[str, dict[str, Fraction]]
) -> None:
    for name, most in full.items():
        if not most:
            raise CourseError(f"{path}: the full marks of {name} must be above 0")
        for student, marks in points.items():
            if marks.get(name, 0) > most:
                raise CourseError(
                    f"{path}: {student} has {float(marks[name]):g} in {name}, more than its full "
                    f"marks, {float(most):g}; a row '{FULL}' can say what a column is out of"
                )
