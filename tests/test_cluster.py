"""A class on a real Dask cluster: the same verdicts, workers that die, and what is refused."""

import signal
from collections.abc import Iterator, Sequence
from dataclasses import replace

import distributed
import pytest

from autograder import cli, cluster
from autograder.cluster import grade_on_cluster
from autograder.errors import ERROR, ClusterError
from autograder.grade import Job, grade_submission
from autograder.models import GradedSubmission
from autograder.pool import KILLED
from tests import toy
from tests.dask_cluster import Cluster
from tests.dask_cluster import cluster as started
from tests.toy import job

WRONG = {**toy.SOLUTION, "double": "def double(x):\n    return x + 2"}
# A kernel's parent is the process that grades; the parent of that is Dask's worker.
KILLS_GRADER = "import os, psutil\npsutil.Process(os.getppid()).kill()"
KILLS_SERVER = KILLS_GRADER.replace(".kill", ".parent().kill")  # that graders are forked from
KILLS_WORKER = KILLS_SERVER.replace(".kill", ".parent().kill") + "\nimport time\ntime.sleep(9)"


@pytest.fixture(scope="module")
def dask(tmp_path_factory) -> Iterator[Cluster]:
    with started(tmp_path_factory.mktemp("dask")) as running:
        yield running


def graded(jobs: Sequence[Job], address: str) -> dict[str, GradedSubmission]:
    results = list(grade_on_cluster(jobs, address))
    assert len(results) == len(jobs)  # each once
    return {result.student: result for result in results}


def verdicts(result: GradedSubmission) -> list[tuple]:
    return [
        (v.grade_id, v.points, v.status, v.reason)
        for notebook in result.notebooks
        for v in notebook.verdicts
    ]


def test_verdicts_are_those_of_this_machine(dask):
    """Right, wrong and unreadable work gets the same verdicts on workers as here."""
    jobs = [
        job("ada"),
        job("bob", WRONG),
        job("eve", notebooks={}, refused={"toy": "the file is empty"}, notes=("a\ud800b",)),
    ]
    found = graded(jobs, dask.address)
    for one in jobs:
        here = grade_submission(one)
        there = found[one.submission.student]
        assert verdicts(there) == verdicts(here)
        assert (there.refusals, there.notes) == (here.refusals, here.notes)


def test_a_lost_worker_costs_nobody_anything(dask):
    """When a worker is killed in the middle, its submissions are graded elsewhere."""
    jobs = [job(f"s{number}") for number in range(5)]
    points = {}
    for result in grade_on_cluster(jobs, dask.address):
        if not points:
            dask.workers()[0].send_signal(signal.SIGKILL)
        points[result.student] = result.notebooks[0].auto_score
    assert points == dict.fromkeys((f"s{number}" for number in range(5)), 5)


@pytest.mark.parametrize(
    "poison", [KILLS_GRADER, KILLS_SERVER, KILLS_WORKER], ids=["grader", "server", "worker"]
)
def test_a_poisonous_submission_is_given_up(dask, poison):
    """A submission that ends what grades it is tried twice and refused; all others are graded.

    In a sandbox it can't; without one it can.
    """
    unsafe = [replace(job(name), unsafe=True) for name in ("ada", "bob", "cyd")]
    mallory = replace(job("mallory", {**toy.SOLUTION, "double": poison}), unsafe=True)
    before = {process.pid for process in dask.workers()}
    found = graded([*unsafe[:1], mallory, *unsafe[1:]], dask.address)
    assert (before <= {process.pid for process in dask.workers()}) == (poison != KILLS_WORKER)
    assert found.pop("mallory").refusals == (f"toy: {KILLED}",)
    assert [result.notebooks[0].auto_score for result in found.values()] == [5, 5, 5]


def test_a_worker_with_another_grader_is_refused(dask, monkeypatch):
    """Workers whose grader or libraries are not the parent's stop the run, named in one line."""
    mine = {**cluster.versions(), "autograder": "0123456789ab", "numpy": "1.0"}
    monkeypatch.setattr(cluster, "versions", lambda: mine)
    with pytest.raises(ClusterError) as caught:
        graded([job()], dask.address)
    line = str(caught.value)
    assert line.startswith("the worker tcp://127.0.0.1:")
    assert "not 0123456789ab" in line
    assert "not 1.0" in line
    assert "\n" not in line


def test_no_scheduler_is_one_line(tmp_path, monkeypatch, capsys):
    """Where no scheduler answers, `grade --cluster` ends with 2 and one line with the address."""
    toy.hand_in(toy.released_in(tmp_path), "ada")
    monkeypatch.setattr(cluster, "_CONNECT_SECONDS", 0.5)
    argv = ["--course", str(tmp_path), "grade", "hw1", "--cluster", "tcp://127.0.0.1:9"]
    assert cli.main([*argv, *(["--unsafe"] if toy.UNSAFE else [])]) == ERROR
    err = capsys.readouterr().err.splitlines()[-1]
    assert err.startswith("autograder: no Dask scheduler answers at tcp://127.0.0.1:9 (")


@pytest.mark.parametrize("address", ["127.0.0.1", "nonsense://127.0.0.1:9", "tcp://", "\n"])
def test_a_wrong_address_is_one_line(address, monkeypatch):
    """An address that is none is refused in one line."""
    monkeypatch.setattr(cluster, "_CONNECT_SECONDS", 0.5)
    with pytest.raises(ClusterError) as caught:
        graded([job()], address)
    assert "\n" not in str(caught.value)


def test_the_client_that_is_there_is_used(dask, monkeypatch):
    """Behind a gateway only a client of its own making gets in, so a client's connection serves."""
    nothing = job("eve", notebooks={}, refused={"toy": "the file is empty"})
    with distributed.Client(dask.address):
        monkeypatch.setattr(distributed.Client, "__init__", None)
        assert graded([nothing], dask.address)["eve"].refusals == ("toy: the file is empty",)


def test_nobody_needs_no_cluster():
    """A class of nobody asks no scheduler."""
    assert list(grade_on_cluster([], "tcp://127.0.0.1:9")) == []
