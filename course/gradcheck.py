"""Is a hand-written gradient right? Ask the function itself, by central differences.

    (f(x + eps) - f(x - eps)) / (2 eps) = f'(x) + O(eps^2)

Check in float64, and away from kinks: at 0, neither side of max(0, x) is wrong.
"""

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["GradientReport", "check_backward", "check_gradient"]

Array = NDArray[np.float64]
Index = tuple[int, ...]


@dataclass(frozen=True)
class GradientReport:
    """What a check found. It is true in an `if` or `assert` when the gradient is right.

    Attributes:
        ok: whether every entry that was compared agrees, within the tolerance.
        max_relative_error: of the worst entry, |a - n| / max(|a|, |n|) for its two values; inf
            where they could not be compared.
        name: the gradient that the worst entry is in, such as "dw".
        index: where it is there; None if no entry is to blame (a wrong shape, say).
        analytic, numeric: the gradient that was handed in, and the central difference, there.
        message: one line for a human; `str(report)` is the same.

    """

    ok: bool
    max_relative_error: float
    name: str
    index: Index | None
    analytic: float
    numeric: float
    message: str

    def __bool__(self) -> bool:
        return self.ok

    def __str__(self) -> str:
        return self.message


def check_gradient(
    f: Callable[[Array], Any],
    x: ArrayLike,
    gradient: ArrayLike,
    *,
    eps: float = 1e-5,
    tolerance: float = 1e-6,
    max_entries: int | None = None,
    seed: int = 0,
    name: str = "gradient",
) -> GradientReport:
    """Compare the gradient of a scalar function with central differences.

    Args:
        f: takes an array like `x` and returns one number. A float64 array `x` is itself nudged,
            entry by entry, and restored, so `f` may just as well look it up elsewhere, as in
            `check_gradient(lambda _: net.loss(x, y)[0], net.params["W1"], grads["W1"])`.
        x: where to check, any shape; an array of another type is copied to float64.
        gradient: what you believe df/dx to be there, the shape of `x`.
        eps: half the distance between the two points of a difference.
        tolerance: the largest relative error to accept.
        max_entries: compare only so many entries, chosen at random; None: all of them.
        seed: which entries these are.
        name: what the report calls the gradient.

    Returns:
        A report; its text names the worst entry. A NaN, a wrong shape, or a value of `f` that is
        not one number in float64 is reported, not raised.

    """
    in_place = isinstance(x, np.ndarray) and x.dtype == np.float64 and x.flags.writeable
    point: Array = np.array(x, np.float64, copy=None if in_place else True)
    saved = point.copy()
    try:
        analytic = np.array(gradient, np.float64)
    except (TypeError, ValueError):
        return _refuse(name, "is not an array of numbers")
    if analytic.shape != point.shape:
        return _refuse(name, _shape_message(analytic.shape, point.shape))
    if point.size == 0:
        return _refuse(name, "has no entries, so there is nothing to check")
    try:
        value = f(point)
        problem = _why_unusable(value)
        if problem is None and not np.array_equal(point, saved, equal_nan=True):
            problem = "cannot be checked: f changes its input, it should copy it"
        if problem is not None:
            return _refuse(name, problem)
        noise = _difference_noise(float(value), analytic, eps)
        entries = [
            _compare(f, point, analytic, index, eps, noise / tolerance)
            for index in _choose_entries(point.shape, max_entries, seed)
        ]
        return _report(entries, tolerance, name, analytic, lambda index: _kink(f, point, index))
    finally:
        point[...] = saved


def check_backward(
    forward: Callable[..., Any],
    backward: Callable[[Array], Any],
    inputs: Sequence[ArrayLike],
    *,
    eps: float = 1e-5,
    tolerance: float = 1e-6,
    seed: int = 0,
) -> GradientReport:
    """Compare a backward pass with central differences of its forward pass.

    The output is made one number by a *random* weight for each of its entries. With equal weights
    a wrong gradient can pass: each row of a softmax sums to 1, whatever goes in.

    Args:
        forward: `forward(*inputs)` returns an array of any shape. The names of its parameters
            are used in the report: the gradient of `w` is called `dw`.
        backward: `backward(grad_out)` gets the gradient of the number with respect to the output,
            and returns that for each of the inputs, as a tuple in their order (for one input, the
            array alone will do).
        inputs: arrays of any shape, all to be checked; for other arguments wrap the functions in
            a lambda. `forward` gets copies in float64.
        eps: half the distance between the two points of a difference.
        tolerance: the largest relative error to accept.
        seed: of the random weights.

    Returns:
        The report for the first wrong gradient, or else for that with the largest error.

    """
    points = [np.array(value, np.float64) for value in inputs]
    names = _gradient_names(forward, len(points))
    arguments = [point.copy() for point in points]
    out = np.asarray(forward(*arguments))
    if problem := _why_unusable(out, scalar=False):
        return _refuse(", ".join(names), problem)
    weights = np.random.default_rng(seed).standard_normal(out.shape)
    grads = backward(np.array(weights))
    grads = grads if isinstance(grads, tuple | list) else (grads,)
    if len(grads) != len(points):
        found = f"backward returned {len(grads)} arrays for {len(points)} inputs"
        return _refuse(", ".join(names), found)

    reports = []
    for position, (name, grad) in enumerate(zip(names, grads, strict=True)):
        for who, after in (("forward", arguments), ("backward", inputs)):
            if not np.array_equal(np.asarray(after[position]), points[position], equal_nan=True):
                return _refuse(name, f"cannot be checked: {who} changes its input")

        def weighted_sum(point: Array, position: int = position) -> Any:
            return np.sum(weights * forward(*points[:position], point, *points[position + 1 :]))

        report = check_gradient(
            weighted_sum, points[position], grad, eps=eps, tolerance=tolerance, name=name
        )
        if not report:
            return report
        reports.append(report)
    return max(reports, key=lambda report: report.max_relative_error)


class _Entry(NamedTuple):
    """One entry of a gradient, from both sides."""

    at: Index
    analytic: float
    numeric: float
    error: float


def _compare(
    f: Callable[[Array], Any], point: Array, analytic: Array, index: Index, eps: float, floor: float
) -> _Entry:
    """Compare one entry. What is smaller than `floor` cannot be told from zero by a difference."""
    claimed = float(analytic[index])
    centre = point[index]
    point[index] = centre + eps
    above = float(f(point))
    point[index] = centre - eps
    below = float(f(point))
    point[index] = centre
    measured = (above - below) / (2 * eps)
    error = abs(claimed - measured) / max(abs(claimed), abs(measured), floor)
    return _Entry(index, claimed, measured, error if np.isfinite(error) else np.inf)


def _difference_noise(value: float, analytic: Array, eps: float) -> float:
    """How far a central difference of a smooth f may be off: by rounding, and by its O(eps^2)."""
    rounding = 8 * float(np.finfo(np.float64).eps) * max(abs(value), 1e-3) / eps
    finite = np.abs(analytic[np.isfinite(analytic)])
    return rounding + eps**2 * float(finite.max(initial=0))


def _kink(f: Callable[[Array], Any], point: Array, index: Index) -> bool:
    """Whether the slopes on the two sides differ, much more than those of a smooth f would."""
    centre, step = point[index], 1e-6
    middle = float(f(point))
    point[index] = centre + step
    right = (float(f(point)) - middle) / step
    point[index] = centre - step
    left = (middle - float(f(point))) / step
    point[index] = centre
    return abs(right - left) > 0.01 * max(abs(right), abs(left)) + 1e-6 * max(1.0, abs(middle))


def _report(
    entries: list[_Entry],
    tolerance: float,
    name: str,
    analytic: Array,
    has_kink: Callable[[Index], bool],
) -> GradientReport:
    worst = max(entries, key=lambda entry: (entry.error, abs(entry.analytic - entry.numeric)))
    place = name + (f"[{', '.join(map(str, worst.at))}]" if worst.at else "")
    ok = worst.error <= tolerance
    if ok:
        message = f"{name}: {len(entries)} checked, largest error {worst.error:.1e} at {place}"
    else:
        wrong = sum(entry.error > tolerance for entry in entries)
        hint = "f has a kink there" if has_kink(worst.at) else _hint(entries, analytic)
        message = (
            f"{place} is {worst.analytic:.6g}, the central difference is {worst.numeric:.6g}"
            f" ({wrong} of {len(entries)} wrong{'; ' if hint else ''}{hint})"
        )
    return GradientReport(
        ok, float(worst.error), name, worst.at, worst.analytic, worst.numeric, message
    )


def _hint(entries: list[_Entry], analytic: Array) -> str:
    """What the wrong entries have in common, if it is one of the usual mistakes."""
    numeric = np.array([entry.numeric for entry in entries])
    claimed = np.array([entry.analytic for entry in entries])
    if not np.isfinite(numeric).all() or not np.isfinite(claimed).all():
        return "not a finite number"
    if not numeric.any():
        return "f does not change when this array does"
    ratio = float(claimed @ numeric) / float(numeric @ numeric)  # least squares: claimed = ratio n
    size = np.abs(numeric).max()
    if abs(ratio) > 1e-3 and np.allclose(claimed, ratio * numeric, rtol=1e-4, atol=1e-6 * size):
        if abs(ratio + 1) < 1e-3:
            return "all have the opposite sign"
        factor = f"{ratio:.3g}" if abs(ratio) >= 1 else f"1/{1 / ratio:.3g}"
        return f"ratio {ratio:.3g} everywhere: a factor {factor}?"
    if analytic.ndim == 2 and analytic.shape[0] == analytic.shape[1]:
        swapped = np.array([analytic[entry.at[::-1]] for entry in entries])
        if np.allclose(swapped, numeric, rtol=1e-4, atol=1e-6 * size):
            return "the transpose would fit"
    return ""


def _why_unusable(value: Any, scalar: bool = True) -> str | None:
    """What keeps the value of a function from being differenced, if anything."""
    found = np.asarray(value)
    if scalar and found.ndim != 0:
        return f"cannot be checked: f must return one number, not shape {found.shape}"
    if found.dtype.kind not in "fiu":
        return f"cannot be checked: f returned a {type(value).__name__}, not numbers"
    if found.dtype.name in ("float16", "float32"):
        return f"cannot be checked: f returned {found.dtype}, too coarse; compute it in float64"
    if not np.isfinite(found).all():
        return "cannot be checked: f is not finite here"
    return None


def _shape_message(found: tuple[int, ...], expected: tuple[int, ...]) -> str:
    hint = ": transposed?" if found == expected[::-1] else ""
    return f"has shape {found}, but what it belongs to has shape {expected}{hint}"


def _choose_entries(shape: tuple[int, ...], max_entries: int | None, seed: int) -> list[Index]:
    indices = list(np.ndindex(shape))
    if max_entries is None or max_entries >= len(indices):
        return indices
    chosen = np.random.default_rng(seed).choice(len(indices), max_entries, replace=False)
    return [indices[entry] for entry in chosen]


def _gradient_names(forward: Callable[..., Any], count: int) -> list[str]:
    """`dw` for a parameter `w`; numbers where the function does not tell its parameters."""
    try:
        parameters = list(inspect.signature(forward).parameters.values())[:count]
    except (TypeError, ValueError):
        parameters = []
    if len(parameters) == count and not any(str(one).startswith("*") for one in parameters):
        return [f"d{parameter.name}" for parameter in parameters]
    return [f"d(input {position})" for position in range(count)]


def _refuse(name: str, problem: str) -> GradientReport:
    return GradientReport(False, np.inf, name, None, np.nan, np.nan, f"{name} {problem}")
