"""autograder.intake: whatever is handed in comes out as a Submission, with reasons."""

import json
import os
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from autograder import intake
from tests.conftest import solved_notebook
from tests.handed_in import answer, read, read_files, zipped


def edited(change):
    """Return the solved notebook after `change(cells)`; what that returns takes their place."""
    notebook = solved_notebook()
    notebook["cells"] = change(notebook["cells"]) or notebook["cells"]
    return notebook


def set_metadata(position, **values):
    def change(cells):
        cells[position]["metadata"].update(values)

    return change


def set_nbgrader(position, **values):
    def change(cells):
        cells[position]["metadata"]["nbgrader"].update(values)

    return change


def as_format_3():
    cells = [
        {
            "cell_type": cell["cell_type"],
            "metadata": cell["metadata"],
            **(
                {"input": cell["source"], "outputs": [], "language": "python"}
                if cell["cell_type"] == "code"
                else {"source": cell["source"]}
            ),
        }
        for cell in solved_notebook()["cells"]
    ]
    sheet = {"cells": cells, "metadata": {}}
    return {"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": ""}, "worksheets": [sheet]}


def as_schema_1(cells):
    for cell in cells:
        cell["metadata"].get("nbgrader", {}).pop("cell_type", None)
        if "nbgrader" in cell["metadata"]:
            cell["metadata"]["nbgrader"]["schema_version"] = 1


def without_ids(cells):
    for cell in cells:
        del cell["id"]


ACCEPTED = {
    "as it should be": edited(lambda cells: None),
    "copied test cell": edited(lambda cells: [*cells, cells[3]]),
    "deleted cell": edited(lambda cells: cells[:3] + cells[4:]),
    "foreign tag": edited(set_metadata(3, tags=["skip-execution", "figure"])),
    "changed points": edited(set_nbgrader(3, points=1000)),
    "points that are text": edited(set_nbgrader(3, points="all")),
    "unlocked test": edited(set_nbgrader(3, locked=False, grade=False)),
    "schema version 1": edited(as_schema_1),
    "no cell ids": edited(without_ids),
    "metadata that is a list": edited(lambda cells: cells[0].update(metadata=[1])),
    "grade_id that is a list": edited(set_nbgrader(3, grade_id=[])),
    "source in lines": edited(lambda cells: cells[0].update(source=["a\n", "b"])),
    "another kernel": {**solved_notebook(), "metadata": {"kernelspec": {"name": "julia"}}},
    "no metadata at all": {"cells": solved_notebook()["cells"]},
    "format 3": as_format_3(),
    "byte order mark": b"\xef\xbb\xbf" + json.dumps(solved_notebook()).encode(),
    "a number that JSON lacks": json.dumps({**solved_notebook(), "x": float("nan")}).encode(),
}


@pytest.mark.parametrize("kind", ACCEPTED)
def test_what_a_student_may_do_to_a_notebook_is_accepted(tmp_path, kind):
    """A notebook that the student or their Jupyter changed still gives every answer, no refusal.

    Reading it again gives the same: it is not graded again for nothing.
    """
    submission, again = (read_files(tmp_path, {"toy.ipynb": ACCEPTED[kind]}) for _ in range(2))
    assert submission == again
    assert submission.refused == {}
    assert answer(submission) == "def double(x):\n    return 2 * x"
    assert answer(submission, "shout") == "def shout(text):\n    return text.upper() + '!'"


def broken_line():
    lines = json.dumps(solved_notebook(), indent=1).splitlines()
    lines[6] = lines[6] + " oops"
    return "\n".join(lines).encode()


CONFLICT = b'{\n "cells": [\n<<<<<<< HEAD\n  {}\n=======\n>>>>>>> other\n ]\n}'
REFUSED = {
    "empty file": (b"", "empty"),
    "blank file": (b" \n\t", "empty"),
    "broken JSON": (broken_line(), "line 7"),
    "conflict markers": (CONFLICT, "line 3"),
    "cut off": (json.dumps(solved_notebook()).encode()[:-40], "line 1"),
    "deep JSON": (b"[" * 200_000, "too deep"),
    "long number": (b'{"cells": ' + b"9" * 5000 + b"}", "too deep or too long"),
    "not UTF-8": ('{"cells": "é"}'.encode("latin-1"), "UTF-8"),
    "UTF-16": ('{"cells": []}'.encode("utf-16"), "UTF-8"),
    "a list": (b"[]", "not an object"),
    "no cells": (b"{}", "no list of cells"),
    "cells not a list": (b'{"cells": {}}', "no list of cells"),
    "a cell that is a number": (b'{"cells": [7]}', "cell 1"),
    "a cell that is null": (b'{"cells": [null]}', "cell 1"),
    "a cell without type": (b'{"cells": [{"source": ""}]}', "cell 1"),
    "a cell whose type is a list": (b'{"cells": [{"source": "", "cell_type": []}]}', "cell 1"),
    "a cell of unknown type": (b'{"cells": [{"source": "", "cell_type": "heading"}]}', "cell 1"),
    "source a number": (b'{"cells": [{"source": 1, "cell_type": "code"}]}', "cell 1"),
    "source mixed": (b'{"cells": [{"source": ["a", 1], "cell_type": "code"}]}', "cell 1"),
    "old and damaged": (b'{"nbformat": 3, "worksheets": [5]}', "format 3"),
    "old and empty": (b'{"nbformat": 2, "worksheets": null}', "format 2"),
    "too many cells": (
        json.dumps({"cells": [{"cell_type": "code", "source": ""}] * 2001}).encode(),
        "2000 cells",
    ),
    "a Python script": (b"def double(x):\n    return 2 * x\n", "line 1"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_cannot_be_read_has_a_reason(tmp_path, kind):
    """A file that is not a notebook is refused with one line that says what is wrong, and where."""
    data, reason = REFUSED[kind]
    submission = read_files(tmp_path, {"toy.ipynb": data})
    assert submission.notebooks == {}
    assert reason in submission.refused["toy"]
    assert "\n" not in submission.refused["toy"]


def test_lone_surrogates_become_writable_text(tmp_path):
    """Half a character pair, which JSON allows, becomes text that can be written as UTF-8."""
    notebook = edited(lambda cells: cells[2].update(source="x = '\ud800'"))
    submission = read_files(tmp_path, {"toy.ipynb": notebook})
    assert answer(submission).encode("utf-8") == b"x = '?'"


PLACES = {
    "its name": "toy.ipynb",
    "a folder": "hw1/toy.ipynb",
    "a folder in a folder": "Ada Lovelace/hw1 (2)/toy.ipynb",
    "another name": "toy (1) final.ipynb",
    "another name in a folder": "work/Untitled.IPYNB",
}


@pytest.mark.parametrize("in_zip", [False, True], ids=["folder", "zip"])
@pytest.mark.parametrize("place", PLACES)
def test_a_notebook_is_found_wherever_it_is(tmp_path, solved_bytes, place, in_zip):
    """A notebook in a folder, in a zip or under another name is found; helpers stay beside it."""
    name = PLACES[place]
    helper = str(Path(name).with_name("helper.py"))
    files = {name: solved_bytes, helper: b"x = 1"}
    submission = read_files(tmp_path, {"hw1.zip": zipped(files)} if in_zip else files)
    assert answer(submission) == "def double(x):\n    return 2 * x"
    assert submission.files == {"helper.py": b"x = 1"}
    renamed = "toy.ipynb" not in name
    assert any("taken as toy.ipynb" in note for note in submission.notes) == renamed


def test_a_zip_of_the_whole_release_is_read(tmp_path, solved_bytes):
    """A zip of the release's folder gives the notebook, with course/ beside it and no rubbish."""
    members = {
        "hw1/": b"",
        "hw1/toy.ipynb": solved_bytes,
        "hw1/course/data.py": b"",
        "hw1/.ipynb_checkpoints/toy-checkpoint.ipynb": b"old",
        "hw1/course/__pycache__/data.cpython-311.pyc": b"",
        "__MACOSX/hw1/._toy.ipynb": b"rubbish",
    }
    submission = read_files(tmp_path, {"hw1.zip": zipped(members)})
    assert (submission.refused, submission.notes) == ({}, ())
    assert submission.files == {"course/data.py": b""}


def test_a_checkpoint_is_not_the_answer(tmp_path, solved_bytes):
    """Jupyter's checkpoint of an older state is never taken for the notebook."""
    submission = read_files(tmp_path, {".ipynb_checkpoints/toy.ipynb": solved_bytes})
    assert submission.refused == {"toy": "nothing was handed in"}


def test_the_right_name_wins_over_another_file_with_its_cells(tmp_path, solved_bytes):
    """A second notebook with the same cells is not graded, and a note says so."""
    old = json.dumps(edited(lambda cells: cells[2].update(source="old"))).encode()
    submission = read_files(tmp_path, {"toy.ipynb": solved_bytes, "a-copy.ipynb": old})
    assert answer(submission) != "old"
    assert any(note.startswith("a-copy.ipynb: not part") for note in submission.notes)


def test_a_readable_copy_replaces_a_damaged_notebook(tmp_path, solved_bytes):
    """If the file of the right name is damaged, a readable file with its cells is graded."""
    submission = read_files(tmp_path, {"toy.ipynb": b"", "copy.ipynb": solved_bytes})
    assert submission.refused == {}
    assert answer(submission) == "def double(x):\n    return 2 * x"


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({}, "nothing was handed in"),
        ({"essay.txt": b"x"}, "there is: essay.txt"),
        ({"other.ipynb": b'{"cells": []}'}, "no other notebook has its cells"),
        ({"hw1.zip": b"PK\x03\x04 cut"}, "zip the folder again"),
        ({"hw1.zip": zipped({"essay.txt": b""})}, "there is: essay.txt"),
    ],
    ids=["nothing", "text", "another notebook", "damaged zip", "zip without notebook"],
)
def test_a_missing_notebook_is_explained(tmp_path, files, reason):
    """Where no notebook is found, the reason says what there is instead."""
    assert reason in read_files(tmp_path, files).refused["toy"]


def test_a_missing_folder_is_an_empty_submission(tmp_path):
    """A folder that is not there, or is a file, gives a refusal and no exception."""
    (tmp_path / "file").write_bytes(b"")
    for name in ("gone", "file"):
        submission = read(tmp_path / name)
        assert set(submission.refused) == {"toy"}
        assert submission.notes


@pytest.mark.parametrize("kind", ["file", "folder", "submission", "hard link", "fifo", "dangling"])
def test_links_are_not_followed(tmp_path, solved_bytes, kind):
    """A link, to a file, a folder or out of the submission, is never read."""
    outside, folder = tmp_path / "outside", tmp_path / "submission"
    outside.mkdir()
    (outside / "toy.ipynb").write_bytes(solved_bytes)
    if kind == "submission":
        folder.symlink_to(outside)
    else:
        folder.mkdir()
    if kind == "file":
        (folder / "toy.ipynb").symlink_to(outside / "toy.ipynb")
    if kind == "folder":
        (folder / "work").symlink_to(outside)
    if kind == "hard link":
        os.link(outside / "toy.ipynb", folder / "toy.ipynb")
    if kind == "fifo":
        os.mkfifo(folder / "toy.ipynb")
    if kind == "dangling":
        (folder / "toy.ipynb").symlink_to(outside / "gone.ipynb")
    submission = read(folder)
    assert submission.notebooks == {}
    assert (
        "link" in submission.refused["toy"] or "not an ordinary file" in submission.refused["toy"]
    )


@pytest.mark.parametrize("in_zip", [False, True], ids=["folder", "zip"])
def test_the_size_limit_holds_over_all_files(tmp_path, in_zip):
    """Files are taken until the limit; the others are left out with the size in the reason."""
    files = {f"data{number}.bin": bytes(400_000) for number in range(4)}
    submission = read_files(tmp_path, {"hw1.zip": zipped(files)} if in_zip else files)
    assert sorted(submission.files) == ["data0.bin", "data1.bin"]
    assert sum("larger than 1 MB" in note for note in submission.notes) == 2


def test_the_number_of_files_is_limited(tmp_path):
    """A submission keeps no more than MAX_FILES files."""
    files = {f"{number}.txt": b"" for number in range(intake.MAX_FILES + 5)}
    submission = read_files(tmp_path, {"hw1.zip": zipped(files)})
    assert len(submission.files) == intake.MAX_FILES


@pytest.mark.parametrize(
    "files",
    [
        {"a": b"", "a/b": b""},
        {"a/b/c": b"", "a": b""},
        {"toy.ipynb/x": b""},
        {"timestamp.txt/x": b""},
        {"n" * 300: b""},
        {"work/toy.ipynb": b"{}", "work/a": b"", "a/b": b""},
    ],
    ids=["file and folder", "the other way", "notebook", "timestamp", "long", "after moving"],
)
def test_the_files_of_a_submission_can_be_written(tmp_path, files):
    """Every file that is taken can be laid beside the notebook and its timestamp on a disk."""
    submission = read_files(tmp_path / "in", {"hw1.zip": zipped(files)})
    out = tmp_path / "out"
    out.mkdir()
    for name in ("toy.ipynb", "timestamp.txt"):
        (out / name).write_bytes(b"")
    for name, data in submission.files.items():
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        (out / name).write_bytes(data)


STAMPS = {
    "2026-12-01 10:00:00.000000 UTC": datetime(2026, 12, 1, 10, tzinfo=UTC),
    "2026-12-01 10:00:00": datetime(2026, 12, 1, 10, tzinfo=UTC),
    "2026-12-01T10:00:00+02:00": datetime(2026, 12, 1, 8, tzinfo=UTC),
}


@pytest.mark.parametrize("text", STAMPS)
def test_the_timestamp_is_read(tmp_path, text):
    """nbgrader's timestamp.txt is read as UTC, and is not one of the student's files."""
    submission = read_files(tmp_path, {"timestamp.txt": text.encode()})
    assert submission.timestamp == STAMPS[text]
    assert submission.files == {}


@pytest.mark.parametrize(
    "data",
    [
        b"tomorrow",
        b"",
        b"\xff",
        b"2026-99-99",
        b"9999999999999",
        b"0001-01-01T00:00+14:00",
        b"2026-12-01 10:00 XYZ extra",
        b"2026-12-01 10:00 99999999999",
        b"a b /etc/passwd",
    ],
)
def test_a_bad_timestamp_is_noted(tmp_path, solved_bytes, data):
    """A timestamp that is no date is noted, and the notebook is graded all the same."""
    submission = read_files(tmp_path, {"timestamp.txt": data, "toy.ipynb": solved_bytes})
    assert submission.timestamp is None
    assert any(note.startswith("timestamp.txt") for note in submission.notes)
    assert answer(submission)


def test_a_student_cannot_bring_a_timestamp(tmp_path):
    """Only the timestamp.txt at the top counts: not one in a zip or a folder of the student's."""
    mine, real = b"2000-01-01 00:00:00 UTC", b"2026-12-20 00:00:00 UTC"
    files = {
        "a.zip": zipped({"timestamp.txt": mine, "a/timestamp.txt": mine}),
        "b/timestamp.txt": mine,
        "timestamp.txt": real,
        "z.zip": zipped({"timestamp.txt": mine}),
    }
    assert read_files(tmp_path / "all", files).timestamp == datetime(2026, 12, 20, tzinfo=UTC)
    del files["timestamp.txt"]
    assert read_files(tmp_path / "student's", files).timestamp is None


def test_names_that_cannot_be_printed_are_survived(tmp_path):
    """A file name with control characters or broken UTF-8 gives notes that can be written."""
    tmp_path.joinpath(os.fsdecode(b"\xff\x1b[31m.zip")).write_bytes(b"no zip")
    tmp_path.joinpath(os.fsdecode(b"\xff.ipynb")).write_bytes(b"{}")
    damaged = zipped({"toy.ipynb": b"x" * 90}, zipfile.ZIP_STORED).replace(b"xx", b"xy")
    tmp_path.joinpath(os.fsdecode(b"\xfe\x1b.zip")).write_bytes(damaged)
    submission = read(tmp_path)
    for text in [*submission.notes, *submission.refused.values()]:
        assert text.isprintable()
        text.encode("utf-8")
