"""Similar submissions: what is found in spite of new names, and what is not called alike."""

import pytest

from autograder.report.similar import COMMON, LONGEST, similar

ONE = """\
def softmax(scores):
    shifted = scores - scores.max(axis=1, keepdims=True)
    powers = np.exp(shifted)
    return powers / powers.sum(axis=1, keepdims=True)
"""
OTHER = """\
def softmax(scores):
    rows = []
    for row in scores:
        top = max(row)
        rows.append([math.exp(value - top) for value in row])
    return np.array([[value / sum(row) for value in row] for row in rows])
"""
RENAMED = ONE.replace("shifted", "moved").replace("powers", "e").replace("scores", "z")
THIRD = "def loss(p, y):\n    picked = p[np.arange(len(y)), y]\n    return -np.log(picked).mean()\n"


def names(texts, given="", **options):
    return [tuple(s.student for s in pair.sides) for pair in similar(texts, given, **options)]


@pytest.mark.parametrize("copy", [ONE, RENAMED, "# mine\n" + RENAMED.replace("    ", "\t")])
def test_a_copy_is_found(copy):
    """A copy with other names, comments and spaces is wholly the same; other work is not alike."""
    (pair,) = similar({"ada": ONE, "bob": OTHER, "cyd": copy}, "")
    assert [side.student for side in pair.sides] == ["ada", "cyd"]
    assert [side.share for side in pair.sides] == [1, 1]


def test_both_sides_say_their_share_and_lines():
    """Who added work of their own shares less of it; only the lines in common are marked."""
    (pair,) = similar({"ada": ONE, "bob": RENAMED + THIRD}, "")
    ada, bob = pair.sides
    assert ada.share == 1
    assert 0.3 < bob.share < 0.8
    marked = {line for line, same in bob.lines if same}
    assert set(RENAMED.splitlines()) <= marked
    assert not marked & set(THIRD.splitlines()[1:])


def test_what_was_given_is_no_copy():
    """Lines of the release do not count, so two untouched submissions are not alike."""
    assert names({"ada": ONE, "bob": ONE}, given=ONE) == []
    assert names({"ada": ONE + THIRD, "bob": ONE + OTHER}, given=ONE) == []


def test_what_many_write_is_the_tasks():
    """A passage that more than ten share is nobody's; of ten it still counts."""
    assert len(names({f"s{number}": ONE for number in range(COMMON)})) == 10
    assert names({f"s{number}": ONE for number in range(COMMON + 1)}) == []


def test_written_answers_are_compared_as_text():
    """Prose is compared by its words, whatever their case and line breaks."""
    one = "Equal weights get equal gradients, so the units never become different."
    texts = {"ada": one, "bob": one.upper().replace(" ", "\n"), "cyd": "Symmetry is not broken."}
    assert names(texts, code=False) == [("ada", "bob")]


@pytest.mark.parametrize("text", ["", "\x00\ud800 not python '''", "(" * 5000, "é\n" * 100, "x=1"])
def test_any_text_is_read(text):
    """Whatever students write is compared, or left out, without an error."""
    similar({"ada": text, "bob": text, "cyd": "x" * (LONGEST + 1)}, text[:1])
