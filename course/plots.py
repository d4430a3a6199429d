"""Figures for lectures and homework, in one style that colour-blind readers can read too.

Each function draws, titles and labels, and returns what it drew on; none calls `plt.show()`.
"""

import warnings
from collections.abc import Callable, Mapping, Sequence
from itertools import cycle

import matplotlib.pyplot as plt
import numpy as np
from cycler import cycler
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike, NDArray

__all__ = [
    "plot_decision_boundary",
    "plot_function_and_derivative",
    "plot_image_grid",
    "plot_losses",
    "use_style",
]

# M. Okabe and K. Ito, Color Universal Design, 2008, https://jfly.uni-koeln.de/color/ , without the
# yellow, which is too pale for a line on white; the darkest and most different come first.
COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#000000", "#E69F00", "#56B4E9")
MARKERS = ("o", "s", "^", "D", "v", "P", "X")  # a second way to tell lines and classes apart
GREY = "#595959"
MARKS_PER_LINE = 12


def use_style() -> None:
    """Set matplotlib's defaults for the notebook: call it once, at its top."""
    # It warns when placing a legend takes over a second, as it does on any busy machine.
    warnings.filterwarnings("ignore", message='Creating legend with loc="best"')
    plt.rcParams.update(
        {
            "figure.figsize": (7.0, 4.0),
            "figure.dpi": 100,
            "figure.constrained_layout.use": True,
            "font.size": 11,
            "axes.titlesize": 12,
            "axes.prop_cycle": cycler(color=COLORS),
            "axes.grid": True,
            "axes.axisbelow": True,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "grid.color": "#DDDDDD",
            "grid.linewidth": 0.8,
            "legend.frameon": False,
            "lines.linewidth": 1.8,
            "lines.markersize": 5.5,
            "image.cmap": "gray_r",
        }
    )


def plot_losses(
    history: Mapping[str, Sequence[float]],
    ax: Axes | None = None,
    title: str = "Loss during training",
    reference: tuple[float, str] | None = None,
    ylabel: str = "mean loss per example (nats)",
) -> Axes:
    """Draw each list of `history` as a line over the epochs 1, 2, ...

    Args:
        history: values an epoch by name, such as {"train_loss": [...], "val_loss": [...]}; what is
            named "...accuracy" is not a loss and is left out.
        ax: where to draw; None: a new figure.
        title: of the figure.
        reference: (value, label) of a horizontal line, such as (np.log(10), "chance: ln 10").
        ylabel: what the loss is, and its unit.

    Raises:
        ValueError: `history` holds no loss.

    """
    losses = {name: values for name, values in history.items() if not name.endswith("accuracy")}
    if not losses:
        raise ValueError(f"the history has no losses to draw, only {sorted(history)}")
    ax = ax or _new_axes()
    for (name, values), color, marker in zip(losses.items(), cycle(COLORS), cycle(MARKERS)):
        ax.plot(
            np.arange(1, len(values) + 1),
            values,
            color=color,
            marker=marker,
            markevery=max(1, len(values) // MARKS_PER_LINE),
            label=_in_words(name),
        )
    if reference is not None:
        ax.axhline(reference[0], color=GREY, linestyle="--", marker="", label=reference[1])
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set(title=title, xlabel="epoch", ylabel=ylabel)
    ax.legend()
    return ax


def plot_decision_boundary(
    predict: Callable[[NDArray[np.float64]], ArrayLike],
    x: ArrayLike,
    y: ArrayLike,
    ax: Axes | None = None,
    title: str = "Decision boundary",
) -> Axes:
    """Colour the plane by the class that is predicted there, and mark the examples on it.

    Args:
        predict: takes points, float64 of shape (N, 2), and returns N integer classes.
        x: examples, shape (M, 2).
        y: their classes, integers from 0 to 6, shape (M,).
        ax: where to draw; None: a new figure.
        title: of the figure.

    Raises:
        ValueError: the examples are not points of a plane, or there are too many classes to tell
            apart.

    """
    x, y = np.asarray(x), np.asarray(y)
    if x.ndim != 2 or x.shape[1] != 2 or y.shape != (len(x),):
        raise ValueError(f"x must be (M, 2) and y (M,), not {x.shape} and {y.shape}")
    ax = ax or _new_axes()
    margin = 0.1 * np.ptp(x, axis=0)
    (left, bottom), (right, top) = x.min(axis=0) - margin, x.max(axis=0) + margin
    across, up = np.meshgrid(np.linspace(left, right, 200), np.linspace(bottom, top, 200))
    regions = np.asarray(predict(np.column_stack([across.ravel(), up.ravel()])))
    classes = np.union1d(y, regions).astype(int)
    if classes[0] < 0 or classes[-1] >= len(COLORS):
        raise ValueError(f"classes must be from 0 to {len(COLORS) - 1}, not {classes}")

    edges = np.arange(len(COLORS) + 1) - 0.5
    regions = regions.reshape(across.shape)
    ax.contourf(across, up, regions, levels=edges, cmap=ListedColormap(COLORS), alpha=0.2)
    if len(classes) > 1:
        ax.contour(across, up, regions, levels=edges[1:-1], colors=GREY, linewidths=1)
    for label in np.unique(y):
        ax.scatter(
            *x[y == label].T,
            color=COLORS[label],
            marker=MARKERS[label],
            edgecolor="white",
            linewidth=0.5,
            label=f"class {label}",
        )
    ax.grid(False)
    ax.set(title=title, xlabel="$x_1$", ylabel="$x_2$")
    ax.legend(frameon=True)
    return ax


def plot_function_and_derivative(
    f: Callable[[NDArray[np.float64]], ArrayLike],
    df: Callable[[NDArray[np.float64]], ArrayLike],
    z: ArrayLike | None = None,
    name: str = "f",
    ax: Axes | None = None,
) -> Axes:
    """Draw a function and its derivative on the same axes.

    Args:
        f: takes and returns an array of shape (N,).
        df: its derivative, likewise.
        z: where to evaluate them, in ascending order; None: 401 points from -4 to 4.
        name: of the function, for the title and the legend.
        ax: where to draw; None: a new figure.

    """
    ax = ax or _new_axes()
    z = np.linspace(-4.0, 4.0, 401) if z is None else np.asarray(z, np.float64)
    every = max(1, len(z) // MARKS_PER_LINE)
    ax.axhline(0, color=GREY, linewidth=0.8, marker="")
    ax.axvline(0, color=GREY, linewidth=0.8, marker="")
    for values, label, style, color, marker in (
        (f(z), f"{name}(z)", "-", COLORS[0], MARKERS[0]),
        (df(z), f"derivative of {name}", "--", COLORS[1], MARKERS[1]),
    ):
        ax.plot(z, values, style, color=color, marker=marker, markevery=every, label=label)
    ax.set(title=f"{name} and its derivative", xlabel="z", ylabel="value")
    ax.legend()
    return ax


def plot_image_grid(
    images: ArrayLike,
    titles: Sequence[object] | None = None,
    image_shape: tuple[int, int] | None = None,
    columns: int = 10,
    title: str = "",
) -> Figure:
    """Draw images in rows, the smallest of all their values white and the largest black.

    Args:
        images: shape (N, height, width), or (N, height * width).
        titles: what to write above each of the N; None: nothing.
        image_shape: (height, width) of flat images; None: they are square.
        columns: how many in a row.
        title: above them all.

    Raises:
        ValueError: there is no image, the shapes do not fit, or `titles` are not N.

    """
    images = _as_pictures(np.asarray(images), image_shape)
    if titles is not None and len(titles) != len(images):
        raise ValueError(f"{len(titles)} titles for {len(images)} images")
    columns = min(columns, len(images))
    rows = -(-len(images) // columns)
    cell = min(1.2, 8.0 / columns)  # inches
    height = rows * (cell + 0.25 * (titles is not None)) + 0.4 * bool(title)
    size = (max(columns * cell, 3.0), height)  # a few small pictures leave room for the title
    figure: Figure = plt.figure(figsize=size, layout="constrained")
    axes = figure.subplots(rows, columns, squeeze=False)
    for ax in axes.flat:
        ax.axis("off")
    for position, (ax, image) in enumerate(zip(axes.flat, images, strict=False)):
        ax.imshow(image, cmap="gray_r", vmin=images.min(), vmax=images.max())
        if titles is not None:
            ax.set_title(str(titles[position]), fontsize=10)
    if title:
        figure.suptitle(title)
    return figure


def _as_pictures(
    images: NDArray[np.floating], image_shape: tuple[int, int] | None
) -> NDArray[np.floating]:
    """Give flat images their height and width: shape (N, height, width)."""
    if images.ndim not in (2, 3) or not images.size:
        raise ValueError(f"images must be (N, pixels) or (N, height, width), not {images.shape}")
    if images.ndim == 3 and image_shape is None:
        return images
    if image_shape is None:
        side = round(images.shape[1] ** 0.5)
        image_shape = (side, side)
    if np.prod(image_shape) != np.prod(images.shape[1:]):
        raise ValueError(f"{images.shape[1:]} pixels are not an image of {image_shape}")
    return images.reshape(len(images), *image_shape)


def _new_axes() -> Axes:
    """One new pair of axes; they look right without `use_style` too."""
    ax: Axes = plt.figure(figsize=(7.0, 4.0), layout="constrained").subplots()
    return ax


def _in_words(name: str) -> str:
    """`train_loss` -> "train loss"."""
    return name.replace("_", " ")
