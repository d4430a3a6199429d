"""Reads the cases: what a hostile student hands in, and what must come of it.

A case is a small file in `cases/<group>/`:

    # What it tries, in a sentence.
    # earns: test-softmax               (the test cells that it rightly earns; or 0; or
    #                                    `all but test-x`: every other answer is the solution)
    # expects: reason contains object   (what else must come of it: see EXPECTATIONS)
    # uses: wire                        (runs wire.py first: the channel, spoken by hand)
    # together                          (may share a notebook with cases of other answer cells)
    # open: why                         (known not to hold yet; fails as soon as it holds)
    # %% softmax                        (the answer cell of that grade_id)
    # %% after softmax                  (a new code cell after that cell)
    # %% file numpy.py                  (a file beside the notebook)

`@ROOT@`, `@HOME@`, `@TMP@`, `@PORT@` and `@DOOR@` stand for the course's folder, the grader's home,
a folder, a TCP port and a unix socket of the host's: this student has even guessed their names.
`@LINGER@` is a number of seconds by which a program that is left behind is known.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.hostile import course

_CELL = re.compile(r"^# %% *(?:(after|file) +)?(\S+) *$", re.MULTILINE)
_HEAD = re.compile(r"^# (earns|expects|open): *(.+)$", re.MULTILINE)


@dataclass(frozen=True, eq=False)
class Case:
    """One attack. `build` writes the hand-in of a forged notebook into a folder."""

    name: str  # group/case
    title: str
    earns: frozenset[str]
    assignment: str = "hw1"
    expects: tuple[str, ...] = ()
    open: str = ""
    together: bool = False
    answers: Mapping[str, str] = field(default_factory=dict)
    extra: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    build: Callable[[Path, Path], None] | None = None  # (folder of the hand-in, course's folder)

    @property
    def tests(self) -> frozenset[str]:
        """The test cells whose points are this case's."""
        if self.together:
            return frozenset(f"test-{name}" for name in self.answers)
        return frozenset(course.points(self.assignment))


def read_cases() -> tuple[Case, ...]:
    """Return all cases of `cases/`, sorted by name."""
    return tuple(map(_parse, sorted(course.FOLDER.glob("*/*.py"))))


def earned(text: str, assignment: str) -> frozenset[str]:
    """Return the test cells that a line `earns: ...` names."""
    every = frozenset(course.points(assignment))
    names = frozenset(re.findall(r"test-\w+", text))
    if names - every or not (names or text in {"0", "all"}):
        raise ValueError(f"earns: {text}")
    return every - names if text.startswith("all") else names


def _parse(path: Path) -> Case:
    text = path.read_text("utf-8")
    marks = list(_CELL.finditer(text))
    head = text[: marks[0].start()]
    told: dict[str, list[str]] = {"earns": [], "expects": [], "open": []}
    for key, value in _HEAD.findall(head):
        told[key].append(value)
    cells: dict[str, list[tuple[str, str]]] = {"": [], "after": [], "file": []}
    for mark, following in zip(marks, [*marks[1:], None], strict=True):
        code = text[mark.end() : following.start() if following else None].strip("\n")
        cells[mark[1] or ""].append((mark[2], code))
    torch = {name for name, _ in cells[""]} & set(course.solutions("hw2"))
    assignment = "hw2" if torch else "hw1"
    [earns] = told["earns"]
    solved = course.solutions(assignment) if earns.startswith("all") else {}
    extra: dict[str, tuple[str, ...]] = {}
    for name, code in cells["after"]:
        extra[name] = (*extra.get(name, ()), code)
    if "\n# uses: wire" in head:
        extra["setup"] = ((course.FOLDER / "wire.py").read_text("utf-8"), *extra.get("setup", ()))
    return Case(
        f"{path.parent.name}/{path.stem}",
        head.splitlines()[0].removeprefix("# "),
        earned(earns, assignment),
        assignment,
        tuple(told["expects"]),
        " ".join(told["open"]),
        "\n# together" in head,
        {**solved, **dict(cells[""])},
        extra,
        dict(cells["file"]),
    )


def hand_ins(cases: tuple[Case, ...]) -> dict[str, tuple[Case, ...]]:
    """Return who hands in what: a student a case, or cases of different answers together."""
    shared: list[dict[str, Case]] = []
    alone: dict[str, tuple[Case, ...]] = {}
    for case in cases:
        if not case.together:
            alone[case.name.replace("/", "-")] = (case,)
            continue
        room = (cells for cells in shared if not cells.keys() & case.answers.keys())
        cells = next(room, None)
        if cells is None:
            shared.append(cells := {})
        cells.update(dict.fromkeys(case.answers, case))
    together = {
        f"together-{number:02}": tuple(dict.fromkeys(cells.values()))
        for number, cells in enumerate(shared)
    }
    return {**together, **alone}
