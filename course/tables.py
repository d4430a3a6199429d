"""Tables for lectures, shown as they are in print."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from IPython.display import Markdown

__all__ = ["show_table"]


def show_table(header: Sequence[str], rows: Iterable[Sequence[Any]], digits: int = 4) -> Markdown:
    """Make a table: the last line of a cell shows it.

    Args:
        header: titles of the columns; they may hold formulas such as "$x$".
        rows: as many entries each; numbers stand right, all else left.
        digits: significant digits of a float.

    Raises:
        ValueError: a row is longer or shorter than the header.

    """
    rows = [list(row) for row in rows]
    for row in rows:
        if len(row) != len(header):
            raise ValueError(f"{len(header)} columns, but {len(row)} entries in {row}")
    numeric = [all(_is_number(row[k]) or row[k] == "" for row in rows) for k in range(len(header))]
    lines = [header, ["--:" if right else ":--" for right in numeric]]
    lines += [[_in_print(entry, digits) for entry in row] for row in rows]
    return Markdown("\n".join(f"| {' | '.join(line)} |" for line in lines))


def _is_number(entry: Any) -> bool:
    return isinstance(entry, int | float | np.number) and not isinstance(entry, bool)


def _in_print(entry: Any, digits: int) -> str:
    """A float with its significant digits, not "-0" and not 1.5e+04; anything else as it is."""
    if isinstance(entry, float | np.floating):
        text = f"{entry:,.{digits}g}"
        if "e+" in text:
            text = f"{entry:,.0f}"
        return "0" if text == "-0" else text
    return f"{entry:,}" if _is_number(entry) else str(entry)
