"""A download of a whole class (folder or zip; nbgrader, Moodle or Canvas) -> submitted/."""

import json
import re
import shutil
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Set
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath

from autograder.errors import SubmissionError
from autograder.files import replaced_file, replaced_folder
from autograder.intake import TIMESTAMP
from autograder.settings import Course

_MOODLE = re.compile(
    r"(?P<student>(?P<name>.+?)(_(?P<number>\d+))?)_assignsubmission_(file|onlinetext)_?"
)
_NAMES = "moodle.json"  # in submitted/: by assignment and Moodle's number, the student
_CANVAS = re.compile(r"^(?P<name>[^_]+)(_LATE)?_(?P<id>\d+)_\d+_(?P<file>.+)$")
_SKIPPED = {"__MACOSX", ".DS_Store", "Thumbs.db"}


def collect(
    course: Course, assignment: str, download: Path
) -> tuple[dict[str, list[str]], list[str]]:
    """Copy a class's download into `submitted/<student>/<assignment>/`, as it is.

    What is understood, at the top of the folder or zip:
        `<student>/` with files, or with a folder `<assignment>/` as nbgrader lays them;
        `<student>_<number>_assignsubmission_file_/` (Moodle: see `_moodle_students`);
        `<student>_<id>_<number>_<file>` (Canvas: the student is `<student>_<id>`);
        `<student>.zip` and `<student>.ipynb`.
    A student's earlier submission is replaced; other students' stay. Links are copied as links and
    refused when they are read.

    Returns:
        The files taken, by student, and lines to tell the instructor.

    Raises:
        SubmissionError: no such download, not a zip, or nothing in it; or `submitted/moodle.json`
            is damaged.
    """
    taken: dict[str, list[str]] = {}
    with _opened(download, course.limits.submission_bytes) as folder:
        parts: dict[str, list[tuple[Path, str]]] = {}
        top = _visible(_unwrapped(folder, assignment))
        named, lines = _moodle_students(course, assignment, [path.name for path in top])
        for student, path, name in _entries(top, assignment, course.assignments.keys(), named):
            parts.setdefault(student, []).append((path, name))
        for student, files in sorted(parts.items()):
            with replaced_folder(course.submitted / student / assignment) as target:
                for path, name in files:
                    if path.is_dir() and not path.is_symlink():
                        own = _MOODLE.fullmatch(name)  # a date in there would be the student's
                        skip = shutil.ignore_patterns(TIMESTAMP) if own else None
                        shutil.copytree(path, target, True, skip, dirs_exist_ok=True)
                    else:
                        shutil.copy2(path, target / name, follow_symlinks=False)
            taken[student] = [name for _, name in files]
    if not taken:
        raise SubmissionError(f"{download}: there is no submission in it")
    return taken, lines


@contextmanager
def _opened(download: Path, limit: int) -> Iterator[Path]:
    """Give the download as a folder; a zip is unpacked beside, without leading outside."""
    if download.is_dir():
        yield download
        return
    with tempfile.TemporaryDirectory(prefix="collect-") as scratch:
        try:
            with zipfile.ZipFile(download) as archive:
                for member in archive.infolist():
                    _extract(archive, member, Path(scratch), limit)
        except Exception as error:  # zipfile promises nothing about malformed input
            raise SubmissionError(f"{download} can't be read as a folder or zip: {error}") from None
        yield Path(scratch)


def _extract(archive: zipfile.ZipFile, member: zipfile.ZipInfo, folder: Path, limit: int) -> None:
    """Unpack a member; of one that is too large or damaged, a file that intake refuses."""
    if member.file_size > limit:
        _lay_hole(member, folder, limit + 1)
        return
    try:
        archive.extract(member, folder)  # drops "..", drives and leading slashes
    except Exception:  # zipfile promises nothing about malformed input
        with suppress(OSError):  # a name that this disk can't hold
            _lay_hole(member, folder, 0)


def _lay_hole(member: zipfile.ZipInfo, folder: Path, size: int) -> None:
    path = folder.joinpath(*(part for part in PurePosixPath(member.filename).parts if part != "/"))
    if path.resolve().is_relative_to(folder.resolve()):
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            file.truncate(size)


def _moodle_students(
    course: Course, assignment: str, entries: Iterable[str]
) -> tuple[dict[str, str], list[str]]:
    """Say who handed in which of Moodle's folders: a student is the full name.

    The number beside it is the student's in this assignment only (table assign_user_mapping of
    moodle/moodle, mod/assign), so it tells apart students of one name, but not who is who in the
    next assignment. What was decided stays, in a file, where the instructor can change it.

    Returns:
        The student by number, and a line for each name that several students have.
    """
    path = course.submitted / _NAMES
    names = _read_names(path)
    known = names.setdefault(assignment, {})
    new: dict[str, set[str]] = {}
    for match in filter(None, map(_MOODLE.fullmatch, entries)):
        if match["number"] and match["number"] not in known:
            new.setdefault(match["name"], set()).add(match["number"])
    lines = []
    for name, numbers in sorted(new.items()):
        alone = len(numbers) == 1 and name not in known.values()
        known |= {number: name if alone else f"{name}_{number}" for number in sorted(numbers)}
        if not alone:
            taken = ", ".join(known[number] for number in sorted(numbers))
            lines.append(
                f"several students are named {name}: taken apart, as {taken}; these numbers change "
                f"with each assignment: write a name for each into {path}, remove those folders "
                "beside it, and take the download again"
            )
    if new:
        with replaced_file(path) as scratch:
            scratch.write_text(json.dumps(names, indent=1, ensure_ascii=False), "utf-8")
    return known, lines


def _read_names(path: Path) -> dict[str, dict[str, str]]:
    try:
        names = json.loads(path.read_text("utf-8"))
        students = [student for known in names.values() for student in known.values()]
        if not all(one and one[0] != "." and Path(one).name == one for one in students):
            raise ValueError("a student's name must be one that a folder can have")
    except FileNotFoundError:
        return {}
    except (ValueError, TypeError, AttributeError) as error:
        raise SubmissionError(f"{path} can't be read: {error}; mend it or remove it") from None
    return dict(names)


def _entries(
    top: Iterable[Path], assignment: str, others: Set[str], named: Mapping[str, str]
) -> Iterator[tuple[str, Path, str]]:
    """Yield student, path and file name of each entry at the top of a download."""
    for path in top:
        if path.is_dir() and not path.is_symlink():
            inner = path / assignment
            if not inner.is_dir() and any((path / other).is_dir() for other in others):
                continue  # this student handed in another assignment only
            match = _MOODLE.fullmatch(path.name)
            student = named.get(match["number"], match["student"]) if match else path.name
            yield student, inner if inner.is_dir() else path, path.name
        elif match := _CANVAS.match(path.name):
            yield f"{match['name']}_{match['id']}", path, match["file"]
        elif path.suffix in {".zip", ".ipynb"}:
            yield path.stem, path, path.name


def _unwrapped(folder: Path, assignment: str) -> Path:
    """Return the folder of the students' entries: the only folder inside, if it holds them."""
    entries = _visible(folder)
    if len(entries) != 1 or entries[0].is_symlink() or not entries[0].is_dir():
        return folder
    inside = _visible(entries[0])
    students = (
        (path / assignment).is_dir() or _MOODLE.fullmatch(path.name) or _CANVAS.match(path.name)
        for path in inside
    )
    return entries[0] if any(students) else folder


def _visible(folder: Path) -> list[Path]:
    return [
        path
        for path in sorted(folder.iterdir())
        if path.name not in _SKIPPED and not path.name.startswith(".")
    ]
