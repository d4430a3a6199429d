"""Which two values a failed check compared: remembered as the comparison ran, never asked again.

Threat: none of the student's code may run for this. Library functions are wrapped so that they note
what they compared, and objects of a student's are not looked into (`diagnosis.numbers`).
"""

import ast
import functools
import importlib
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.judge import diagnosis, tensors
from autograder.judge.profile import file_name

_COMPARING = {
    "numpy": ("allclose", "array_equal"),
    "numpy.testing": ("assert_allclose", "assert_array_equal", "assert_array_almost_equal"),
    "math": ("isclose",),
    "torch": ("allclose", "equal"),
    "torch.testing": ("assert_close",),
}
_MARK = "_notes_what_it_compares"
_last: list[tuple[str, int, Any, Any]] = []  # file, line, student's, right: of one failed check
Before = Callable[[Any], Any]


def watch(source: str) -> None:
    """Let the libraries that are loaded, or named in the next cell, note what they compare."""
    for name, functions in _COMPARING.items():
        if name not in sys.modules and name not in source.replace("np.", "numpy."):
            continue
        library = importlib.import_module(name)
        for function in functions:
            if not hasattr(getattr(library, function), _MARK):
                setattr(library, function, _noting(getattr(library, function)))


def forget() -> None:
    """Forget what was compared: a new test begins."""
    _last.clear()


def explain(cell: str, source: str, line: int | None, names: dict[str, Any], before: Before) -> str:
    """Say what was wrong in the check of a test cell that failed, if that is recognised.

    Args:
        cell: its id.
        source: its source.
        line: where it failed.
        names: the tests' namespace; only plain data of it is read.
        before: gives what a test gave, for an object that the student's code has changed since.
    """
    found = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Assert)]
    inside = [node for node in found if line and node.lineno <= line <= (node.end_lineno or 0)]
    lines = range(inside[0].lineno, (inside[0].end_lineno or 0) + 1) if inside else [line]
    for file, where, actual, expected in _last:
        if file == file_name(cell) and where in lines:
            return diagnosis.diagnose(actual, expected, before(actual))
    for node in inside:
        for one in ast.walk(node.test):
            told = _compared_shapes(one, names)
            if told:
                return told
    return ""


def _noting(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def compare(*arguments: Any, **named: Any) -> Any:
        _last.clear()
        holds = False
        try:
            result = function(*arguments, **named)
            holds = result is None or bool(result)
            return result
        finally:
            if not holds and len(arguments) > 1:
                _last.append((*_caller(), arguments[0], arguments[1]))

    setattr(compare, _MARK, True)
    return compare


def _caller() -> tuple[str, int]:
    """Return file and line of the innermost frame of a cell."""
    frame = sys._getframe(2)
    while frame.f_back is not None and not frame.f_code.co_filename.startswith("<judge:"):
        frame = frame.f_back
    return frame.f_code.co_filename, frame.f_lineno


def _compared_shapes(node: ast.AST, names: dict[str, Any]) -> str:
    """Say how shapes differ in a comparison such as `np.shape(x) == (2, 3)`."""
    match node:
        case ast.Compare(left, [ast.Eq()], [right]):
            shape = _shape(left, names)
            expected = _integers(right)
            if shape is not None and expected is not None:
                return diagnosis.shapes(shape, expected)
    return ""


def _shape(node: ast.expr, names: dict[str, Any]) -> tuple[int, ...] | None:
    """Return the shape that an expression stands for, where reading it runs nothing."""
    match node:
        case ast.Call(ast.Attribute(ast.Name("np"), "shape"), [ast.Name(name)]):
            found = diagnosis.numbers(dict.get(names, name))
            return None if found is None else found.shape
        case ast.Call(ast.Name("tuple"), [inner]):
            return _shape(inner, names)
        case ast.Attribute(ast.Name(name), "shape"):
            value: Any = dict.get(names, name)
            if isinstance(value, np.ndarray) or tensors.is_tensor(value):
                return tuple(value.shape)
    return None


def _integers(node: ast.expr) -> tuple[int, ...] | None:
    try:
        value = ast.literal_eval(node)
    except ValueError:
        return None
    whole = type(value) is tuple and all(type(item) is int for item in value)
    return value if whole else None
