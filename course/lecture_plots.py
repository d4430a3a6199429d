"""Pictures that several lectures draw: squared errors, surfaces of a loss, chains of boxes.

As in `course.plots`, each function draws and returns what it drew on; none calls `plt.show()`.
"""

from collections.abc import Callable, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch, Rectangle
from numpy.typing import ArrayLike, NDArray

from course.plots import COLORS, GREY

__all__ = ["plot_boxes", "plot_loss_contours", "plot_path", "plot_squares"]

Range = tuple[float, float]


def plot_squares(
    x: ArrayLike,
    actual: ArrayLike,
    predicted: ArrayLike,
    ax: Axes,
    color: str = COLORS[1],
) -> Axes:
    """Draw each squared difference as a true square between the two values, its area the square.

    Args:
        x: where they stand, shape (N,).
        actual: one of the two values at each x, shape (N,).
        predicted: the other, shape (N,).
        ax: where to draw; its two axes get the same scale, or the squares would be none.
        color: of the squares.

    """
    for place, one, other in zip(*map(np.asarray, (x, actual, predicted)), strict=True):
        side = abs(one - other)
        left = place if one > other else place - side  # half on each side: they overlap less
        ax.add_patch(
            Rectangle(
                (left, min(one, other)), side, side, facecolor=color, alpha=0.25, edgecolor=color
            )
        )
    ax.set_aspect("equal")
    return ax


def plot_loss_contours(
    loss: Callable[[NDArray[np.float64]], float],
    across: Range,
    up: Range,
    ax: Axes,
    levels: int = 14,
    points: int = 61,
) -> Axes:
    """Draw the lines of equal loss over the plane of two weights.

    The levels are closer together near the smallest loss, so that the bottom of a bowl shows.

    Args:
        loss: takes an array of two weights, shape (2,), and returns a number.
        across: (smallest, largest) value of the first weight.
        up: the same of the second weight.
        ax: where to draw.
        levels: how many lines.
        points: at how many values of each weight the loss is computed.

    """
    first, second = np.linspace(*across, points), np.linspace(*up, points)
    losses = np.array([[loss(np.array([a, b])) for a in first] for b in second])
    lowest, highest = float(losses.min()), float(losses.max())
    heights = lowest + (highest - lowest) * np.linspace(0.1, 1, levels) ** 2.5
    ax.contourf(first, second, losses, levels=[lowest, *heights], cmap="Blues", alpha=0.8)
    ax.contour(first, second, losses, levels=heights, colors=GREY, linewidths=0.6)
    ax.grid(False)
    return ax


def plot_path(
    path: ArrayLike, ax: Axes, label: str, color: str = COLORS[1], marker: str = "o"
) -> Axes:
    """Draw the way of two weights through training; the start is a black ring.

    Args:
        path: the weights after each step, shape (steps, 2).
        ax: where to draw.
        label: what took the steps, for the legend.
        color: of the line.
        marker: at each step.

    """
    path = np.asarray(path)
    ax.plot(*path.T, color=color, marker=marker, markersize=3.5, linewidth=1.2, label=label)
    ax.plot(*path[0], marker="o", color="none", markeredgecolor="black", markersize=10)
    return ax


def plot_boxes(
    labels: Sequence[str],
    ax: Axes,
    y: float = 0.0,
    learned: Sequence[bool] | None = None,
    width: float = 1.7,
) -> Axes:
    """Draw a chain of boxes with arrows between them, from left to right.

    Args:
        labels: the text in each box.
        ax: where to draw; its axes are switched off.
        y: height of the chain's middle; a box is 0.8 high and stands at x = 0, 2.2, 4.4, ...
        learned: which boxes training changes: they are filled. None: none of them.
        width: of a box.

    """
    learned = learned or [False] * len(labels)
    for place, (label, filled) in enumerate(zip(labels, learned, strict=True)):
        left = 2.2 * place
        fill, edge = (COLORS[6], COLORS[0]) if filled else ("white", GREY)
        box = FancyBboxPatch(
            (left, y - 0.4), width, 0.8, boxstyle="round,pad=0.04", facecolor=fill, edgecolor=edge
        )
        ax.add_patch(box)
        ax.text(left + width / 2, y, label, ha="center", va="center", fontsize=10)
        if place:
            start, end = (left - 2.2 + width + 0.06, y), (left - 0.06, y)
            ax.annotate("", end, start, arrowprops={"arrowstyle": "->", "color": "black"})
    right = 2.2 * (len(labels) - 1) + width
    ax.update_datalim([(-0.1, y - 0.5), (right + 0.1, y + 0.5)])
    ax.autoscale_view()
    ax.axis("off")
    return ax
