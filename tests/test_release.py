"""autograder.release: what students get, what they must not, and what the gradebook keeps."""

import shutil
import zipfile

import nbformat
import pytest
from nbformat.v4 import new_markdown_cell, new_output
from nbgrader.api import Gradebook

from autograder import release as module
from autograder.errors import AssignmentError, ReleaseError
from autograder.release import (
    check_leaks,
    grading_version,
    leaks,
    read_source,
    release,
    secrets,
    student_version,
)
from tests.conftest import HIDDEN_LINES, cell_of, make_course, nbgrader_cell, toy_notebook


@pytest.fixture(scope="module")
def released_course(tmp_path_factory):
    """A course whose hw1 was released once; tests only read it."""
    course = make_course(tmp_path_factory.mktemp("released") / "course")
    release(course, course.assignment("hw1"))
    return course


def zip_files(course):
    with zipfile.ZipFile(course.build / "release" / "hw1.zip") as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_zip_holds_what_a_student_needs(released_course):
    """The zip has one folder: notebook, library, pins and a README with title and deadline."""
    files = zip_files(released_course)
    assert {name.split("/")[0] for name in files} == {"hw1"}
    assert {
        "hw1/toy.ipynb",
        "hw1/README.md",
        "hw1/requirements.lock",
        "hw1/environment.yml",
        "hw1/course/__init__.py",
        "hw1/course/data.py",
    } <= files.keys()
    readme = files["hw1/README.md"].decode()
    assert "HW1: toys" in readme
    assert "14 December 2026" in readme
    assert "{" not in readme


def test_the_released_notebook_can_be_worked_on(released_course):
    """Students get stubs and visible tests, locked where they are; all validates."""
    notebook = nbformat.reads(zip_files(released_course)["hw1/toy.ipynb"], as_version=4)
    nbformat.validate(notebook)
    assert "raise NotImplementedError()" in cell_of(notebook, "double").source
    assert cell_of(notebook, "test-double").source == 'assert double(2) == 4, "double(2) is 4"'
    assert [cell.id for cell in notebook.cells] == [cell.id for cell in toy_notebook().cells]
    assert cell_of(notebook, "test-double").metadata.editable is False


@pytest.mark.parametrize("line", HIDDEN_LINES)
def test_nothing_hidden_is_in_any_file_of_the_zip(released_course, line):
    """No line of a solution, a hidden test or a model answer is in a file of the zip."""
    assert any(line in cell.source for cell in toy_notebook().cells)  # the test's own premise
    for name, data in zip_files(released_course).items():
        assert line not in data.decode("utf-8"), name


def test_the_gradebook_keeps_exactly_the_grading_version(released_course):
    """Sources, checksums and points in nbgrader's gradebook equal those that are graded with."""
    grading = grading_version(read_source(released_course.notebooks("hw1")[0]))
    with Gradebook(released_course.db_url) as gradebook:
        notebook = gradebook.find_notebook("toy", "hw1")
        stored = {cell.name: (cell.source, cell.checksum) for cell in notebook.source_cells}
        points = {cell.name: cell.max_score for cell in notebook.grade_cells}
        due = gradebook.find_assignment("hw1").duedate
    cells = [cell for cell in grading.cells if "nbgrader" in cell.metadata]
    assert stored == {
        cell.metadata.nbgrader.grade_id: (cell.source, cell.metadata.nbgrader.checksum)
        for cell in cells
    }
    assert points == {"test-double": 2, "test-shout": 3, "written-why": 1}
    assert due.isoformat() == "2026-12-14T23:59:59"


def test_the_same_release_is_the_same_file(released_course, tmp_path):
    """Released again, and from another folder, the zip has the same bytes."""
    first = (released_course.build / "release" / "hw1.zip").read_bytes()
    copied = shutil.copytree(released_course.root, tmp_path / "copied")
    course = module.Course(copied, "x", released_course.assignments)
    for _ in range(2):
        assert release(course, course.assignment("hw1")).read_bytes() == first


def test_a_release_does_not_change_the_source(course):
    """The instructor's notebook has the same bytes after its versions were made."""
    path = course.notebooks("hw1")[0]
    before = path.read_bytes()
    notebook = read_source(path)
    grading_version(notebook)
    student_version(notebook)
    assert notebook == read_source(path)
    assert path.read_bytes() == before


def test_the_versions_differ_only_in_hidden_tests(toy):
    """The grading version has hidden tests and no solutions; the student version neither."""
    grading, student = grading_version(toy), student_version(toy)
    assert [c.source for c in grading.cells if "HIDDEN" not in c.source] == [
        s.source
        for c, s in zip(grading.cells, student.cells, strict=True)
        if "HIDDEN" not in c.source
    ]
    assert cell_of(grading, "test-double").source == cell_of(toy, "test-double").source
    assert cell_of(grading, "double").source == cell_of(student, "double").source


@pytest.mark.parametrize("what", ["leak", "problem", "nbgrader", "disk"])
def test_a_failed_release_leaves_the_old_one(tmp_path, released_course, monkeypatch, what):
    """If a release fails, at any step, the earlier folder and zip stay as they were."""
    copied = shutil.copytree(released_course.root, tmp_path / "copied")
    course = module.Course(copied, "x", released_course.assignments)
    notebook = toy_notebook()
    if what == "leak":
        notebook.cells[0].source += f"\nHint: `{HIDDEN_LINES[2]}`"
    if what == "problem":
        notebook.cells[2].id = "other"
    if what == "nbgrader":
        cell_of(notebook, "setup").metadata.nbgrader.grade_id = "not an id!"
        cell_of(notebook, "setup").id = "not an id!"
    if what == "disk":
        notebook.cells[0].source += "\nNew text."
        monkeypatch.setattr(module.shutil, "copytree", full_disk)
    nbformat.write(notebook, copied / "assignments" / "hw1" / "toy.ipynb")
    before = {path: path.read_bytes() for path in course.build.rglob("*") if path.is_file()}
    with pytest.raises((AssignmentError, ReleaseError, OSError)) as caught:
        release(course, course.assignment("hw1"))
    assert "\n" not in str(caught.value)
    assert {p: p.read_bytes() for p in course.build.rglob("*") if p.is_file()} == before


def full_disk(*_args, **_kwargs):
    raise OSError(28, "No space left on device")


def with_value_in_markdown(notebook):
    notebook.cells[0].source += "\nExpect 2.4691356 for this."


def with_line_in_markdown(notebook):
    line = 'assert shout("quiet words spoken") == "QUIET WORDS SPOKEN!", "every letter"'
    notebook.cells[0].source += f"\nWe will check that  `{line}`."


def with_line_in_cell_metadata(notebook):
    notebook.cells[0].metadata["old"] = "assert abs(double(1.2345678) - 2.4691356) < 1e-9"


def with_line_in_notebook_metadata(notebook):
    notebook.metadata["draft"] = {"why": WHY}


def with_line_in_attachment(notebook):
    notebook.cells[0]["attachments"] = {"a.txt": {"text/plain": WHY}}


WHY = "Because adding a number to itself is the same as multiplying by two."
LEAKS = [
    with_value_in_markdown,
    with_line_in_markdown,
    with_line_in_cell_metadata,
    with_line_in_notebook_metadata,
    with_line_in_attachment,
]


@pytest.mark.parametrize("leak", LEAKS, ids=lambda leak: leak.__name__)
def test_a_leak_in_the_notebook_is_caught(toy, leak):
    """A line or value of a solution or hidden test, anywhere else in the notebook, is refused."""
    check_leaks({"toy": toy}, {})
    leak(toy)
    with pytest.raises(ReleaseError, match=r"^toy\.ipynb would tell students"):
        check_leaks({"toy": toy}, {})


@pytest.mark.parametrize(
    "text",
    [
        "def f(x):\n    twice_the_number = x + x\n",
        "# twice_the_number=x+x",
        "EXPECTED = 2.4691356",
        'print("QUIET WORDS SPOKEN!")',
    ],
)
def test_a_leak_in_the_library_is_caught(toy, text):
    """A solution's line or a hidden value in a file beside the notebook is refused, by name."""
    with pytest.raises(ReleaseError, match=r"^course/data\.py would tell students"):
        check_leaks({"toy": toy}, {"course/data.py": text.encode()})


def test_a_leak_into_another_notebook_is_caught(toy):
    """A hidden line of one notebook that stands in another of the assignment is refused."""
    other = toy_notebook()
    other.cells = [new_markdown_cell(f"`{HIDDEN_LINES[0]}`", id="x")]
    with pytest.raises(ReleaseError, match=r"^other\.ipynb would tell"):
        check_leaks({"toy": toy, "other": other}, {})


def test_a_whole_cell_solution_is_secret(toy):
    """An answer cell without markers is a solution in every line."""
    toy.cells.append(nbgrader_cell("whole", "the_whole_answer = 'here it is'", "answer"))
    assert leaks("the_whole_answer  =  'here it is'", secrets(toy))
    assert "the_whole_answer" not in nbformat.writes(student_version(toy))


def test_what_students_see_anyway_is_no_secret(toy):
    """A hidden line that also stands in a visible test is not taken for a leak."""
    cell = cell_of(toy, "test-double")
    cell.source = cell.source.replace("### BEGIN HIDDEN TESTS\n", "### BEGIN HIDDEN TESTS\n{0}\n")
    cell.source = cell.source.format('assert double(2) == 4, "double(2) is 4"')
    check_leaks({"toy": toy}, {})
    assert not leaks("assert double(2) == 4", secrets(toy))


@pytest.mark.parametrize(
    "outputs",
    [[new_output("stream", text="hidden")], [new_output("error", ename="E", evalue="v")]],
    ids=["stream", "error"],
)
def test_no_output_survives(toy, outputs):
    """Outputs and execution counts of the instructor's run are in no version."""
    cell_of(toy, "test-double").outputs = outputs
    cell_of(toy, "test-double").execution_count = 7
    for notebook in (grading_version(toy), student_version(toy)):
        assert cell_of(notebook, "test-double").outputs == []
        assert cell_of(notebook, "test-double").execution_count is None


def test_output_that_is_left_is_caught(toy, monkeypatch):
    """If a release step stopped clearing outputs, the check would refuse the release."""
    kept = tuple(step for step in module._GRADING_STEPS if step is not module.ClearOutput)
    monkeypatch.setattr(module, "_GRADING_STEPS", kept)
    cell_of(toy, "setup").outputs = [new_output("stream", text="x")]
    with pytest.raises(ReleaseError, match="'setup' still has output"):
        check_leaks({"toy": toy}, {})


def test_hidden_tests_that_are_left_are_caught(toy, monkeypatch):
    """If a release step stopped taking out hidden tests, the check would refuse the release."""
    kept = tuple(step for step in module._RELEASE_STEPS if step is not module.ClearHiddenTests)
    hidden = secrets(toy)
    monkeypatch.setattr(module, "_RELEASE_STEPS", kept)
    monkeypatch.setattr(module, "secrets", lambda _: hidden)
    with pytest.raises(ReleaseError, match="would tell students"):
        check_leaks({"toy": toy}, {})


def test_a_release_needs_no_activated_environment(course, monkeypatch):
    """A release works where PATH does not name the environment's programs."""
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    assert release(course, course.assignment("hw1")).exists()
