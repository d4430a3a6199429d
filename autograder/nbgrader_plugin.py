"""What nbgrader_config.py names: the course's folders, rules and judge inside plain nbgrader."""

import csv
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, ClassVar

import nbformat
from nbconvert.exporters import Exporter
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.converters.base import NbGraderException
from nbgrader.plugins import CsvExportPlugin
from nbgrader.preprocessors import NbGraderPreprocessor, SaveAutoGrades
from traitlets import Unicode

from autograder import batch, entered, gate, history, store
from autograder.entered import Entered
from autograder.errors import AutograderError
from autograder.feedback.formgrader import configure_exporter
from autograder.feedback.pages import page, page_job
from autograder.files import replaced_file
from autograder.grade import Job, grade_submission
from autograder.gradebook import open_gradebook
from autograder.models import Basis
from autograder.penalties import settle
from autograder.release import own_tools_first
from autograder.settings import Course, load_course


def configure(config: Any, course: Course) -> None:
    """Give nbgrader and formgrader the course's folders, judge, late rule and clean pages."""
    own_tools_first()
    config.CourseDirectory.update(course.nbgrader_folders())
    config.Autograde.sanitize_preprocessors = [JudgeSubmission]
    config.Autograde.autograde_preprocessors = [SaveAutoGrades, SettlePenalties]
    config.JudgeSubmission.root = str(course.root)
    config.GenerateFeedback.exporter_class = SubmissionPage
    config.GenerateFeedback.preprocessors = []
    config.SubmissionPage.root = str(course.root)
    configure_exporter(config)
    config.SettlePenalties.root = str(course.root)
    config.ExportApp.plugin_class = MarkedExport
    config.MarkedExport.root = str(course.root)


class JudgeSubmission(NbGraderPreprocessor):  # type: ignore[misc]  # nbgrader is untyped
    """In place of nbgrader's steps up to the points: intake, merge, sandbox, judge.

    The notebook that nbgrader has opened is not used: the submission is read as `autograder grade`
    reads it, without links or other people's files. Without a sandbox nothing is graded here;
    `autograder grade --unsafe` grades, and marks what it did. The outputs of the test cells are
    such that nbgrader's own SaveAutoGrades reads the judge's points from them.

    nbgrader asks for one notebook at a time, each time of a new object. A submission is graded
    whole when it is first asked for, so that history has one line of it.
    """

    root = Unicode(".", help="the folder of course.toml").tag(config=True)
    _waiting: ClassVar[dict[str, dict[str, str]]] = {}  # by submission: notebooks not asked for yet

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Return the judged notebook in place of `nb`."""
        names = resources["nbgrader"]
        try:
            with ThreadPoolExecutor(1) as thread:  # formgrader's own event loop runs in this one
                judged = thread.submit(
                    self._judged, names["student"], names["assignment"], names["notebook"]
                )
                return judged.result(), resources
        except AutograderError as error:
            raise NbGraderException(str(error)) from None

    def _judged(self, student: str, assignment: str, notebook: str) -> NotebookNode:
        course = load_course(self.root)
        prepared = gate.prepare(course, course.assignment(assignment))
        job = prepared.job_in(course.submitted / student / assignment)
        basis = batch.bases_of([job])[student]
        key = f"{student}/{assignment}/{basis.key}"
        if notebook not in self._waiting.get(key, {}):
            self._waiting.clear()
            self._waiting[key] = self._graded(course, job, basis)
        return nbformat.reads(self._waiting[key].pop(notebook), as_version=4)

    def _graded(self, course: Course, job: Job, basis: Basis) -> dict[str, str]:
        """Grade a submission, keep what `autograder grade` keeps, and return the notebooks."""
        graded = grade_submission(job)
        store.write(course, graded)
        history.keep_tests(course, graded.assignment, basis, job.notebooks)
        history.append(course, graded, basis)
        store.finish(course, graded)
        return {one.name: one.executed for one in graded.notebooks}


class SubmissionPage(Exporter):  # type: ignore[misc]  # nbconvert is untyped
    """In place of nbgrader's feedback: the page of `autograder feedback`.

    It is of the whole submission, whichever of its notebooks nbgrader asks for.
    """

    root = Unicode(".", help="the folder of course.toml").tag(config=True)

    def from_notebook_node(
        self, nb: NotebookNode, resources: Any = None, **_: Any
    ) -> tuple[str, Any]:
        """Return the page, and nbconvert's resources."""
        resources = self._init_resources(resources)
        student, assignment = (resources["nbgrader"][name] for name in ("student", "assignment"))
        course = load_course(self.root)
        record = store.read_one(course, assignment, student)
        if record is None:
            raise NbGraderException(f"{student} was not graded yet: run `nbgrader autograde`")
        with open_gradebook(course) as book:
            marks = entered.read(book, assignment).get(student, Entered())
        return page(page_job(course, assignment, record, marks)), {
            **resources,
            "output_extension": ".html",
        }


class SettlePenalties(NbGraderPreprocessor):  # type: ignore[misc]  # nbgrader is untyped
    """In place of nbgrader's AssignLatePenalties, whose plugins see one notebook at a time."""

    root = Unicode(".", help="the folder of course.toml").tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Settle the penalties of the student whose notebook this is."""
        names = resources["nbgrader"]
        with Gradebook(names["db_url"]) as book:
            settle(book, load_course(self.root), names["student"])
        return nb, resources


class MarkedExport(CsvExportPlugin):  # type: ignore[misc]  # nbgrader is untyped
    """nbgrader's CSV with a column more: whose work was graded without a sandbox."""

    root = Unicode(".", help="the folder of course.toml").tag(config=True)

    def export(self, book: Any) -> None:
        """Write the table, with penalties up to date, then the column."""
        course = load_course(self.root)
        settle(book, course)
        super().export(book)
        path = Path(self.to or "grades.csv")
        with path.open(newline="") as file:
            reader = csv.DictReader(file)
            rows, names = list(reader), [*(reader.fieldnames or ()), "remarks"]
        marked = {
            (assignment, record.student)
            for assignment in course.assignments
            for record in store.read(course, assignment)
            if record.unsandboxed
        }
        for row in rows:
            key = (row["assignment"], row["student_id"])
            row["remarks"] = store.UNSANDBOXED if key in marked else ""
        with replaced_file(path) as scratch, scratch.open("w", newline="") as file:
            writer = csv.DictWriter(file, names)
            writer.writeheader()
            writer.writerows(rows)
