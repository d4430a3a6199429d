"""Feedback pages and formgrader in a real browser: nothing of a student's runs or is fetched."""

import http.server
import json
import os
import re
import secrets
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from html import escape
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbgrader.api import Gradebook

from autograder import entered, store
from autograder.feedback import write_pages
from autograder.grade import grade_submission
from autograder.gradebook import Recorder, open_gradebook
from autograder.models import CellRun, GradedSubmission, StudentCell
from autograder.settings import Course
from tests import toy
from tests.chromium import Browser, chromium, need_chromium
from tests.injections import MARKDOWN, NAME, OUTPUTS, filled

TEXTS = dict(enumerate(MARKDOWN, start=100))
DISPLAYS = dict(enumerate(OUTPUTS, start=300))
IN_NAME, IN_REASON, IN_NOTE, IN_COMMENT = range(500, 504)
TEXTS[99], DISPLAYS[299] = r"$\frac{1}{7}$ m", {"text/latex": r"$\frac{2}{7}$"}  # no injections


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    need_chromium()
    with chromium() as tab:
        yield tab


@pytest.fixture(scope="module")
def listener() -> Iterator[tuple[str, list[str]]]:
    """The address that injections point to, and the paths it was asked for."""
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, *_: object) -> None:
            """Be quiet."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()


@pytest.fixture
def asked(listener) -> list[str]:
    """The paths that the server is asked for during a test."""
    listener[1].clear()
    return listener[1]


@pytest.fixture(scope="module")
def course(tmp_path_factory, listener) -> Course:
    """A course where one student has put everything into a submission, and its page is written."""
    course = toy.released_in(tmp_path_factory.mktemp("browser") / "course")
    (course.root.parent / "nbgrader_config.py").write_text(
        Path(__file__).parents[1].joinpath("nbgrader_config.py").read_text()
    )
    graded = attacker(listener[0])
    with open_gradebook(course) as book:
        Recorder(book, course, "hw1").record(graded)
        comment = book.find_comment("double", "toy", "hw1", graded.student)
        comment.manual_comment = filled("<script>JS</script>", IN_COMMENT, listener[0])
        book.db.commit()
        marks = entered.read(book, "hw1")
    store.write(course, graded)
    store.finish(course, graded)
    told = dict(write_pages(course, "hw1", store.read(course, "hw1"), marks))
    assert told == {graded.student: None}
    return course


def attacker(server: str) -> GradedSubmission:
    """Return a graded submission with an injection in every place that a student reaches."""
    cells = [StudentCell("markdown", filled(text, n, server)) for n, text in TEXTS.items()]
    cells += [StudentCell("code", f"show({number})") for number in DISPLAYS]
    answers = [
        StudentCell(cell.cell_type, cell.source, cell.id, cell.id)
        for cell in toy.student_notebook().cells
    ]
    message = filled("<img src=x onerror=JS>", IN_REASON, server)
    job = toy.job(
        filled(NAME, IN_NAME, server),
        notebooks={"toy": (*answers[:2], *cells, *answers[2:])},
        notes=(filled("<img src=x onerror=JS>", IN_NOTE, server),),
    )
    failed = CellRun(ran=True, error=message, message=message, line=1)
    graded = grade_submission(job, toy.FakeExecutor({"test-double": failed}))
    notebook = json.loads(graded.notebooks[0].executed)
    for cell in notebook["cells"]:
        found = re.fullmatch(r"show\((\d+)\)", "".join(cell["source"]))
        if found:
            number = int(found[1])
            cell["outputs"] = [output(DISPLAYS[number], number, server)]
    executed = replace(graded.notebooks[0], executed=json.dumps(notebook))
    return replace(graded, notebooks=(executed,))


def output(parts: dict[str, str], number: int, server: str) -> NotebookNode:
    """Return an armed output."""
    parts = {kind: filled(text, number, server) for kind, text in parts.items()}
    if "stream" in parts:
        return nbformat.v4.new_output("stream", name="stdout", text=parts["stream"])
    if "error" in parts:
        text = parts["error"]
        frames = ["---", f"Cell In[1], line 1 {text}", text]
        return nbformat.v4.new_output("error", ename=text, evalue=text, traceback=frames)
    metadata = {kind: {"width": parts["width"]} for kind in parts if "width" in parts}
    return nbformat.v4.new_output("display_data", data=parts, metadata=metadata)


@pytest.fixture(scope="module")
def page(course) -> str:
    """The address of the attacker's page."""
    (path,) = course.build.glob("feedback/*/hw1.html")
    return path.as_uri()


def test_the_corpus_is_armed(browser, listener, asked, tmp_path):
    """Shown as it is, half of the corpus runs or fetches something at once: we would see it."""
    server = listener[0]
    frames = [filled(text, number, server) for number, text in TEXTS.items()]
    frames += [
        filled(data["text/html"], n, server) for n, data in DISPLAYS.items() if "text/html" in data
    ]
    raw = "".join(f'<iframe srcdoc="{escape(frame)}"></iframe>' for frame in frames)
    (tmp_path / "raw.html").write_text(f"<!doctype html><body>{raw}")
    visit = browser.visit((tmp_path / "raw.html").as_uri())
    fetched = {int(number) for path in asked for number in re.findall(r"\d+", path)}
    assert len(visit.ran | fetched) >= 40


@pytest.mark.parametrize("bypass_policy", [False, True])
def test_nothing_runs_on_a_page(browser, page, asked, bypass_policy):
    """No injection runs or fetches on a feedback page, even in a browser without the policy."""
    visit = browser.visit(page, bypass_policy)
    assert (visit.ran, visit.dialogs, asked) == (set(), [], [])
    assert [url for url in visit.requests if not url.startswith("data:")] == [page]


def test_the_injections_were_on_the_page(browser, page):
    """The page shows the harmless part of what students wrote, templates included, as text."""
    text = browser.visit(page).text
    assert text.count("m") > len(TEXTS)
    assert "{{ 1333 * 3 }}" in text
    assert "3999" not in text
    assert f"show({max(DISPLAYS)})" in text


@pytest.fixture(scope="module")
def formgrader(course, browser) -> Iterator[str]:
    """The address of formgrader on the course, where the browser is logged in."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port = trial.getsockname()[1]
    token = secrets.token_hex()
    command = [sys.executable, "-m", "jupyter_server", f"--port={port}", "--no-browser"]
    command += [f"--IdentityProvider.token={token}", "--allow-root", "--ServerApp.port_retries=0"]
    command += ["--ServerApp.jpserver_extensions={'nbgrader.server_extensions.formgrader': True}"]
    home = course.root / ".home"
    env = {**os.environ, "HOME": str(home), "JUPYTER_NO_CONFIG": "1", "COURSE": "course"}
    server = subprocess.Popen(
        command,
        cwd=course.root.parent,
        env=env,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        address = f"http://127.0.0.1:{port}"
        wait_for(server, f"{address}/api/status?token={token}")
        browser.visit(f"{address}/login?token={token}")  # a page's own cookie is not the lists'
        yield f"{address}/formgrader/{{}}"
    finally:
        server.terminate()
        server.wait()


def wait_for(server: subprocess.Popen, url: str) -> None:
    """Wait until a server answers."""
    ends = time.monotonic() + 60
    while server.poll() is None and time.monotonic() < ends:
        try:
            urllib.request.urlopen(url).close()  # noqa: S310  # our own
            return
        except OSError:
            time.sleep(0.2)
    pytest.fail("the Jupyter server does not start")


LISTED = "!document.body.innerText.includes('Loading, please wait')"  # as formgrader's lists begin


def one_submission(course: Course) -> str:
    """Return where formgrader shows the attacker's notebook."""
    with Gradebook(course.db_url) as book:
        (submission,) = book.notebook_submissions("toy", "hw1")
        return f"submissions/{submission.id}/"


@pytest.mark.parametrize("place", ["submission", "gradebook/hw1/toy", "manage_submissions/hw1"])
def test_nothing_runs_in_formgrader(browser, course, formgrader, asked, place):
    """No injection runs or fetches where the instructor reads the submission and the lists."""
    place = one_submission(course) if place == "submission" else place
    visit = browser.visit(formgrader.format(place), ready=LISTED)
    assert (visit.ran, visit.dialogs, asked) == (set(), [], [])
    own = (formgrader[: formgrader.index("/formgrader")], "data:")
    assert [url for url in visit.requests if not url.startswith(own)] == []
    assert "hw1" in visit.text
    assert "<img src=x onerror=" in visit.text  # the student's name
    if place.startswith("submissions"):
        assert f"show({max(DISPLAYS)})" in visit.text


def test_formgrader_needs_no_other_host(browser, course, formgrader, listener, asked):
    """Formulas are drawn by the browser itself, and the page's policy lets it ask nobody else."""
    browser.visit(formgrader.format(one_submission(course)))
    drawn = browser.evaluate("[...document.querySelectorAll('mfrac')].map(one => one.textContent)")
    assert drawn == ["17", "27"]
    assert browser.evaluate("typeof jQuery + typeof MathJax") == "functionundefined"
    url = f"{listener[0]}/asked"
    browser.evaluate(f"new Image().src = '{url}'; void fetch('{url}').catch(() => 0)")
    browser.evaluate(
        f"document.body.append(Object.assign(document.createElement('script'), {{src: '{url}'}}))"
    )
    time.sleep(0.3)
    assert asked == []
