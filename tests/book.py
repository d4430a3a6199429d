"""A gradebook filled by nbgrader's own means: assignments of one cell, points, times of hand-in."""

from datetime import datetime, timedelta
from pathlib import Path

from nbgrader.api import Gradebook

from autograder.settings import Course, load_course

DUE = {"hw1": datetime(2026, 1, 10), "hw2": datetime(2026, 2, 10), "hw3": datetime(2026, 3, 10)}


def course_with(root: Path, toml: str = "", due=DUE) -> Course:
    """Lay out a course.toml with assignments of 20 points each, in a gradebook without work."""
    root.mkdir(exist_ok=True)
    tables = [f"[assignments.{name}]\ndue = {date.isoformat()}Z\n" for name, date in due.items()]
    (root / "course.toml").write_text(toml + "\n" + "\n".join(tables))
    course = load_course(root)
    with Gradebook(course.db_url) as book:
        for name, date in due.items():
            book.add_assignment(name, duedate=date)
            book.add_notebook("nb", name)
            book.add_grade_cell("test", "nb", name, max_score=20, cell_type="code")
    return course


def give(course: Course, student: str, name: str, points: float, late: timedelta | None = None):
    """Put a student's points into the gradebook, handed in so long after the deadline."""
    with Gradebook(course.db_url) as book:
        if student not in [one.id for one in book.students]:
            book.add_student(student)
        book.add_submission(name, student, timestamp=DUE[name] + (late or timedelta(0)))
        grade = book.find_grade("test", "nb", name, student)
        grade.auto_score, grade.needs_manual_grade = points, False
        book.db.commit()
