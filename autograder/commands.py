"""What each command does: from its arguments to what it prints and its exit code."""

import argparse
import sys
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import TypeVar

from tabulate import tabulate
from tqdm import tqdm

from autograder import (
    batch,
    entered,
    export,
    feedback,
    gate,
    gradebook,
    grades,
    regrade,
    release,
    report,
    store,
)
from autograder import check as variants
from autograder.cluster import grade_on_cluster
from autograder.collect import collect
from autograder.errors import OK, SOME_FAILED, CourseError, SubmissionError
from autograder.grade import Job
from autograder.intake import TIMESTAMP, printable
from autograder.models import GradedSubmission
from autograder.penalties import extend, settle
from autograder.pool import grade_class
from autograder.sandbox import doctor
from autograder.settings import Course

T = TypeVar("T")

_REASON_WIDTH = 70
_NAMED = 5  # more cells than this are counted, not named


def run_release(course: Course, args: argparse.Namespace) -> int:
    """Build the students' release, once the solution passes all tests and the stubs none."""
    assignment = course.assignment(args.assignment)
    gate.check_untouched(course, assignment, gate.prepare(course, assignment, args.unsafe))
    gradebook.set_up(course)
    path = release.release(course, assignment)
    print(f"{args.assignment}: released; give the students {_shown(path)}")
    return OK


def run_grade(course: Course, args: argparse.Namespace) -> int:
    """Grade what is handed in, or taken from a download first."""
    prepared = gate.prepare(course, course.assignment(args.assignment), args.unsafe)
    with gradebook.open_gradebook(course) as book:
        gradebook.check_released(book, args.assignment, prepared.sources)
        if args.download:
            taken, lines = collect(course, args.assignment, args.download)
            print(f"{args.download}: took the work of {len(taken)} students into submitted/")
            print("".join(f"{line}\n" for line in lines), end="")
            places = (course.submitted / student / args.assignment for student in taken)
            if not any((place / TIMESTAMP).exists() for place in places):
                print("the download has no dates of hand-in, so nobody counts as late")
        outcome = batch.grade_and_record(
            course,
            args.assignment,
            read_jobs(course, args.assignment, prepared),
            book,
            _graded,
            partial(grade_on_cluster, address=args.cluster)
            if args.cluster
            else partial(grade_class, workers=args.workers),
            args.force,
        )
    return _tell(args.assignment, outcome)


def read_jobs(course: Course, assignment: str, prepared: gate.Prepared) -> list[Job]:
    """Read what the class handed in."""
    return [prepared.job_in(folder) for folder in _folders(course, assignment)]


def _graded(results: Iterable[GradedSubmission], count: int) -> Iterable[GradedSubmission]:
    return _progress(results, count, "graded")


def _tell(assignment: str, outcome: batch.Outcome) -> int:
    """Print what a run did; return the exit code."""
    refused = outcome.refused
    unchanged = f", {outcome.unchanged} unchanged since the last time" if outcome.unchanged else ""
    print(f"{assignment}: graded {outcome.graded} submissions{unchanged}", end="")
    print(
        f"; {len(refused)} could not be graded, in whole or part, and got 0 there:" * bool(refused)
    )
    for student, reason in sorted(refused.items()):
        print(f"  {printable(student)}: {printable(reason)}")
    return SOME_FAILED if refused else OK


def run_regrade(course: Course, args: argparse.Namespace) -> int:
    """Grade again with mended tests, and list who gains and who loses."""
    course.assignment(args.assignment)
    done = regrade.regrade(
        course,
        args.assignment,
        lambda where, prepared: read_jobs(where, args.assignment, prepared),
        _graded,
        args.unsafe,
        args.dry_run,
        partial(grade_class, workers=args.workers),
    )
    if done.cells:
        print(f"changed since the last grading: {', '.join(done.cells)}")
    table = [
        [
            change.before.student,
            change.before.score,
            change.after.score,
            change.after.max_score,
            f"{change.gain:+.2f}",
            "\n".join(change.why),
        ]
        for change in done.changes
    ]
    if table:
        headers = ["student", "before", "after", "of", "gain", "why"]
        print(tabulate(table, headers, floatfmt=".2f", maxcolwidths=[None] * 5 + [_REASON_WIDTH]))
    gains = sum(change.gain > 0 for change in done.changes)
    losses = sum(change.gain < 0 for change in done.changes)
    print(f"{gains} gain, {losses} lose, all others keep their score; points by hand stay")
    for student in done.gone:
        print(f"not graded again: {student}: the work is no longer in {_shown(course.submitted)}")
    if args.dry_run:
        print("nothing was written: the same command without --dry-run writes")
    return _tell(args.assignment, done.outcome)


def _folders(course: Course, assignment: str) -> list[Path]:
    folders = [
        path
        for path in sorted(course.submitted.glob("*/" + assignment))
        if not path.parent.name.startswith(".")
    ]
    if not folders:
        raise SubmissionError(
            f"no submission of {assignment} in {course.submitted}: put each student's files into "
            f"<student>/{assignment}/ there, or take a download with --from PATH"
        )
    return folders


def run_feedback(course: Course, args: argparse.Namespace) -> int:
    """Write a page for each student."""
    course.assignment(args.assignment)
    records = store.read(course, args.assignment)
    if not records:
        raise SubmissionError(f"{args.assignment} was not graded yet: run `autograder grade` first")
    with gradebook.open_gradebook(course) as book:
        marks = entered.read(book, args.assignment)
    pages = feedback.write_pages(course, args.assignment, records, marks)
    failed = [page for page in _progress(pages, len(records), "pages") if page[1]]
    written = len(records) - len(failed)
    print(
        f"{args.assignment}: feedback for {written} students in {_shown(course.build / 'feedback')}"
    )
    for student, reason in failed:
        print(f"  {student}: no page: {reason}")
    return SOME_FAILED if failed else OK


def run_grades(course: Course, args: argparse.Namespace) -> int:
    """Print course grades, or the points of one assignment."""
    if not args.assignment:
        return _course_grades(course, args)
    if args.csv or args.canvas or args.moodle or args.explain:
        raise CourseError(
            "--csv, --canvas, --moodle and --explain are of the course's grades: "
            f"leave out {args.assignment}"
        )
    course.assignment(args.assignment)
    with gradebook.open_gradebook(course) as book:
        settle(book, course)
        rows = gradebook.rows(book, args.assignment)
    if not rows:
        print(f"{args.assignment}: no submission was graded yet")
        return OK
    records = {record.student: record for record in store.read(course, args.assignment)}
    table = [
        [
            row.student,
            row.tests,
            row.written,
            -row.penalty or None,
            row.score,
            row.max_score,
            _state(row, records.get(row.student)),
        ]
        for row in rows
    ]
    headers = ["student", "tests", "written", "late", "score", "of", "remarks"]
    print(tabulate(table, headers, floatfmt=".2f", maxcolwidths=[None] * 6 + [_REASON_WIDTH]))
    return OK


def run_extend(course: Course, args: argparse.Namespace) -> int:
    """Give one student more time."""
    course.assignment(args.assignment)
    with gradebook.open_gradebook(course) as book:
        extend(book, course, args.assignment, args.student, args.days)
    print(f"{args.assignment}: {args.student} has {args.days} days more than the deadline")
    return OK


def _course_grades(course: Course, args: argparse.Namespace) -> int:
    with gradebook.open_gradebook(course) as book:
        settle(book, course)
        found = grades.class_grades(course, book)
    if args.explain:
        print("\n".join(grades.explain(found, grades.find(found, args.explain))))
    else:
        _print_grades(found)
    for path, write in (
        (args.csv, export.write_csv),
        (args.canvas, export.write_canvas),
        (args.moodle, export.write_moodle),
    ):
        if path:
            write(found, path)
            print(f"written: {_shown(path)}")
    return OK


def _print_grades(found: grades.ClassGrades) -> None:
    print(f"policy {found.policy.name}, grades from 0 to {grades.shown(found.policy.scale)}")
    print("".join(f"{line}\n" for line in found.missing_lines), end="")
    headers, *rows = grades.table(found)
    widths = [None] * (len(headers) - 1) + [_REASON_WIDTH]
    align = ["left", *["right"] * (len(headers) - 2), "left"]
    print(tabulate(rows, headers, disable_numparse=True, maxcolwidths=widths, colalign=align))


def _state(row: gradebook.Row, record: store.Record | None) -> str:
    remarks = list(record.refusals) if record else []
    if record and not remarks:
        lost = [v.grade_id for v in record.verdicts if v.status in {"failed", "partly", "not run"}]
        names = f"{len(lost)} cells" if len(lost) > _NAMED else ", ".join(lost)
        remarks += [f"lost points in {names}"] if lost else []
        remarks += record.notes
    if record and record.unsandboxed:
        remarks.append(store.UNSANDBOXED)
    if row.needs_manual_grade:
        remarks.append("written answers to grade by hand")
    return "; ".join(remarks)


def run_report(course: Course, args: argparse.Namespace) -> int:
    """Write the instructor's page, and print the short of it."""
    course.assignment(args.assignment)
    records = store.read(course, args.assignment)
    if not records:
        raise SubmissionError(f"{args.assignment} was not graded yet: run `autograder grade` first")
    with gradebook.open_gradebook(course) as book:
        found = report.gather(course, args.assignment, book, records)
    path = report.write_page(course, found)
    for student, reason in found.not_graded:
        print(f"not graded: {student}: {reason}")
    table = [
        [
            q.grade_id,
            q.max_points,
            q.graded,
            q.mean if q.graded else None,
            f"{q.full_marks:.0%}" if q.graded else None,
            q.discrimination,
            "; ".join(f"{count} x {reason}" for reason, count in q.reasons[:1]),
        ]
        for q in found.questions
    ]
    headers = ["question", "points", "graded", "mean", "full marks", "discr.", "frequent reason"]
    print(tabulate(table, headers, floatfmt=".2f", maxcolwidths=[None] * 6 + [_REASON_WIDTH]))
    for question, alarm in found.alarms:
        print(f"look at {question.notebook}/{question.grade_id}: {alarm}")
    pairs = sum(len(pairs) for _, pairs in found.similar)
    print(f"{len(found.found)} things found and not taken, {pairs} similar pairs: see the page")
    if found.unsandboxed:
        print(f"{store.UNSANDBOXED}, graded with --unsafe: {', '.join(found.unsandboxed)}")
    print(f"{args.assignment}: the page is {_shown(path)}")
    return OK


def run_check(course: Course, args: argparse.Namespace) -> int:
    """Grade the example solutions, and print which got other points than they must."""
    assignment = course.assignment(args.assignment)
    gaps = list(variants.gaps(course, assignment))
    count = variants.count(course, assignment)
    checked = variants.check(course, assignment, args.unsafe)
    results = list(_progress(checked, count, "variants"))
    results.sort(key=lambda result: (result.notebook, result.variant.name))
    table = [
        [
            "ok" if result.ok else "WRONG",
            f"{result.notebook}: {result.variant.name}",
            sum(result.expected.values()),
            sum(result.got.values()),
            _difference(result),
        ]
        for result in results
    ]
    headers = ["", "variant", "expected", "got", "test cells that lose points"]
    print(tabulate(table, headers, floatfmt="g", maxcolwidths=[None] * 4 + [_REASON_WIDTH]))
    wrong = sum(not result.ok for result in results)
    print(f"{args.assignment}: {len(results) - wrong} of {len(results)} variants as expected")
    for gap in gaps:
        print(f"gap: {gap}")
    return SOME_FAILED if wrong or gaps else OK


def run_doctor(course: Course, args: argparse.Namespace) -> int:
    """Try each protection of the sandbox."""
    results = list(_progress(doctor.checks(course.root), None, "checks"))
    table = [["ok" if check.ok else "FAILS", check.name, check.detail] for check in results]
    print(tabulate(table, ["", "what", "found"], maxcolwidths=[None, None, _REASON_WIDTH]))
    bad = sum(not check.ok for check in results)
    print(f"{bad} of {len(results)} fail" if bad else "students' code can be graded safely here")
    return SOME_FAILED if bad else OK


def _difference(result: variants.Result) -> str:
    if result.ok:
        return ", ".join(name for name, points in result.expected.items() if points == 0)
    return "; ".join(
        f"{name}: expected {points:g}, got {result.got[name]:g} ({result.reasons.get(name, '-')})"
        for name, points in result.expected.items()
        if points != result.got[name]
    )


def _progress(items: Iterable[T], total: int | None, what: str) -> Iterable[T]:
    """Show counts, rate and time left on standard error while long work runs."""
    return tqdm(items, desc=what, total=total, unit="", file=sys.stderr, dynamic_ncols=True)


def _shown(path: Path) -> str:
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)
