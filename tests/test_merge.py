"""autograder.merge: a student's answers into the instructor's notebook, and nothing else."""

import copy

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.merge import Merged, is_answer, merge, ordinary_files
from autograder.models import StudentCell
from autograder.release import grading_version
from tests.conftest import HIDDEN_LINES, solved_notebook, student_cells, toy_notebook

GRADING = grading_version(toy_notebook())
SOLVED = student_cells(solved_notebook())
ORDER = [cell.id for cell in GRADING.cells]
ANSWERS = {"double", "shout", "written-why"}
FREE = StudentCell("code", "helper = 1", "free")


def locked_parts(notebook):
    """Everything of the instructor's cells that must not depend on the student."""
    return [
        (cell.cell_type, cell.metadata, None if name in ANSWERS else cell.source)
        for cell in notebook.cells
        if (name := cell.metadata.get("nbgrader", {}).get("grade_id"))
    ]


def source(merged: Merged, name):
    return next(cell.source for cell in merged.notebook.cells if cell.id == name)


def sources(merged: Merged):
    return [cell.source for cell in merged.notebook.cells]


def replaced(name, **changes):
    """Return the solved cells, with the cell of that id changed."""
    return [
        StudentCell(**{**vars(cell), **changes}) if cell.cell_id == name else cell
        for cell in SOLVED
    ]


def test_answers_arrive_and_all_else_is_the_instructors():
    """Of a solved release, the answers are merged as written, the rest is the grading version."""
    merged = merge(GRADING, SOLVED)
    assert source(merged, "double") == "def double(x):\n    return 2 * x"
    assert source(merged, "written-why") == "x + x is 2 x."
    assert [cell.source for cell in merged.notebook.cells if cell.id not in ANSWERS] == [
        cell.source for cell in GRADING.cells if cell.id not in ANSWERS
    ]
    assert (merged.unanswered, merged.notes) == (frozenset(), ())


def test_the_instructors_notebook_is_not_changed():
    """merge works on a copy of the grading version."""
    before = copy.deepcopy(GRADING)
    merge(GRADING, [*SOLVED, FREE])
    assert before == GRADING


SHUFFLED = st.lists(
    st.sampled_from([*SOLVED, FREE])
    | st.builds(
        StudentCell,
        st.sampled_from(["code", "markdown", "raw"]),
        st.text(max_size=5) | st.sampled_from(["### BEGIN HIDDEN TESTS", "assert True"]),
        st.none() | st.sampled_from([*ORDER, "other"]),
        st.none() | st.sampled_from([*ORDER, "other", "cell-0"]),
    ),
    max_size=12,
)


@given(SHUFFLED)
def test_no_submission_changes_what_decides_a_score(cells):
    """For any cells of a student, tests, points, types, order and kernel are the instructor's."""
    merged = merge(GRADING, cells)
    assert locked_parts(merged.notebook) == locked_parts(GRADING)
    assert merged.notebook.metadata == GRADING.metadata
    assert merged.unanswered <= ANSWERS
    nbformat.validate(merged.notebook)  # unique ids, well-formed cells
    extra = [cell for cell in merged.notebook.cells if cell.id not in ORDER]
    assert all("nbgrader" not in cell.metadata and "tags" not in cell.metadata for cell in extra)


@given(SHUFFLED)
def test_merging_is_repeatable(cells):
    """The same submission gives the same notebook, with the same ids, every time."""
    assert merge(GRADING, cells) == merge(GRADING, cells)


@pytest.mark.parametrize("cells", [(), SOLVED, student_cells(GRADING)], ids=["none", "own", "stub"])
def test_a_solution_is_never_in_the_result(cells):
    """No line of the instructor's solutions is in a merged notebook, whatever is missing."""
    text = nbformat.writes(merge(GRADING, cells).notebook)
    for line in (HIDDEN_LINES[0], HIDDEN_LINES[1], HIDDEN_LINES[4]):
        assert line not in text
    assert HIDDEN_LINES[2] in text  # while the hidden tests are there, to be run


@pytest.mark.parametrize("name", ["test-double", "setup"])
def test_a_changed_locked_cell_is_restored(name):
    """A test or provided cell that the student changed is the instructor's again, with a note."""
    merged = merge(GRADING, replaced(name, source="pass"))
    assert source(merged, name) == next(cell.source for cell in GRADING.cells if cell.id == name)
    assert merged.notes == (f"{name!r} was changed; the instructor's version counts",)


def test_metadata_of_a_locked_cell_is_told():
    """Points and tags that a student wrote into a test cell are named, and count for nothing."""
    cells = replaced("test-double", points=100, tags=("skip-execution",))
    merged = merge(GRADING, cells)
    assert locked_parts(merged.notebook) == locked_parts(merge(GRADING, SOLVED).notebook)
    assert merged.notes == (
        "100 points are written in test-double; the instructor's points count",
        "the tag 'skip-execution' is set on test-double, which counts for nothing",
    )


def test_a_test_without_its_hidden_lines_is_not_called_changed():
    """The released test cell, without hidden tests, gives no note."""
    assert merge(GRADING, SOLVED).notes == ()


@pytest.mark.parametrize("name", ["test-double", "setup", "test-shout"])
def test_a_deleted_locked_cell_is_put_back(name):
    """A deleted test or provided cell is at its place again, with a note."""
    merged = merge(GRADING, [cell for cell in SOLVED if cell.cell_id != name])
    assert locked_parts(merged.notebook) == locked_parts(GRADING)
    assert merged.notes == (f"put back: {name}",)


def test_a_deleted_answer_is_unanswered():
    """A deleted answer cell is empty, unanswered and noted; it is not the stub or the solution."""
    merged = merge(GRADING, [cell for cell in SOLVED if cell.cell_id != "double"])
    assert source(merged, "double") == ""
    assert merged.unanswered == {"double"}
    assert merged.notes == ("the answer cell 'double' is missing",)


STUBS = {cell.id: cell.source for cell in GRADING.cells}


@pytest.mark.parametrize("name", sorted(ANSWERS))
@pytest.mark.parametrize("kind", ["blank", "spaces", "stub", "stub with spaces"])
def test_blank_or_untouched_is_unanswered(name, kind):
    """An answer that is blank, or as it was released, is unanswered; the others are not."""
    texts = {"blank": "", "spaces": " \n\t", "stub": STUBS[name]}
    text = texts.get(kind, f"\n{STUBS[name]}\n\n")
    assert merge(GRADING, replaced(name, source=text)).unanswered == {name}


def test_a_small_change_is_an_answer():
    """A stub with a line added counts as an answer."""
    merged = merge(GRADING, replaced("double", source=STUBS["double"] + "\n# no idea"))
    assert merged.unanswered == frozenset()


@pytest.mark.parametrize(
    ("name", "kind"), [("double", "markdown"), ("written-why", "code"), ("test-double", "raw")]
)
def test_a_changed_cell_type_is_put_right(name, kind):
    """A cell that became another type (one key in Jupyter) is the instructor's type, noted."""
    merged = merge(GRADING, replaced(name, cell_type=kind))
    assert locked_parts(merged.notebook) == locked_parts(GRADING)
    assert source(merged, "double") == "def double(x):\n    return 2 * x"
    assert any(f"{name!r} was made a {kind} cell" in note for note in merged.notes)


def after(name, *new):
    """Return the solved cells with new ones after the cell of that id; None: at the top."""
    index = [None, *(cell.cell_id for cell in SOLVED)].index(name)
    return [*SOLVED[:index], *new, *SOLVED[index:]]


@pytest.mark.parametrize("name", [None, *ORDER])
def test_free_cells_keep_their_place(name):
    """New cells follow the cell that they follow in the student's notebook, in their order."""
    second = StudentCell("markdown", "a note")
    merged = merge(GRADING, after(name, FREE, second))
    plain = sources(merge(GRADING, SOLVED))
    place = [None, *ORDER].index(name)
    assert sources(merged) == [*plain[:place], "helper = 1", "a note", *plain[place:]]
    assert [cell.cell_type for cell in merged.notebook.cells[place : place + 2]] == [
        "code",
        "markdown",
    ]


def test_free_cells_follow_a_moved_cell():
    """Where the student moved cells, the order is the instructor's, and helpers go with theirs."""
    double, rest = SOLVED[2], [*SOLVED[:2], *SOLVED[3:]]
    merged = merge(GRADING, [*rest, double, FREE])
    texts = sources(merged)
    assert texts.index("helper = 1") == texts.index(double.source) + 1 == 3


def test_old_notebooks_without_cell_ids_keep_free_cells():
    """Without cell ids, free cells are kept and the instructor's explanations are not doubled."""
    cells = [StudentCell(**{**vars(cell), "cell_id": None}) for cell in after("double", FREE)]
    merged = merge(GRADING, cells)
    assert len(merged.notebook.cells) == len(GRADING.cells) + 1
    assert sources(merged)[3] == "helper = 1"


def test_code_in_an_explanations_cell_is_kept():
    """An explanation that the student made a code cell, and wrote code into, is a free cell."""
    merged = merge(GRADING, replaced("now-text", cell_type="code", source="helper = 1"))
    texts = sources(merged)
    assert "Now with text." in texts
    assert texts.index("helper = 1") < texts.index(
        "def shout(text):\n    return text.upper() + '!'"
    )


def test_of_copied_answers_the_first_counts_and_the_second_runs():
    """A copied and changed answer cell runs after the first as an ordinary cell, with a note."""
    second = StudentCell("code", "double = 3", "new-id", "double")
    merged = merge(GRADING, after("double", second))
    texts = sources(merged)
    assert texts[2:4] == ["def double(x):\n    return 2 * x", "double = 3"]
    assert merged.notes == ("a copy of 'double' is run as an ordinary cell, after the first",)


def test_a_copied_test_gives_no_points():
    """A changed copy of a test cell has no points; an untouched copy of an original is left out."""
    copied = StudentCell("code", "pass", "new-id", "test-double")
    merged = merge(GRADING, after("test-double", copied))
    assert sources(merged)[4] == "pass"
    assert "nbgrader" not in merged.notebook.cells[4].metadata
    same = StudentCell("code", "import math", "new-id", "setup")
    assert len(merge(GRADING, after("setup", same)).notebook.cells) == len(GRADING.cells)


@pytest.mark.parametrize(
    "name",
    [
        "numpy.py",
        "numpy/__init__.py",
        "course/data.py",
        "autograder/grade.py",
        "math.py",
        "random.py",
        "torch.pyc",
        "json.cpython-311-x86_64-linux-gnu.so",
        "sitecustomize.py",
        "usercustomize/__init__.py",
        "conftest.py",
        "__main__.py",
        "evil.pth",
        "sub/evil.pth",
        ".ipython/profile_default/startup/evil.py",
        "ipython_config.py",
    ],
)
def test_files_that_python_or_jupyter_would_load_are_left_out(name):
    """A file that would take an installed module's place, or run by itself, is left out, noted."""
    kept, notes = ordinary_files({name: b"", "data.csv": b"1"})
    assert kept == {"data.csv": b"1"}
    assert len(notes) == 1
    assert notes[0].startswith(name.split("/")[0])


@pytest.mark.parametrize(
    "name", ["helper.py", "my_tools/net.py", "data.csv", "figures/loss.png", "numpy.txt", "math"]
)
def test_a_students_own_files_are_kept(name):
    """Helpers, data and pictures under names of their own are laid beside the notebook."""
    assert ordinary_files({name: b"x"}) == ({name: b"x"}, ())


def test_a_copied_written_answer_is_graded(grading, released):
    """A written answer in a copy of its cell counts where the first was left as released."""
    answer = next(c for c in grading.cells if c.cell_type == "markdown" and is_answer(c))
    first = StudentCell("markdown", answer.source, answer.id, answer.id)
    second = StudentCell("markdown", "My own words.", "copy", answer.id)
    merged = merge(grading, [first, second])
    assert answer.id not in merged.unanswered
    assert next(c for c in merged.notebook.cells if c.id == answer.id).source == "My own words."


def test_answers_are_known_by_their_cell_ids(grading):
    """Where an editor dropped nbgrader's metadata, a cell is known by its id."""
    cells = [StudentCell(c.cell_type, "mine = 1", c.id) for c in grading.cells if is_answer(c)]
    merged = merge(grading, cells)
    assert not merged.unanswered
    assert len(merged.notebook.cells) == len(grading.cells)
