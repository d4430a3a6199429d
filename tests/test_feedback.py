"""Feedback pages: the student's points and reasons, and nothing that tells a hidden test."""

import base64
import hashlib
import html
import io
import re
from datetime import UTC, datetime
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from PIL import Image

from autograder import entered, store
from autograder.entered import Entered
from autograder.execute import error_output
from autograder.feedback import sanitise, write_pages
from autograder.feedback.content import Step, steps
from autograder.feedback.hints import global_randomness
from autograder.grade import grade_submission, refuse
from autograder.gradebook import Recorder, open_gradebook, rows
from autograder.merge import FREE
from autograder.models import CellRun
from autograder.pool import grade_class
from tests import toy
from tests.toy import job

ROOT = Path(__file__).parents[1]
# Ways to see a test's source while it runs; what they find is printed in a later cell.
SPY = """\
def double(x):
    global seen
    seen = In[-1]
    print(In[-1], repr(In[-1]))
    if x < 0:
        raise type("Leak", (Exception,), {})(In[-1])
    return 2 * x"""
ANSWERS = {
    "ada": toy.SOLUTION,
    "spy": {**toy.SOLUTION, "double": SPY},
    "bob": {**toy.SOLUTION, "double": "def double(x):\n    return x * x"},
}
EXTRA = {
    "spy": {
        "test-double": "print(In)\nprint(seen)\nprint(repr(seen))\nseen",
        "test-half": "from IPython.display import HTML, display\ndisplay(HTML(seen))\n"
        "display({'text/plain': seen}, raw=True)\nraise ValueError(seen)",
    }
}


@pytest.fixture(scope="module")
def pages(tmp_path_factory) -> dict[str, str]:
    """The pages of a class, as text, by student."""
    root = tmp_path_factory.mktemp("feedback")
    course = toy.released_in(root)
    jobs = [job(student, answers, EXTRA.get(student)) for student, answers in ANSWERS.items()]
    results = [*grade_class(jobs), refuse(job("cyd"), "the file <b>is</b> empty")]
    with open_gradebook(course) as book:
        recorder = Recorder(book, course, "hw1")
        for result in results:
            store.write(course, result)
            recorder.record(result)
            store.finish(course, result)
    told = written(course)
    assert told == {"ada": None, "bob": None, "cyd": None, "spy": None}
    return {
        student: (root / "build/feedback" / student / "hw1.html").read_text("utf-8")
        for student in told
    }


def written(course) -> dict[str, str | None]:
    """Write all pages as the command does; return what it is told."""
    with open_gradebook(course) as book:
        marks = entered.read(book, "hw1")
    return dict(write_pages(course, "hw1", store.read(course, "hw1"), marks))


def plain(page: str) -> str:
    """Return a page's text without tags and spaces."""
    return "".join(html.unescape(re.sub(r"<[^>]*>", "", page)).split())


@pytest.mark.parametrize("student", ["ada", "spy", "bob", "cyd"])
@pytest.mark.parametrize("secret", ["-31.25", "-62.5", "-40960", "-20480", "BEGIN HIDDEN"])
def test_no_page_tells_a_hidden_test(pages, student, secret):
    """No hidden value stands in a page, even where a student prints the test's source."""
    assert secret.replace(" ", "") not in plain(pages[student])
    assert secret not in pages[student]


def test_a_made_exception_is_not_told(pages):
    """An exception that a student made to carry values does not reach the page's test cell."""
    assert "a hidden check failed with an exception" in pages["spy"]


@pytest.mark.parametrize(
    ("student", "score"), [("ada", "5"), ("bob", "3"), ("spy", "3"), ("cyd", "0")]
)
def test_the_page_has_the_points(pages, student, score):
    """The sum on a page is the gradebook's."""
    assert f"{score}of7points" in plain(pages[student])


def test_the_reason_of_a_loss_is_told(pages):
    """A hidden loss is told with its plain message, and the visible lines of the test are there."""
    text = html.unescape(pages["bob"])
    assert f"a hidden check: {toy.HIDDEN_MESSAGE}" in text
    assert "assertdouble(2)==4" in plain(pages["ada"])
    assert "This cell also runs checks that are not shown." in pages["ada"]


def test_a_refused_submission_has_a_page(pages):
    """A refused submission's page says why, and the reason can't be markup."""
    assert "toy:thefile<b>is</b>empty" in plain(pages["cyd"])
    assert "<b>is</b>" not in pages["cyd"]


def test_a_refusal_is_told_once(pages):
    """Of a notebook that can't be graded the page has the reason above, and no empty steps."""
    assert pages["cyd"].count("the file &lt;b&gt;is") == 2  # what to do next, and the table's title
    assert "<article" not in pages["cyd"]


def test_a_step_without_cells_leaves_no_gap(tmp_path):
    """Where a student has no cell beside a verdict, the verdict takes the whole width."""
    course = toy.released_in(tmp_path)
    graded = grade_submission(job(), toy.FakeExecutor())
    store.write(course, graded)
    store.finish(course, graded)
    path = tmp_path / "build/autograded/ada/hw1/toy.ipynb"
    executed = nbformat.read(path, as_version=4)
    executed.cells = [cell for cell in executed.cells if cell.id != "half"]
    nbformat.write(executed, path)
    written(course)
    page = (tmp_path / "build/feedback/ada/hw1.html").read_text("utf-8")
    assert re.findall(r'<aside class="([^"]*)"', page) == ["passed", "passed alone", "by-hand"]


def test_one_failed_page_stops_nobody(tmp_path):
    """A student without a page is told with a reason, and the next one has a page."""
    course = toy.released_in(tmp_path)
    for student in ("ada", "bob"):
        result = refuse(job(student), "nothing")
        store.write(course, result)
        store.finish(course, result)
    (tmp_path / "build/autograded/ada/hw1/toy.ipynb").write_text("{")
    told = written(course)
    assert told["ada"]
    assert told["bob"] is None
    assert Path(tmp_path / "build/feedback/bob/hw1.html").is_file()


def test_a_page_is_closed_to_the_world(pages):
    """A page has no script and no address to fetch, and its policy allows its own style only."""
    for page in pages.values():
        (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)
        (style,) = re.findall(r"(?s)<style>(.*?)</style>", page)
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        rules = dict(rule.split(" ", 1) for rule in html.unescape(policy).split("; "))
        assert rules.pop("style-src") == f"'sha256-{digest}'"
        assert rules.pop("img-src") == "data:"
        assert set(rules.values()) == {"'none'"}
        assert "default-src" in rules
        assert not re.search(r"<(script|link|iframe|object|base)\b|\ssrc=\"(?!data:)", page)


def test_what_a_person_gave_is_on_the_page(tmp_path):
    """A manual score replaces the tests', extra points add, lateness takes; comments are shown."""
    course = toy.released_in(tmp_path)
    stamp = datetime(2026, 1, 10, 12, tzinfo=UTC)  # half a day late: a tenth of the score
    graded = grade_submission(job("ada", timestamp=stamp), toy.FakeExecutor())
    with open_gradebook(course) as book:
        Recorder(book, course, "hw1").record(graded)
        for name, points in (("explain", 1.5), ("test-half", 0.0)):
            grade = book.find_grade(name, "toy", "hw1", "ada")
            grade.manual_score = points
        book.find_grade("test-double", "toy", "hw1", "ada").extra_credit = 0.5
        book.find_comment("explain", "toy", "hw1", "ada").manual_comment = "Say <why>."
        book.db.commit()
        Recorder(book, course, "hw1").record(graded)  # the penalty of the new score
        (row,) = rows(book, "hw1")
    store.write(course, graded)
    store.finish(course, graded)
    assert written(course) == {"ada": None}
    page = (course.build / "feedback/ada/hw1.html").read_text("utf-8")
    assert row.score == pytest.approx(0.9 * (1.5 + 0 + 2.5))
    assert "3.6of7points" in plain(page)
    assert "4forthework,less0.4forhandinginlate" in plain(page)
    assert "Say &lt;why&gt;." in page
    assert "gradedbyaperson" in plain(page)


def step(cells: list[NotebookNode]) -> list[Step]:
    return steps(nbformat.v4.new_notebook(cells=cells), "toy", Entered(), 1)


def own(cell: NotebookNode) -> NotebookNode:
    """Return a cell as merge marks a student's."""
    cell.metadata[FREE] = True
    return cell


@pytest.mark.parametrize("path", sorted(ROOT.glob("assignments/*/*.ipynb")), ids=lambda p: p.stem)
def test_every_formula_of_the_homeworks_becomes_mathml(path):
    """In the homeworks' text, solutions included, no formula is left as TeX."""
    cells = nbformat.read(path, as_version=4).cells
    made = [sanitise.markdown(cell.source) for cell in cells if cell.cell_type == "markdown"]
    count = sum(len(re.findall(r"<math", page)) for page in made)
    text = re.sub(r"(?s)<pre>.*?</pre>|<code>.*?</code>", "", "".join(made))
    assert count > 100
    assert not re.findall(r"\\[a-zA-Z]+|\$", html.unescape(re.sub(r"<[^>]*>", "", text)))


def test_a_named_function_stands_apart_from_its_argument():
    """There is a thin space after `ln` as in TeX, none before a parenthesis or an index."""
    assert re.search(r"<mi>ln</mi><mspace[^>]*/><mn>10</mn>", sanitise.formula(r"\ln 10"))
    assert "mspace" not in sanitise.formula(r"\log_2(x) + \max\{a\} + \exp\left(x\right)")


def test_the_failing_line_is_marked():
    """Of a visible test's lines the one that failed is marked, and of a hidden one none."""
    for line, expected in ((1, f"assert double(2) == 4, {toy.VISIBLE_MESSAGE!r}"), (3, None)):
        failed = CellRun(ran=True, error="AssertionError", message="no", line=line)
        graded = grade_submission(job(), toy.FakeExecutor({"test-double": failed}))
        notebook = nbformat.reads(graded.notebooks[0].executed, as_version=4)
        question = steps(notebook, "toy", Entered(), 1)[0].question
        assert question is not None
        shown = {number: text.replace('"', "'") for number, text in question.test}
        assert shown.get(question.line or 0) == expected
        assert toy.HIDDEN_LINE not in str(question)


def test_a_traceback_is_cut_to_the_students_frames():
    """Frames of libraries are left out, colours too; what was raised stays."""
    frames = ["-----", "File lib/x.py:3, in g\n  3 raise", "\x1b[0;32mCell In[4]\x1b[0m, line 2"]
    error = error_output("ValueError", "no")
    error.traceback = [*frames, "ValueError: no"]
    code = own(nbformat.v4.new_code_cell("g()", outputs=[error]))
    (shown,) = step([code])[0].cells[0].outputs
    assert (shown.text, shown.frames) == ("ValueError: no", "Cell In[4], line 2")


def picture(width: int, noise: int = 0) -> str:
    """Return the PNG of a picture, with bytes after its end."""
    data = io.BytesIO()
    Image.new("1", (width, 1)).save(data, "png")
    return base64.b64encode(data.getvalue() + bytes(noise)).decode()


@pytest.mark.parametrize(
    ("png", "kind"),
    [
        (picture(10), "figure"),
        (picture(10, noise=400_000), "note"),
        (picture(5_000), "note"),
        ("bm90IGEgcGljdHVyZQ==", "note"),
        ('" onerror="x', "note"),
    ],
)
def test_figures_have_limits(png, kind):
    """A figure is shown if it is one, of a sane size."""
    figure = nbformat.v4.new_output("display_data", data={"image/png": png})
    code = own(nbformat.v4.new_code_cell("plot()", outputs=[figure]))
    assert [output.kind for output in step([code])[0].cells[0].outputs] == [kind]


@pytest.mark.parametrize("size", [10, 3_000, 100_000])
def test_a_page_stays_small(tmp_path, size):
    """A page stays under 60 KB, whatever a student wrote, and tells each question's result."""
    course = toy.released_in(tmp_path)
    text = "# word\n" * (size // 7)
    extra = dict.fromkeys(("double", "half", "test-half"), text)
    graded = grade_submission(
        job("ada", dict.fromkeys(toy.SOLUTION, text), extra), toy.FakeExecutor()
    )
    store.write(course, graded)
    store.finish(course, graded)
    assert written(course) == {"ada": None}
    page = (course.build / "feedback/ada/hw1.html").read_text("utf-8")
    assert len(page.encode()) < 60_000
    assert page.count('scope="row"') == 3


@pytest.mark.parametrize(
    ("source", "named"),
    [
        ("def f(rng): return np.random.permutation(3)", "np.random.permutation"),
        ("import random\nrandom.shuffle(x)", "random.shuffle"),
        ("torch.manual_seed(0)", "torch.manual_seed"),
        ("rng = np.random.default_rng(0)\nrng.permutation(3)", None),
        ("def f(rng): return rng.random(3)", None),
        ("def f(", None),
    ],
)
def test_global_randomness_is_seen(source, named):
    """Code that uses a global generator is told so by the function's name; other code is not."""
    said = global_randomness(source)
    assert (f"uses {named}," in said) if named else said == ""


def luminance(colour: str) -> float:
    """Return the relative luminance of WCAG 2.2."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_contrast_is_enough(scheme):
    """Every colour of text has at least 4.5:1 (WCAG AA) on every ground it stands on."""
    shared, own = (
        dict(re.findall(r"--([a-z]+): (#[0-9a-f]{6})", blocks[scheme]))
        for path in ("feedback/templates/base.css", "report/page.css")
        if (
            blocks := re.findall(r":root \{(.*?)\}", (ROOT / "autograder" / path).read_text(), re.S)
        )
    )
    colours = shared
    grounds = {name: [colours["paper"]] for name in colours}
    grounds["ink"] += [colours["code"], colours["mark"], own["mark"]]
    for name in ("ink", "quiet", "good", "half", "bad", "hand", "link"):
        for ground in grounds[name]:
            light, dark = sorted((luminance(colours[name]), luminance(ground)), reverse=True)
            assert (light + 0.05) / (dark + 0.05) >= 4.5, (name, ground)


@pytest.mark.parametrize("student", ["x [1]", "a.b", "Zoë Ångström", "{curly}"])
def test_a_name_of_any_kind_gets_a_page(tmp_path, student):
    """A student whose name reads as a pattern has a page like anyone else."""
    course = toy.released_in(tmp_path / "course [1]")
    result = refuse(job(student), "the file is empty")
    store.write(course, result)
    store.finish(course, result)
    assert written(course) == {student: None}
    assert (course.build / "feedback" / student / "hw1.html").exists()
