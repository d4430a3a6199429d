"""Grading policies as TOML writes them: which marks count, how much, and what the exam may do."""

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from autograder.errors import CourseError

READY = Path(__file__).with_name("policies.toml")
_MOST_DECIMALS = 6


@dataclass(frozen=True)
class Part:
    """A part of the grade: the mean of the `best` highest of its marks, with a weight."""

    name: str
    weight: Fraction
    marks: tuple[str, ...]
    best: int
    extra: bool = False  # comes on top of the other parts: the weights add up to 1 without it


@dataclass(frozen=True)
class Policy:
    """How marks make a grade between 0 and `scale`.

    With an `exam`, the other parts are the cumulative assessment. From `frees_from` on it frees
    from the exam; below, the exam must be taken. The higher of the two is the grade.
    """

    name: str
    parts: tuple[Part, ...]
    scale: Fraction = Fraction(10)
    decimals: int = 2
    exam: str | None = None
    frees_from: Fraction = Fraction(0)

    @property
    def marks(self) -> tuple[str, ...]:
        """The names of the marks that the parts are made of; without the exam that may raise."""
        return tuple(dict.fromkeys(mark for part in self.parts for mark in part.marks))

    def only(self, names: Collection[str]) -> "Policy":
        """Return the policy as it is so far: without the marks that nobody can have yet."""
        parts = []
        for part in self.parts:
            marks = tuple(mark for mark in part.marks if mark in names)
            if marks:
                parts.append(replace(part, marks=marks, best=min(part.best, len(marks))))
        return replace(self, parts=tuple(parts))


def ready_policies() -> dict[str, Policy]:
    """Return the policies of policies.toml, by name."""
    return read_policies(READY, tomllib.loads(READY.read_text("utf-8")))


def read_policies(path: Path, tables: object) -> dict[str, Policy]:
    """Return the policies of a TOML table, by name. `path` is named in errors.

    Raises:
        CourseError: an unknown or missing word, or a value that makes no sense.
    """
    return {
        name: _policy(name, _Table(path, f"policies.{name}", entry))
        for name, entry in _Table(path, "policies", tables).values.items()
    }


class _Table:
    """A table of TOML that gives its values once, checked, and then must be empty."""

    def __init__(self, path: Path, where: str, entry: object) -> None:
        self.path, self.where = path, where
        if not isinstance(entry, Mapping):
            raise self.error("", "must be a table")
        self.values: dict[str, Any] = dict(entry)

    def error(self, key: str, what: str) -> CourseError:
        return CourseError(f"{self.path}: {self.where}{'.' * bool(key)}{key} {what}")

    def number(self, key: str, default: Fraction | None, most: float | None = None) -> Fraction:
        value = self.values.pop(key, default)
        known = isinstance(value, Fraction | int | float) and not isinstance(value, bool)
        top = float("inf") if most is None else most
        if not known or not 0 <= value <= top or value == float("inf"):
            bound = "0 or more" if most is None else f"from 0 to {most:g}"
            raise self.error(key, f"must be a number, {bound}")
        return value if isinstance(value, Fraction) else Fraction(str(value))

    def whole(self, key: str, default: int, most: int) -> int:
        value = self.values.pop(key, default)
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
            raise self.error(key, f"must be a whole number from 0 to {most}")
        return value

    def yes(self, key: str) -> bool:
        value = self.values.pop(key, False)
        if not isinstance(value, bool):
            raise self.error(key, "must be true or false")
        return value

    def end(self, *known: str) -> None:
        for key in self.values:
            raise self.error(key, f"is an unknown name (known: {', '.join(known)})")


def _policy(name: str, table: _Table) -> Policy:
    tables = _Table(table.path, f"{table.where}.parts", table.values.pop("parts", {})).values
    parts = tuple(
        _part(part, _Table(table.path, f"{table.where}.parts.{part}", entry))
        for part, entry in tables.items()
    )
    scale = table.number("scale", Fraction(10))
    if not scale:
        raise table.error("scale", "must be above 0")
    policy = Policy(name, parts, scale, table.whole("decimals", 2, _MOST_DECIMALS))
    _check_weights(table, policy, table.yes("normalise"))
    if "exam" in table.values:
        exam = _Table(table.path, f"{table.where}.exam", table.values.pop("exam"))
        mark = exam.values.pop("mark", None)
        frees = exam.number("frees_from", None, float(scale))
        exam.end("mark", "frees_from")
        if not isinstance(mark, str) or mark in policy.marks:
            raise exam.error("mark", "must be the name of a mark that is in no part")
        policy = replace(policy, exam=mark, frees_from=frees)
    table.end("parts", "scale", "decimals", "normalise", "exam")
    return policy


def _part(name: str, table: _Table) -> Part:
    marks = table.values.pop("marks", None)
    if not (isinstance(marks, list) and marks and all(isinstance(mark, str) for mark in marks)):
        raise table.error("marks", 'must be a list of names such as ["hw1", "hw2"]')
    if len(set(marks)) < len(marks):
        raise table.error("marks", "names a mark twice")
    if {"best", "drop"} <= table.values.keys():
        raise table.error("", "has both best and drop: keep one")
    best = table.whole("best", len(marks), len(marks))
    best -= table.whole("drop", 0, len(marks) - 1)
    if best < 1:
        raise table.error("best", "must be at least 1")
    part = Part(name, table.number("weight", None), tuple(marks), best, table.yes("extra"))
    table.end("weight", "marks", "best", "drop", "extra")
    return part


def _check_weights(table: _Table, policy: Policy, normalise: bool) -> None:
    total = sum(part.weight for part in policy.parts if not part.extra)
    if not total:
        raise table.error("parts", "must have a part with a weight above 0")
    if total != 1 and not normalise:
        raise table.error(
            "parts", f"have weights that add up to {float(total):g}: correct them to 1, or write "
            "normalise = true to divide each by their sum"
        )  # fmt: skip
