"""Where benchmarks leave their figures, and how they print them."""

import json
import os
from collections.abc import Sequence
from pathlib import Path

BENCH_FILE = Path(__file__).resolve().parents[2] / "build" / "bench.json"


def record(figures: dict[str, float], path: Path = BENCH_FILE) -> None:
    """Merge figures into the file, which is replaced in one step: a reader never sees half of it.

    Raises:
        ValueError: the file is there but is not a JSON object; it is left as it is.

    """
    known = json.loads(path.read_text()) if path.exists() else {}
    if not isinstance(known, dict):
        raise ValueError(f"{path} is not a JSON object")
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        fresh.write_text(json.dumps(known | figures, indent=2, sort_keys=True) + "\n")
        os.replace(fresh, path)
    finally:
        fresh.unlink(missing_ok=True)


def print_table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print rows under a header: the first column to the left, the others to the right."""
    lines = [tuple(header), *[tuple(map(str, row)) for row in rows]]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    lines.insert(1, tuple("-" * width for width in widths))
    for first, *others in lines:
        cells = [cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True)]
        print("  ".join([first.ljust(widths[0]), *cells]))
