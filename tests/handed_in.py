"""What a student hands in, written to a folder and read by autograder.intake."""

import io
import json
import warnings
import zipfile

from autograder import intake
from autograder.models import Submission
from autograder.settings import Limits

LIMITS = Limits(submission_mb=1)
NAMES = ("setup", "double", "test-double", "shout", "test-shout", "written-why")
EXPECTED = {"toy": frozenset(NAMES)}


def read(folder, limits=LIMITS) -> Submission:
    """Read a folder, with Python's warnings as errors: a class's log must stay readable."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return intake.read(folder, "ada", "hw1", EXPECTED, limits)


def read_files(folder, files, limits=LIMITS) -> Submission:
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data if isinstance(data, bytes) else json.dumps(data).encode())
    return read(folder, limits)


def zipped(files, compression=zipfile.ZIP_DEFLATED) -> bytes:
    """Zip files, given by name or by ZipInfo."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def answer(submission, name="double"):
    return next(c.source for c in submission.notebooks["toy"] if c.grade_id == name)
