"""Gradebook, marks file and policy -> the course grades of a class, and how each came about."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from autograder import gradebook, store
from autograder.errors import CourseError
from autograder.gradebook import Row
from autograder.marks import NAME, Marks, read_marks
from autograder.penalties import late_days
from autograder.policy import Grade, Late, PartGrade, exact, grade, rounded
from autograder.release import read_source
from autograder.rules import READY, Policy
from autograder.settings import Course

EXTRA_CREDIT = "extra-credit"  # the tag of a test cell whose points come on top


@dataclass(frozen=True)
class Mark:
    """One mark of one student."""

    points: Fraction  # after the late penalty
    full: Fraction
    how: str  # what came before
    remarks: tuple[str, ...] = ()  # what is not as it will be


@dataclass(frozen=True)
class StudentGrade:
    """One student's course grade."""

    student: str
    marks: Mapping[str, Mark]
    grade: Grade
    remarks: tuple[str, ...]


@dataclass(frozen=True)
class ClassGrades:
    """The course grades of a class, by student."""

    policy: Policy  # without the marks that nobody has yet
    full: Mapping[str, Fraction]  # full marks of the marks that somebody has
    missing: Mapping[str, str]  # marks that nobody has yet, and what to do about each
    students: tuple[StudentGrade, ...]

    @property
    def missing_lines(self) -> list[str]:
        """A line for those that lack the same."""
        return _missing(self.missing)

    @property
    def title(self) -> str:
        """What the last column may be called."""
        return "so far" if self.missing else "grade"


def class_grades(course: Course, book: Any) -> ClassGrades:
    """Return everyone's course grade by the course's policy.

    Marks that nobody has yet are left out, and the weights of the others divided by their sum;
    a mark that only this student has not counts as 0.

    Raises:
        CourseError: course.toml chooses no policy, marks.csv can't be read, or no mark is there.
    """
    policy = course.policy
    if policy is None:
        raise CourseError(
            f"{course.root / 'course.toml'} chooses no policy: write one's name at its top, such "
            f'as policy = "homeworks-project-exam"; {READY.name} of autograder/ has the ready ones'
        )
    names = [*policy.marks, *([policy.exam] if policy.exam else [])]
    marks = read_marks(
        course.root / NAME, [name for name in names if name not in course.assignments], policy.scale
    )
    late = late_days(book, course)
    found = {
        name: _assignment_marks(course, book, name, late)
        if name in course.assignments
        else _file_marks(marks, name)
        for name in names
    }
    there = {name: own for name, own in found.items() if own}
    missing = {name: _why(course, marks, name) for name in policy.marks if name not in there}
    so_far = policy.only(there)
    if not any(part.weight and not part.extra for part in so_far.parts):
        raise CourseError(f"nobody has a mark yet; {'; '.join(_missing(missing))}")
    students = sorted({name for own in there.values() for name in own}, key=gradebook.natural)
    return ClassGrades(
        so_far,
        {name: next(iter(own.values())).full for name, own in there.items()},
        missing,
        tuple(
            _student(so_far, name, {mark: own[name] for mark, own in there.items() if name in own})
            for name in students
        ),
    )


def _file_marks(marks: Marks, name: str) -> dict[str, Mark]:
    return {
        student: Mark(own[name], marks.full[name], shown(own[name]))
        for student, own in marks.points.items()
        if name in own
    }


def _assignment_marks(
    course: Course, book: Any, name: str, late: Mapping[tuple[str, str], Late]
) -> dict[str, Mark]:
    if not gradebook.is_released(book, name):
        return {}
    extra = Fraction(0)
    for path in course.notebooks(name):
        for cell in read_source(path).cells:
            if EXTRA_CREDIT in cell.metadata.get("tags", ()):
                extra += exact(cell.metadata.nbgrader.points)
    full = exact(book.find_assignment(name).max_score) - extra
    if full <= 0:
        raise CourseError(f"{name} has no points to give, so it can't be a mark of the policy")
    unsafe = {record.student for record in store.read(course, name) if record.unsandboxed}
    return {
        row.student: _from_row(row, late[row.student, name], name, full, row.student in unsafe)
        for row in gradebook.rows(book, name)
    }


def _from_row(row: Row, late: Late, name: str, full: Fraction, unsafe: bool) -> Mark:
    how = shown(exact(row.tests + row.written))
    if late.days:
        free = f", {late.free} of them free" if late.free else ""
        days = "1 day" if late.days == 1 else f"{late.days} days"
        how += f" - {shown(exact(row.penalty))} ({days} late{free}: {shown(100 * late.share)} %)"
        how += f" = {shown(exact(row.score))}"
    remarks = [f"{name}: written answers to grade by hand"] if row.needs_manual_grade else []
    remarks += [f"{name}: {store.UNSANDBOXED}"] if unsafe else []
    return Mark(exact(row.score), full, how, tuple(remarks))


def _why(course: Course, marks: Marks, name: str) -> str:
    if name in course.assignments:
        return "nothing of it was graded yet"
    if not (course.root / NAME).exists():
        return f"there is no {NAME}, nor an assignment of this name in course.toml"
    unused = f", which has {', '.join(marks.unused)}" if marks.unused else ""
    return f"not in {NAME}{unused}, nor an assignment of course.toml"


def _missing(why: Mapping[str, str]) -> list[str]:
    names: dict[str, list[str]] = {}
    for name, reason in why.items():
        names.setdefault(reason, []).append(name)
    return [f"left out: {', '.join(own)} ({reason})" for reason, own in names.items()]


def _student(policy: Policy, student: str, marks: Mapping[str, Mark]) -> StudentGrade:
    own = grade(policy, {name: mark.points / mark.full for name, mark in marks.items()})
    none = [name for name in policy.marks if name not in marks]
    remarks = [f"counted as 0: no {', no '.join(none)}"] if none else []
    remarks += [remark for mark in marks.values() for remark in mark.remarks]
    if own.must_take_exam:
        remarks.append(f"below {shown(policy.frees_from)}: must take the exam")
    return StudentGrade(student, marks, own, tuple(remarks))


def find(grades: ClassGrades, student: str) -> StudentGrade:
    """Return a student's grade.

    Raises:
        CourseError: nobody of that name has a mark.
    """
    for own in grades.students:
        if own.student == student:
            return own
    raise CourseError(f"no student {student!r} with a mark: `autograder grades` lists all")


def table(grades: ClassGrades) -> list[list[str]]:
    """Return the class as texts: a row of headings, then a row a student."""
    policy = grades.policy
    exam = [policy.exam] if policy.exam else []
    rows = [["student", *(part.name for part in policy.parts), *exam, grades.title, "remarks"]]
    for student in grades.students:
        own = student.grade
        values = [str(rounded(part.value, 2)) for part in own.parts]
        if policy.exam:
            values.append("" if own.exam is None else str(rounded(own.exam, 2)))
        rows.append([student.student, *values, str(own.value), "; ".join(student.remarks)])
    return rows


def explain(grades: ClassGrades, student: StudentGrade) -> list[str]:
    """Return the arithmetic of a student's grade, a line a step."""
    policy, own = grades.policy, student.grade
    scale = shown(policy.scale)
    lines = [f"{student.student}: policy {policy.name}, grades from 0 to {scale}"]
    lines += grades.missing_lines
    for name in grades.full:
        if name in student.marks:
            mark = student.marks[name]
            value = max(mark.points, Fraction(0)) / mark.full * policy.scale
            full = shown(mark.full)
            told = f"{mark.how} of {full} points, x {scale} / {full} = {shown(value)}"
            lines.append(f"{name}: {told if mark.full != policy.scale else mark.how}")
        elif name != policy.exam:
            lines.append(f"{name}: nothing = 0")
    lines += [_mean(part) for part in own.parts if len(part.marks) > 1]
    lines.append(f"{'cumulative' if policy.exam else grades.title}: {_sum(own, policy)}")
    if policy.exam:
        lines.append(f"{grades.title}: {_with_exam(own, policy)}")
    lines.append(f"rounded to {policy.decimals} decimals: {own.value}")
    lines += [f"note: {remark}" for remark in student.remarks]
    return lines


def _mean(part: PartGrade) -> str:
    terms = " + ".join(shown(part.marks[name]) for name in part.counted)
    left = [name for name in part.marks if name not in part.counted]
    dropped = f" (the best {len(part.counted)}; not counted: {', '.join(left)})" if left else ""
    return f"{part.part.name}: ({terms}) / {len(part.counted)} = {shown(part.value)}{dropped}"


def _sum(own: Grade, policy: Policy) -> str:
    terms = {extra: [p for p in own.parts if p.part.extra == extra] for extra in (False, True)}
    text = " + ".join(f"{shown(p.part.weight)} x {shown(p.value)}" for p in terms[False])
    if own.weights != 1:
        text = f"({text}) / {shown(own.weights)}, the sum of the weights,"
    for part in terms[True]:
        text += f" + {shown(part.part.weight)} x {shown(part.value)} extra"
    total = f"{text} = {shown(own.cumulative)}"
    return total + (", the most there is" if own.cumulative == policy.scale else "")


def _with_exam(own: Grade, policy: Policy) -> str:
    frees = own.cumulative >= policy.frees_from
    text = (
        f"{shown(own.cumulative)} is {'at least' if frees else 'below'} {shown(policy.frees_from)}"
    )
    if own.exam is None:
        return text + (f": free of the exam, {shown(own.exact)}" if frees else ": exam to be taken")
    higher = f"max({shown(own.cumulative)}, {shown(own.exam)}) = {shown(own.exact)}"
    return f"{text}: the exam {'may raise it' if frees else 'decides, but never lowers'}: {higher}"


def shown(value: Fraction) -> str:
    """Write a number with at most 6 decimals."""
    return f"{float(value):.6f}".rstrip("0").rstrip(".")
