"""A gradebook filled by nbgrader's own means: assignments of one cell, points, times of hand-in."""

import tempfile
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from nbgrader import api

from autograder.release import own_tools_first
from autograder.settings import Course, load_course

DUE = {"hw1": datetime(2026, 1, 10), "hw2": datetime(2026, 2, 10), "hw3": datetime(2026, 3, 10)}
TABLES = "".join(f"\n[assignments.{name}]\ndue = {day.isoformat()}Z\n" for name, day in DUE.items())
S2 = 'policy = "homeworks-project-exam"\n'


def course_with(root: Path, toml: str = S2) -> Course:
    """Lay out a course.toml with three homeworks of 20 points, in a gradebook without work."""
    (root / "course.toml").write_text(toml + TABLES)
    (root / "gradebook.db").write_bytes(_empty())
    return load_course(root)


@cache
def _empty() -> bytes:
    own_tools_first()
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch, "gradebook.db")
        with api.Gradebook(f"sqlite:///{path}") as book:
            for name, day in DUE.items():
                book.add_assignment(name, duedate=day)
                book.add_notebook("nb", name)
                book.add_grade_cell("test", "nb", name, max_score=20, cell_type="code")
        return path.read_bytes()


def give(course: Course, *entries: tuple) -> None:
    """Put work into the gradebook: student, assignment, points, days after the deadline."""
    with api.Gradebook(course.db_url) as book:
        for student, name, points, *days in entries:
            assignment = book.find_assignment(name)
            stamp = DUE[name] + timedelta(days=days[0] if days else 0)
            work = api.SubmittedAssignment(
                assignment_id=assignment.id,
                student_id=book.update_or_create_student(student).id,
                timestamp=stamp,
            )
            book.db.add(work)
            book.db.flush()
            (released,) = assignment.notebooks
            notebook = api.SubmittedNotebook(assignment_id=work.id, notebook_id=released.id)
            book.db.add(notebook)
            book.db.flush()
            (cell,) = released.grade_cells
            grade = {"auto_score": points, "needs_manual_grade": False}
            book.db.add(api.Grade(cell_id=cell.id, notebook_id=notebook.id, **grade))
            book.db.commit()
