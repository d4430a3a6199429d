"""What a warm start has imported: what the grader needs, and what the assignment's cells import."""

import ast
import functools
import json
from collections.abc import Iterator
from contextlib import suppress

from autograder.errors import AutograderError
from autograder.judge.profile import python
from autograder.sandbox import KERNEL_MODULES, Zygote, zygote_for
from autograder.settings import Course
from autograder.workers import start_server

_BASE = (*KERNEL_MODULES, "autograder.judge.agent", "autograder.judge.runner", "matplotlib.pyplot")
_ALONG = {"torch": ("torch.optim", "torch._dynamo")}  # imported at first use, for seconds


def zygote_of(*notebooks: str) -> Zygote:
    """Return this process's zygote for an assignment; it starts when it is used.

    Args:
        notebooks: the instructor's, as JSON. Never a student's: what they import runs unconfined.
    """
    return zygote_for(modules(*notebooks))


def begin(course: Course, assignment: str) -> None:
    """Start an assignment's zygote and the server of workers: they import while this process does.

    A failure is told later.
    """
    with suppress(AutograderError, OSError, ValueError, LookupError, TypeError, AttributeError):
        zygote_of(*(path.read_text("utf-8") for path in course.notebooks(assignment))).share()
        start_server()


@functools.cache
def modules(*notebooks: str) -> tuple[str, ...]:
    """Return the modules to import for these notebooks, in order, each once.

    Imports in answer cells do not count: a solution's are not there when students are graded.
    """
    found = [name for notebook in notebooks for name in _imported(notebook)]
    along = [other for name in found for other in _ALONG.get(name.partition(".")[0], ())]
    return tuple(dict.fromkeys([*_BASE, *found, *along]))


def _imported(notebook: str) -> Iterator[str]:
    for cell in json.loads(notebook)["cells"]:
        is_answer = cell["metadata"].get("nbgrader", {}).get("solution")
        if cell["cell_type"] == "code" and not is_answer:
            try:
                tree = ast.parse(python("".join(cell["source"])))
            except SyntaxError:
                continue
            for node in ast.walk(tree):
                if isinstance(node, ast.Import):
                    yield from (alias.name for alias in node.names)
                elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                    yield node.module
