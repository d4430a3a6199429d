"""A feedback page a student, for now through nbgrader's own converter."""

import glob
import logging
from collections.abc import Iterator

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
        config.CourseDirectory.student_id = glob.escape(student)
        config.GenerateFeedback.preprocessors = STEPS
        config.GenerateFeedback.force = True
        converter = GenerateFeedback(CourseDirectory(config=config), config=config, log=_SILENT)
        try:
            converter.start()
        except (NbGraderException, SystemExit) as error:
            yield student, str(error)
        else:
            yield student, None
