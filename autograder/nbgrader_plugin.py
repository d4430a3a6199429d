"""What nbgrader_config.py names: the course's folders and rules inside plain nbgrader."""

from typing import Any

from nbgrader.plugins import LateSubmissionPlugin

from autograder.feedback.pages import STEPS
from autograder.policy import late_penalty
from autograder.release import own_tools_first
from autograder.settings import Course, LateRule


def configure(config: Any, course: Course) -> None:
    """Give nbgrader and formgrader the course's folders, late rule and redacted feedback."""
    own_tools_first()
    config.CourseDirectory.update(course.nbgrader_folders())
    config.GenerateFeedback.preprocessors = STEPS
    config.AssignLatePenalties.plugin_class = late_plugin(course.late)


def late_plugin(rule: LateRule) -> type:
    """Return nbgrader's late-submission plugin for a rule."""

    class CourseLateRule(LateSubmissionPlugin):  # type: ignore[misc]  # nbgrader is untyped
        """Applies `policy.late_penalty`."""

        def late_submission_penalty(
            self, student_id: str, score: float, total_seconds_late: float
        ) -> float:
            """See nbgrader's documentation of late submission plugins."""
            return late_penalty(score, total_seconds_late, rule)

    return CourseLateRule
