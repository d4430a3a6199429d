"""Runs inside stock.py's sandbox: unpack a class, run nbgrader, say what came of it.

`python inside.py <assignment> <token> <seconds>`; the last line printed is JSON.
"""

import json
import os
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path

CONFIG = """\
c = get_config()
c.CourseDirectory.source_directory = "assignments"
c.CourseDirectory.release_directory = "build/release"
c.ExecutePreprocessor.timeout = 5
"""
ROOT = Path("course").resolve()
CANARIES = [ROOT / "private" / "notes.txt", Path.home() / "canary.txt"]
CANARIES += [Path("/tmp/elsewhere/canary.txt"), ROOT / "submitted" / "zz-neighbour" / "diary.txt"]  # noqa: S108


def main() -> None:
    """Grade, look, and tell."""
    assignment, token, seconds = sys.argv[1], sys.argv[2], float(sys.argv[3])
    with tarfile.open("class.tar") as tar:
        tar.extractall(filter="fully_trusted")  # noqa: S202 - ours, and in a sandbox
    for path in CANARIES:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(token)
    (ROOT / "nbgrader_config.py").write_text(CONFIG)
    before = _state(assignment)
    harm = []
    try:
        subprocess.run(
            [sys.executable, "-m", "nbgrader", "autograde", assignment],
            cwd=ROOT,
            env={**os.environ, "CANARY": token},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        harm.append("did not end")
    after = _state(assignment)
    harm += [f"changed {name}" for name in sorted(before) if before[name] != after.get(name)]
    harm += _left()
    harm += _read(token)
    print("\n" + json.dumps({"points": _points(assignment), "harm": harm}), flush=True)


def _state(assignment: str) -> dict[str, bytes]:
    """Return the files that students must not change."""
    paths = [*CANARIES, *(ROOT / "assignments").rglob("*.ipynb")]
    paths += (ROOT / "submitted" / "zz-neighbour" / assignment).glob("*.ipynb")
    return {path.name: path.read_bytes() for path in paths if path.is_file()}


def _left() -> list[str]:
    """Name the processes that are still there, but for this one and its parents."""
    own = {os.getpid(), os.getppid(), 1}
    left = [name for name in os.listdir("/proc") if name.isdecimal() and int(name) not in own]
    return [f"left {len(left)} processes"] if left else []


def _read(token: str) -> list[str]:
    """Say whether what must not be read stands in an output."""
    for path in (ROOT / "autograded" / "attacker").rglob("*.ipynb"):
        for cell in json.loads(path.read_text("utf-8", "replace"))["cells"]:
            if token in json.dumps(cell.get("outputs", "")):
                return ["read the grader's files or environment"]
    return []


def _points(assignment: str) -> dict[str, dict[str, float]]:
    """Return each student's points by test cell, as the gradebook has them."""
    from nbgrader.api import Gradebook

    def graded() -> Iterator[tuple[str, dict[str, float]]]:
        with Gradebook(f"sqlite:///{ROOT / 'gradebook.db'}") as book:
            for submission in book.assignment_submissions(assignment):
                [notebook] = submission.notebooks
                yield submission.student_id, {grade.name: grade.score for grade in notebook.grades}

    try:
        return dict(graded())
    except Exception:  # the gradebook is damaged
        return {}


if __name__ == "__main__":
    main()
