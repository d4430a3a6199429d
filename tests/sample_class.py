"""A sample class for `make demo`: a course folder with real submissions made from the variants.

python -m tests.sample_class build/demo          makes the folder, anew
python -m tests.sample_class --next build/demo   says what to look at after grading
"""

import json
import shutil
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from autograder.check import Variant, all_variants, standard_variants
from autograder.markers import SOLUTION
from autograder.merge import grade_id, is_answer
from autograder.release import read_source, student_version
from autograder.settings import load_course

ROOT = Path(__file__).parents[1]
ASSIGNMENT, NOTEBOOK = "hw1", "numpy_nn"
MARKER = ".sample-class"  # in a folder that `make` wrote and may replace
ON_TIME, LATE = "2026-12-14 18:00:00 UTC", "2026-12-16 09:30:00 UTC"
WRITTEN = "Because equal weights get equal gradients, so the units never become different."

# student: the variants whose answers they hand in; several are laid over each other
STUDENTS = {
    "ada": ["right/loops"],
    "barbara": ["right/einsum"],
    "claude": ["right/float32"],
    "donald": ["right/noisy"],
    "edsger": ["right/progress_bar"],
    "frances": ["wrong/softmax_overflows"],
    "grace": ["wrong/sgd_uphill", "wrong/train_last_parameters"],
    "hedy": ["wrong/linear_backward_dw_transposed"],
    "ivan": ["wrong/adam_no_bias_correction", "wrong/penalties_half"],
}


def make(folder: Path) -> None:
    """Lay out the course folder with the submissions of a class of 18."""
    if folder.exists():
        if not (folder / MARKER).exists():
            raise SystemExit(f"{folder} is not a sample class of an earlier run: it is left alone")
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    (folder / MARKER).touch()
    sources = Path("assignments", ASSIGNMENT)  # the class does one of its notebooks
    (folder / sources).mkdir(parents=True)
    shutil.copy(ROOT / sources / f"{NOTEBOOK}.ipynb", folder / sources)
    shutil.copy(ROOT / "course.toml", folder)
    path = load_course(folder).notebooks(ASSIGNMENT)[0]
    source = read_source(path)
    variants = {v.name: v for v in all_variants(load_course(ROOT), path, source)}
    solution, untouched, blank = standard_variants(source)

    def hand_in(student: str, content: bytes | NotebookNode, when: str = ON_TIME) -> Path:
        place = folder / "submitted" / student / ASSIGNMENT
        place.mkdir(parents=True)
        data = content if isinstance(content, bytes) else nbformat.writes(content).encode()
        (place / f"{NOTEBOOK}.ipynb").write_bytes(data)
        (place / "timestamp.txt").write_text(when)
        return place

    for student, names in STUDENTS.items():
        hand_in(student, _notebook(source, _together(solution, [variants[n] for n in names])))
    good = _notebook(source, solution)
    hand_in("john", good, LATE)
    hand_in("katherine", _notebook(source, untouched))
    hand_in("linus", _notebook(source, blank))
    hand_in("margaret", nbformat.writes(good).encode()[:20_000])  # an upload cut short
    hand_in("niklaus", b"")
    hand_in("olga", _edited(_notebook(source, untouched), _skip_tests))
    hand_in("peter", _edited(_notebook(source, variants["right/loops"]), _copy_a_test))
    place = hand_in("radia", b"")
    (place / f"{NOTEBOOK}.ipynb").unlink()
    (place / f"{NOTEBOOK}.ipynb").symlink_to("../../ada/hw1/numpy_nn.ipynb")
    place = hand_in("sophie", good)
    (place / f"{NOTEBOOK}.ipynb").rename(place / "homework final (2).ipynb")
    (place / "numpy.py").write_text("raise SystemExit('shadow')\n")


def _together(solution: Variant, variants: list[Variant]) -> Variant:
    """Lay the answers that differ from the solution over it."""
    answers = dict(solution.answers)
    extra: dict[str, tuple[str, ...]] = {}
    for variant in variants:
        answers.update({k: v for k, v in variant.answers.items() if v != solution.answers[k]})
        extra.update(variant.extra)
    return replace(solution, answers=answers, extra=extra)


def _notebook(source: NotebookNode, variant: Variant) -> NotebookNode:
    """Return the notebook that a student with these answers saves; written ones in own words."""
    notebook = student_version(source)
    cells = []
    for cell in notebook.cells:
        name = grade_id(cell)
        if is_answer(cell):
            answer = variant.answers[name]
            written = cell.cell_type == "markdown" and answer not in ("", cell.source)
            lines = (line for line in answer.splitlines() if line.strip() not in SOLUTION)
            cell.source = WRITTEN if written else "\n".join(lines)
        cells.append(cell)
        cells += [nbformat.v4.new_code_cell(code) for code in variant.extra.get(name, ())]
    notebook.cells = cells
    return notebook


def _edited(notebook: NotebookNode, change: Callable[[list[Any]], None]) -> bytes:
    table = json.loads(nbformat.writes(notebook))
    change(table["cells"])
    return json.dumps(table).encode()


def _skip_tests(cells: list[Any]) -> None:
    """Forge: no work, and a tag that makes stock nbgrader skip every test, for full points."""
    for cell in cells:
        if cell["metadata"].get("nbgrader", {}).get("grade"):
            cell["metadata"]["tags"] = ["skip-execution"]
            cell["metadata"]["nbgrader"]["points"] = 100


def _copy_a_test(cells: list[Any]) -> None:
    """Copy a test cell, as Jupyter does: with its grade_id. Stock nbgrader stops at it."""
    index = next(i for i, c in enumerate(cells) if c["metadata"].get("nbgrader", {}).get("grade"))
    cells.insert(index, {**cells[index], "id": "copied-cell"})


def show_next(folder: Path) -> None:
    """Print what to open after the demo."""
    shown = folder if not folder.is_absolute() else folder.resolve()
    print(
        f"\nOpen next:\n"
        f"  {shown}/build/feedback/frances/{ASSIGNMENT}.html   a student's feedback\n"
        f"  {shown}/build/release/{ASSIGNMENT}.zip   what students get\n"
        f"  {shown}/build/autograded/   the graded notebooks, as nbgrader lays them\n"
        f"  make report COURSE={shown}   how the class did, and what to look at\n"
        f"  COURSE={shown} make lab   then Nbgrader > Formgrader: grade the written answers"
    )


if __name__ == "__main__":
    show_next(Path(sys.argv[2])) if sys.argv[1] == "--next" else make(Path(sys.argv[1]))
