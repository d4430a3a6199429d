"""What a verdict depends on beside the submission and its tests: the grader and its libraries."""

import functools
import hashlib
import platform
import re
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path

_OWN = "deep-learning-for-nlp"


@functools.cache
def versions() -> Mapping[str, str]:
    """Return the version of Python, of the grader (a hash of its source), and of each package."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.rglob("*.py")):
        digest.update(path.read_bytes())
    known = (one.metadata for one in metadata.distributions())  # parsed each time it is asked for
    installed = {_plain(one["Name"]): one["Version"].split("+")[0] for one in known}
    return {**installed, "python": platform.python_version(), "autograder": digest.hexdigest()[:12]}


def differing(theirs: Mapping[str, str]) -> list[str]:
    """Say, for each part that the grader needs, where another machine's version is not ours."""
    needed = [
        re.split(r"[^\w.-]", name)[0] for name in metadata.requires(_OWN) or () if "dev" not in name
    ]
    return [
        f"{name} {versions().get(name, 'missing')}, not {theirs.get(name, 'missing')}"
        for name in ("python", "autograder", *map(_plain, needed))
        if versions().get(name) != theirs.get(name)
    ]


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
