"""autograder.grades: gradebook, marks.csv and policy -> the class's grades, and how they came."""

import csv
from datetime import timedelta
from decimal import Decimal

import nbformat
import pytest
from nbgrader import api

from autograder import cli, store
from autograder.errors import CourseError, GradebookError
from autograder.gradebook import open_gradebook
from autograder.grades import class_grades, explain, find
from autograder.models import GradedSubmission
from autograder.nbgrader_plugin import MarkedExport, SettlePenalties
from autograder.penalties import extend, settle
from tests import book, toy

FREE = book.S2 + "[late]\npenalty_per_day = 0.1\ncap = 0.5\nfree_days = 3\n"
MARKS = "student,project,exam\nfull marks,,15\nada,8,12\nbob,5,\n"


@pytest.fixture
def course(tmp_path):
    return book.course_with(tmp_path)


def grades_of(course):
    with open_gradebook(course) as gradebook:
        settle(gradebook, course)
        return class_grades(course, gradebook)


def penalties(course):
    """Return what stands in the gradebook for nbgrader, by student and assignment."""
    with api.Gradebook(course.db_url) as gradebook:
        works = gradebook.db.query(api.SubmittedAssignment).all()
        return {(w.student_id, w.assignment.name): w.late_submission_penalty for w in works}


def test_a_whole_class(course):
    """Ada: 0.4 * mean(9, 8, 7) + 0.4 * 8 + 0.2 * 8 = 8; Bob, without an exam: 0.4 * 5 + 0.4 * 5."""
    for name, points in (("hw1", 18), ("hw2", 16), ("hw3", 14)):
        book.give(course, ("ada", name, points), ("bob", name, 10))
    (course.root / "marks.csv").write_text(MARKS)
    found = grades_of(course)
    assert found.title == "grade"
    assert {own.student: own.grade.value for own in found.students} == {
        "ada": Decimal("8.00"),
        "bob": Decimal("4.00"),
    }
    assert [own.remarks for own in found.students] == [(), ("counted as 0: no exam",)]


def test_so_far(course):
    """What nobody has is named with its reason and left out; what one student lacks counts as 0."""
    book.give(course, ("ada", "hw1", 18), ("ada", "hw2", 16), ("student2", "hw1", 10))
    found = grades_of(course)
    assert found.title == "so far"
    assert [(own.student, str(own.grade.value)) for own in found.students] == [
        ("ada", "8.50"),
        ("student2", "2.50"),
    ]
    assert found.missing_lines == [
        "left out: hw3 (nothing of it was graded yet)",
        "left out: project, exam (there is no marks.csv, nor an assignment of this name in "
        "course.toml)",
    ]


def test_a_misspelt_column_is_shown(course):
    """Where a mark is missing from marks.csv, its columns that nothing reads are named."""
    (course.root / "marks.csv").write_text("student,projct,exam\nada,8,9\n")
    assert "left out: project (not in marks.csv, which has projct, " in str(
        grades_of(course).missing_lines
    )


def test_no_mark_at_all(course):
    """Without any mark there is no table, but a line that says what is missing."""
    with pytest.raises(CourseError, match=r"hw1, hw2, hw3 .nothing .*; .*project, exam") as caught:
        grades_of(course)
    assert "\n" not in str(caught.value)


def test_no_policy(tmp_path):
    """A course.toml without a policy is told what to write."""
    with pytest.raises(CourseError, match=r'write .* policy = "homeworks-project-exam"'):
        grades_of(book.course_with(tmp_path, ""))


def test_points_given_by_hand_count_for_the_penalty(tmp_path):
    """A late submission loses its share of points that a person gave after grading, too."""
    course = book.course_with(tmp_path, FREE)
    book.give(course, ("ada", "hw1", 10, 5))
    grades_of(course)
    assert penalties(course) == {("ada", "hw1"): 2}
    with api.Gradebook(course.db_url) as gradebook:
        gradebook.find_grade("test", "nb", "hw1", "ada").manual_score = 20
        gradebook.db.commit()
    assert grades_of(course).students[0].grade.value == 8
    assert penalties(course) == {("ada", "hw1"): 4}


def test_free_days_are_spent_by_deadline(tmp_path):
    """Three free days go to the earlier deadline first, whichever was graded first."""
    course = book.course_with(tmp_path, FREE)
    book.give(course, ("ada", "hw2", 20, 2.5), ("bob", "hw2", 20, 2.5), ("ada", "hw1", 20, 1))
    grades_of(course)
    assert penalties(course) == {("ada", "hw1"): 0, ("ada", "hw2"): 2, ("bob", "hw2"): 0}


def test_an_extension_is_nbgraders(tmp_path):
    """An extension in nbgrader's gradebook moves the deadline, and gives free days back."""
    course = book.course_with(tmp_path, FREE)
    book.give(course, ("ada", "hw1", 20, 3), ("ada", "hw2", 20, 3))
    grades_of(course)
    assert penalties(course) == {("ada", "hw1"): 0, ("ada", "hw2"): 6}
    with open_gradebook(course) as gradebook:
        extend(gradebook, course, "hw1", "ada", 2)
        assert gradebook.find_submission("hw1", "ada").extension == timedelta(days=2)
    assert penalties(course) == {("ada", "hw1"): 0, ("ada", "hw2"): 2}


def test_an_extension_before_any_work(course):
    """Who has nothing in the gradebook can't be given more time yet, and is told what to do."""
    with (
        open_gradebook(course) as gradebook,
        pytest.raises(GradebookError, match=r"no work of ada for hw1 .* grade it, then"),
    ):
        extend(gradebook, course, "hw1", "ada", 2)


def test_nbgraders_own_commands_settle_too(tmp_path):
    """`nbgrader autograde`'s step and `nbgrader export` leave the penalties that `grades` shows."""
    course = book.course_with(tmp_path, FREE)
    book.give(course, ("ada", "hw1", 20, 2), ("ada", "hw2", 20, 2))
    names = {"nbgrader": {"db_url": course.db_url, "student": "ada"}}
    SettlePenalties(root=str(tmp_path)).preprocess(None, names)
    assert penalties(course) == {("ada", "hw1"): 0, ("ada", "hw2"): 2}
    book.give(course, ("bob", "hw1", 20, 5))
    with open_gradebook(course) as gradebook:
        MarkedExport(root=str(tmp_path), to=str(tmp_path / "out.csv")).export(gradebook)
    with (tmp_path / "out.csv").open(newline="") as file:
        table = {(row["student_id"], row["assignment"]): row for row in csv.DictReader(file)}
    assert table["bob", "hw1"]["late_submission_penalty"] == "4.0"
    assert table["ada", "hw2"]["score"] == "18.0"


def test_a_deadline_that_moved_counts(tmp_path):
    """The deadline of course.toml counts, not the one at the release."""
    course = book.course_with(tmp_path, FREE)
    book.give(course, ("ada", "hw1", 20, 5))
    text = (tmp_path / "course.toml").read_text().replace("2026-01-10", "2026-01-15")
    (tmp_path / "course.toml").write_text(text)
    grades_of(toy.load_course(tmp_path))
    assert penalties(course) == {("ada", "hw1"): 0}


def test_extra_credit_comes_on_top(tmp_path):
    """Points of a cell tagged extra-credit are not part of the full marks: 5 of 5 + 2 is all."""
    course = book.course_with(tmp_path)
    notebook = toy.source()
    notebook.cells[3].metadata.tags = ["extra-credit"]  # 2 points
    (tmp_path / "assignments" / "hw1").mkdir(parents=True)
    nbformat.write(notebook, tmp_path / "assignments" / "hw1" / "toy.ipynb")
    book.give(course, ("ada", "hw1", 18), ("bob", "hw1", 9))
    found = grades_of(course)
    assert found.full == {"hw1": 18}
    assert [str(own.grade.value) for own in found.students] == ["10.00", "5.00"]


def test_a_grade_is_explained(tmp_path):
    """Each line of --explain is one step, and the last number is the grade."""
    course = book.course_with(tmp_path, FREE)
    book.give(course, ("ada", "hw1", 17.5, 5), ("ada", "hw2", 20), ("bob", "hw3", 1))
    (course.root / "marks.csv").write_text(MARKS)
    found = grades_of(course)
    assert explain(found, find(found, "ada")) == [
        "ada: policy homeworks-project-exam, grades from 0 to 10",
        "hw1: 17.5 - 3.5 (5 days late, 3 of them free: 20 %) = 14 of 20 points, x 10 / 20 = 7",
        "hw2: 20 of 20 points, x 10 / 20 = 10",
        "hw3: nothing = 0",
        "project: 8",
        "exam: 12 of 15 points, x 10 / 15 = 8",
        "homeworks: (7 + 10 + 0) / 3 = 5.666667",
        "grade: 0.4 x 5.666667 + 0.4 x 8 + 0.2 x 8 = 7.066667",
        "rounded to 2 decimals: 7.07",
        "note: counted as 0: no hw3",
    ]


S1 = "student,lab1,lab2,lab3,test1,test2,test3,exam\nada,6,9,3,2,4,6,\nbob,6,9,3,2,4,6,4\n"


def test_the_slip_of_s1_and_the_exam_are_explained(tmp_path):
    """With s1's policy the division by 1.01 is shown, and what the rule at 6 makes of the exam."""
    course = book.course_with(tmp_path, 'policy = "labs-tests"\n')
    (course.root / "marks.csv").write_text(S1)
    found = grades_of(course)
    ada, bob = (explain(found, own) for own in found.students)
    assert (
        "cumulative: (0.17 x 6 + 0.17 x 9 + 0.17 x 3 + 0.5 x 4) / 1.01, the sum of the weights, "
        "= 5.009901"
    ) in ada
    assert ada[-3:] == [
        "grade: 5.009901 is below 6: exam to be taken",
        "rounded to 2 decimals: 5.01",
        "note: below 6: must take the exam",
    ]
    assert (
        "grade: 5.009901 is below 6: the exam decides, but never lowers: "
        "max(5.009901, 4) = 5.009901"
    ) in bob


def test_an_unknown_student(course):
    """A student without a mark can't be explained, and the error says where names are."""
    book.give(course, ("ada", "hw1", 18))
    with pytest.raises(CourseError, match=r"no student 'adda' .* lists all"):
        find(grades_of(course), "adda")


def run(course, *argv):
    return cli.main(["--course", str(course.root), "grades", *argv])


def test_the_command_prints_the_class(course, capsys):
    """`grades` without an assignment prints what is left out and a line a student."""
    book.give(course, ("ada", "hw1", 18), ("bob", "hw1", 10))
    assert run(course) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "policy homeworks-project-exam, grades from 0 to 10"
    assert lines[1].startswith("left out: hw2, hw3 (")
    assert lines[3].split() == ["student", "homeworks", "so", "far", "remarks"]
    assert [line.split() for line in lines[5:]] == [
        ["ada", "9.00", "9.00"],
        ["bob", "5.00", "5.00"],
    ]


def test_names_and_grades_are_printed_as_they_are(tmp_path, capsys):
    """A student called 007 or 1e5 stays so, and a grade keeps all its decimals."""
    toml = 'policy = "a"\n[policies.a]\ndecimals = 3\nparts.x = {weight = 1, marks = ["hw1"]}\n'
    course = book.course_with(tmp_path, toml)
    book.give(course, ("007", "hw1", 14.25), ("1e5", "hw1", 20))
    assert run(course) == 0
    rows = [line.split() for line in capsys.readouterr().out.splitlines()[-2:]]
    assert sorted(rows) == [["007", "7.13", "7.125"], ["1e5", "10.00", "10.000"]]


def test_the_command_explains_and_writes(course, tmp_path, capsys):
    """--explain shows one student's lines; --csv, --canvas and --moodle say what they wrote."""
    book.give(course, ("ada", "hw1", 18))
    options = ["--csv", "--canvas", "--moodle"]
    files = [str(tmp_path / f"{option[2:]}.csv") for option in options]
    pairs = [text for pair in zip(options, files, strict=True) for text in pair]
    assert run(course, "--explain", "ada", *pairs) == 0
    out = capsys.readouterr().out
    assert "hw1: 18 of 20 points, x 10 / 20 = 9\n" in out
    assert out.endswith("".join(f"written: {file}\n" for file in files))


@pytest.mark.parametrize("option", ["--csv", "--canvas", "--moodle", "--explain"])
def test_options_are_of_the_course(course, option, capsys):
    """With an assignment the options of course grades are refused in one line."""
    assert run(course, "hw1", option, "x") == 2
    assert "leave out hw1" in capsys.readouterr().err


def test_a_wrong_marks_file_is_one_line(course, capsys):
    """The command tells a mistake in marks.csv with its line, and prints no table."""
    (course.root / "marks.csv").write_text("student,exam\nada,good\n")
    assert run(course) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.endswith("marks.csv, line 2: exam is 'good': write a number from 0, or nothing\n")


def test_unsandboxed_work_is_marked(course, capsys):
    """What `grade --unsafe` graded is marked in the course's grades, too."""
    book.give(course, ("ada", "hw1", 18), ("bob", "hw1", 18))
    store.finish(course, GradedSubmission("bob", "hw1", (), unsandboxed=True))
    assert run(course) == 0
    ada, bob = capsys.readouterr().out.splitlines()[-2:]
    assert bob.endswith("hw1: unsandboxed")
    assert "unsandboxed" not in ada


def test_written_answers_to_grade_are_remarked(course):
    """A grade that still waits for a person's points says so."""
    book.give(course, ("ada", "hw1", 18))
    with api.Gradebook(course.db_url) as gradebook:
        gradebook.find_grade("test", "nb", "hw1", "ada").needs_manual_grade = True
        gradebook.db.commit()
    (ada,) = grades_of(course).students
    assert ada.remarks == ("hw1: written answers to grade by hand",)
