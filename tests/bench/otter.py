"""Otter-Grader as a side of a benchmark: the same notebook and tests, in the form that it takes.

Otter has an environment of its own in `build/`, which borrows all that ours has: the packages that
grading needs are the same, and only Otter is added.
"""

import ast
import json
import os
import subprocess
import sys
import sysconfig
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from nbformat import NotebookNode

from autograder.check import test_points
from autograder.execute import role
from autograder.judge.profile import python
from autograder.merge import grade_id

VERSION = "7.0.0"
_ROOT = Path(__file__).resolve().parents[2]
_HOME = _ROOT / "build" / "otter"
_TEST = """\
from otter.test_files import test_case

OK_FORMAT = False
name = {name!r}
points = {points!r}


@test_case(points={points!r})
def test(env):
    exec({source!r}, env)
"""


def installed() -> Path | None:
    """Return the command `otter`, installed if it was not; None if it can't be."""
    command = _HOME / "bin" / "otter"
    if not command.exists():
        subprocess.run([sys.executable, "-m", "venv", _HOME], check=True)
        (site,) = _HOME.glob("lib/python*/site-packages")
        (site / "ours.pth").write_text(f"{sysconfig.get_path('purelib')}\n{_ROOT}\n")
        pip = [_HOME / "bin" / "python", "-m", "pip", "install", "--quiet"]
        done = subprocess.run([*pip, f"otter-grader=={VERSION}"], check=False)
        if done.returncode != 0:
            return None
    return command


def generate(command: Path, source: NotebookNode, folder: Path) -> Path:
    """Write what Otter grades with, from the instructor's notebook; return it: a zip."""
    tests = folder / "tests"
    tests.mkdir(parents=True)
    points = test_points(source)
    imports = "\n".join(_imports(source))  # Otter's tests don't see what a notebook imports
    for number, cell in enumerate(source.cells):
        if (name := grade_id(cell)) in points:
            code = f"{imports}\n{cell.source}"
            text = _TEST.format(name=name, points=points[name], source=code)
            (tests / f"q{number:03}.py").write_text(text)  # Otter goes by the files' names
    (folder / "otter_config.json").write_text(json.dumps({"show_hidden": True}))
    made = folder / "autograder.zip"
    options = ["--tests-dir", tests, "--output-path", made, "--no-requirements", "--no-environment"]
    subprocess.run([command, "generate", *options], cwd=folder, check=True, capture_output=True)
    return made


def _imports(source: NotebookNode) -> Iterator[str]:
    for cell in source.cells:
        if cell.cell_type == "code" and role(cell) == "provided":
            for node in ast.parse(python(cell.source)).body:
                if isinstance(node, ast.Import | ast.ImportFrom):
                    yield ast.unparse(node)


def grade(
    command: Path, grader: Path, notebooks: Iterable[Path]
) -> tuple[float, Mapping[Path, float]]:
    """Run Otter on one notebook after the other; return the seconds, and the points of each.

    Raises:
        SystemExit: it could not grade one.
    """
    env = {**os.environ, "OMP_NUM_THREADS": "1", "PATH": f"{command.parent}:{os.environ['PATH']}"}
    scores, begun = {}, time.monotonic()
    for notebook in notebooks:
        options = ["--autograder", grader, "--output-dir", notebook.parent, "--no-logo"]
        done = subprocess.run(
            [command, "run", *options, notebook],
            env=env, cwd=notebook.parent, capture_output=True, text=True,
        )  # fmt: skip
        results = notebook.parent / "results.json"
        if done.returncode != 0 or not results.exists():
            raise SystemExit(f"otter run failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
        tests = json.loads(results.read_text())["tests"]
        scores[notebook] = sum(test.get("score", 0) for test in tests)
    return time.monotonic() - begun, scores
