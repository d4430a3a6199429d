"""autograder.marks: what spreadsheets save as marks.csv, and what is said about a wrong one."""

from fractions import Fraction

import pytest

from autograder.errors import CourseError
from autograder.marks import Marks, read_marks

NAMES = ("project", "exam")


def read(folder, data):
    path = folder / "marks.csv"
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return read_marks(path, NAMES, Fraction(10))


@pytest.mark.parametrize(
    "text",
    [
        "student,project,exam\nfull marks,20,\nada,7.5,9\nbob,,3\n",
        "\ufeffstudent;exam;project\r\nada;9;7,5\r\n;;\r\nbob;3;\r\nfull marks;;20\r\n",
        '"exam","student","project"\n9,ada,"7,5"\n3,bob,\n,full marks,20\n',
    ],
    ids=["plain", "European Excel", "quoted, other order"],
)
def test_marks_are_read(tmp_path, text):
    """Commas or semicolons, a byte-order mark, decimal commas, empty lines: the same marks."""
    marks = read(tmp_path, text)
    assert marks.full == {"project": 20, "exam": 10}
    assert marks.points == {
        "ada": {"project": Fraction(15, 2), "exam": 9},
        "bob": {"exam": 3},
    }


def test_no_file_is_no_mark(tmp_path):
    """A course without marks.csv has no such marks."""
    assert read_marks(tmp_path / "marks.csv", NAMES, Fraction(10)) == Marks()


def test_an_empty_column_is_no_mark_yet(tmp_path):
    """A column in which nobody has a mark is as if it were not there; unknown ones are named."""
    marks = read(tmp_path, "student,project,exam,name\nada,,4,Ada\n")
    assert marks.full == {"exam": 10}
    assert marks.unused == ("name",)


WRONG = {
    "empty": ("", "name the columns"),
    "no students": ("name,exam\nada,3\n", "one of them 'student'"),
    "not UTF-8": (b"student,exam\nJ\xf6rg,3\n", "not UTF-8"),
    "twice": ("student,exam\nada,3\nbob,3\nada,4\n", "line 4: ada is there twice"),
    "column twice": ("student,exam,exam\nada,3,4\n", "'exam' is there twice"),
    "nobody": ("student,exam\n,3\n", "line 2: no student"),
    "a text": ("student,exam\nada,good\n", "line 2: exam is 'good'"),
    "negative": ("student,exam\nada,-1\n", "line 2: exam is '-1'"),
    "not a number": ("student,exam\nada,nan\n", "line 2: exam is 'nan'"),
    "a formula": ("student,exam\nada,=1+1\n", "line 2: exam is '=1+1'"),
    "too much": ("student,exam\nada,75\n", "ada has 75 in exam, more than its full marks, 10"),
    "out of 0": ("student,exam\nfull marks,0\nada,0\n", "full marks of exam must be above 0"),
    "huge": (b"student,exam\nada," + b"9" * 200_000, "can't be read"),
}


@pytest.mark.parametrize("kind", WRONG)
def test_a_wrong_file_is_told_in_one_line(tmp_path, kind):
    """Each mistake is one line that names the file, the place and what is wrong."""
    text, words = WRONG[kind]
    with pytest.raises(CourseError) as caught:
        read(tmp_path, text)
    message = str(caught.value)
    assert words in message
    assert str(tmp_path / "marks.csv") in message
    assert "\n" not in message
