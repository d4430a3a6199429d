"""course.graph_plots: every number of a computation stands where a reader looks for it."""

import matplotlib as mpl
import numpy as np
import pytest

mpl.use("Agg")

import matplotlib.pyplot as plt  # the backend comes first
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.text import Annotation

from course import graph_plots
from course.plots import COLORS

PLACES = {"x": (0, 2), "y": (0, 1), "q": (1.5, 1.5), "z": (1.5, 0.4), "f": (3, 1)}
EDGES = [("x", "q"), ("y", "q"), ("q", "f"), ("z", "f")]
VALUES = {"x": -2, "y": 5, "q": 3, "z": -4, "f": -12}
GRADIENTS = {"x": -4, "y": -4, "q": -4, "z": 3, "f": 1}
XOR = ([[1.0, 1.0], [2.0, 1.0], [0.5]], [np.ones((2, 2)), np.array([[1.0], [-1.5]])])


@pytest.fixture(autouse=True)
def fresh_figures(monkeypatch):
    """Every test starts with matplotlib's own style; plt.show() is an error."""

    def refuse():
        raise AssertionError("a plot function must not call plt.show()")

    monkeypatch.setattr(plt, "show", refuse)
    with mpl.rc_context():
        yield
    plt.close("all")


def draw_graph(**changes):
    return graph_plots.plot_graph(
        PLACES, EDGES, **{"values": VALUES, "gradients": GRADIENTS, "title": "f", **changes}
    )


def numbers_around(ax, place):
    """The texts above and below a node, as (text, offset in points upwards, colour)."""
    return [
        (text.get_text(), text.xyann[1], text.get_color())
        for text in ax.texts
        if isinstance(text, Annotation) and text.get_text() and text.xy == place
    ]


def arrows(ax):
    """All arrows as (from, to)."""
    drawn = [text for text in ax.texts if isinstance(text, Annotation) and text.arrow_patch]
    return [(arrow.xyann, arrow.xy) for arrow in drawn]


def test_numbers_of_a_graph():
    """Each node has its value above it in blue and its gradient below it in orange."""
    ax = draw_graph()
    for name, place in PLACES.items():
        (value, up, blue), (gradient, down, orange) = numbers_around(ax, place)
        assert float(value.replace("−", "-")) == VALUES[name]
        assert float(gradient.replace("−", "-")) == GRADIENTS[name]
        assert down < 0 < up
        assert to_rgb(blue) == to_rgb(COLORS[0])
        assert to_rgb(orange) == to_rgb(COLORS[1])


def test_arrows_of_a_graph():
    """There is one arrow for each edge, from its beginning to its end."""
    assert arrows(draw_graph()) == [(PLACES[start], PLACES[end]) for start, end in EDGES]


def test_title_legend_and_labels():
    """A graph has its title, its nodes their labels, and the legend tells the two numbers apart."""
    ax = draw_graph(labels={"q": "+"}, title="f = (x + y) z")
    assert isinstance(ax, Axes)
    assert ax.get_title() == "f = (x + y) z"
    shown = {text.get_text() for text in ax.texts}
    assert {"x", "y", "+", "z", "f"} <= shown
    assert "q" not in shown
    legend = [text.get_text() for text in ax.get_legend().get_texts()]
    assert ["value" in legend[0], "gradient" in legend[1]] == [True, True]


def test_graph_without_numbers():
    """Without values and gradients there is no number and no legend."""
    ax = graph_plots.plot_graph(PLACES, EDGES)
    assert ax.get_legend() is None
    assert not any(numbers_around(ax, place) for place in PLACES.values())


@pytest.mark.parametrize(
    "changes",
    [{"values": {"nobody": 1}}, {"gradients": {"nobody": 1}}, {"labels": {"nobody": "+"}}],
)
def test_strangers_are_refused(changes):
    """A number or a label for a node that does not exist is an error that names it."""
    with pytest.raises(ValueError, match="nobody"):
        draw_graph(**changes)


def test_edges_to_nowhere_are_refused():
    """An edge to a node that does not exist is an error that names it."""
    with pytest.raises(ValueError, match="nowhere"):
        graph_plots.plot_graph(PLACES, [("x", "nowhere")])


def test_everything_is_inside():
    """No node and no number of a graph lies outside of the picture."""
    ax = draw_graph()
    ax.figure.canvas.draw()
    whole = ax.figure.bbox
    for text in ax.texts:
        box = text.get_window_extent()
        assert whole.x0 <= box.x0 <= box.x1 <= whole.x1
        assert whole.y0 <= box.y0 <= box.y1 <= whole.y1


def test_network():
    """A network shows a value for each unit, and a weight on each edge, its sign in the line."""
    ax = graph_plots.plot_network(*XOR, gradients=[[-0.5, -0.5], [1, -1.5], [1]])
    texts = [text.get_text() for text in ax.texts]
    assert sorted(text for text in texts if text.startswith("$")) == sorted(
        ["$x_{1}$", "$x_{2}$", "$a_{1}$", "$a_{2}$", "$a_{1}$"]
    )
    assert texts.count("−1.5") == 2  # the last weight, and a gradient
    patches = [text.arrow_patch for text in ax.texts if getattr(text, "arrow_patch", None)]
    assert len(patches) == 6
    assert [patch.get_linestyle() for patch in patches].count("--") == 1
    negative = next(patch for patch in patches if patch.get_linestyle() == "--")
    assert negative.get_linewidth() == max(patch.get_linewidth() for patch in patches)


def test_network_numbers_are_in_place():
    """The first unit of a layer is on top, and each number belongs to its unit."""
    ax = graph_plots.plot_network([[7.0, 8.0], [9.0]], [np.ones((2, 1))])
    above = {
        text.get_text(): text.xy
        for text in ax.texts
        if isinstance(text, Annotation) and text.get_text()
    }
    assert above["7"][0] == above["8"][0] < above["9"][0]
    assert above["8"][1] < above["9"][1] < above["7"][1]


@pytest.mark.parametrize(
    ("activations", "weights", "others"),
    [
        ([[1.0, 2.0], [3.0]], [np.ones((1, 2))], {}),
        ([[1.0, 2.0], [3.0]], [], {}),
        ([[1.0, 2.0], [3.0]], [np.ones((2, 1))], {"gradients": [[1.0], [1.0]]}),
        ([[1.0, 2.0], [3.0]], [np.ones((2, 1))], {"names": [["a"], ["b"]]}),
    ],
)
def test_network_shapes_are_checked(activations, weights, others):
    """Layers, weights, gradients and names that do not fit together are refused."""
    with pytest.raises(ValueError, match=r"shapes|units"):
        graph_plots.plot_network(activations, weights, **others)


@pytest.mark.parametrize(
    ("number", "text"),
    [(3.0, "3"), (-12, "−12"), (0.19661, "0.197"), (-0.0001, "0"), (100, "100"), (0.5, "0.5")],
)
def test_numbers_are_short(number, text):
    """Three decimals at the most, no trailing zeros, no negative zero; whole numbers stay."""
    ax = graph_plots.plot_graph({"a": (0, 0), "b": (1, 0)}, [("a", "b")], values={"a": number})
    assert [shown for shown, *_ in numbers_around(ax, (0, 0))] == [text]
