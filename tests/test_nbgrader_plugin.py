"""The course's judge inside nbgrader."""

from dataclasses import replace

from autograder import gate, history, nbgrader_plugin, store
from autograder.grade import grade_submission
from autograder.models import StudentCell
from autograder.nbgrader_plugin import JudgeSubmission
from tests import toy


def test_two_notebooks_make_one_line_of_history(tmp_path, monkeypatch):
    """nbgrader asks for a submission's notebooks one by one; it is graded, and told of, once."""
    course = toy.course_in(tmp_path)
    toy.hand_in(course, "ada")
    job = toy.job(notebooks={name: cells() for name in ("toy", "more")})
    job = replace(
        job,
        notebooks=dict.fromkeys(("toy", "more"), job.notebooks["toy"]),
        profiles=dict.fromkeys(("toy", "more"), job.profiles["toy"]),
    )
    graded = []

    class Prepared:
        def job_in(self, folder):
            return job

    def grade(job):
        graded.append(job)
        return grade_submission(job, toy.FakeExecutor())

    monkeypatch.setattr(gate, "prepare", lambda *_: Prepared())
    monkeypatch.setattr(nbgrader_plugin, "grade_submission", grade)
    for count in (1, 2):  # formgrader's button may be pressed again
        for name in ("toy", "more"):
            names = {"student": "ada", "assignment": "hw1", "notebook": name}
            judge = JudgeSubmission(root=str(tmp_path))
            notebook, _ = judge.preprocess(None, {"nbgrader": names})
            assert [cell.id for cell in notebook.cells][1] == "setup"
        assert len(graded) == count
    (line,) = history.read(course, "hw1", "ada")
    assert {verdict.notebook for verdict in line.verdicts} == {"toy", "more"}
    (record,) = store.read(course, "hw1")
    assert record.verdicts == line.verdicts


def cells() -> tuple[StudentCell, ...]:
    return tuple(
        StudentCell(cell.cell_type, cell.source, cell.id, cell.id)
        for cell in toy.student_notebook().cells
    )
