"""Which submissions are alike: fingerprints of answers, without what all were given.

Fingerprints are copydetect's k-grams of the code with names replaced, as MOSS has them (Schleimer,
Wilkerson and Aiken, Winnowing: Local Algorithms for Document Fingerprinting, SIGMOD 2003), with
every k-gram kept. Nothing of a submission is run.
"""

import io
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

K = 25  # characters of the filtered code that make a fingerprint: about two lines
COMMON = 10  # a passage that more submissions share is the task's, not a student's (as in MOSS)
LONGEST = 200_000  # characters of one submission that are compared
SHARE = 0.5  # of the shorter side, from which a pair is shown
_SHOWN = 10
_LOOKED_AT = 50  # pairs with most fingerprints in common


@dataclass(frozen=True)
class Side:
    """One of a pair. `lines` are its answers, each with whether the other side has it too."""

    student: str
    share: float  # of its fingerprinted code, in [0, 1]
    lines: tuple[tuple[str, bool], ...]


@dataclass(frozen=True)
class Pair:
    """Two submissions with much in common."""

    sides: tuple[Side, Side]

    @property
    def share(self) -> float:
        """The larger share."""
        return max(side.share for side in self.sides)


def similar(texts: Mapping[str, str], given: str, code: bool = True) -> list[Pair]:
    """Return the pairs of submissions with most in common, the most alike first.

    Args:
        texts: the answers by student.
        given: what all students were given: stubs and the instructor's visible cells.
        code: Python; otherwise prose, compared as it stands.
    """
    texts = {student: text for student, text in texts.items() if len(text) <= LONGEST}
    owners: dict[int, list[str]] = {}
    for student, text in texts.items():
        for value in _fingerprint(text, code).hashes:
            owners.setdefault(value, []).append(student)
    known = set(_fingerprint(given, code).hashes)
    known |= {value for value, students in owners.items() if len(students) > COMMON}
    shared = Counter(
        pair
        for value, students in owners.items()
        if value not in known
        for pair in combinations(sorted(students), 2)
    )
    pairs = _compare(shared.most_common(_LOOKED_AT), texts, sorted(known), code)
    alike = [pair for pair in pairs if pair.share >= SHARE]
    return sorted(alike, key=lambda pair: -pair.share)[:_SHOWN]


def _compare(
    found: Iterable[tuple[tuple[str, str], int]],
    texts: Mapping[str, str],
    known: Sequence[int],
    code: bool,
) -> Iterable[Pair]:
    from copydetect import compare_files  # imports matplotlib: only who wants a report waits

    prints: dict[str, Any] = {}
    for students, _ in found:
        for student in students:
            if student not in prints:
                prints[student] = _fingerprint(texts[student], code, known)
        _, shares, slices = compare_files(*(prints[student] for student in students))
        one, two = (
            Side(student, min(1.0, float(share)), _marked(texts[student], places))
            for student, share, places in zip(students, shares, slices, strict=True)
        )
        yield Pair((one, two))


def _fingerprint(text: str, code: bool, known: Sequence[int] = ()) -> Any:
    from copydetect import CodeFingerprint

    file = io.StringIO(text if code else _prose(text))
    return CodeFingerprint("", K, 1, known, code, "python", file)


def _prose(text: str) -> str:
    """Return a text whose letters and spaces are those of any other way to write it down."""
    return re.sub(r"\s", " ", text).lower()


def _marked(text: str, slices: Any) -> tuple[tuple[str, bool], ...]:
    """Return lines, each with whether one of the slices [starts, ends] touches it."""
    places = sorted(zip(*((int(place) for place in row) for row in slices), strict=True))
    lines, begin = [], 0
    for line in text.splitlines(keepends=True):
        end = begin + len(line)
        touched = any(start < end and begin < stop for start, stop in places)
        lines.append((line.rstrip("\n"), touched and bool(line.strip())))
        begin = end
    return tuple(lines)
