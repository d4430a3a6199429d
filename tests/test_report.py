"""How a class did: figures checked by hand, and the page that shows them."""

import html
import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import nbformat
import pytest

from autograder import store
from autograder.execute import DEAD
from autograder.grade import grade_submission
from autograder.gradebook import Recorder, open_gradebook
from autograder.intake import read
from autograder.merge import ordinary_files
from autograder.models import CellRun, Status, Verdict
from autograder.release import student_version
from autograder.report import Report, gather, questions, write_page
from autograder.report.found import found
from autograder.settings import Course
from autograder.store import Record
from tests import toy
from tests.toy import FakeExecutor, job

FAILS = CellRun(True, 0.5, "AssertionError", "double(2) is 4", 1)


def record(student: str, *verdicts: Verdict, **more) -> Record:
    return Record(student, verdicts, more.get("refusals", ()), more.get("notes", ()), 0.0)


def verdict(points: float | None, reason: str = "", name: str = "q1", full: float = 4) -> Verdict:
    status: Status = "passed" if points == full else "failed"
    return Verdict(name, points, full, "by hand" if points is None else status, reason, 1.0, "toy")


def class_of(**points: list[float]) -> list[Record]:
    """Return records from the points of each question, a student a column."""
    rows = zip(*points.values(), strict=True)
    return [
        record(f"s{number}", *(verdict(p, name=q) for q, p in zip(points, row, strict=True)))
        for number, row in enumerate(rows)
    ]


def test_figures_by_hand():
    """Of 4, 4, 1, 0 and 0 points out of 4 the mean is 1.8, 40 % are full marks, 40 % nothing."""
    records = [
        record("a", verdict(4)),
        record("b", verdict(4)),
        record("c", verdict(1, "1 of 4 points")),
        record("d", verdict(0, "line 1: wrong")),
        record("e", verdict(0, "line 1: wrong")),
    ]
    (question,) = questions(records)
    assert (question.notebook, question.grade_id, question.max_points) == ("toy", "q1", 4)
    assert (question.graded, question.mean, question.full_marks) == (5, 1.8, 0.4)
    assert (question.nothing, question.seconds) == (0.4, 1.0)
    assert question.reasons == (("line 1: wrong", 2), ("1 of 4 points", 1))
    assert question.alarms == ()


def test_discrimination_by_hand():
    """The point-biserial of q1 with the rest is that of (M1 - M0) / s * sqrt(p q), by hand.

    q1 is passed by the students with 8, 8 and 4 points elsewhere, failed by those with 4 and 0:
    M1 = 20/3, M0 = 2, the rest has mean 4.8 and standard deviation sqrt(8.96): 0.7638.
    """
    rest = [8.0, 8.0, 4.0, 4.0, 0.0]
    records = class_of(q1=[4, 4, 4, 0, 0], q2=[one / 2 for one in rest], q3=[o / 2 for o in rest])
    expected = (20 / 3 - 2) / 8.96**0.5 * (0.6 * 0.4) ** 0.5
    assert expected == pytest.approx(0.7638, abs=1e-4)
    assert questions(records)[0].discrimination == pytest.approx(expected)


@pytest.mark.parametrize(
    ("points", "alarm"),
    [
        ([0, 0, 0, 0], "everyone fails this test"),
        ([4, 4, 4, 4], "this test separates nobody: all have the same points"),
        ([1, 1, 1, 1], "this test separates nobody: all have the same points"),
        ([0, 0, 4, 4], "this test contradicts the others: those who pass it do worse in the rest"),
        ([4, 4, 0, 0], None),
        ([0, 4, 0, 4], None),  # r = -0.45 of four students: within one standard error of 0
    ],
)
def test_alarms(points, alarm):
    """Each of the three alarms sounds where it must, and not for a sound test or by chance."""
    question = questions(class_of(q1=points, q2=[4, 3, 1, 0]))[0]
    expected = [alarm] if alarm else []
    assert list(question.alarms) == expected


def test_two_students_raise_no_alarm():
    """Of two students nothing can be said of a test, and no coefficient is made up."""
    (one, _) = questions(class_of(q1=[0, 0], q2=[4, 0]))
    assert (one.alarms, one.discrimination) == ((), None)


def test_who_could_not_be_graded_counts_nowhere():
    """A refused notebook is in no mean, and its student in no discrimination."""
    records = class_of(q1=[4, 4, 0], q2=[4, 4, 0])
    other = record("x", verdict(0), verdict(0, name="q2"), refusals=("toy: the file is empty",))
    assert questions([*records, other]) == questions(records)


def test_two_notebooks_with_one_name_for_a_cell():
    """Cells of the same name in two notebooks are two questions."""
    both = record("a", verdict(4), replace(verdict(0), notebook="other"))
    assert [(q.notebook, q.mean) for q in questions([both])] == [("toy", 4.0), ("other", 0.0)]


def test_written_answers_count_once_a_person_graded_them():
    """An answer to grade by hand counts neither as 0 nor as graded, until it has a score."""
    records = [record("a", verdict(None)), record("b", verdict(None))]
    assert questions(records)[0].graded == 0
    graded = questions(records, {("a", "toy", "q1"): 3.0})[0]
    assert (graded.graded, graded.mean, graded.by_hand) == (1, 3.0, True)


def test_questions_keep_the_notebooks_order():
    """Questions come as in the notebook, not by name."""
    verdicts = [verdict(4, name=name) for name in ("q2", "q10", "q1")]
    assert [q.grade_id for q in questions([record("a", *verdicts)])] == ["q2", "q10", "q1"]


def test_nobody():
    """No record gives no question."""
    assert questions([]) == []


def test_scores_by_tenths():
    """Full points fall into the last tenth, 0 into the first, a tenth into the second."""
    report = Report(**{**vars(EMPTY), "scores": [0, 0.69, 0.7, 6.3, 7, 7.5], "max_score": 7.0})
    assert report.bins == [2, 1, 0, 0, 0, 0, 0, 0, 0, 3]


NOTHING: tuple[()] = ()
EMPTY = Report(
    *("hw1", "Toy homework", 0, NOTHING, NOTHING, NOTHING, 0.0, 0),
    *(NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, NOTHING),
)


def test_what_is_found(tmp_path):
    """What intake, merge, judge and sandbox say of forged work is listed; a file's name is not."""
    folder = tmp_path / "eve" / "hw1"
    folder.mkdir(parents=True)
    notebook = toy.student_notebook()
    test = next(cell for cell in notebook.cells if cell.id == "test-double")
    test.metadata.tags = ["skip-execution"]
    test.metadata.nbgrader.points = 100
    test.source = "pass"
    notebook.cells.append(nbformat.from_dict(notebook.cells[1]))
    notebook.cells = [cell for cell in notebook.cells if cell.id != "test-half"]
    (folder / "final (2).ipynb").write_text(json.dumps(notebook))
    (folder / "gradebook.db").symlink_to("/etc/passwd")
    (folder / "numpy.py").write_text("")
    ids = frozenset(cell.id for cell in toy.source().cells)
    submission = read(folder, "eve", "hw1", {"toy": ids}, toy.job().limits)
    runs = {
        "double": CellRun(True, 1, DEAD, "the kernel was ended: it used more than 64 processes")
    }
    graded = grade_submission(replace(toy.job(), submission=submission), FakeExecutor(runs))
    assert "numpy.py" not in ordinary_files(submission.files)[0]
    notes = graded.notes + graded.notebooks[0].notes
    facts, rest = found([record("eve", notes=notes)])
    assert [fact.what for fact in facts] == [
        "gradebook.db: is a link; hand in the file itself",
        "numpy.py: left out, the installed module is used",
        "'test-double' was changed; the instructor's version counts",
        "a copy of 'setup' is left out",
        "100 points are written in test-double; the instructor's points count",
        "the tag 'skip-execution' is set on test-double, which counts for nothing",
        "put back: test-half",
        "running the cell 'double': the kernel was ended: it used more than 64 processes",
    ]
    assert [note.what for note in rest] == ["final (2).ipynb: taken as toy.ipynb"]


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> Course:
    """A toy class: two alike, one hostile name and reason, one refused, one with a forged test."""
    course = toy.released_in(tmp_path_factory.mktemp("report"))
    long = "def double(x):\n    total = 0\n    for step in range(2):\n        total = total + x\n"
    first = {**toy.SOLUTION, "double": long + "    return total"}
    second = {"double": first["double"].replace("total", "acc").replace("step", "i")}
    evil = "<script>alert(1)</script>"
    wrong = {"double": "def double(x):\n    return 3 * x  # </pre><img src=x onerror=alert(1)>"}
    jobs = [
        job("ada", first),
        job("bob", {**toy.SOLUTION, **second}),
        job("cyd", {**toy.SOLUTION, **wrong}),
        job(evil, {**toy.SOLUTION, **wrong}, notes=(f"put back: {evil}",)),
        job("dan", notebooks={}, refused={"toy": f"not a Jupyter notebook {evil}"}),
    ]
    runs = [{}, {}, {"test-double": FAILS}, {"test-double": FAILS}, {}]
    with open_gradebook(course) as book:
        recorder = Recorder(book, course, "hw1")
        for one, cells in zip(jobs, runs, strict=True):
            graded = grade_submission(one, FakeExecutor(cells))
            if "/" not in graded.student:
                store.write(course, graded)
                store.finish(course, graded)
            recorder.record(graded)
    return course


@pytest.fixture(scope="module")
def report(course) -> Report:
    evil = Record("<script>alert(2)</script>", (), (), ("put back: <b onclick=x>",), 1.0)
    with open_gradebook(course) as book:
        return gather(course, "hw1", book, [*store.read(course, "hw1"), evil])


@pytest.fixture(scope="module")
def page(course, report) -> str:
    return write_page(course, report).read_text("utf-8")


def test_figures_of_a_class(report):
    """Of 5, 5 and 3 points, mean and median are 4.33 and 5; who was refused is only named."""
    assert report.not_graded == [("dan", "toy: not a Jupyter notebook <script>alert(1)</script>")]
    assert (report.scores, report.max_score) == ([3, 5, 5], 7)
    assert (report.mean, report.median) == (pytest.approx(13 / 3), 5)
    assert report.bins == [0, 0, 0, 0, 1, 0, 0, 2, 0, 0]
    double, half, explain = report.questions
    assert (double.graded, double.mean) == (3, pytest.approx(4 / 3))
    assert double.reasons == (("line 1: double(2) is 4", 1),)
    assert half.alarms == ("this test separates nobody: all have the same points",)
    assert (explain.by_hand, explain.graded, report.to_grade_by_hand) == (True, 0, 3)


def test_similar_submissions_are_side_by_side(report, page):
    """Two with renamed variables are the one pair, and the lines that they share are marked."""
    (pair,) = report.similar[0][1]
    assert [side.student for side in pair.sides] == ["ada", "bob"]
    assert pair.share == 1
    marked = [html.unescape(line) for line in re.findall("<mark>(.*)</mark>", page)]
    assert {"        total = total + x", "        acc = acc + x"} <= set(marked)


def test_answers_left_as_given_are_not_alike(tmp_path):
    """Two students who wrote nothing are no similar pair: the stubs are not theirs."""
    course = toy.released_in(tmp_path)
    stubs = {cell.id: cell.source for cell in student_version(toy.source()).cells}
    with open_gradebook(course) as book:
        for name in ("ada", "bob"):
            graded = grade_submission(job(name, stubs), FakeExecutor())
            store.write(course, graded)
            store.finish(course, graded)
        Recorder(book, course, "hw1").record(graded)
        report = gather(course, "hw1", book, store.read(course, "hw1"))
    assert [pairs for _, pairs in report.similar] == [[], []]


def test_nothing_of_a_student_is_markup(page):
    """Names, reasons, notes and code come out as text: no tag, no attribute, no script."""
    tags: set[str] = set()
    attributes: set[str] = set()

    class Reader(HTMLParser):
        def handle_starttag(self, tag, attrs):
            tags.add(tag)
            attributes.update(name for name, _ in attrs)

    Reader().feed(page)
    assert not tags & {"script", "img", "iframe", "link", "object", "a", "form"}
    assert not {name for name in attributes if name.startswith("on")}
    assert not attributes & {"src", "href", "style", "action"}
    assert "&lt;script&gt;alert(1)" in page
    assert "&lt;b onclick=x&gt;" in page
    assert "default-src 'none'; style-src 'sha256-" in page


def test_figures_have_text_alternatives(page):
    """Each figure says in words what it shows."""
    figures = re.findall(r'<svg[^>]*role="img".*?</svg>', page, re.DOTALL)
    assert len(figures) == 3  # the scores, and a bar for each of two questions with points
    assert "Of 3 students" in figures[0]
    assert "40 to 50 %: 1;" in figures[0]
    assert 'aria-label="full marks 67 %, a part 0 %, nothing 33 %"' in figures[1]


def test_an_empty_class(tmp_path):
    """A page without anything to tell says so in each place."""
    text = write_page(Course(tmp_path, "toy"), EMPTY).read_text("utf-8")
    for words in (
        *("Everybody could be graded.", "No test is failed by all", "Nobody has a score yet."),
        *("Nothing that bears on points", "No two submissions share half", "No question has"),
    ):
        assert words in text
