"""course.lecture_plots: what is drawn has the size and the place that the numbers say."""

import matplotlib as mpl
import numpy as np
import pytest

mpl.use("Agg")

import matplotlib.pyplot as plt  # the backend comes first
from matplotlib.patches import Rectangle

from course.lecture_plots import plot_boxes, plot_loss_contours, plot_path, plot_squares


@pytest.fixture
def ax():
    """Empty axes, closed afterwards."""
    figure, axes = plt.subplots()
    yield axes
    plt.close(figure)


def test_squares_have_the_area_of_the_squared_difference(ax):
    """The areas drawn sum to the sum of squares, and each square joins its two values."""
    actual, predicted = np.array([3.0, 4.0, 2.0]), np.array([2.8, 3.2, 3.6])
    plot_squares([1, 2, 3], actual, predicted, ax)
    squares = [patch for patch in ax.patches if isinstance(patch, Rectangle)]
    assert [s.get_width() for s in squares] == pytest.approx([0.2, 0.8, 1.6])
    assert sum(s.get_width() * s.get_height() for s in squares) == pytest.approx(0.04 + 0.64 + 2.56)
    assert [s.get_y() for s in squares] == pytest.approx([2.8, 3.2, 2.0])


def test_squares_are_square_on_the_screen(ax):
    """Both axes get the same scale: a square of data is a square of pixels."""
    plot_squares([1], [5.0], [2.0], ax)
    ax.set(xlim=(0, 10), ylim=(0, 6))
    ax.figure.canvas.draw()
    width, height = np.ptp(ax.transData.transform([(0, 0), (1, 1)]), axis=0)
    assert width == pytest.approx(height)


def test_contours_show_the_lowest_point_where_it_is(ax):
    """The innermost line of equal loss lies around the smallest loss, and levels rise outwards."""
    plot_loss_contours(lambda w: (w[0] - 1) ** 2 + 4 * (w[1] + 2) ** 2, (-4, 4), (-5, 5), ax)
    lines = ax.collections[-1]
    inner = lines.get_paths()[0].vertices
    assert inner.mean(axis=0) == pytest.approx([1, -2], abs=0.1)
    assert np.ptp(inner[:, 0]) == pytest.approx(2 * np.ptp(inner[:, 1]), rel=0.1)
    assert np.all(np.diff(lines.levels) > 0)


def test_a_path_starts_with_a_ring_and_is_named(ax):
    """The line has every step in order, and a ring stands at the first."""
    path = [[0.0, 1.0], [0.5, 0.5], [0.75, 0.25]]
    plot_path(path, ax, "descent")
    line, ring = ax.get_lines()
    assert np.array_equal(line.get_xydata(), path)
    assert line.get_label() == "descent"
    assert np.array_equal(ring.get_xydata(), path[:1])


def test_boxes_are_joined_in_their_order_and_filled_if_learned(ax):
    """As many boxes as labels, an arrow between each two, and only learned ones have a colour."""
    plot_boxes(["in", "layer", "out"], ax, learned=[False, True, False])
    texts = [text.get_text() for text in ax.texts if text.get_text()]
    assert texts == ["in", "layer", "out"]
    filled = [patch.get_facecolor()[:3] != (1, 1, 1) for patch in ax.patches[:3]]
    assert filled == [False, True, False]
    assert len([text for text in ax.texts if not text.get_text()]) == 2  # annotations: the arrows


def test_boxes_need_as_many_marks_as_labels(ax):
    """A missing mark is an error, not a box left out."""
    with pytest.raises(ValueError, match="shorter"):
        plot_boxes(["in", "out"], ax, learned=[True])
