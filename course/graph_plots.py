"""Pictures of computations: a graph with its values going forward and its gradients coming back.

Each function draws and titles, and returns what it drew on; none calls `plt.show()`.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from numpy.typing import ArrayLike, NDArray

from course.plots import COLORS, GREY

__all__ = ["plot_graph", "plot_network"]

FORWARD, BACKWARD = COLORS[0], COLORS[1]
NODE_FONT = 11
MOST_LABELLED_WEIGHTS = 12  # more numbers than this on the edges can't be read


def plot_graph(
    positions: Mapping[str, tuple[float, float]],
    edges: Sequence[tuple[str, str]],
    *,
    values: Mapping[str, float] | None = None,
    gradients: Mapping[str, float] | None = None,
    labels: Mapping[str, str] | None = None,
    ax: Axes | None = None,
    title: str = "",
) -> Axes:
    """Draw a graph of named nodes; arrows point the way that values flow.

    Args:
        positions: where each node is, (x, y) in any unit; about 1 apart looks right.
        edges: pairs (from, to) of nodes.
        values: what goes forward, by node; written above it in blue.
        gradients: what comes back, by node: the derivative of the last node with respect to this
            one; written below it in orange.
        labels: what to write in a node instead of its name, such as "+".
        ax: where to draw; None: a new figure.
        title: of the figure.

    Raises:
        ValueError: an edge, a value, a gradient or a label belongs to no node.

    """
    values, gradients, labels = values or {}, gradients or {}, labels or {}
    named = {*(name for edge in edges for name in edge), *values, *gradients, *labels}
    if strangers := sorted(named - set(positions)):
        raise ValueError(f"no position for {', '.join(strangers)}")
    ax = _canvas(ax, list(positions.values()), title)
    for name, place in positions.items():
        _draw_node(ax, place, labels.get(name, name))
        _write_numbers(ax, place, values.get(name), gradients.get(name))
    for start, end in edges:
        texts = labels.get(start, start), labels.get(end, end)
        _draw_arrow(ax, positions[start], positions[end], GREY, 1.3, "-", texts)
    _explain_colors(ax, bool(values), bool(gradients))
    return ax


def plot_network(
    activations: Sequence[ArrayLike],
    weights: Sequence[ArrayLike],
    *,
    gradients: Sequence[ArrayLike] | None = None,
    names: Sequence[Sequence[str]] | None = None,
    ax: Axes | None = None,
    title: str = "",
) -> Axes:
    """Draw a network of layers for one example, with a number at each unit and on each edge.

    Positive weights are solid and blue, negative ones dashed and orange; large ones are thick.

    Args:
        activations: of each layer, the input first; arrays of shapes (D,), (H,), ...
        weights: between them, shapes (D, H), ...; one less than layers.
        gradients: of the loss with respect to the activations, the same shapes; None: only the
            forward pass.
        names: what to write in the units of each layer; None: x1, x2, ... for the input, a1, a2,
            ... after it.
        ax: where to draw; None: a new figure.
        title: of the figure.

    Raises:
        ValueError: the shapes of the layers, weights, gradients and names do not fit together.

    """
    layers = [np.asarray(layer, np.float64) for layer in activations]
    tables = [np.asarray(table, np.float64) for table in weights]
    back = None if gradients is None else [np.asarray(g, np.float64) for g in gradients]
    names = names or [
        [f"${'a' if depth else 'x'}_{{{unit}}}$" for unit in range(1, len(layer) + 1)]
        for depth, layer in enumerate(layers)
    ]
    _check_shapes(layers, tables, back, names)
    places = [_column(depth, len(layer)) for depth, layer in enumerate(layers)]
    ax = _canvas(ax, [place for column in places for place in column], title)
    for depth, table in enumerate(tables):
        _draw_weights(ax, places[depth], places[depth + 1], table)
    for depth, layer in enumerate(layers):
        for unit, place in enumerate(places[depth]):
            _draw_node(ax, place, names[depth][unit])
            gradient = None if back is None else float(back[depth][unit])
            _write_numbers(ax, place, float(layer[unit]), gradient)
    _explain_colors(ax, True, back is not None)
    return ax


def _check_shapes(
    layers: list[NDArray[np.float64]],
    tables: list[NDArray[np.float64]],
    back: list[NDArray[np.float64]] | None,
    names: Sequence[Sequence[str]],
) -> None:
    expected = [(len(a), len(b)) for a, b in pairwise(layers)]
    found = [table.shape for table in tables]
    if found != expected:
        raise ValueError(f"weights of shapes {found} do not join layers that need {expected}")
    sizes = [layer.shape for layer in layers]
    if back is not None and [g.shape for g in back] != sizes:
        raise ValueError(f"gradients must have the shapes of the activations, {sizes}")
    if [(len(row),) for row in names] != sizes:
        raise ValueError(f"names must be as many as the units, {sizes}")


def _column(depth: int, count: int) -> list[tuple[float, float]]:
    """Where the units of a layer are, the first on top, the middle at height 0."""
    return [(2.0 * depth, (count - 1) / 2 - unit) for unit in range(count)]


def _canvas(ax: Axes | None, places: list[tuple[float, float]], title: str) -> Axes:
    """Axes without frame that hold all places and the numbers around them."""
    if ax is None:
        ax = plt.figure(figsize=(7.0, 4.0), layout="constrained").subplots()
    across, up = np.array(places, np.float64).T
    ax.set(
        title=title,
        xlim=(across.min() - 0.6, across.max() + 0.6),
        ylim=(up.min() - 0.75, up.max() + 0.6),
    )
    ax.axis("off")
    return ax


def _draw_node(ax: Axes, place: tuple[float, float], text: str) -> None:
    style = "circle,pad=0.35" if len(text) <= 2 or text.startswith("$") else "round,pad=0.4"
    box = {"boxstyle": style, "facecolor": "white", "edgecolor": GREY, "linewidth": 1.4}
    ax.text(*place, text, ha="center", va="center", fontsize=NODE_FONT, bbox=box, zorder=3)


def _write_numbers(
    ax: Axes, place: tuple[float, float], value: float | None, gradient: float | None
) -> None:
    """The value above the node, its gradient below."""
    for number, up, color, weight in (
        (value, 1, FORWARD, "bold"),
        (gradient, -1, BACKWARD, "normal"),
    ):
        if number is not None:
            ax.annotate(
                _short(number),
                place,
                xytext=(0, up * 19),
                textcoords="offset points",
                ha="center",
                va="center",
                color=color,
                fontweight=weight,
                fontsize=NODE_FONT - 1,
                bbox={"boxstyle": "round,pad=0.1", "facecolor": "white", "edgecolor": "none"},
                zorder=4,
            )


def _draw_weights(
    ax: Axes,
    starts: list[tuple[float, float]],
    ends: list[tuple[float, float]],
    table: NDArray[np.float64],
) -> None:
    largest = max(float(np.abs(table).max(initial=0)), 1e-12)
    for (row, column), weight in np.ndenumerate(table):
        color, style = (FORWARD, "-") if weight >= 0 else (BACKWARD, "--")
        width = 0.6 + 2.2 * abs(float(weight)) / largest
        start, end = starts[row], ends[column]
        _draw_arrow(ax, start, end, color, width, style)
        if table.size <= MOST_LABELLED_WEIGHTS:
            # a third of the way along, so that the numbers of crossing edges are apart
            across, up = (a + 0.34 * (b - a) for a, b in zip(start, end, strict=True))
            box = {"boxstyle": "round,pad=0.1", "facecolor": "white", "edgecolor": "none"}
            ax.text(
                across,
                up,
                _short(float(weight)),
                color=color,
                fontsize=NODE_FONT - 2,
                ha="center",
                va="center",
                bbox=box,
                zorder=2,
            )


def _draw_arrow(
    ax: Axes,
    start: tuple[float, float],
    end: tuple[float, float],
    color: str,
    width: float,
    style: str,
    texts: tuple[str, str] = ("", ""),
) -> None:
    across, up = np.abs(np.subtract(*ax.transData.transform([start, end])))
    level = across / max(float(np.hypot(across, up)), 1e-9)  # 1: the arrow runs sideways
    gaps = [14 + 3.2 * level * max(0, len(text) - 2) * (text[:1] != "$") for text in texts]
    arrow = {
        "arrowstyle": "-|>",
        "color": color,
        "linewidth": width,
        "linestyle": style,
        "shrinkA": gaps[0],
        "shrinkB": gaps[1] + 1,
    }
    ax.annotate("", end, xytext=start, arrowprops=arrow, zorder=1)


def _explain_colors(ax: Axes, has_values: bool, has_gradients: bool) -> None:
    entries = [
        (has_values, "above: value, going forward", FORWARD, "$\\rightarrow$"),
        (has_gradients, "below: gradient, coming back", BACKWARD, "$\\leftarrow$"),
    ]
    handles = [
        Line2D([], [], color=color, marker=marker, linestyle="", markersize=14, label=label)
        for shown, label, color, marker in entries
        if shown
    ]
    if handles:
        ax.legend(handles=handles, loc="upper center", bbox_to_anchor=(0.5, 0.02), ncols=2)


def _short(number: float) -> str:
    """At most three decimals, and a minus sign that is one."""
    text = f"{number:.3f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "0") else text.replace("-", "\N{MINUS SIGN}")
