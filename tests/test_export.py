"""autograder.export: course grades as files, read back as their readers read them."""

import csv
import re

import pytest

from autograder.export import neutral, write_canvas, write_csv, write_moodle
from autograder.gradebook import open_gradebook
from autograder.grades import class_grades
from tests import book

MARKS = "student,project,exam\nfull marks,20,\nada,17.5,9\nGrace Hopper_77,12,\nx;=1+1,1,\nZoë,2,\n"
HOSTILE = {
    **{text: f"'{text}" for text in ("=1+1", "+1", "-1", "@SUM(A1)", "\uff1d1")},
    "\t=1": "'\t'=1",
    "\r1": "'\r1",
    "x;=1+1": "x;'=1+1",
    'x",-1': "x\",'-1",
}


@pytest.fixture(scope="module")
def grades(tmp_path_factory):
    """A class of five: one named as Canvas does, two with formulas in their names."""
    course = book.course_with(tmp_path_factory.mktemp("export"))
    book.give(course, ("ada", "hw1", 18.25), ('=HYPERLINK("http://x";A1)', "hw1", 10))
    (course.root / "marks.csv").write_text(MARKS)
    with open_gradebook(course) as gradebook:
        return class_grades(course, gradebook)


def table(write, grades, folder):
    """Write a file and read it as a spreadsheet does."""
    path = folder / "out.csv"
    write(grades, path)
    assert list(folder.iterdir()) == [path]
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.reader(file))


def test_a_spreadsheet_has_all_marks(grades, tmp_path):
    """The CSV has points, parts and grade as numbers, empty cells for no mark, and remarks."""
    header, formula, grace, _, ada, _ = table(write_csv, grades, tmp_path)
    assert header == ["student", "hw1", "project", "exam", "homeworks", "so far", "remarks"]
    assert ada == ["ada", "18.25", "17.5", "9", "9.125", "8.95", ""]
    assert grace[:-1] == ["Grace Hopper_77", "", "12", "", "0", "2.40"]
    assert formula[0].startswith("'=HYPERLINK")


@pytest.mark.parametrize("text", HOSTILE)
def test_formulas_are_neutralised(text):
    """A quote goes before a sign that spreadsheets take for a formula, after separators too."""
    assert neutral(text) == HOSTILE[text]


@pytest.mark.parametrize("text", ["ada", "", "a=b", "7", "Ada-Maria", "a; b", "x,y"])
def test_other_texts_stay(text):
    """A text that is no formula stays as it is."""
    assert neutral(text) == text


@pytest.mark.parametrize("write", [write_csv, write_canvas, write_moodle])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_no_cell_is_a_formula(grades, tmp_path, write, delimiter):
    """Whatever separator a spreadsheet splits at, no cell begins with =, +, @, tab or CR."""
    write(grades, tmp_path / "out.csv")
    with (tmp_path / "out.csv").open(newline="", encoding="utf-8") as file:
        cells = [cell for row in csv.reader(file, delimiter=delimiter) for cell in row]
    assert not [cell for cell in cells if re.match(r"[=+@\t\r]|-.", cell)]


def test_canvas_finds_its_students(grades, tmp_path):
    """Canvas reads the id or login, full marks in 'Points Possible', and points in each column."""
    header, full, *rows = table(write_canvas, grades, tmp_path)
    assert header[:5] == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
    assert header[5:] == ["hw1", "project", "exam", "Course grade so far"]
    assert full == ["    Points Possible", "", "", "", "", "20", "20", "10", "10"]
    by_name = {row[0]: row[1:] for row in rows}
    assert by_name["ada"] == ["", "", "ada", "", "18.25", "17.5", "9", "8.95"]
    assert by_name["Grace Hopper"] == ["77", "", "", "", "", "12", "", "2.40"]
    ignored = r"(Current|Final) (Score|Points|Grade)|Override"  # columns that Canvas skips
    assert not [name for name in header if re.search(ignored, name)]


@pytest.mark.parametrize("write", [write_canvas, write_moodle])
def test_an_import_is_a_plain_table(grades, tmp_path, write):
    """UTF-8 without a mark at its start, commas, and in each row as many cells as in the header."""
    header, *rows = table(write, grades, tmp_path)
    assert {len(row) for row in rows} == {len(header)}
    data = (tmp_path / "out.csv").read_bytes()
    assert data.startswith((b'"Student","ID"', b'"username","hw1"'))
    assert "Zoë".encode() in data
    # Canvas tells commas from semicolons by the first three lines: all must give equal counts
    first = data.decode().splitlines()[:3]
    assert len({len(next(csv.reader([line], delimiter=","))) for line in first}) == 1


def test_moodle_gets_a_dash_for_no_mark(grades, tmp_path):
    """Moodle reads the student's name, points, and `-` where nothing was handed in."""
    header, *rows = table(write_moodle, grades, tmp_path)
    assert header == ["username", "hw1", "project", "exam", "Course grade so far"]
    assert ["ada", "18.25", "17.5", "9", "8.95"] in rows
    assert ["Grace Hopper_77", "-", "12", "-", "2.40"] in rows
