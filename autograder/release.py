"""Instructor's notebooks -> the students' release, by nbgrader's own steps, with a leak check."""

import ast
import importlib.util
import io
import os
import re
import shutil
import sys
import tempfile
import tokenize
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.converters import GenerateAssignment
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import (
    CheckCellMetadata,
    ClearHiddenTests,
    ClearMarkScheme,
    ClearOutput,
    ClearSolutions,
    ComputeChecksums,
    LockCells,
)
from traitlets.config import Config

from autograder.errors import AssignmentError, ReleaseError
from autograder.files import replaced_file, replaced_folder
from autograder.markers import FIGURE_TAG, HIDDEN, SOLUTION
from autograder.settings import Assignment, Course

SHORTEST_SECRET = 16  # characters of a line, without spaces; shorter ones are common idiom
_README = Path(__file__).with_name("release_readme.md")
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)  # so that the same release is the same file
_GRADING_STEPS = (LockCells, ClearSolutions, ClearOutput, CheckCellMetadata, ComputeChecksums)
_RELEASE_STEPS = (ClearHiddenTests, ClearMarkScheme, ComputeChecksums, CheckCellMetadata)


def read_source(path: Path) -> NotebookNode:
    """Read an instructor's notebook and check that it can be released and graded.

    Raises:
        AssignmentError: unreadable, or one of the rules of `problems` is broken; all are named.
    """
    try:
        notebook = nbformat.read(path, as_version=4)
    except Exception as error:  # nbformat's converters promise nothing about malformed input
        what = (str(error) or type(error).__name__).splitlines()[0]
        raise AssignmentError(f"{path} can't be read: {what}") from None
    found = list(problems(notebook))
    if found:
        raise AssignmentError(f"{path}: " + "; ".join(found))
    try:
        student_version(notebook)
    except Exception as error:  # nbgrader's steps raise many kinds; the first line tells
        what = str(error).splitlines()[0]
        raise AssignmentError(f"{path}: nbgrader refuses its metadata: {what}") from None
    return notebook


def problems(notebook: NotebookNode) -> Iterator[str]:
    """Yield what keeps an instructor's notebook from being released, one sentence each."""
    seen: set[str] = set()
    for number, cell in enumerate(notebook.cells, start=1):
        nbgrader = cell.metadata.get("nbgrader", {})
        name = nbgrader.get("grade_id")
        where = f"cell {number} ({name or cell.get('id', '?')})"
        if name is None:
            if cell.cell_type == "code":
                yield f"{where} is code without a grade_id: lock it, or make it an answer"
            continue
        if name in seen:
            yield f"{where}: the grade_id is used twice"
        seen.add(name)
        if cell.get("id") != name:
            yield f"{where}: its cell id must equal its grade_id"
        points = nbgrader.get("points")
        if nbgrader.get("grade") and not (isinstance(points, int | float) and points > 0):
            yield f"{where}: a graded cell needs points above 0"
        if nbgrader.get("grade") and FIGURE_TAG in cell.metadata.get("tags", ()):
            yield f"{where}: a graded cell can't have the tag {FIGURE_TAG!r}, which is not run"
        if nbgrader.get("task"):
            yield f"{where}: task cells are not supported; use a written answer"
        for begin, end in (HIDDEN, SOLUTION):
            pairs = [begin, end] * cell.source.count(begin)
            if list(_markers(cell.source, begin, end)) != pairs:
                yield f"{where}: {begin!r} and {end!r} must come in pairs"


def _markers(source: str, begin: str, end: str) -> Iterator[str]:
    for line in source.splitlines():
        if begin in line:
            yield begin
        if end in line:
            yield end


def grading_version(source: NotebookNode) -> NotebookNode:
    """Return the notebook that is graded: stubs instead of solutions, all tests, no output.

    It equals what nbgrader keeps in its gradebook. `source` is not changed.
    """
    return _apply(_GRADING_STEPS, source)


def student_version(source: NotebookNode) -> NotebookNode:
    """Return the notebook that students get: the grading version without hidden tests."""
    return _apply(_RELEASE_STEPS, grading_version(source))


def written(notebook: NotebookNode) -> str:
    """Return a notebook as JSON text (nbformat 4)."""
    return str(nbformat.writes(notebook))


def _apply(steps: Iterable[type], notebook: NotebookNode) -> NotebookNode:
    result = nbformat.from_dict(notebook)
    for step in steps:
        result, _ = step().preprocess(result, {})
    return result


def regions(source: str, markers: tuple[str, str]) -> list[str]:
    """Return the lines of a cell between its begin and end markers."""
    inside, lines = False, []
    for line in source.splitlines():
        if markers[1] in line:
            inside = False
        if inside:
            lines.append(line)
        if markers[0] in line:
            inside = True
    return lines


def secrets(source: NotebookNode) -> frozenset[str]:
    """Return what students must not see: lines and expected values of solutions and hidden tests.

    Lines are without spaces. Left out is what students see anyway: of hidden tests, their lines and
    numbers that visible code has too; of solutions, the lines that any visible cell has too.
    """
    tests: set[str] = set()
    lines: set[str] = set()
    for cell in source.cells:
        hidden = regions(cell.source, HIDDEN)
        values = set(_expected_values("\n".join(hidden)))
        tests.update(map(_squeeze, hidden), filter(_is_value, values))
        lines.update(map(_squeeze, regions(cell.source, SOLUTION)), values)
        if cell.metadata.get("nbgrader", {}).get("solution") and SOLUTION[0] not in cell.source:
            lines.update(map(_squeeze, cell.source.splitlines()))
    cells = student_version(source).cells
    text = "\n".join(_squeeze(line) for cell in cells for line in _lines(cell))
    code = "\n".join(
        _squeeze(line) for cell in cells if cell.cell_type == "code" for line in _lines(cell)
    )
    unseen = {line for line in tests if line not in code}
    unseen |= {line for line in lines - tests if line not in text}
    return frozenset(line for line in unseen if len(line) >= SHORTEST_SECRET or _is_value(line))


def _lines(cell: NotebookNode) -> list[str]:
    return str(cell.source).splitlines()


def _squeeze(line: str) -> str:
    return "".join(line.split())


def _is_value(text: str) -> bool:
    """Say whether this is a number precise enough to be an expected value: five digits or more."""
    return bool(re.fullmatch(r"[\d.]+(e-?\d+)?", text)) and sum(map(str.isdigit, text)) >= 5


def _expected_values(code: str) -> Iterator[str]:
    try:
        for token in tokenize.generate_tokens(io.StringIO(code).readline):
            if token.type == tokenize.NUMBER and _is_value(token.string):
                yield token.string
            if token.type == tokenize.STRING and len(token.string) > SHORTEST_SECRET:
                yield _squeeze(str(ast.literal_eval(token.string)))
    except (tokenize.TokenError, SyntaxError, ValueError):
        return  # an unfinished region: its lines are secrets all the same


def leaks(text: str, hidden: Iterable[str]) -> list[str]:
    """Return the secrets that a text contains, whatever its spacing."""
    squeezed = _squeeze(text)
    return sorted(secret for secret in hidden if secret in squeezed)


def release(course: Course, assignment: Assignment) -> Path:
    """Build the students' release of an assignment and return its zip.

    nbgrader generates the notebooks and records the assignment in the gradebook; a copy for the
    students is checked before anything is published.

    Raises:
        AssignmentError: a notebook can't be released; it says why.
        ReleaseError: something in the release tells a solution, a hidden test or a value.
    """
    sources = {path.stem: read_source(path) for path in course.notebooks(assignment.name)}
    extra = _course_files()
    check_leaks(sources, extra | own_files(course.sources / assignment.name))
    return _zip(_generate(course, assignment, sources), assignment, extra)


def check_leaks(sources: Mapping[str, NotebookNode], extra: Mapping[str, bytes]) -> None:
    """Raise ReleaseError if the students' files hold a secret or an output."""
    hidden = frozenset().union(*map(secrets, sources.values()))
    texts = {name: data.decode("utf-8", "replace") for name, data in extra.items()}
    for name, source in sources.items():
        notebook = student_version(source)
        for cell in notebook.cells:
            if cell.get("outputs") or cell.get("execution_count"):
                raise ReleaseError(f"{name}.ipynb: cell {cell.id!r} still has output")
        texts[f"{name}.ipynb"] = "\n".join(
            [*(cell.source for cell in notebook.cells), str(notebook.metadata)]
            + [str(cell.metadata) + str(cell.get("attachments", "")) for cell in notebook.cells]
        )
    for name, text in texts.items():
        found = leaks(text, hidden)
        if found:
            raise ReleaseError(
                f"{name} would tell students {len(found)} secrets, e.g. {found[0]!r}"
            )


def _generate(course: Course, assignment: Assignment, sources: Mapping[str, NotebookNode]) -> Path:
    """Run nbgrader's generate step into a folder beside; put it in place if it is as checked."""
    own_tools_first()
    course.build.mkdir(exist_ok=True)
    target = course.build / "release" / assignment.name
    with tempfile.TemporaryDirectory(dir=course.build) as scratch:
        config = Config()
        config.CourseDirectory.update(course.nbgrader_folders())
        config.CourseDirectory.release_directory = str(Path(scratch).relative_to(course.root))
        config.CourseDirectory.assignment_id = assignment.name
        try:
            converter = GenerateAssignment(CourseDirectory(config=config), config=config)
            converter.log.setLevel("ERROR")
            converter.start()
            with Gradebook(course.db_url) as gradebook:
                gradebook.update_or_create_assignment(assignment.name, duedate=assignment.due_utc)
        except NbGraderException as error:
            raise AssignmentError(f"{assignment.name}: nbgrader refuses: {error}") from None
        made = Path(scratch, assignment.name)
        for name, source in sources.items():
            cells = nbformat.read(made / f"{name}.ipynb", as_version=4).cells
            if cells != student_version(source).cells:
                raise ReleaseError(f"{name}: nbgrader's release is not the one that was checked")
        with replaced_folder(target) as folder:
            shutil.copytree(made, folder, dirs_exist_ok=True)
    return target


def own_tools_first() -> None:
    """Put this environment's programs first on PATH: nbgrader starts `alembic` by name."""
    own = str(Path(sys.executable).parent)
    if os.environ.get("PATH", "").split(os.pathsep)[0] != own:
        os.environ["PATH"] = os.pathsep.join([own, os.environ.get("PATH", "")])


def own_files(folder: Path) -> dict[str, bytes]:
    """Return the files that lie beside an assignment's notebooks: nbgrader releases them too."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix != ".ipynb"
    }


def _course_files() -> dict[str, bytes]:
    """Return the students' library as files of the release, and the pins of its environment."""
    spec = importlib.util.find_spec("course")
    if spec is None or spec.origin is None:
        raise ReleaseError("the library `course` is not installed: run `make setup`")
    package = Path(spec.origin).parent
    files = {f"course/{path.name}": path.read_bytes() for path in sorted(package.glob("*.py"))}
    for name in ("requirements.lock", "environment.yml"):
        files[name] = (package.parent / name).read_bytes()
    return files


def _zip(folder: Path, assignment: Assignment, extra: Mapping[str, bytes]) -> Path:
    """Write `<assignment>.zip` beside the folder; its files stand in a folder of that name."""
    notebooks = sorted(path.name for path in folder.glob("*.ipynb"))
    files = dict(extra)
    files["README.md"] = _readme(assignment, notebooks).encode()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            files[path.relative_to(folder).as_posix()] = path.read_bytes()
    target = folder.with_suffix(".zip")
    with replaced_file(target) as scratch, zipfile.ZipFile(scratch, "w") as archive:
        for name, data in sorted(files.items()):
            info = zipfile.ZipInfo(f"{assignment.name}/{name}", _ZIP_TIME)
            archive.writestr(info, data, zipfile.ZIP_DEFLATED)
    return target


def _readme(assignment: Assignment, notebooks: Sequence[str]) -> str:
    due = assignment.due_utc
    when = f"{due:%A %d %B %Y, %H:%M} UTC" if due else "as announced"
    return (
        _README.read_text("utf-8")
        .replace("{title}", assignment.title)
        .replace("{name}", assignment.name)
        .replace("{due}", when)
        .replace("{notebooks}", ", ".join(f"`{name}`" for name in notebooks))
    )
