"""What the reference solution did in each test, and so what a student's objects may do there.

Threat: an object where data belongs: one that is equal to everything, subtracts to zero, or has an
`equal` method of its own. Where the reference solution's functions gave plain data (numbers, texts,
containers, arrays, tensors), a student's must too; where they gave an object, a student's may be an
object, and may do there what the reference's did.

A place is a span of a test cell's source, so it means the same in every version of Python.
"""

import ast
import contextlib
import json
import re
import symtable
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import CodeType, FrameType
from typing import Literal

Role = Literal["provided", "answer", "test"]
DATA, OBJECT, EMPTY = "data", "object", "empty"
_FILE = "<judge:{}>"


@dataclass(frozen=True)
class Profile:
    """What a notebook's tests may ask for, and what they may get.

    names: what tests may take from the student's kernel by name.
    provided: ids of the instructor's cells that run on the trusted side too.
    kinds: by test cell and place, the kinds of what came back: DATA, OBJECT, or both; and EMPTY,
        for an array without entries, which is close to every number.
    """

    names: frozenset[str] = frozenset()
    provided: frozenset[str] = frozenset()
    kinds: Mapping[str, Mapping[str, frozenset[str]]] = field(default_factory=dict)

    def to_json(self) -> str:
        """Return the profile as a text."""
        kinds = {
            cell: {place: sorted(found) for place, found in sorted(places.items())}
            for cell, places in sorted(self.kinds.items())
        }
        table = {"names": sorted(self.names), "provided": sorted(self.provided), "kinds": kinds}
        return json.dumps(table, indent=1)

    @staticmethod
    def from_json(text: str) -> "Profile":
        """Read what `to_json` wrote."""
        table = json.loads(text)
        kinds = {
            cell: {place: frozenset(found) for place, found in places.items()}
            for cell, places in table["kinds"].items()
        }
        return Profile(frozenset(table["names"]), frozenset(table["provided"]), kinds)


def plan(cells: Iterable[tuple[str, Role, str]]) -> Profile:
    """Return what can be said of a notebook before it runs.

    Args:
        cells: of the instructor's code cells in order, with solutions: id, role, source.

    A provided cell that uses a name of an answer runs in the student's kernel only, and its names
    are the student's too. The others run on both sides.
    """
    names: set[str] = set()
    provided: set[str] = set()
    for cell, role, source in cells:
        if role == "test":
            continue
        bound, used = _globals(source)
        if role == "answer" or used & names:
            names |= bound
        else:
            provided.add(cell)
    return Profile(frozenset(names), frozenset(provided))


def _globals(source: str) -> tuple[set[str], set[str]]:
    """Return the global names that a cell binds, imports aside, and those that it uses."""
    top = symtable.symtable(python(source), "cell", "exec")
    tables, bound, used = [top], set[str](), set[str]()
    while tables:
        table = tables.pop()
        tables += table.get_children()
        for symbol in table.get_symbols():
            outer = table is top or symbol.is_global()
            if outer and symbol.is_assigned() and not symbol.is_imported():
                bound.add(symbol.get_name())
            if outer and symbol.is_referenced():
                used.add(symbol.get_name())
    return bound, used


def python(source: str) -> str:
    """Return a cell without IPython's magics; an empty one if it is not Python even so."""
    with contextlib.suppress(SyntaxError):
        ast.parse(source)
        return source
    plain = re.sub(r"(?m)^(\s*)[%!?].*$", r"\1pass", source)
    with contextlib.suppress(SyntaxError):
        ast.parse(plain)
        return plain
    return ""


def file_name(cell: str) -> str:
    """Return the name under which a cell of the trusted side is compiled."""
    return _FILE.format(cell)


def place(cell: str) -> str:
    """Return where the innermost frame of a test cell is, as a span of its source."""
    name = file_name(cell)
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and frame.f_code.co_filename != name:
        frame = frame.f_back
    if frame is None:
        return "?"
    code, spans = _SPANS.setdefault(id(frame.f_code), (frame.f_code, {}))
    if frame.f_lasti not in spans:
        line, end_line, column, end = list(code.co_positions())[frame.f_lasti // 2]
        spans[frame.f_lasti] = f"{line}:{column}-{end_line}:{end}"
    return spans[frame.f_lasti]


_SPANS: dict[int, tuple[CodeType, dict[int, str]]] = {}  # by id(): a code's own hash takes long
