"""autograder.intake and zips: members that lie, bombs, links, what must not be believed."""

import struct
import zipfile

import pytest

from autograder import intake
from autograder.settings import Limits
from tests.handed_in import LIMITS, answer, read_files, zipped


def link_member(name):
    member = zipfile.ZipInfo(name)
    member.create_system = 3
    member.external_attr = 0o120777 << 16
    return member


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("../evil.py", "outside"),
        ("work/../../evil.py", "outside"),
        ("/etc/evil.py", "outside"),
        ("..\\evil.py", "outside"),
        ("C:\\evil.py", "outside"),
        (link_member("evil.py"), "link"),
    ],
    ids=["parent", "parent below", "absolute", "backslash", "drive", "symlink"],
)
def test_bad_zip_members_are_left_out(tmp_path, solved_bytes, name, reason):
    """A zip member that leads outside, or is a link, is left out and noted; the rest is read."""
    data = zipped({name: b"/etc/passwd", "toy.ipynb": solved_bytes})
    submission = read_files(tmp_path, {"hw1.zip": data})
    assert submission.files == {}
    assert any("evil.py" in note and reason in note for note in submission.notes)
    assert answer(submission) == "def double(x):\n    return 2 * x"


@pytest.mark.parametrize("name", ["", ".", "./", "//"])
def test_a_zip_member_without_a_name_is_survived(tmp_path, solved_bytes, name):
    """A member whose name is empty or only dots does not stop the others."""
    member = zipfile.ZipInfo("x")
    member.filename = name
    data = zipped({member: b"data", "toy.ipynb": solved_bytes})
    assert answer(read_files(tmp_path, {"hw1.zip": data}))


def patched(data: bytes, offset: int, form: str, value: int) -> bytes:
    """Write a field into the central directory's first entry and the first local header."""
    result = bytearray(data)
    struct.pack_into(form, result, data.index(b"PK\x01\x02") + offset, value)
    struct.pack_into(form, result, offset - 2 if offset < 28 else offset - 4, value)
    return bytes(result)


def test_an_encrypted_zip_is_explained(tmp_path, solved_bytes):
    """A zip with a password is refused with that reason."""
    data = patched(zipped({"toy.ipynb": solved_bytes}), 8, "<H", 1)
    assert "password" in read_files(tmp_path, {"hw1.zip": data}).refused["toy"]


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_damaged_member_is_explained(tmp_path, solved_bytes, method):
    """A member that can't be unpacked is refused with a reason."""
    data = bytearray(zipped({"toy.ipynb": solved_bytes}, method))
    data[39 + 20 : 39 + 200] = bytes(byte ^ 0xA5 for byte in data[39 + 20 : 39 + 200])
    assert "damaged" in read_files(tmp_path, {"hw1.zip": bytes(data)}).refused["toy"]


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA, 99])
def test_an_unusual_compression_is_explained(tmp_path, solved_bytes, method):
    """A compression that Python lacks, or unpacks without a bound on memory, is a reason."""
    data = patched(zipped({"toy.ipynb": solved_bytes}), 10, "<H", method)
    assert "zip the folder again" in read_files(tmp_path, {"hw1.zip": data}).refused["toy"]


@pytest.mark.parametrize("claimed", [None, 10], ids=["honest", "lying"])
def test_a_zip_bomb_is_refused_before_it_fills_the_memory(tmp_path, claimed):
    """Members that unpack to more than the limit are refused, even if their headers lie."""
    data = zipped({"toy.ipynb": b" " * 20_000_000})
    assert len(data) < LIMITS.submission_bytes
    if claimed is not None:
        data = patched(data, 24, "<I", claimed)
    submission = read_files(tmp_path, {"hw1.zip": data})
    assert submission.notebooks == {}
    assert sum(map(len, submission.files.values())) <= LIMITS.submission_bytes
    assert submission.refused["toy"]


def test_a_zip_with_an_environment_is_graded(tmp_path, expected, solved_bytes):
    """A student who zips the folder with its .venv of 600 files still hands in the notebook."""
    with zipfile.ZipFile(tmp_path / "hw1.zip", "w") as archive:
        for number in range(600):
            archive.writestr(f"hw1/.venv/lib/{number}.py", b"")
            archive.writestr(f"hw1/data/{number}.csv", b"")
        archive.writestr("hw1/toy.ipynb", solved_bytes)
    submission = intake.read(tmp_path, "ada", "hw1", expected, Limits())
    assert "toy" in submission.notebooks
    assert len(submission.notes) <= 60
    assert not any(".venv" in name for name in submission.files)


def test_a_loose_notebook_goes_before_one_in_a_zip(tmp_path, expected, solved_bytes):
    """Of a loose notebook and one of that name in a zip, the loose one is graded, with a note."""
    (tmp_path / "toy.ipynb").write_bytes(solved_bytes)
    with zipfile.ZipFile(tmp_path / "a_first.zip", "w") as archive:
        archive.writestr("toy.ipynb", b"{}")
    submission = intake.read(tmp_path, "ada", "hw1", expected, Limits())
    assert submission.notebooks["toy"]
    assert any("handed in twice" in note for note in submission.notes)


def test_a_date_in_a_zip_proves_nothing(tmp_path, expected):
    """A timestamp.txt in a student's zip, however its path is written, is no date of hand-in."""
    with zipfile.ZipFile(tmp_path / "z.zip", "w") as archive:
        archive.writestr(".\\timestamp.txt", b"2020-01-01 00:00:00 UTC")
        archive.writestr("hw1/timestamp.txt", b"2020-01-01 00:00:00 UTC")
    assert intake.read(tmp_path, "ada", "hw1", expected, Limits()).timestamp is None
