"""A download of a whole class (folder or zip; nbgrader, Moodle or Canvas) -> submitted/."""

import re
import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Set
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath

from autograder.errors import SubmissionError
from autograder.files import replaced_folder
from autograder.intake import TIMESTAMP
from autograder.settings import Course

_MOODLE = re.compile(r"_assignsubmission_(file|onlinetext)_?$")
_CANVAS = re.compile(r"^(?P<name>[^_]+)(_LATE)?_(?P<id>\d+)_\d+_(?P<file>.+)$")
_SKIPPED = {"__MACOSX", ".DS_Store", "Thumbs.db"}


def collect(course: Course, assignment: str, download: Path) -> dict[str, list[str]]:
    """Copy a class's download into `submitted/<student>/<assignment>/`, as it is.

    What is understood, at the top of the folder or zip:
        `<student>/` with files, or with a folder `<assignment>/` as nbgrader lays them;
        `<student>_<number>_assignsubmission_file_/` (Moodle: the student is `<student>_<number>`);
        `<student>_<id>_<number>_<file>` (Canvas: the student is `<student>_<id>`);
        `<student>.zip` and `<student>.ipynb`.
    A student's earlier submission is replaced; other students' stay. Links are copied as links and
    refused when they are read.

    Returns:
        The files taken, by student.

    Raises:
        SubmissionError: no such download, not a zip, or nothing in it.
    """
    taken: dict[str, list[str]] = {}
    with _opened(download, course.limits.submission_bytes) as folder:
        parts: dict[str, list[tuple[Path, str]]] = {}
        for student, path, name in _entries(folder, assignment, course.assignments.keys()):
            parts.setdefault(student, []).append((path, name))
        for student, files in sorted(parts.items()):
            with replaced_folder(course.submitted / student / assignment) as target:
                for path, name in files:
                    if path.is_dir() and not path.is_symlink():
                        own = _MOODLE.search(name)  # a date in there would be the student's
                        skip = shutil.ignore_patterns(TIMESTAMP) if own else None
                        shutil.copytree(path, target, True, skip, dirs_exist_ok=True)
                    else:
                        shutil.copy2(path, target / name, follow_symlinks=False)
            taken[student] = [name for _, name in files]
    if not taken:
        raise SubmissionError(f"{download}: there is no submission in it")
    return taken


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


def _entries(folder: Path, assignment: str, others: Set[str]) -> Iterator[tuple[str, Path, str]]:
    """Yield student, path and file name of each entry at the top of a download."""
    for path in _visible(_unwrapped(folder, assignment)):
        if path.is_dir() and not path.is_symlink():
            inner = path / assignment
            if not inner.is_dir() and any((path / other).is_dir() for other in others):
                continue  # this student handed in another assignment only
            yield _MOODLE.sub("", path.name), inner if inner.is_dir() else path, path.name
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
        (path / assignment).is_dir() or _MOODLE.search(path.name) or _CANVAS.match(path.name)
        for path in inside
    )
    return entries[0] if any(students) else folder


def _visible(folder: Path) -> list[Path]:
    return [
        path
        for path in sorted(folder.iterdir())
        if path.name not in _SKIPPED and not path.name.startswith(".")
    ]
