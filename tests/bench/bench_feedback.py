"""How fast are feedback pages made? `autograder feedback` against `nbgrader generate_feedback`.

    python -m tests.bench.bench_feedback

Both make the pages of the same graded class of 20 on hw1/numpy_nn, each from its command line, in
turn in each repetition; the ratio is the median over the repetitions. The class is graded once, by
the autograder; nbgrader gets its graded notebooks and gradebook, and is as it comes: its own
configuration, so without redacting hidden tests or cleaning anything.
"""

import argparse
import shutil
import statistics
import tempfile
from pathlib import Path

import nbformat

from autograder.check import all_variants, standard_variants
from autograder.release import read_source
from autograder.settings import load_course
from tests.bench.bench_grade import STUDENTS, WORKERS, timed
from tests.bench.results import print_table, record
from tests.sample_class import ASSIGNMENT, NOTEBOOK, ROOT, _notebook

REPETITIONS, GOAL = 3, 5
STOCK = """\
c = get_config()
c.CourseDirectory.source_directory = "assignments"
c.CourseDirectory.autograded_directory = "build/autograded"
c.CourseDirectory.feedback_directory = "build/feedback"
"""


def main() -> None:
    """Measure, print, and record."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repetitions", type=int, default=REPETITIONS)
    parser.add_argument("--students", type=int, default=STUDENTS)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        ours, stock = Path(scratch, "ours"), Path(scratch, "stock")
        lay_out(ours, arguments.students)
        timed(ours, ["autograder", "grade", ASSIGNMENT, f"--workers={WORKERS}"])
        shutil.copytree(ours, stock)
        (stock / "nbgrader_config.py").write_text(STOCK)
        theirs_s, ours_s = [], []
        for _ in range(arguments.repetitions):
            for folder in (ours, stock):
                shutil.rmtree(folder / "build" / "feedback", ignore_errors=True)
            theirs_s.append(timed(stock, ["nbgrader", "generate_feedback", ASSIGNMENT]))
            ours_s.append(timed(ours, ["autograder", "feedback", ASSIGNMENT]))
        check(ours, stock, arguments.students)
    ratios = [theirs / own for theirs, own in zip(theirs_s, ours_s, strict=True)]
    ratio = statistics.median(ratios)
    rows = [
        ("nbgrader generate_feedback", f"{statistics.median(theirs_s):.2f}"),
        ("autograder feedback", f"{statistics.median(ours_s):.2f}"),
    ]
    print_table([f"seconds for {arguments.students} submissions", ""], rows)
    print_table(["figure", "is", "goal"], [("feedback_vs_nbgrader", f"{ratio:.2f}", f">= {GOAL}")])
    if arguments.students == STUDENTS:
        record({"feedback_vs_nbgrader": ratio})


def lay_out(folder: Path, students: int) -> None:
    """Make a released course with one notebook, and a class with right and wrong solutions."""
    sources = folder / "assignments" / ASSIGNMENT
    sources.mkdir(parents=True)
    path = ROOT / "assignments" / ASSIGNMENT / f"{NOTEBOOK}.ipynb"
    shutil.copy(path, sources)
    shutil.copy(ROOT / "course.toml", folder)
    source = read_source(path)
    variants = [*standard_variants(source), *all_variants(load_course(ROOT), path, source)]
    for number in range(students):
        place = folder / "submitted" / f"student{number:03}" / ASSIGNMENT
        place.mkdir(parents=True)
        variant = variants[number * len(variants) // students]
        nbformat.write(_notebook(source, variant), place / f"{NOTEBOOK}.ipynb")
    timed(folder, ["autograder", "release", ASSIGNMENT])


def check(ours: Path, stock: Path, students: int) -> None:
    """End with an error unless both sides have made a page for every student."""
    for course, page in ((ours, f"{ASSIGNMENT}.html"), (stock, f"{ASSIGNMENT}/{NOTEBOOK}.html")):
        found = len([*course.glob(f"build/feedback/*/{page}")])
        if found != students:
            raise SystemExit(f"{course.name}: {found} pages for {students} students")


if __name__ == "__main__":
    main()
