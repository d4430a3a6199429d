"""The commands: what they print, where, and with which exit code."""

import csv
import os
from datetime import UTC, datetime
from pathlib import Path

import nbformat
import pytest

from autograder import cli
from autograder.errors import ERROR, SOME_FAILED
from autograder.grade import grade_submission
from autograder.gradebook import Recorder, open_gradebook, rows
from autograder.nbgrader_plugin import MarkedExport
from autograder.sandbox import doctor
from tests import sample_class, toy

COMMANDS = ("release", "grade", "regrade", "feedback", "grades", "report", "check")


@pytest.fixture(scope="module")
def graded(tmp_path_factory) -> Path:
    """A course with three students, graded once by the command."""
    root = tmp_path_factory.mktemp("graded")
    course = toy.released_in(root)
    toy.hand_in(course, "ada")
    toy.hand_in(course, "bob", {**toy.SOLUTION, "double": "def double(x):\n    return x + 2"})
    (toy.hand_in(course, "cyd") / "toy.ipynb").write_text('{"cells": [')
    return root


@pytest.fixture(scope="module")
def grading(graded) -> tuple[int, str]:
    """The exit code and output of that grading."""
    with pytest.MonkeyPatch.context() as patch:
        lines: list[str] = []
        patch.setattr(
            "builtins.print", lambda *text, end="\n", **_: lines.append("".join(text) + end)
        )
        return run(graded, "grade", "hw1"), "".join(lines)


def run(root: Path, *argv: str) -> int:
    unsafe = ["--unsafe"] if toy.UNSAFE and argv[0] in ("release", "grade", "check") else []
    return cli.main(["--course", str(root), *argv, *unsafe])


def fails(capsys, root: Path, *argv: str) -> str:
    """Return the one line on standard error of a command that must do nothing."""
    assert run(root, *argv) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("autograder: ")
    assert err.count("\n") == 1
    assert "Traceback" not in err
    return err


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_each_command(command, capsys):
    """Each command explains itself and ends with 0."""
    with pytest.raises(SystemExit) as caught:
        cli.main([command, "--help"])
    assert caught.value.code == 0
    assert "assignment" in capsys.readouterr().out


def test_help_names_each_command(capsys):
    """The main help lists each command and the exit codes."""
    with pytest.raises(SystemExit) as caught:
        cli.main(["--help"])
    out = capsys.readouterr().out
    assert caught.value.code == 0
    assert all(f"\n  {command} " in out or f"    {command} " in out for command in COMMANDS)
    assert "exit codes:" in out


@pytest.mark.parametrize("argv", [[], ["grade"], ["mark", "hw1"], ["grade", "hw1", "--fast"]])
def test_wrong_arguments(argv, capsys):
    """Wrong arguments end with 2 and a usage line."""
    with pytest.raises(SystemExit) as caught:
        cli.main(argv)
    assert caught.value.code == 2
    assert "usage: autograder" in capsys.readouterr().err


@pytest.mark.parametrize("command", COMMANDS)
def test_no_course(command, tmp_path, capsys):
    """Outside a course each command says that there is no course.toml."""
    assert "no course.toml in" in fails(capsys, tmp_path, command, "hw1")


@pytest.mark.parametrize("command", COMMANDS)
def test_an_unknown_assignment(command, tmp_path, capsys):
    """An assignment that course.toml does not name is refused, with those that it names."""
    toy.course_in(tmp_path)
    line = fails(capsys, tmp_path, command, "hw9")
    assert "no assignment 'hw9'" in line
    assert "(it names: hw1)" in line


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("text", [b"name = ", b"\xff\xfe", b"nmae = 'x'", b"limits = 3"])
def test_an_unreadable_course_toml(command, text, tmp_path, capsys):
    """A course.toml that makes no sense is named."""
    toy.course_in(tmp_path)
    (tmp_path / "course.toml").write_bytes(text)
    assert "course.toml" in fails(capsys, tmp_path, command, "hw1")


@pytest.mark.parametrize("command", ["release", "grade", "check"])
@pytest.mark.parametrize("text", ["", "{", "[]", '{"cells": 3}', "\xff"])
def test_an_unreadable_notebook(command, text, tmp_path, capsys):
    """An instructor's notebook that can't be read is named."""
    toy.released_in(tmp_path)
    (tmp_path / "assignments/hw1/toy.ipynb").write_text(text, "latin-1")
    assert "toy.ipynb can't be read" in fails(capsys, tmp_path, command, "hw1")


@pytest.mark.parametrize("command", ["grade", "grades"])
def test_no_gradebook(command, tmp_path, capsys):
    """Before a release there is no gradebook, and the line says what to run."""
    toy.hand_in(toy.course_in(tmp_path), "ada")
    line = fails(capsys, tmp_path, command, "hw1")
    assert "no gradebook" in line
    assert "autograder release" in line


@pytest.mark.parametrize("command", ["feedback", "report", "regrade"])
def test_before_grading(command, tmp_path, capsys):
    """Feedback and report before grading say what to run first."""
    toy.released_in(tmp_path)
    assert "run `autograder grade` first" in fails(capsys, tmp_path, command, "hw1")


def test_no_submissions(tmp_path, capsys):
    """Without submissions the line says where to put them."""
    toy.released_in(tmp_path)
    line = fails(capsys, tmp_path, "grade", "hw1")
    assert "no submission of hw1" in line
    assert "--from PATH" in line


@pytest.mark.parametrize("name", ["missing.zip", "course.toml", "empty"])
def test_an_unreadable_download(name, tmp_path, capsys):
    """A download that is not there, not a zip, or empty is named."""
    toy.released_in(tmp_path)
    (tmp_path / "empty").mkdir()
    assert name in fails(capsys, tmp_path, "grade", "hw1", "--from", str(tmp_path / name))


def test_a_source_changed_since_the_release(tmp_path, capsys):
    """Grading with tests that were not released is refused."""
    course = toy.released_in(tmp_path)
    toy.hand_in(course, "ada")
    path = tmp_path / "assignments/hw1/toy.ipynb"
    notebook = toy.source()
    notebook.cells[3].source += "assert double(0) == 0"
    nbformat.write(notebook, path)
    assert "run `autograder release hw1`" in fails(capsys, tmp_path, "grade", "hw1")


def test_a_broken_variant(tmp_path, capsys):
    """`check` names a file of example solutions that it can't read."""
    toy.course_in(tmp_path)
    path = tmp_path / "tests/variants/hw1/toy/wrong/a.py"
    path.parent.mkdir(parents=True)
    path.write_text("x = 1")
    assert str(path) in fails(capsys, tmp_path, "check", "hw1")


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_folder_without_permission(tmp_path, capsys):
    """What the system refuses is told in one line too."""
    toy.released_in(tmp_path)
    (tmp_path / "assignments/hw1/toy.ipynb").chmod(0)
    assert "toy.ipynb" in fails(capsys, tmp_path, "grade", "hw1")


def test_a_release_is_told(tmp_path, capsys):
    """`release` says which file to give the students, and ends with 0."""
    toy.course_in(tmp_path)
    assert run(tmp_path, "release", "hw1") == 0
    assert str(tmp_path / "build/release/hw1.zip") in capsys.readouterr().out
    assert (tmp_path / "build/release/hw1.zip").is_file()


def test_grading_with_a_broken_submission(grading):
    """A submission that can't be read is named with its reason, and the exit code says so."""
    code, out = grading
    assert code == 3
    assert out.splitlines()[0] == (
        "hw1: graded 3 submissions; 1 could not be graded, in whole or part, and got 0 there:"
    )
    assert out.splitlines()[1].startswith("  cyd: toy: not a Jupyter notebook")


def test_grades_are_printed(graded, grading, capsys):
    """`grades` has a line a student with points, and why they lost some."""
    assert run(graded, "grades", "hw1") == 0
    lines = {line.split()[0]: line for line in capsys.readouterr().out.splitlines() if line}
    assert lines["ada"].split()[1:5] == ["5.00", "0.00", "5.00", "7.00"]
    assert lines["bob"].split()[1:5] == ["3.00", "0.00", "3.00", "7.00"]
    assert "lost points in test-double" in lines["bob"]
    assert "not a Jupyter notebook" in lines["cyd"]


def test_a_report_is_printed(graded, grading, capsys):
    """`report` has a line a question with its mean, and names who could not be graded first."""
    assert run(graded, "report", "hw1") == 0
    out = capsys.readouterr().out
    line = next(line for line in out.splitlines() if line.startswith("test-double"))
    assert line.split()[1:5] == ["2.00", "2", "1.00", "50%"]
    assert out.startswith("not graded: cyd: ")
    assert "build/report/hw1.html" in out
    assert (graded / "build/report/hw1.html").is_file()
    assert "not graded: cyd: toy: not a Jupyter notebook" in out


def test_feedback_is_written(graded, grading, capsys):
    """`feedback` writes a page for each student, the refused one too."""
    assert run(graded, "feedback", "hw1") == 0
    assert "feedback for 3 students" in capsys.readouterr().out
    pages = sorted(path.parts[-2] for path in graded.glob("build/feedback/*/hw1.html"))
    assert pages == ["ada", "bob", "cyd"]


def test_no_grades_yet(tmp_path, capsys):
    """`grades` of an assignment that nobody handed in says so, and is no error."""
    toy.released_in(tmp_path)
    assert run(tmp_path, "grades", "hw1") == 0
    assert capsys.readouterr().out == "hw1: no submission was graded yet\n"


def test_a_student_gets_more_time(tmp_path, capsys):
    """`extend` takes a late penalty back without grading again; a wrong number is refused."""
    course = toy.released_in(tmp_path)
    late = datetime(2026, 1, 12, tzinfo=UTC)
    with open_gradebook(course) as book:
        graded = grade_submission(toy.job("zoe", timestamp=late), toy.FakeExecutor())
        Recorder(book, course, "hw1").record(graded)
        assert rows(book, "hw1")[0].penalty == 1
    assert run(tmp_path, "extend", "hw1", "zoe", "2") == 0
    assert capsys.readouterr().out == "hw1: zoe has 2 days more than the deadline\n"
    with open_gradebook(course) as book:
        assert rows(book, "hw1")[0].penalty == 0
    with pytest.raises(SystemExit):
        run(tmp_path, "extend", "hw1", "zoe", "-2")


def test_check_tells_wrong_from_right(tmp_path, capsys):
    """`check` ends with 3 where variants are missing, and prints each one's points."""
    toy.course_in(tmp_path)
    assert run(tmp_path, "check", "hw1") == 3
    out = capsys.readouterr().out
    assert "hw1: 3 of 3 variants as expected" in out
    assert "gap: toy: no wrong variant fails test-half" in out


def test_a_name_that_cannot_be_written_stops_nobody(tmp_path, capsys):
    """A student's folder with an undecodable name is told; the others are graded and recorded."""
    course = toy.released_in(tmp_path)
    toy.hand_in(course, "zoe")
    folder = os.path.join(os.fsencode(course.submitted), b"J\xf6rg", b"hw1")
    os.makedirs(folder)
    assert run(tmp_path, "grade", "hw1") == SOME_FAILED
    assert "can't be written" in capsys.readouterr().out
    with open_gradebook(course) as book:
        assert [row.student for row in rows(book, "hw1")] == ["zoe"]


def test_a_solution_beside_the_notebook_is_not_released(tmp_path, capsys):
    """A file with the solution that lies beside an assignment's notebook stops the release."""
    course = toy.course_in(tmp_path)
    text = "\n".join(cell.source for cell in toy.source().cells)
    (course.sources / "hw1" / "toy.py").write_text(text)
    assert run(tmp_path, "release", "hw1") == ERROR
    assert "toy.py would tell" in capsys.readouterr().err
    assert not (course.build / "release").exists()


def test_a_sample_class_replaces_only_its_own_folder(tmp_path):
    """The demo refuses a folder that it did not make, and deletes nothing there."""
    (tmp_path / "gradebook.db").write_text("precious")
    with pytest.raises(SystemExit, match="left alone"):
        sample_class.make(tmp_path)
    assert (tmp_path / "gradebook.db").read_text() == "precious"


def test_what_was_graded_without_a_sandbox_says_so(tmp_path, capsys):
    """After `grade --unsafe` the table, the report and nbgrader's export say 'unsandboxed'."""
    course = toy.released_in(tmp_path)
    toy.hand_in(course, "zoe")
    assert cli.main(["--course", str(tmp_path), "grade", "hw1", "--unsafe"]) == 0
    capsys.readouterr()
    assert run(tmp_path, "grades", "hw1") == 0
    assert "unsandboxed" in capsys.readouterr().out
    assert run(tmp_path, "report", "hw1") == 0
    assert "unsandboxed, graded with --unsafe: zoe" in capsys.readouterr().out
    with open_gradebook(course) as book:
        MarkedExport(root=str(tmp_path), to=str(tmp_path / "grades.csv")).export(book)
    with (tmp_path / "grades.csv").open(newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["student_id"], row["score"], row["remarks"]) == ("zoe", "5.0", "unsandboxed")


def test_without_a_sandbox_nothing_is_graded_unasked(tmp_path, monkeypatch, capsys):
    """Where bubblewrap is missing, `grade` says in one line how to install it, or --unsafe."""
    toy.hand_in(toy.released_in(tmp_path), "zoe")
    monkeypatch.setattr("autograder.gate.missing", lambda: "the sandbox needs bubblewrap: ...")
    assert cli.main(["--course", str(tmp_path), "grade", "hw1"]) == ERROR
    assert capsys.readouterr().err == "autograder: the sandbox needs bubblewrap: ...\n"


def test_doctor_tells_what_it_tried(tmp_path, monkeypatch, capsys):
    """`doctor` ends with 0 if all holds, and with 3 and a count if a protection fails."""
    toy.course_in(tmp_path)
    checks = [doctor.Check("network", True, "none"), doctor.Check("disk", False, "not full")]
    monkeypatch.setattr(doctor, "checks", lambda root: iter(checks[:1]))
    assert run(tmp_path, "doctor") == 0
    monkeypatch.setattr(doctor, "checks", lambda root: iter(checks))
    assert run(tmp_path, "doctor") == SOME_FAILED
    out = capsys.readouterr().out
    assert "1 of 2 fail" in out
    assert "not full" in out
