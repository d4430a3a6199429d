"""Course grades as files: for spreadsheets, and as Canvas and Moodle import them."""

import csv
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from autograder.files import replaced_file
from autograder.grades import ClassGrades, StudentGrade, shown

Cell = str | Decimal
# A sign that a formula can begin with: first, or where another separator would begin a new cell.
_FORMULA = re.compile(r"(^|[,;\t\r\n\"])(?=[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20])")
_CANVAS_NAME = re.compile(r"(?P<name>.+)_(?P<id>\d+)")  # as collect.py names Canvas's students


def neutral(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula: with a quote before its sign.

    Source: OWASP, CSV Injection. Quoting the cell is not enough: where spreadsheets split at
    semicolons, `"ada","x;=1+1"` has a cell that begins with `=`.
    """
    return _FORMULA.sub(r"\1'", text)


def write_csv(grades: ClassGrades, path: Path) -> None:
    """Write a table for spreadsheets: marks in points, parts and grade on the policy's scale."""
    parts = [part.name for part in grades.policy.parts if part.name not in grades.full]
    header = ["student", *grades.full, *parts, grades.title, "remarks"]
    _write(path, header, (_row(grades, own, parts) for own in grades.students))


def _row(grades: ClassGrades, own: StudentGrade, parts: Sequence[str]) -> list[Cell]:
    values = {part.part.name: part.value for part in own.grade.parts}
    return [
        own.student,
        *_points(grades, own, ""),
        *(_number(values[name]) for name in parts),
        own.grade.value,
        "; ".join(own.remarks),
    ]


def write_canvas(grades: ClassGrades, path: Path) -> None:
    """Write what Canvas's gradebook imports: points, below a row of the points possible.

    The first five columns must have these names and this order. A student `<name>_<id>`, as a
    Canvas download names them, is found by that id, any other by the login. Columns fit Canvas's
    assignments by name, and a column that fits none becomes a new assignment. An empty cell clears
    a score that Canvas has. UTF-8. Source: lib/gradebook_importer.rb of instructure/canvas-lms.
    """
    header = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
    full: list[Cell] = [*map(_number, grades.full.values()), _number(grades.policy.scale)]
    rows: list[list[Cell]] = [["    Points Possible", "", "", "", "", *full]]
    for own in grades.students:
        match = _CANVAS_NAME.fullmatch(own.student)
        who = [own.student, "", "", own.student, ""]
        if match:
            who = [match["name"], match["id"], "", "", ""]
        rows.append([*who, *_points(grades, own, ""), own.grade.value])
    _write(path, [*header, *grades.full, _total(grades)], rows)


def write_moodle(grades: ClassGrades, path: Path) -> None:
    """Write what Moodle's *Import > CSV file* reads: a row a student, `-` where there is no mark.

    There, map `username` to the field that students' names are (username, email address, ID number
    or Moodle's id; a full name is none of them, see `collect`), and each column to its item. One
    student whom Moodle does not find stops its whole import, which writes nothing. UTF-8, commas.
    Sources: docs.moodle.org, Grade import; grade/import/csv/classes/load_data.php of moodle/moodle.
    """
    rows = ([own.student, *_points(grades, own, "-"), own.grade.value] for own in grades.students)
    _write(path, ["username", *grades.full, _total(grades)], rows)


def _total(grades: ClassGrades) -> str:
    return "Course grade so far" if grades.missing else "Course grade"


def _points(grades: ClassGrades, own: StudentGrade, none: str) -> list[Cell]:
    return [_number(own.marks[name].points) if name in own.marks else none for name in grades.full]


def _number(value: Fraction) -> Decimal:
    return Decimal(shown(value))


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    with replaced_file(path) as scratch, scratch.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_NONNUMERIC)
        for row in [header, *rows]:
            writer.writerow([_safe(cell) for cell in row])


def _safe(cell: Cell) -> Cell | str:
    return cell if isinstance(cell, Decimal) or cell == "-" else neutral(cell)
