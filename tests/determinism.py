"""Grade one class again and again, each time in another way: the verdicts must be the same.

    python -m tests.determinism --runs 20

The order is shuffled; there are one to three workers; kernels are warm, or cold; one run in four is
on a Dask cluster.
"""

import argparse
import random
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from autograder.cluster import grade_on_cluster
from autograder.execute import Judged
from autograder.grade import Job, grade_submission
from autograder.models import GradedSubmission
from autograder.pool import grade_class
from tests import toy
from tests.dask_cluster import cluster

ANSWERS: Mapping[str, Mapping[str, str]] = {
    "right": {},
    "wrong": {"double": "def double(x):\n    return x + 2"},
    "raises": {"half": "def half(x):\n    raise KeyError(x)"},
    "blank": {"double": "", "half": "", "explain": ""},
    "syntax": {"double": "def double(x:"},
    "object": {
        "double": "class Any:\n    __eq__ = lambda *_: True\ndef double(x):\n    return Any()"
    },
    "exits": {"half": "def half(x):\n    import os\n    os._exit(1)"},
    "set": {"double": "def double(x):\n    raise ValueError({'a', 'b', 'c', 'd', 'e', 'f'})"},
    "random": {"half": "import random\ndef half(x):\n    return x / 2 + (random.random() > 2)"},
}
Verdicts = dict[str, list[tuple[object, ...]]]


def main() -> None:
    """Grade as often as asked; end with 1 if a run differs from the first."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=20)
    runs, chance, bad = parser.parse_args().runs, random.Random(0), 0  # noqa: S311  # no secret
    first = verdicts(grade_class(jobs(), 1))
    with tempfile.TemporaryDirectory() as scratch, cluster(Path(scratch)) as dask:
        for number in range(runs):
            mixed = jobs()
            chance.shuffle(mixed)
            way = ["1 worker", "3 workers", "Dask", "cold"][number % 4]
            graded: Iterable[GradedSubmission] = grade_class(mixed, 1 if number % 4 == 0 else 3)
            if way == "Dask":
                graded = grade_on_cluster(mixed, dask.address)
            if way == "cold":
                graded = cold(mixed)
            same = verdicts(graded) == first
            bad += not same
            print(f"{number + 1:3}  {way:9}  {'the same' if same else 'NOT THE SAME'}", flush=True)
    print(f"{runs - bad} of {runs} as the first")
    sys.exit(bad > 0)


def jobs() -> list[Job]:
    """Return the class: every kind of verdict."""
    found = [toy.job(name, {**toy.SOLUTION, **change}) for name, change in ANSWERS.items()]
    return [*found, toy.job("empty", notebooks={}, refused={"toy": "the file is empty"})]


def cold(jobs: Sequence[Job]) -> list[GradedSubmission]:
    """Grade in this process, with kernels that start anew."""
    return [grade_submission(job, Judged(toy.BOX)) for job in jobs]


def verdicts(graded: Iterable[GradedSubmission]) -> Verdicts:
    """Return what was decided and told of each student, without times."""
    return {
        one.student: [
            *(
                (v.grade_id, v.points, v.status, v.reason)
                for nb in one.notebooks
                for v in nb.verdicts
            ),
            (one.refusals, one.notes, one.fault),
        ]
        for one in graded
    }


if __name__ == "__main__":
    main()
