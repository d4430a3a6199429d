"""autograder.collect: a class's download, however it was packed, into submitted/."""

import os
import zipfile

import pytest

from autograder.collect import collect
from autograder.errors import SubmissionError
from autograder.intake import read
from autograder.settings import Assignment, Course, Limits

FOLDERS = {
    "plain": {"ada/toy.ipynb": b"a", "bob/toy.ipynb": b"b", "bob/sub/data.csv": b"1"},
    "nbgrader": {
        "ada/hw1/toy.ipynb": b"a",
        "bob/hw1/toy.ipynb": b"b",
        "bob/hw1/sub/data.csv": b"1",
        "bob/hw2/toy.ipynb": b"another assignment",
    },
    "rubbish": {
        "ada/toy.ipynb": b"a",
        "bob/toy.ipynb": b"b",
        "bob/sub/data.csv": b"1",
        "__MACOSX/ada/._toy.ipynb": b"x",
        ".DS_Store": b"x",
        "grades.csv": b"x",
    },
}
BOTH = {"ada": {"toy.ipynb": b"a"}, "bob": {"toy.ipynb": b"b", "sub/data.csv": b"1"}}
DOWNLOADS = {
    **{name: (files, BOTH) for name, files in FOLDERS.items()},
    "Moodle": (
        {
            "Ada Lovelace_123_assignsubmission_file_/toy.ipynb": b"a",
            "Ada Lovelace_123_assignsubmission_onlinetext_/onlinetext.html": b"hello",
            "Bob_45_assignsubmission_file/hw1.zip": b"PK",
        },
        {
            "Ada Lovelace": {"toy.ipynb": b"a", "onlinetext.html": b"hello"},
            "Bob": {"hw1.zip": b"PK"},
        },
    ),
    "Canvas": (
        {
            "lovelaceada_12_345_toy.ipynb": b"a",
            "lovelaceada_12_346_my_data.csv": b"1",
            "byronbob_LATE_13_347_hw1.zip": b"PK",
        },
        {
            "lovelaceada_12": {"toy.ipynb": b"a", "my_data.csv": b"1"},
            "byronbob_13": {"hw1.zip": b"PK"},
        },
    ),
    "one file a student": (
        {"ada.ipynb": b"a", "bob.zip": b"PK"},
        {"ada": {"ada.ipynb": b"a"}, "bob": {"bob.zip": b"PK"}},
    ),
}


def pack(tmp_path, files, as_zip):
    """Lay files into a folder, or a zip, and return its path."""
    path = tmp_path / ("download.zip" if as_zip else "download")
    tmp_path.mkdir(exist_ok=True)
    if as_zip:
        with zipfile.ZipFile(path, "w") as archive:
            for name, data in files.items():
                archive.writestr(name, data)
        return path
    for name, data in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(data)
    return path


def submitted(course, assignment="hw1"):
    """Return the files in submitted/, by student and name."""
    return {
        folder.name: {
            path.relative_to(folder / assignment).as_posix(): path.read_bytes()
            for path in (folder / assignment).rglob("*")
            if path.is_file()
        }
        for folder in course.submitted.iterdir()
        if folder.is_dir()
    }


@pytest.mark.parametrize("as_zip", [False, True], ids=["folder", "zip"])
@pytest.mark.parametrize("kind", DOWNLOADS)
def test_a_download_is_understood(tmp_path, course, kind, as_zip):
    """Each known layout, as a folder or a zip, puts each student's files where they belong."""
    files, expected = DOWNLOADS[kind]
    taken, lines = collect(course, "hw1", pack(tmp_path, files, as_zip))
    assert submitted(course) == expected
    assert set(taken) == set(expected)
    assert lines == []


def test_a_new_download_replaces_only_its_students_work(tmp_path, course):
    """A student's earlier work, all of it, is replaced; another student's stays."""
    collect(course, "hw1", pack(tmp_path / "1", FOLDERS["plain"], False))
    collect(course, "hw1", pack(tmp_path / "2", {"bob/new.ipynb": b"new"}, False))
    assert submitted(course) == {"ada": {"toy.ipynb": b"a"}, "bob": {"new.ipynb": b"new"}}


def moodle(tmp_path, course, assignment, **works):
    """Collect a Moodle download of works by `<name>_<number>`; return what was said."""
    files = {
        f"{who.replace('_', ' ', 1)}_assignsubmission_file_/a.ipynb": work
        for who, work in works.items()
    }
    return collect(
        course, assignment, pack(tmp_path / str(len([*tmp_path.iterdir()])), files, False)
    )[1]


def test_moodles_numbers_split_no_student(tmp_path):
    """A student whose number is another one in each assignment is one student."""
    course = Course(tmp_path, "toy", {"hw1": Assignment("hw1"), "hw2": Assignment("hw2")})
    assert moodle(tmp_path, course, "hw1", Ada_King_12=b"1") == []
    assert moodle(tmp_path, course, "hw2", Ada_King_77=b"2") == []
    assert moodle(tmp_path, course, "hw1", Ada_King_12=b"new") == []
    folder = course.submitted / "Ada King"
    assert (folder / "hw1/a.ipynb").read_bytes() == b"new"
    assert (folder / "hw2/a.ipynb").read_bytes() == b"2"


def test_two_students_of_one_name_are_kept_apart(tmp_path, course):
    """Of two students with one name, at once or later, none loses work, and a line says so."""
    moodle(tmp_path, course, "hw1", Ada_King_12=b"1")
    (line,) = moodle(tmp_path, course, "hw1", Ada_King_34=b"2")
    assert line.startswith("several students are named Ada King: taken apart, as Ada King_34;")
    (line,) = moodle(tmp_path, course, "hw1", Bob_Lee_7=b"3", Bob_Lee_8=b"4", Ada_King_12=b"new")
    assert "as Bob Lee_7, Bob Lee_8;" in line
    works = {student: files["a.ipynb"] for student, files in submitted(course).items()}
    apart = {"Bob Lee_7": b"3", "Bob Lee_8": b"4"}
    assert works == {"Ada King": b"new", "Ada King_34": b"2", **apart}


def test_the_instructor_can_say_who_is_who(tmp_path, course):
    """A name that the instructor writes into the file is taken, if a folder can have it."""
    moodle(tmp_path, course, "hw1", Ada_King_12=b"1")
    names = course.submitted / "moodle.json"
    names.write_text(names.read_text().replace("Ada King", "ada@example.org"))
    moodle(tmp_path, course, "hw1", Ada_King_12=b"2")
    assert (course.submitted / "ada@example.org/hw1/a.ipynb").read_bytes() == b"2"
    for wrong in (
        '{"hw1": {"12": "../x"}}',
        '{"hw1": {"12": ".."}}',
        '{"hw1": {"12": ""}}',
        "[]",
        "{",
    ):
        names.write_text(wrong)
        with pytest.raises(
            SubmissionError, match=r"moodle\.json can't be read.*mend it or remove it"
        ):
            moodle(tmp_path, course, "hw1", Ada_King_12=b"3")


def test_the_folder_of_submissions_can_be_its_own_download(tmp_path, course):
    """Collecting from submitted/ itself loses nothing."""
    collect(course, "hw1", pack(tmp_path, FOLDERS["plain"], False))
    collect(course, "hw1", course.submitted)
    assert submitted(course) == BOTH


@pytest.mark.parametrize("name", ["../evil.ipynb", "/../evil.ipynb", "ada/../../evil.ipynb"])
def test_a_zip_cannot_write_outside(tmp_path, course, name):
    """A download's member that leads outside is written inside, or nowhere."""
    before = set(tmp_path.parent.rglob("evil*"))
    collect(course, "hw1", pack(tmp_path, {name: b"x", "ada/toy.ipynb": b"a"}, True))
    outside = set(tmp_path.parent.rglob("evil*")) - before
    assert all(path.is_relative_to(course.submitted) for path in outside)
    assert not os.path.exists("/evil.ipynb")
    assert submitted(course)["ada"]["toy.ipynb"] == b"a"


@pytest.mark.parametrize("inside", [True, False], ids=["in a student's folder", "at the top"])
def test_links_are_copied_as_links(tmp_path, course, inside):
    """A link in a download stays a link, so that what it points to is never copied."""
    secret = tmp_path / "secret.ipynb"
    secret.write_bytes(b"secret")
    folder = pack(tmp_path, FOLDERS["plain"], False)
    (folder / "ada/link.ipynb" if inside else folder / "eve.ipynb").symlink_to(secret)
    collect(course, "hw1", folder)
    copied = next(path for path in course.submitted.rglob("*.ipynb") if path.is_symlink())
    assert copied.name == ("link.ipynb" if inside else "eve.ipynb")
    assert os.readlink(copied) == str(secret)


@pytest.mark.parametrize("kind", ["gone", "text", "cut zip", "empty folder", "empty zip"])
def test_a_useless_download_is_told_in_one_line(tmp_path, course, kind):
    """A download that can't be read, or holds no work, is told in one line, nothing is written."""
    path = pack(tmp_path, {} if "empty" in kind else FOLDERS["plain"], kind != "empty folder")
    if kind == "gone":
        path = tmp_path / "gone"
    elif kind == "text":
        path.write_bytes(b"hello")
    elif kind == "cut zip":
        path.write_bytes(path.read_bytes()[:-20])
    elif kind == "empty folder":
        path.mkdir()
    with pytest.raises(SubmissionError) as caught:
        collect(course, "hw1", path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not course.submitted.exists()


def test_a_file_too_large_in_a_class_zip_is_told(tmp_path):
    """A file over the limit in a class's zip reaches intake, which names the reason."""
    course = Course(tmp_path, "toy", {"hw1": Assignment("hw1")}, limits=Limits(submission_mb=0.1))
    with zipfile.ZipFile(tmp_path / "class.zip", "w") as archive:
        archive.writestr("ada/toy.ipynb", b" " * 200_000)
        archive.writestr("bob/toy.ipynb", b"{}")
    assert set(collect(course, "hw1", tmp_path / "class.zip")[0]) == {"ada", "bob"}
    folder = course.submitted / "ada" / "hw1"
    submission = read(folder, "ada", "hw1", {"toy": frozenset({"x"})}, course.limits)
    assert "larger than 0.1 MB" in submission.refused["toy"]


def test_another_assignments_work_is_not_taken(tmp_path):
    """A student's folder that holds only another assignment is not taken as this one."""
    course = Course(tmp_path, "toy", {"hw1": Assignment("hw1"), "hw2": Assignment("hw2")})
    for student, assignment in (("ada", "hw1"), ("bob", "hw2")):
        place = tmp_path / "class" / student / assignment
        place.mkdir(parents=True)
        (place / "toy.ipynb").write_text("{}")
    assert set(collect(course, "hw1", tmp_path / "class")[0]) == {"ada"}


def broken(data: bytes) -> bytes:
    """Return a zip whose first member, deflated, can't be unpacked."""
    begin = 30 + data[26]
    return data[:begin] + b"\xff\xff\xff" + data[begin + 3 :]


@pytest.mark.parametrize("harm", ["damaged", "encrypted", "long name"])
def test_one_bad_member_of_a_class_zip_stops_nobody(tmp_path, course, harm):
    """A member that can't be unpacked costs its student only, who gets a reason."""
    path = tmp_path / "class.zip"
    name = "x" * 300 + ".ipynb" if harm == "long name" else "ada.ipynb"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, b"abcdefgh" * 9)
        archive.writestr("bob.ipynb", b"{}")
    data = bytearray(path.read_bytes())
    if harm == "damaged":
        data = bytearray(broken(bytes(data)))
    if harm == "encrypted":
        data[6] |= 1
        data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    taken, _ = collect(course, "hw1", path)
    assert "bob" in taken
    if harm != "long name":
        folder = course.submitted / "ada" / "hw1"
        submission = read(folder, "ada", "hw1", {"toy": frozenset({"x"})}, course.limits)
        assert "empty" in submission.refused["toy"] or "no file" in submission.refused["toy"]


@pytest.mark.parametrize(
    ("files", "students"),
    [
        (["all/ada/hw1/toy.ipynb", "all/bob/hw1/toy.ipynb"], {"ada", "bob"}),
        (["all/Ada_1_assignsubmission_file_/toy.ipynb"], {"Ada"}),
        (["ada/hw1/toy.ipynb"], {"ada"}),
        (["ada/toy.ipynb", "ada/data/toy.csv"], {"ada"}),
    ],
)
def test_one_folder_around_a_class_is_not_a_student(tmp_path, course, files, students):
    """A folder that holds the students' entries is opened; one student's own folder is not."""
    for name in files:
        path = tmp_path / "download" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("{}")
    assert set(collect(course, "hw1", tmp_path / "download")[0]) == students
