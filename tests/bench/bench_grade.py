"""How fast is a class graded? `autograder grade` against nbgrader and Otter-Grader, in one run.

    python -m tests.bench.bench_grade

Both grade the same class of 20 on hw1/numpy_nn, right and wrong solutions, each from its command
line in a fresh folder, in turn in each repetition; the ratio is the median over the repetitions.
nbgrader is as it comes: its own configuration, one notebook after the other, no sandbox. Ours runs
with sandbox and judge, `WORKERS` processes. It may use what a release has recorded, as always.

`otter run` takes one submission: it grades the whole class once, one after the other, with the same
tests. It is left out where it can't be installed.

Also: the part of the cores' time that the cells themselves need (run plainly, in one process, with
everything imported before), and the memory of a worker that grades a homework with torch: that of
all processes below the grader's own, each shared page counted once, over the number of workers.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import nbformat
import psutil

from autograder.check import all_variants, standard_variants, test_points
from autograder.markers import FIGURE_TAG
from autograder.pool import grade_class
from autograder.release import read_source
from autograder.settings import load_course
from autograder.workers import cores
from tests import toy
from tests.bench import otter
from tests.bench.results import print_table, record
from tests.sample_class import ASSIGNMENT, NOTEBOOK, ROOT, _notebook

STUDENTS, WORKERS, REPETITIONS = 20, 2, 3
GOALS = {
    "grade_vs_nbgrader": (">=", 10),
    "grade_vs_otter": (">=", 10),
    "core_use": (">=", 0.7),
    "worker_pss_mb": ("<=", 250),
}
BIN = Path(sys.executable).parent
TORCH = "import torch\nlayer = torch.nn.Linear(9, 9)\nlayer(torch.ones(1, 9)).sum().backward()\n"
STEP = "torch.optim.Adam(layer.parameters()).step()\n"


def main() -> None:
    """Measure, print, and record."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repetitions", type=int, default=REPETITIONS)
    parser.add_argument("--students", type=int, default=STUDENTS)
    arguments = parser.parse_args()
    figures = {"worker_pss_mb": worker_memory()}
    with tempfile.TemporaryDirectory() as scratch:
        ours, stock = Path(scratch, "ours"), Path(scratch, "stock")
        lay_out(ours, stock, arguments.students)
        theirs_s, ours_s = [], []
        for _ in range(arguments.repetitions):
            theirs_s.append(timed(stock, ["nbgrader", "autograde", ASSIGNMENT, "--create"]))
            ours_s.append(timed(ours, ["autograder", "grade", ASSIGNMENT, f"--workers={WORKERS}"]))
        otter_s = by_otter(ours, Path(scratch, "otter"))
        cells = cell_seconds(sorted(ours.glob("build/autograded/*/*/*.ipynb")))
    ratios = [theirs / own for theirs, own in zip(theirs_s, ours_s, strict=True)]
    figures["grade_vs_nbgrader"] = statistics.median(ratios)
    if otter_s is not None:
        figures["grade_vs_otter"] = otter_s / statistics.median(ours_s)
    figures["core_use"] = cells / (min(WORKERS, len(cores())) * statistics.median(ours_s))
    each = arguments.students
    rows: list[Sequence[object]] = [
        ("nbgrader autograde", f"{statistics.median(theirs_s) / each:.2f}"),
        ("otter run", f"{otter_s / each:.2f}" if otter_s else "not installed"),
        ("autograder grade", f"{statistics.median(ours_s) / each:.2f}"),
        ("the cells alone (CPU)", f"{cells / each:.2f}"),
    ]
    print_table(["seconds a submission", ""], rows)
    show(figures)
    if arguments.students == STUDENTS:
        record(figures)


def show(figures: dict[str, float]) -> None:
    """Print each figure beside its goal."""
    rows = [
        (name, f"{figures[name]:.2f}", f"{sign} {goal}")
        for name, (sign, goal) in GOALS.items()
        if name in figures
    ]
    print_table(["figure", "is", "goal"], rows)


def lay_out(ours: Path, stock: Path, students: int) -> None:
    """Make two courses with the same class: one released by the autograder, one by nbgrader."""
    for folder in (ours / "assignments" / ASSIGNMENT, stock / "source" / ASSIGNMENT):
        folder.mkdir(parents=True)
        shutil.copy(ROOT / "assignments" / ASSIGNMENT / f"{NOTEBOOK}.ipynb", folder)
    shutil.copy(ROOT / "course.toml", ours)
    path = load_course(ours).notebooks(ASSIGNMENT)[0]
    source = read_source(path)
    variants = [*standard_variants(source), *all_variants(load_course(ROOT), path, source)]
    spread = [variants[number * len(variants) // students] for number in range(students)]
    for number, variant in enumerate(spread):
        for folder in (ours, stock):
            place = folder / "submitted" / f"student{number:03}" / ASSIGNMENT
            place.mkdir(parents=True)
            nbformat.write(_notebook(source, variant), place / f"{NOTEBOOK}.ipynb")
    timed(ours, ["autograder", "release", ASSIGNMENT])
    timed(stock, ["nbgrader", "generate_assignment", ASSIGNMENT, "--create"])


def timed(folder: Path, command: Sequence[str]) -> float:
    """Return the seconds that a command takes in a copy of the folder, which then replaces it."""
    fresh = folder.with_name(f"{folder.name}-before")
    if "grade" in command[1]:  # start each time from what was released and handed in
        if not fresh.exists():
            shutil.copytree(folder, fresh)
        shutil.rmtree(folder)
        shutil.copytree(fresh, folder)
    env = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", "OMP_NUM_THREADS": "1"}
    begun = time.monotonic()
    done = subprocess.run(
        [BIN / command[0], *command[1:]], cwd=folder, env=env, capture_output=True, text=True
    )
    seconds = time.monotonic() - begun
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return seconds


def by_otter(course: Path, folder: Path) -> float | None:
    """Return the seconds that Otter takes for the class of a course; None if it is not here."""
    if (command := otter.installed()) is None:
        return None
    source = read_source(load_course(course).notebooks(ASSIGNMENT)[0])
    notebooks = []
    for path in sorted(course.glob(f"submitted/*/{ASSIGNMENT}/*.ipynb")):
        notebooks.append(folder / path.parents[1].name / path.name)
        notebooks[-1].parent.mkdir(parents=True)
        shutil.copy(path, notebooks[-1])
    grader = otter.generate(command, source, folder / "generated")
    seconds, scores = otter.grade(command, grader, notebooks)
    if scores[notebooks[0]] != sum(test_points(source).values()):  # the first is the solution
        raise SystemExit(f"Otter gives the solution {scores[notebooks[0]]} points")
    return seconds


def cell_seconds(notebooks: Iterable[Path]) -> float:
    """Return the CPU seconds that the cells of graded notebooks take in a plain process."""
    code = f"""
import contextlib, io, json, sys, time, warnings
import matplotlib; matplotlib.use("agg")
import matplotlib.pyplot, numpy, course.data, course.gradcheck, course.plots
warnings.simplefilter("ignore")
names, begun = {{"__name__": "__main__"}}, time.process_time()
with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
    for cell in json.load(open(sys.argv[1]))["cells"]:
        if cell["cell_type"] == "code" and {FIGURE_TAG!r} not in cell["metadata"].get("tags", []):
            with contextlib.suppress(Exception):
                exec("".join(cell["source"]), names)
print(time.process_time() - begun)
"""
    env = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    return sum(
        float(subprocess.check_output([sys.executable, "-c", code, path], env=env))
        for path in notebooks
    )


def worker_memory() -> float:
    """Return the peak memory, in MB of 10^6 bytes, of a worker whose homework uses torch."""
    start = "from tests.bench.bench_grade import grade_with_torch; grade_with_torch()"
    command = [sys.executable, "-c", start]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as grader:
        peak = peak_memory(grader.pid, until=lambda: grader.poll() is not None)
        told = grader.communicate()[0].strip()
    if told != "right":
        raise SystemExit(f"grading the toy homework with torch ended with {told!r}")
    return peak / WORKERS / 1e6


def grade_with_torch() -> None:
    """Grade a class of a toy homework whose solution trains with torch."""
    answers = {**toy.SOLUTION, "double": f"{TORCH}{STEP}{toy.SOLUTION['double']}"}
    jobs = []
    for number in range(4 * WORKERS):
        job = toy.job(f"student{number}", answers)
        notebook = json.loads(job.notebooks["toy"])
        notebook["cells"][1]["source"] = "import torch"
        jobs.append(replace(job, notebooks={"toy": json.dumps(notebook)}))
    scores = [graded.notebooks[0].auto_score for graded in grade_class(jobs, WORKERS)]
    print("right" if scores == [5] * len(jobs) else scores)


def peak_memory(root: int, until: Callable[[], bool]) -> float:
    """Return the highest sum of proportional sizes of all processes below one, in bytes."""
    peak = 0.0
    while not until():
        total = 0
        with suppress(psutil.Error):
            for process in psutil.Process(root).children(recursive=True):
                with suppress(psutil.Error):
                    total += process.memory_full_info().pss
        peak = max(peak, total)
        time.sleep(0.05)
    return peak


if __name__ == "__main__":
    main()
