"""What is wrong with a wrong answer, where that can be recognised: one sentence, no value.

The sentences go to students, also from hidden tests. They tell shapes and relations between the two
values, never the expected value itself. A factor is named only where it is 2, 1/2, the number of
rows or one over it: any other ratio, with the student's value, would tell the expected one.
"""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograder.judge import tensors

_MOST_VALUES = 1_000_000  # of one array
_CLOSE = 1e-4  # relative; single precision has room in it
_PLAIN = (bool, int, float)
Array = NDArray[np.float64]


def diagnose(actual: Any, expected: Any, before: Any = None) -> str:
    """Compare a student's value with the right one.

    Args:
        actual: the student's: a number, or numbers in lists, tuples, arrays, or a tensor.
        expected: the right one.
        before: what the test gave, if `actual` is that object and the student's code changed it.

    Returns:
        One sentence without a full stop; an empty text if nothing is recognised.
    """
    got, right, given = map(numbers, (actual, expected, before))
    if got is None or right is None:
        return ""
    with np.errstate(all="ignore"):  # any numbers: their ratios may overflow
        if given is not None and _same(given, right):
            return "your code changed an array that it was given; work on a copy"
        if got.shape != right.shape:
            return _shapes(got, right)
        found = (text for text, is_so in _KINDS if is_so(got, right))
        return next(found, "") or _factor(got, right)


def shapes(actual: tuple[int, ...], expected: tuple[int, ...]) -> str:
    """Say how shapes differ."""
    if actual == expected:
        return ""
    found = f"the shape is {actual}, it should be {expected}"
    turned = len(actual) > 1 and actual == expected[::-1]
    return f"{found}: transposed?" if turned else found


def numbers(value: Any) -> Array | None:
    """Return plain numbers as an array of floats; None for all else, which is asked for nothing."""
    if tensors.is_tensor(value):
        value = value.detach().cpu().numpy() if value.layout.__str__() == "torch.strided" else None
    if isinstance(value, np.generic):
        value = np.asarray(value)
    if type(value) in (list, tuple) and not _is_plain(value):
        return None
    if type(value) not in (list, tuple, np.ndarray, *_PLAIN):
        return None
    try:
        found = np.asarray(value)
    except ValueError:  # lists of different lengths
        return None
    small = found.dtype.kind in "biuf" and 0 < found.size <= _MOST_VALUES
    return found.astype(np.float64) if small else None


def _is_plain(value: Any) -> bool:
    """Say whether lists and tuples hold numbers only, so that numpy asks no object for anything."""
    items = list(value)
    for item in items:
        if type(item) in (list, tuple):
            items += item
        elif type(item) is not np.ndarray and not isinstance(item, (*_PLAIN, np.generic)):
            return False
        if len(items) > _MOST_VALUES:
            return False
    return True


def _shapes(got: Array, right: Array) -> str:
    if got.ndim == right.ndim == 2 and got.T.shape == right.shape and _same(got.T, right):
        return f"transposed: the shape is {got.shape}, it should be {right.shape}"
    if right.ndim == 0:
        return ""  # each value is compared with one number
    return shapes(got.shape, right.shape)


def _has_nan(got: Array, right: Array) -> bool:
    return bool(np.isnan(got).any() and not np.isnan(right).any())


def _has_infinity(got: Array, right: Array) -> bool:
    return bool(np.isinf(got).any() and not np.isinf(right).any())


def _is_negated(got: Array, right: Array) -> bool:
    return bool(right.any()) and _same(got, -right)


def _is_transposed(got: Array, right: Array) -> bool:
    return got.ndim == 2 and got.shape == got.T.shape and _same(got.T, right)


def _is_other_axis(got: Array, right: Array) -> bool:
    """Say whether sums are 1 along the other axis: a softmax or a mean over the wrong one."""
    if got.ndim != 2 or min(got.shape) < 2:
        return False

    def ones(values: Array, axis: int) -> bool:
        return bool(np.allclose(values.sum(axis), 1.0, rtol=_CLOSE))

    return any(
        ones(right, axis)
        and not ones(right, 1 - axis)
        and ones(got, 1 - axis)
        and not ones(got, axis)
        for axis in (0, 1)
    )


_KINDS = (
    ("there is NaN in the result", _has_nan),
    ("there is infinity in the result", _has_infinity),
    ("all signs are the wrong way round", _is_negated),
    ("transposed: rows and columns are exchanged", _is_transposed),
    ("over the wrong axis: rows and columns are exchanged in a sum or mean", _is_other_axis),
)


def _factor(got: Array, right: Array) -> str:
    """Recognise a result that is right up to one factor."""
    nonzero = right != 0
    if not nonzero.any() or not np.isfinite(got).all() or not np.isfinite(right).all():
        return ""
    factor = float(np.median(got[nonzero] / right[nonzero]))
    if factor == 0 or math.isclose(factor, 1.0, rel_tol=1e-3) or not _same(got, factor * right):
        return ""
    for text, known in _factors(right.shape):
        if math.isclose(abs(factor), known, rel_tol=1e-3):
            return text + ", with the wrong sign" * (factor < 0)
    different = np.unique(np.round(right[nonzero] / np.abs(right).max(), 6)).size
    return "right up to one constant factor" if different > 2 else ""


def _factors(shape: tuple[int, ...]) -> Iterator[tuple[str, float]]:
    yield "every value is twice as large as it should be", 2.0
    yield "every value is half as large as it should be", 0.5
    for number in {length for length in shape[:1] if length > 2}:
        yield f"every value is {number} times too large: divide by the number of rows?", number
        yield f"every value is {number} times too small: divided by the number of rows?", 1 / number


def _same(one: Array, other: Array) -> bool:
    if one.shape != other.shape:
        return False
    scale = float(np.abs(other).max()) if np.isfinite(other).all() else 1.0
    return bool(np.allclose(one, other, rtol=_CLOSE, atol=_CLOSE * 1e-4 * scale))
