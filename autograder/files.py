"""Files and folders that appear whole or not at all, and never half."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def replaced_file(target: Path) -> Iterator[Path]:
    """Give a path to write; at the end the file takes the place of `target`."""
    target.parent.mkdir(parents=True, exist_ok=True)
    scratch = target.with_name(f".part-{target.name}")
    try:
        yield scratch
        os.replace(scratch, target)
    finally:
        scratch.unlink(missing_ok=True)


@contextmanager
def replaced_folder(target: Path) -> Iterator[Path]:
    """Give an empty folder to fill; at the end it takes the place of `target`."""
    target.parent.mkdir(parents=True, exist_ok=True)
    scratch = target.with_name(f".part-{target.name}")
    shutil.rmtree(scratch, ignore_errors=True)  # of a run that was killed
    scratch.mkdir()
    try:
        yield scratch
        if target.exists():
            shutil.rmtree(target)
        os.replace(scratch, target)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
