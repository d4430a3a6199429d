"""Plain `nbgrader` and formgrader, started in this folder, use the course's folders and rules."""

import os

from autograder.nbgrader_plugin import configure
from autograder.settings import load_course

# A sample class (build/demo) or another course: COURSE=build/demo make lab
configure(get_config(), load_course(os.environ.get("COURSE", ".")))  # noqa: F821 - traitlets gives it
