"""Arguments -> calls. `autograder --help` is the documentation for a tired instructor."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from autograder import preload
from autograder.errors import ERROR, AutograderError
from autograder.settings import load_course

_MOST_DAYS = 3650

_EPILOG = """\
a course from start to end:
  autograder doctor                         whether this machine can grade safely
  autograder release hw1                    build/release/hw1.zip, for the students
  autograder grade hw1 --from download.zip  takes the class's work into submitted/ and grades it
  autograder feedback hw1                   build/feedback/<student>/hw1.html
  autograder report hw1                     how the class did, and what to look at
  autograder regrade hw1 --dry-run          after a test was mended: who would gain or lose
  autograder grades hw1                     who has how many points
  autograder grades                         everyone's course grade, by course.toml's policy
  jupyter lab                               Nbgrader > Formgrader: grade written answers by hand
  autograder extend hw1 ada 2               two days more for one student
  nbgrader export                           the gradebook as CSV

exit codes: 0 all is well; 3 done, but some submissions could not be graded (or some variants, or
pages, are not as they should be); 2 stopped, and the line on standard error says why.
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; return the exit code."""
    args = _parser().parse_args(argv)
    try:
        course = load_course(args.course)
        local = not (getattr(args, "unsafe", True) or getattr(args, "cluster", None))
        if local and sys.platform == "linux":
            preload.begin(course, args.assignment)
        from autograder import commands  # takes seconds, which no worker of a pool needs to spend

        return int(getattr(commands, f"run_{args.command}")(course, args))
    except AutograderError as error:
        print(f"autograder: {error}", file=sys.stderr)
        return ERROR
    except OSError as error:
        what = f"{error.filename}: {error.strerror}" if error.filename else str(error)
        print(f"autograder: {what}", file=sys.stderr)
        return ERROR
    except KeyboardInterrupt:
        print("\nautograder: stopped; what was graded so far is kept", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="autograder",
        description="Release, grade and give feedback on the notebooks of a course.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--course", default=".", metavar="DIR", help="the folder of course.toml (default: here)"
    )
    subparsers = parser.add_subparsers(
        title="commands", dest="command", required=True, metavar="COMMAND"
    )

    def command(
        name: str, text: str, description: str, nargs: str | None = None
    ) -> argparse.ArgumentParser:
        sub = subparsers.add_parser(name, help=text, description=description)
        sub.add_argument("assignment", nargs=nargs, help="its name in course.toml, e.g. hw1")
        return sub

    def runs_code(sub: argparse.ArgumentParser) -> argparse.ArgumentParser:
        sub.add_argument(
            "--unsafe",
            action="store_true",
            help="run students' code without a sandbox, as yourself, with all that you can read "
            "and write; results are marked 'unsandboxed'",
        )
        return sub

    sub = command(
        "release",
        "build the students' release",
        "Takes solutions and hidden tests out of assignments/ASSIGNMENT/*.ipynb, checks that "
        "nothing leaks, records the assignment in gradebook.db, and writes "
        "build/release/ASSIGNMENT.zip. The solution must pass every test, and the untouched "
        "release none. Run it again after any change to the notebooks.",
    )
    runs_code(sub)
    sub = command(
        "grade",
        "grade all submissions",
        "Grades submitted/<student>/ASSIGNMENT/ of every student, notebooks or zips of them, and "
        "writes the gradebook. Points and comments that a person gave stay. A submission that "
        "can't be graded gets 0 and a reason, and stops nobody else's. What has not changed since "
        "the last time is not graded again. After Ctrl-C, or worse, the same command goes on.",
    )
    sub.add_argument(
        "--from",
        dest="download",
        type=Path,
        metavar="PATH",
        help="first copy a class's work from this folder or zip (nbgrader's layout, Moodle, "
        "Canvas, or one zip or notebook a student) into submitted/",
    )
    where = sub.add_mutually_exclusive_group()
    where.add_argument(
        "--workers", type=_count, metavar="N", help="processes (default: one a core)"
    )
    where.add_argument(
        "--cluster",
        metavar="ADDRESS",
        help="grade on a Dask cluster, such as tcp://scheduler:8786 (see docs/cluster.md)",
    )
    sub.add_argument(
        "--force",
        action="store_true",
        help="grade again what has not changed: the same answers, tests, limits and grader",
    )
    runs_code(sub)
    sub = command(
        "regrade",
        "grade again after a test has changed, and say who gains or loses",
        "Takes the tests and points of assignments/ASSIGNMENT/ as they are now, grades those again "
        "who were graded, and prints whose score changes, by how much and why. What a person gave "
        "stays. What each verdict was, when, and with which tests and grader is kept in "
        "history/ASSIGNMENT/<student>.jsonl. After Ctrl-C, or worse, the same command goes on.",
    )
    sub.add_argument("--dry-run", action="store_true", help="print all that, and write nothing")
    sub.add_argument("--workers", type=_count, metavar="N", help="processes (default: one a core)")
    runs_code(sub)
    command(
        "feedback",
        "write a page of feedback for each student",
        "Writes build/feedback/<student>/ASSIGNMENT.html from the graded notebooks, "
        "without hidden tests. Run it after grading, and again after grading by hand.",
    )
    sub = command(
        "grades",
        "print the course's grades, or one assignment's points",
        "Prints everyone's course grade by the policy of course.toml, from the gradebook and, for "
        "a project or an exam, marks.csv beside course.toml (columns: student, project, exam; "
        "a row 'full marks' if they are not out of the policy's scale). With ASSIGNMENT: each "
        "student's points and state. Late penalties are brought up to date first.",
        nargs="?",
    )
    for name, what in (
        ("--csv", "also write the table, with all marks, for spreadsheets"),
        ("--canvas", "also write what Canvas's gradebook imports"),
        ("--moodle", "also write what Moodle's gradebook imports as CSV"),
    ):
        sub.add_argument(name, type=Path, metavar="FILE", help=what)
    sub.add_argument("--explain", metavar="STUDENT", help="show the arithmetic line by line")
    sub = command(
        "extend",
        "give one student more time",
        "Moves a student's deadline, in nbgrader's gradebook, and brings late penalties up to "
        "date. The student's work must have been graded once; nothing is graded again.",
    )
    sub.add_argument("student")
    sub.add_argument("days", type=_days, help="more than the deadline; 0 takes it back")
    command(
        "report",
        "write a page on how the class did, and print the short of it",
        "Writes build/report/ASSIGNMENT.html: who could not be graded, tests that look wrong, "
        "scores, each question's mean, share of full marks, discrimination, reasons and time, what "
        "was found in submissions, and which are similar. It names students: keep it to yourself.",
    )
    sub = command(
        "check",
        "grade the right and wrong example solutions",
        "Grades every file of tests/variants/ASSIGNMENT/ and says whether each got exactly the "
        "points that it must: a test of the tests.",
    )
    runs_code(sub)
    subparsers.add_parser(
        "doctor",
        help="try whether students' code can be graded safely on this machine",
        description="Says what this machine offers, and tries each protection of the sandbox for "
        "real: network, files, processes, memory, disk, system calls, what is left behind.",
    )
    return parser


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number


def _days(text: str) -> int:
    days = int(text)
    if not 0 <= days <= _MOST_DAYS:
        raise ValueError(text)
    return days
