"""A class of 1,000, of which a fifth is hostile or broken: who is answered, and what it costs.

    python -m tests.bench.bench_large

The course and the attacks are those of `tests/hostile`. Honest work is graded first, so that the
time a submission can be compared with that of a class of 10 honest ones; both are counted after
start-up, once there are as many results as workers. The re-run is the command from start to end.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from autograder import store
from autograder.batch import grade_and_record
from autograder.cli import main as autograder
from autograder.gate import prepare
from autograder.gradebook import open_gradebook, rows
from autograder.models import GradedSubmission
from autograder.settings import Course
from autograder.workers import cores
from tests.bench.results import print_table, record
from tests.hostile import course as hostile
from tests.hostile.case import read_cases
from tests.hostile.harness import hand_in, honest
from tests.hostile.notebooks import forgeries

STUDENTS, SMALL, REPETITIONS = 1000, 10, 5
WORKERS = len(cores())  # as many as `grade` starts
HOSTILE = 5  # one in so many
ASSIGNMENT = "hw1"


class Nowhere:
    """Stands for the places that cases attack: none of them is here."""

    def fill(self, text: str) -> str:
        """See tests.hostile.host.Host.fill."""
        for name in ("ROOT", "HOME", "TMP", "DOOR"):
            text = text.replace(f"@{name}@", f"/nonexistent/{name.lower()}")
        return text.replace("@PORT@", "9").replace("@LINGER@", "30")


def main() -> None:
    """Measure, print, and record."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--students", type=int, default=STUDENTS)
    students = parser.parse_args().students
    with tempfile.TemporaryDirectory() as scratch:
        few = lay_out(Path(scratch, "few"), SMALL, 0)
        small = statistics.median(
            seconds_each(grade(few, force=True), SMALL) for _ in range(REPETITIONS)
        )
        course = lay_out(Path(scratch, "many"), students, students // HOSTILE)
        times = grade(course)
        large = seconds_each(times, students - students // HOSTILE)
        start = "from autograder.cli import main; main()"
        command = [sys.executable, "-c", start, "--course", course.root, "grade", ASSIGNMENT]
        begun = time.monotonic()
        again = subprocess.run(
            command,
            capture_output=True,
            text=True,
            check=True,
        )
        figures = {
            "growth_10_to_1000": large / small,
            "rerun_1000_s": time.monotonic() - begun,
            "answered_of_1000": answered(course),
        }
    rows: list[tuple[object, ...]] = [(name, f"{value:.2f}") for name, value in figures.items()]
    rows.append((f"seconds a submission, of {SMALL}", f"{small:.3f}"))
    rows.append((f"seconds a submission, of {students}, honest ones", f"{large:.3f}"))
    rows.append((f"seconds for all {students}", f"{times[-1]:.0f}"))
    print_table(["figure", "is"], rows)
    print(again.stdout.splitlines()[0])
    if students == STUDENTS:
        record(figures)


def lay_out(root: Path, students: int, attacks: int) -> Course:
    """Make a released course, with honest students first in order, then attacks in turn."""
    root.mkdir()
    course = hostile.course_in(root, ASSIGNMENT)
    if autograder(["--course", str(root), "release", ASSIGNMENT]) != 0:
        raise SystemExit("the course can't be released")
    for number in range(students - attacks):
        hand_in(course, Nowhere(), f"honest{number:04}", (honest(ASSIGNMENT),))
    cases = [case for case in (*read_cases(), *forgeries()) if case.assignment == ASSIGNMENT]
    for number in range(attacks):
        hand_in(course, Nowhere(), f"odd{number:04}", (cases[number % len(cases)],))
    return course


def grade(course: Course, force: bool = False) -> list[float]:
    """Grade a class as the command does; return the seconds after which each result came."""
    prepared = prepare(course, course.assignment(ASSIGNMENT))
    jobs = [prepared.job_in(folder) for folder in sorted(course.submitted.glob(f"*/{ASSIGNMENT}"))]
    times: list[float] = []
    begun = time.monotonic()

    def timed(results: Iterable[GradedSubmission], _: int) -> Iterator[GradedSubmission]:
        for number, result in enumerate(results):
            times.append(time.monotonic() - begun)
            if number % 50 == 0:
                print(f"{number} of {len(jobs)} after {times[-1]:.0f} s", flush=True)
            yield result

    with open_gradebook(course) as book:
        grade_and_record(course, ASSIGNMENT, jobs, book, timed, force=force)
    return times


def seconds_each(times: list[float], count: int) -> float:
    """Return the seconds a result of the first `count`, from the last of the first results on.

    Counted from the very first on, a few would seem faster than many: all workers' first results
    come together.
    """
    first = min(WORKERS, count // 2)
    return (times[count - 1] - times[first - 1]) / (count - first)


def answered(course: Course) -> int:
    """Count who has points or a reason for each test, and a line in the gradebook."""
    tests = hostile.points(ASSIGNMENT)
    with open_gradebook(course) as book:
        known = {row.student for row in rows(book, ASSIGNMENT)}
    return sum(
        record.student in known
        and {v.grade_id for v in record.verdicts if v.points is not None} == tests.keys()
        and all(v.reason for v in record.verdicts if v.points != v.max_points)
        for record in store.read(course, ASSIGNMENT)
    )


if __name__ == "__main__":
    main()
