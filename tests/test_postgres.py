"""The gradebook on a real PostgreSQL server: release, grades, export, and what goes wrong."""

import csv
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from autograder import cli, commands
from autograder.batch import grade_and_record
from autograder.errors import ERROR
from autograder.execute import TIMEOUT
from autograder.grade import grade_submission
from autograder.gradebook import open_gradebook, set_up
from autograder.models import CellRun
from autograder.release import release
from autograder.settings import Course
from tests import postgres, toy
from tests.toy import FakeExecutor, job

FAILS = FakeExecutor({"test-double": CellRun(True, error=TIMEOUT, message="stopped")})


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with postgres.server() as running, pytest.MonkeyPatch.context() as patch:
        patch.setenv("PGPASSWORD", postgres.PASSWORD)
        yield running


@pytest.fixture(scope="module")
def course(address, tmp_path_factory) -> Course:
    """A toy course whose gradebook is on the server: ada, bob and one with a long name graded."""
    made = toy.course_in(tmp_path_factory.mktemp("course"), f'gradebook = "{address}"\n{toy.TOML}')
    set_up(made)
    release(made, made.assignment("hw1"))
    graded = grade(made, [job("ada"), job("bob"), job("x" * 200)], FAILS)
    assert list(graded) == ["x" * 200]
    return made


def grade(course: Course, jobs, executor=None) -> dict[str, str]:
    """Grade without a kernel; return who was refused."""

    def run(todo):
        return (grade_submission(one, executor or FakeExecutor()) for one in todo)

    with open_gradebook(course) as book:
        outcome = grade_and_record(course, "hw1", jobs, book, lambda items, _: items, run, True)
    return outcome.refused


def nbgrader(course: Course, *argv: str) -> str:
    """Run plain nbgrader as an instructor does, in the course's folder."""
    shutil.copy(Path(__file__).parents[1] / "nbgrader_config.py", course.root)
    command = [Path(sys.executable).with_name("nbgrader"), *argv]
    done = subprocess.run(command, cwd=course.root, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert postgres.PASSWORD not in done.stderr + done.stdout
    return done.stderr


def test_points_are_on_the_server(course, capsys):
    """Points, what a person entered, and a re-grade are on the server; no file is written."""
    with Gradebook(course.db_url) as book:
        book.find_grade("explain", "toy", "hw1", "bob").manual_score = 1.5
        book.db.commit()
    assert grade(course, [job("bob")]) == {}
    assert cli.main(["--course", str(course.root), "grades", "hw1"]) == commands.OK
    lines = {line.split()[0]: line.split() for line in capsys.readouterr().out.splitlines()}
    assert lines["ada"][1:5] == ["3.00", "0.00", "3.00", "7.00"]
    assert lines["bob"][1:5] == ["5.00", "1.50", "6.50", "7.00"]
    assert not list(course.root.rglob("*.db"))


def test_what_the_server_cannot_hold_costs_one(course):
    """A name too long for the schema is that student's reason; the others are recorded."""
    refused = grade(course, [job("ada"), job("y" * 200)], FAILS)
    assert refused == {
        "y" * 200: "the result can't be written: value too long for type character varying(128)"
    }


def test_nbgrader_exports_from_the_server(course):
    """`nbgrader export`, with the repository's configuration, reads the same gradebook."""
    nbgrader(course, "export", "--to=grades.csv")
    with (course.root / "grades.csv").open(newline="") as file:
        scores = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
    assert scores["ada"] == 3
    assert scores["bob"] >= 5


@pytest.mark.parametrize("what", ["no server", "wrong password"])
@pytest.mark.parametrize("command", ["release", "grade", "grades"])
def test_no_connection_is_one_line(course, address, what, command, tmp_path, monkeypatch, capsys):
    """Without a server, or with a wrong password, each command ends with 2 and one line."""
    secret = "battery-staple"  # noqa: S105
    monkeypatch.setenv("PGPASSWORD", secret)
    here = address if what == "wrong password" else f"{address}/nowhere"
    toy.hand_in(toy.course_in(tmp_path, f'gradebook = "{here}"\n{toy.TOML}'), "ada")
    monkeypatch.setattr("autograder.gate.prepare", lambda *_: None)
    monkeypatch.setattr("autograder.gate.check_untouched", lambda *_: None)
    assert cli.main(["--course", str(tmp_path), command, "hw1"]) == ERROR
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert "look whether the server runs" in err
    assert secret not in err
