"""`autograder check`: example solutions are read strictly and graded as students' work is."""

from pathlib import Path

import pytest

from autograder import check
from autograder.errors import VariantError
from autograder.settings import Course
from tests import toy

RIGHT = "# Adds.\n# %% double\ndef double(x):\n    return x + x\n"
WRONG = "# Squares.\n# loses: test-double\n# %% double\ndef double(x):\n    return x * x\n"


@pytest.fixture
def course(tmp_path) -> Course:
    return toy.course_in(tmp_path)


def put(course: Course, name: str, text: str) -> Path:
    path = course.root / "tests/variants/hw1/toy" / f"{name}.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def read(course: Course) -> list[check.Variant]:
    notebook = course.notebooks("hw1")[0]
    return list(check.read_variants(course, notebook, toy.source()))


def test_a_variant_is_read(course):
    """Title, answers, new cells and the losses are as the file says; other answers are solved."""
    text = (
        "# Squares.\n# loses: test-double, test-half\n# %% double\nA = 1\n\n# %% after half\nB = 2"
    )
    put(course, "wrong/square", text + "\n# %% after half\nC = 3\n")
    (variant,) = read(course)
    assert (variant.name, variant.title) == ("wrong/square", "Squares.")
    assert variant.loses == {"test-double", "test-half"}
    assert variant.answers["double"] == "A = 1"
    assert "BEGIN SOLUTION" in variant.answers["half"]
    assert variant.extra == {"half": ("B = 2", "C = 3")}


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("right/a", "", "needs a first comment and at least one '# %% <grade_id>'"),
        ("right/a", "# Only a comment.\n", "at least one '# %% <grade_id>'"),
        ("right/a", "# %%\nx = 1\n", "at least one"),
        ("right/a", "x = 1\n# %% double\nx = 1\n", "needs a first comment"),
        ("right/a", "# T.\n# %% triple\nx = 1\n", "no cell 'triple'"),
        ("right/a", "# T.\n# %% after triple\nx = 1\n", "no cell 'triple'"),
        ("wrong/a", WRONG.replace("test-double", "test-triple"), "no cell 'test-triple'"),
        ("wrong/a", WRONG.replace("test-double", "double"), "no cell 'double'"),
        ("right/a", WRONG, "a wrong variant, and no other"),
        ("wrong/a", RIGHT, "a wrong variant, and no other"),
    ],
)
def test_a_file_in_another_form_is_refused(course, name, text, message):
    """A file that can't be read is named, with what is wrong in it."""
    path = put(course, name, text)
    with pytest.raises(VariantError) as caught:
        read(course)
    assert str(path) in str(caught.value)
    assert message in str(caught.value)


def test_variants_get_the_points_that_they_must(course):
    """The solution gets all, the release and a blank none; a variant that misses its mark shows."""
    put(course, "right/add", RIGHT)
    put(course, "wrong/square", WRONG)
    put(course, "wrong/innocent", WRONG.replace("x * x", "2 * x"))
    assignment = course.assignment("hw1")
    results = {result.variant.name: result for result in check.check(course, assignment)}
    assert len(results) == check.count(course, assignment) == 6
    assert {name for name, result in results.items() if not result.ok} == {"wrong/innocent"}
    assert results["the solution"].got == {"test-double": 2, "test-half": 3}
    assert results["the release, untouched"].got == {"test-double": 0, "test-half": 0}
    assert results["blank"].got == {"test-double": 0, "test-half": 0}
    assert results["wrong/square"].got == {"test-double": 0, "test-half": 3}
    assert results["wrong/innocent"].expected == {"test-double": 0, "test-half": 3}


def test_gaps_are_told(course):
    """A test that no variant fails and an answer with too few wrong variants are gaps."""
    for n in range(check.WRONG_PER_ANSWER):
        put(course, f"wrong/{n}", WRONG.replace("x * x", f"x * x + {n}"))
    assert list(check.gaps(course, course.assignment("hw1"))) == [
        "toy: no wrong variant fails test-half",
        "toy: 0 wrong variants of half, not 3",
    ]


def test_a_sample_has_a_wrong_variant_for_each_test():
    """The sample keeps what is right, and few wrong ones that fail every test together."""
    names = {
        "right/loops": (),
        "solution": (),
        "untouched": ("a", "b", "c"),
        "wrong/all": ("a", "b", "c"),
        "wrong/a": ("a",),
        "wrong/a2": ("a",),
        "wrong/bc": ("b", "c"),
    }
    variants = [check.Variant(name, "", {}, {}, frozenset(loses)) for name, loses in names.items()]
    chosen = [variant.name for variant in check.sample(variants)]
    assert chosen == ["right/loops", "solution", "untouched", "wrong/bc", "wrong/a"]
