"""A feedback page a student, for now through nbgrader's own converter."""

import glob
import logging
from collections.abc import Iterator
from pathlib import Path

from nbconvert.preprocessors import CSSHTMLHeaderPreprocessor
from nbgrader.converters import GenerateFeedback
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import GetGrades
from traitlets.config import Config

from autograder.feedback.redact import RedactHiddenTests
from autograder.settings import Course

STEPS = [RedactHiddenTests, GetGrades, CSSHTMLHeaderPreprocessor]
_SILENT = logging.Logger("feedback", logging.CRITICAL + 1)


def write_pages(course: Course, assignment: str) -> Iterator[tuple[str, str | None]]:
    """Write `build/feedback/<student>/<assignment>/<notebook>.html` for each graded student.

    Yields the student's id, and None or the reason why there is no page. A failure of one student
    stops nobody else's.
    """
    for folder in sorted((course.build / "autograded").glob(f"*/{glob.escape(assignment)}")):
        student = folder.parent.name
        if student.startswith("."):
            continue
        config = Config()
        config.CourseDirectory.update(course.nbgrader_folders())
        config.CourseDirectory.assignment_id = assignment
        config.GenerateFeedback.preprocessors = STEPS
        config.GenerateFeedback.force = True
        converter = _OneStudent(CourseDirectory(config=config), config=config, log=_SILENT)
        converter.folder = folder
        try:
            converter.start()
        except (NbGraderException, SystemExit) as error:
            yield student, str(error)
        else:
            yield student, None


class _OneStudent(GenerateFeedback):  # type: ignore[misc]  # nbgrader is untyped
    """Takes the notebooks of one folder; nbgrader's own search reads [1] in a name as a pattern."""

    folder: Path

    def init_notebooks(self) -> None:
        """Name the notebooks to convert, as BaseConverter.init_notebooks does."""
        notebooks = [str(path) for path in sorted(self.folder.glob("*.ipynb"))]
        self.assignments = {str(self.folder): notebooks}
