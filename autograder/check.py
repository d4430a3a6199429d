"""Grade the graders: right and wrong example solutions, each with the exact scores it must get.

A variant is a small file in `tests/variants/<assignment>/<notebook>/{right,wrong}/`:

    # What it is, in a sentence.
    # loses: test-softmax, test-train          (in wrong/ only: the test cells that give 0)
    # %% softmax                               (replaces this answer cell)
    def softmax(logits): ...
    # %% after softmax                         (puts a new code cell after that cell)
    helper = 1
"""

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from nbformat import NotebookNode

from autograder.errors import VariantError
from autograder.gate import prepare
from autograder.merge import grade_id, is_answer, is_graded
from autograder.models import GradedSubmission, StudentCell, Submission
from autograder.pool import grade_class
from autograder.release import read_source, student_version
from autograder.settings import Assignment, Course

_FEW = 2  # test cells that a variant loses
WRONG_PER_ANSWER = 3  # every answer cell has at least so many wrong variants
_CELL = re.compile(r"^# %% *(after +)?(\S+) *$", re.MULTILINE)
_LOSES = re.compile(r"^# loses: *(.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Variant:
    """One example solution."""

    name: str  # right/loops
    title: str
    answers: Mapping[str, str]  # by grade_id, the whole cell
    extra: Mapping[str, tuple[str, ...]]  # new code cells, by the grade_id they follow
    loses: frozenset[str]  # test cells that give 0; all others give full points


@dataclass(frozen=True)
class Result:
    """What a variant had to get, and got, in points by test cell."""

    notebook: str
    variant: Variant
    expected: Mapping[str, float]
    got: Mapping[str, float]
    reasons: Mapping[str, str]

    @property
    def ok(self) -> bool:
        """Whether every test cell gave exactly what it must."""
        return self.expected == self.got


Choice = Callable[[Sequence[Variant]], Sequence[Variant]]


def check(
    course: Course, assignment: Assignment, unsafe: bool = False, choose: Choice = list
) -> Iterator[Result]:
    """Grade every variant of an assignment, and the solution, the release and a blank notebook.

    Args:
        course: where the assignment and its variants are.
        assignment: which one.
        unsafe: grade without a sandbox.
        choose: takes fewer of a notebook's variants, such as `sample`.

    Raises:
        AssignmentError: a notebook of the assignment is not fit for release.
        VariantError: a variant can't be read, or names a cell that does not exist.
        KernelError: there is no sandbox here, and `unsafe` was not asked for.
    """
    prepared = prepare(course, assignment, unsafe)
    for path in course.notebooks(assignment.name):
        source = read_source(path)
        alone = replace(prepared, notebooks={path.stem: prepared.notebooks[path.stem]})
        chosen = choose(all_variants(course, path, source))
        variants = {variant.name: variant for variant in chosen}
        jobs = [
            alone.job(
                Submission(name, assignment.name, {path.stem: student_cells(source, variant)})
            )
            for name, variant in variants.items()
        ]
        points = test_points(source)
        for graded in grade_class(jobs):
            yield _result(path.stem, variants[graded.student], points, graded)


def all_variants(course: Course, notebook: Path, source: NotebookNode) -> list[Variant]:
    """Return the standard variants and those in files."""
    return [*standard_variants(source), *read_variants(course, notebook, source)]


def sample(variants: Sequence[Variant]) -> list[Variant]:
    """Return the right variants, the standard ones, and wrong ones until each test has failed.

    Of the wrong ones, those that lose one or two test cells come first: they say more.
    """
    chosen = [variant for variant in variants if not variant.name.startswith("wrong/")]
    wrong = [variant for variant in variants if variant.name.startswith("wrong/")]
    missed = {name for variant in wrong for name in variant.loses}
    while missed:
        useful = [variant for variant in wrong if variant.loses & missed]
        few = [variant for variant in useful if len(variant.loses) <= _FEW]
        chosen.append(max(few or useful, key=lambda variant: len(variant.loses & missed)))
        missed -= chosen[-1].loses
    return chosen


def count(course: Course, assignment: Assignment) -> int:
    """Return how many results `check` gives."""
    notebooks = course.notebooks(assignment.name)
    return sum(len(all_variants(course, path, read_source(path))) for path in notebooks)


def _result(
    notebook: str, variant: Variant, points: Mapping[str, float], graded: GradedSubmission
) -> Result:
    refused = "; ".join(graded.refusals)  # nothing was tried, so nothing is as expected
    verdicts = {v.grade_id: v for v in graded.notebooks[0].verdicts if v.grade_id in points}
    return Result(
        notebook,
        variant,
        {name: 0.0 if name in variant.loses else full for name, full in points.items()},
        {name: math.nan if refused else verdicts[name].points or 0.0 for name in points},
        {name: verdict.reason for name, verdict in verdicts.items() if verdict.reason},
    )


def standard_variants(source: NotebookNode) -> Iterator[Variant]:
    """Yield the solution (full points), the untouched release and a blank notebook (none)."""
    answers = {grade_id(cell): cell.source for cell in source.cells if is_answer(cell)}
    tests = frozenset(test_points(source))
    yield Variant("the solution", "the instructor's own", answers, {}, frozenset())
    stubs = {grade_id(c): c.source for c in student_version(source).cells if is_answer(c)}
    yield Variant("the release, untouched", "no work at all", stubs, {}, tests)
    yield Variant("blank", "every answer cell emptied", dict.fromkeys(answers, ""), {}, tests)


def read_variants(course: Course, notebook: Path, source: NotebookNode) -> Iterator[Variant]:
    """Yield the variants of a notebook.

    Raises:
        VariantError: a file is not in the form above, or names a cell that does not exist.
    """
    folder = course.root / "tests" / "variants" / notebook.parent.name / notebook.stem
    tests = frozenset(test_points(source))
    answers = {grade_id(cell): cell.source for cell in source.cells if is_answer(cell)}
    for path in sorted(folder.glob("*/*.py")):
        variant = _parse(path)
        unknown = (variant.answers.keys() | variant.extra.keys()) - answers.keys() - tests
        unknown |= variant.loses - tests
        if unknown:
            raise VariantError(f"{path}: the notebook has no cell {sorted(unknown)[0]!r}")
        if bool(variant.loses) != (path.parent.name == "wrong"):
            raise VariantError(f"{path}: a wrong variant, and no other, has a line '# loses: ...'")
        yield Variant(
            variant.name,
            variant.title,
            {**answers, **variant.answers},
            variant.extra,
            variant.loses,
        )


def _parse(path: Path) -> Variant:
    text = path.read_text("utf-8")
    marks = list(_CELL.finditer(text))
    if not marks or not text.startswith("# "):
        raise VariantError(f"{path}: needs a first comment and at least one '# %% <grade_id>'")
    head = text[: marks[0].start()]
    loses = _LOSES.search(head)
    answers: dict[str, str] = {}
    extra: dict[str, tuple[str, ...]] = {}
    for mark, following in zip(marks, [*marks[1:], None], strict=True):
        code = text[mark.end() : following.start() if following else None].strip("\n")
        if mark[1]:
            extra[mark[2]] = (*extra.get(mark[2], ()), code)
        else:
            answers[mark[2]] = code
    return Variant(
        f"{path.parent.name}/{path.stem}",
        head.splitlines()[0].removeprefix("# "),
        answers,
        extra,
        frozenset(re.split(r"[,\s]+", loses[1].strip())) if loses else frozenset(),
    )


def student_cells(source: NotebookNode, variant: Variant) -> tuple[StudentCell, ...]:
    """Return the cells that a student with these answers hands in."""
    cells: list[StudentCell] = []
    for cell in student_version(source).cells:
        name = grade_id(cell)
        text = variant.answers.get(name, cell.source) if is_answer(cell) else cell.source
        cells.append(StudentCell(cell.cell_type, text, cell.id, name or None))
        cells.extend(StudentCell("code", code) for code in variant.extra.get(name, ()))
    return tuple(cells)


def test_points(source: NotebookNode) -> dict[str, float]:
    """Return the points of each test cell; cells graded by hand are not among them."""
    return {
        grade_id(cell): float(cell.metadata.nbgrader.points)
        for cell in source.cells
        if is_graded(cell) and not is_answer(cell)
    }


def gaps(course: Course, assignment: Assignment) -> Iterator[str]:
    """Yield what no variant tries: a test cell that none fails, an answer cell with too few."""
    for path in course.notebooks(assignment.name):
        source = read_source(path)
        solution = next(standard_variants(source)).answers
        wrong = [v for v in read_variants(course, path, source) if v.loses]
        for name in test_points(source):
            if not any(name in variant.loses for variant in wrong):
                yield f"{path.stem}: no wrong variant fails {name}"
        for cell in source.cells:
            name = grade_id(cell)
            if is_answer(cell) and not is_graded(cell):
                count = _changing(wrong, name, solution[name])
                if count < WRONG_PER_ANSWER:
                    yield f"{path.stem}: {count} wrong variants of {name}, not {WRONG_PER_ANSWER}"


def _changing(variants: Sequence[Variant], name: str, solution: str) -> int:
    return sum(variant.answers[name] != solution for variant in variants)
