"""Forged hand-ins: notebooks, zips and folders that no editor would have written."""

import io
import json
import os
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat

from tests.hostile import course
from tests.hostile.case import Case, earned

NAME = "numbers.ipynb"
_CHEAT = "3.0"  # a last value of full points, for who believes it
_cases: list[Case] = []


def forgeries() -> tuple[Case, ...]:
    """Return all forged hand-ins as cases of the group `notebook`."""
    return tuple(_cases)


def _case(earns: str = "0", *expects: str) -> Callable[[Callable[[Path, Path], None]], None]:
    """Make a case of a function that writes a hand-in; its docstring is the title."""

    def add(build: Callable[[Path, Path], None]) -> None:
        title = str(build.__doc__)
        name = f"notebook/{build.__name__.strip('_')}"
        _cases.append(Case(name, title, earned(earns, "hw1"), expects=expects, build=build))

    return add


def _changed(**answers: str) -> dict[str, Any]:
    """Return the released notebook, with answers, as plain JSON."""
    return dict(json.loads(nbformat.writes(course.student_notebook("hw1", answers))))


def _tests(notebook: dict[str, Any]) -> list[dict[str, Any]]:
    return [cell for cell in notebook["cells"] if cell["id"].startswith("test-")]


def _write(folder: Path, notebook: object, name: str = NAME) -> None:
    (folder / name).write_text(json.dumps(notebook), "utf-8")


def _zip(folder: Path, members: dict[str, bytes], name: str = "hand-in.zip") -> None:
    with zipfile.ZipFile(folder / name, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, data in members.items():
            archive.writestr(member, data)


@_case()
def tags(folder: Path, root: Path) -> None:
    """Tags test cells so that an executor leaves them out."""
    notebook = _changed()
    for cell in _tests(notebook):
        cell["metadata"]["tags"] = ["skip-execution", "figure", "raises-exception", "remove-cell"]
    _write(folder, notebook)


@_case("0", "page contains put back")
def tests_deleted(folder: Path, root: Path) -> None:
    """Hands in a notebook without test cells."""
    notebook = _changed()
    notebook["cells"] = [cell for cell in notebook["cells"] if cell not in _tests(notebook)]
    _write(folder, notebook)


@_case("0", "page contains was changed")
def tests_rewritten(folder: Path, root: Path) -> None:
    """Replaces the source of each test by one that gives full points."""
    notebook = _changed()
    for cell in _tests(notebook):
        cell["source"] = _CHEAT
    _write(folder, notebook)


@_case()
def points_raised(folder: Path, root: Path) -> None:
    """Gives itself points, checksums and flags in the metadata."""
    notebook = _changed()
    for cell in notebook["cells"]:
        cell["metadata"]["nbgrader"].update(points=1e9, grade=True, solution=True, checksum="0")
    notebook["metadata"]["nbgrader"] = {"score": 100, "max_score": 1}
    _write(folder, notebook)


@_case()
def identities_swapped(folder: Path, root: Path) -> None:
    """Says that its test cells are answers and its answers are tests."""
    notebook = _changed()
    for cell in notebook["cells"]:
        meta, name = cell["metadata"]["nbgrader"], cell["id"]
        other = name.removeprefix("test-") if name.startswith("test-") else f"test-{name}"
        cell["id"] = meta["grade_id"] = other
        meta.update(solution=not meta["solution"], locked=not meta["locked"])
        cell["source"] = _CHEAT
    _write(folder, notebook)


@_case()
def copied_cells(folder: Path, root: Path) -> None:
    """Copies each test cell three times, with other sources and types, before and behind it."""
    notebook = _changed()
    for cell in _tests(notebook):
        where = notebook["cells"].index(cell)
        markdown = {"cell_type": "markdown", "id": cell["id"], "source": "", "metadata": {}}
        copies = [{**cell, "source": _CHEAT}, markdown, cell]
        notebook["cells"][where:where] = copies
    _write(folder, notebook)


@_case("test-centre")
def answers_twice(folder: Path, root: Path) -> None:
    """Hands in an honest answer twice: as written and copied."""
    notebook = _changed(centre="def centre(x):\n    x -= x.mean(axis=0)")
    [answer] = [cell for cell in notebook["cells"] if cell["id"] == "centre"]
    notebook["cells"].insert(notebook["cells"].index(answer), answer)
    _write(folder, notebook)


@_case()
def schema_versions(folder: Path, root: Path) -> None:
    """Says that its metadata are of versions long gone and yet to come."""
    notebook = _changed()
    for number, cell in enumerate(notebook["cells"]):
        cell["metadata"]["nbgrader"]["schema_version"] = (0, 1, 2, 99, "x", None, 1e99)[number % 7]
    _write(folder, notebook)


@_case()
def kernel_of_its_own(folder: Path, root: Path) -> None:
    """Names a kernel of another language, of another folder, with arguments."""
    notebook = _changed()
    notebook["metadata"]["kernelspec"] = {"name": "../../evil", "argv": ["sh"], "language": "sh"}
    notebook["metadata"]["language_info"] = {"name": "bash"}
    _write(folder, notebook)


@_case()
def types_changed(folder: Path, root: Path) -> None:
    """Makes markdown of its tests, and code of nothing."""
    notebook = _changed()
    for cell in _tests(notebook):
        cell.update(cell_type="markdown", attachments={"a.png": {"image/png": "AAAA"}})
    _write(folder, notebook)


@_case("0", "page without <script>fetch")
def outputs_forged(folder: Path, root: Path) -> None:
    """Brings outputs along: scores, and scripts for who looks at them."""
    notebook = _changed()
    script = {"text/html": "<script>fetch('http://192.0.2.1')</script>"}
    result = {"output_type": "execute_result", "data": {"text/plain": "3.0"}, "metadata": {}}
    for cell in _tests(notebook):
        shown = {"output_type": "display_data", "data": script, "metadata": {}}
        cell["outputs"] = [{**result, "execution_count": 1}, shown]
    _write(folder, notebook)


@_case("0", "refused with not a Jupyter notebook")
def not_json(folder: Path, root: Path) -> None:
    """Hands in a program that is named like a notebook."""
    (folder / NAME).write_bytes(b"\x7fELF" + os.urandom(5000))


@_case("0", "refused with empty")
def empty(folder: Path, root: Path) -> None:
    """Hands in an empty file."""
    (folder / NAME).touch()


@_case("0", "refused with too deep")
def deep(folder: Path, root: Path) -> None:
    """Hands in a million opening brackets."""
    (folder / NAME).write_text('{"cells": ' + "[" * 1_000_000)


@_case("0", "refused with damaged")
def cells_of_other_types(folder: Path, root: Path) -> None:
    """Cells that are numbers, sources that are tables, ids that are lists."""
    cell = {"cell_type": "code", "source": {"a": 1}, "id": [], "metadata": 7}
    _write(folder, {"cells": [cell, 7, None], "nbformat": 4, "metadata": []})


@_case("0", "refused with more than")
def many_cells(folder: Path, root: Path) -> None:
    """Hands in three thousand cells."""
    cell = {"cell_type": "code", "source": "pass", "metadata": {}, "outputs": []}
    _write(folder, {"cells": [cell] * 3000, "nbformat": 4, "nbformat_minor": 5, "metadata": {}})


@_case()
def strange_texts(folder: Path, root: Path) -> None:
    """Lone surrogates, NULs and escape sequences in sources, ids and names of files."""
    notebook = _changed(softmax='def softmax(scores):\n    return "\ud800\x00"')
    notebook["cells"][2]["id"] = "\x1b[2J\ud800"
    (folder / "new\nline \x1b[31m‮.txt").write_text("x")
    _write(folder, notebook)


@_case()
def old_format(folder: Path, root: Path) -> None:
    """A notebook of format 3, with worksheets, collapsed cells and languages of its own."""
    cells = [
        {"cell_type": "code", "input": _CHEAT, "language": "sh", "outputs": [], "collapsed": True}
    ]
    head = {"nbformat": 3, "nbformat_minor": 0, "metadata": {}}
    _write(folder, {**head, "worksheets": [{"cells": cells}]})


@_case("0", "refused with is a link")
def link_to_a_neighbour(folder: Path, root: Path) -> None:
    """A link to another student's notebook."""
    (folder / NAME).symlink_to(root / "submitted" / "neighbour-0" / "hw1" / NAME)


@_case("0", "page contains is a link")
def link_to_the_solution(folder: Path, root: Path) -> None:
    """A linked folder with the instructor's notebook."""
    (folder / "hw1").symlink_to(root / "assignments" / "hw1")


@_case("0", "refused with not an ordinary file")
def fifo(folder: Path, root: Path) -> None:
    """A pipe in place of the notebook: who opens it waits for ever."""
    os.mkfifo(folder / NAME)


@_case()
def folder_named_like_it(folder: Path, root: Path) -> None:
    """A folder in place of the notebook, with another one in it."""
    (folder / NAME / NAME).mkdir(parents=True)


@_case("0", "page contains larger than")
def zip_bomb(folder: Path, root: Path) -> None:
    """A zip of a notebook that unpacks to a hundred megabytes, and of a zip of the same."""
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(NAME, bytes(100_000_000))
    (folder / "bomb.zip").write_bytes(bomb.getvalue())
    _zip(folder, {f"{n}.zip": bomb.getvalue() for n in range(3)}, "bombs.zip")


@_case()
def zip_that_leaves(folder: Path, root: Path) -> None:
    """A zip with paths that lead out of it: upwards, absolute, with drives and backslashes."""
    up = "../../neighbour-0/hw1/" + NAME
    names = [up, str(root / "gradebook.db"), "C:\\x.ipynb", "..\\..\\x", "a/../../b", "/"]
    _zip(folder, dict.fromkeys(names, b"owned"))


@_case()
def zip_with_links(folder: Path, root: Path) -> None:
    """A zip whose members are links to the grader's files and to devices."""
    with zipfile.ZipFile(folder / "hand-in.zip", "w") as archive:
        for name, mode in ((NAME, stat.S_IFLNK), ("device", stat.S_IFCHR), ("pipe", stat.S_IFIFO)):
            member = zipfile.ZipInfo(name)
            member.external_attr = (mode | 0o777) << 16
            archive.writestr(member, str(root / "assignments" / "hw1" / NAME))


@_case()
def zip_that_lies(folder: Path, root: Path) -> None:
    """A zip with wrong sizes, wrong sums, doubled names and an encrypted member."""
    _zip(folder, {NAME: json.dumps(_changed()).encode(), "a.txt": b"x" * 1000})
    data = bytearray((folder / "hand-in.zip").read_bytes())
    directory = data.rindex(b"PK\x01\x02")
    data[directory + 8] |= 1  # encrypted
    data[directory + 16 : directory + 28] = os.urandom(12)  # sum and sizes
    (folder / "hand-in.zip").write_bytes(data)


@_case()
def many_files(folder: Path, root: Path) -> None:
    """A notebook among two thousand files."""
    for number in range(2000):
        (folder / f"{number}.txt").touch()
    _write(folder, _changed())


@_case("all")
def honest_though_odd(folder: Path, root: Path) -> None:
    """Lost metadata and foreign cells in between; all answers are right."""
    notebook = _changed(**course.solutions("hw1"))
    for cell in notebook["cells"]:
        cell["metadata"] = {"collapsed": True, "tags": ["figure"]}
    notebook["cells"][3:3] = [{"cell_type": "raw", "source": ["a", "b"], "metadata": {}}]
    notebook["metadata"] = {}
    _write(folder, notebook)
