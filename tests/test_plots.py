"""course.plots: each figure shows its data, says what it shows, and can be told apart."""

import matplotlib as mpl
import numpy as np
import pytest

mpl.use("Agg")

import matplotlib.pyplot as plt  # the backend comes first
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from course import plots


@pytest.fixture(autouse=True)
def fresh_figures(monkeypatch):
    """Every test starts with matplotlib's own style; plt.show() is an error."""

    def refuse():
        raise AssertionError("a plot function must not call plt.show()")

    monkeypatch.setattr(plt, "show", refuse)
    with mpl.rc_context():
        yield
    plt.close("all")


def is_left(points):
    return (points[:, 0] < 0).astype(int)


def points():
    x = np.random.default_rng(0).uniform(-1, 1, (40, 2))
    return x, is_left(x)


def draw_each():
    x, y = points()
    return [
        plots.plot_losses({"train_loss": [2.0, 1.0], "val_loss": [2.1, 1.5]}),
        plots.plot_decision_boundary(is_left, x, y),
        plots.plot_function_and_derivative(np.sin, np.cos, name="sin"),
    ]


def lines(ax):
    return {line.get_label(): line for line in ax.get_lines() if line.get_label()[0] != "_"}


def test_every_plot_has_title_axis_titles_and_legend():
    """Each plot says what it shows, what is on its axes and which line is which."""
    for ax in draw_each():
        assert isinstance(ax, Axes)
        assert ax.get_title()
        assert ax.get_xlabel()
        assert ax.get_ylabel()
        assert len(ax.get_legend().get_texts()) >= 2


def test_plots_draw_where_they_are_told():
    """With ax given, the plot is made on it and no further figure opens."""
    _, axes = plt.subplots(1, 3)
    x, y = points()
    assert plots.plot_losses({"loss": [1.0]}, axes[0], title="A") is axes[0]
    assert plots.plot_decision_boundary(is_left, x, y, axes[1], title="B") is axes[1]
    assert plots.plot_function_and_derivative(np.sin, np.cos, ax=axes[2]) is axes[2]
    assert [ax.get_title() for ax in axes[:2]] == ["A", "B"]
    assert len(plt.get_fignums()) == 1


@pytest.mark.parametrize("styled", [False, True])
def test_every_figure_renders_without_a_warning(styled):
    """With and without use_style, all figures render; the test run makes warnings errors."""
    if styled:
        plots.use_style()
    figures = [ax.figure for ax in draw_each()]
    figures.append(plots.plot_image_grid(np.zeros((3, 64)), titles=[1, 2, 3], title="Digits"))
    for figure in figures:
        figure.canvas.draw()


def test_losses_are_drawn_over_epochs_from_one():
    """The first value stands at epoch 1, and the line holds exactly the values given."""
    line = lines(plots.plot_losses({"train_loss": [3.0, 2.0, 1.0]}))["train loss"]
    assert line.get_xdata().tolist() == [1, 2, 3]
    assert list(line.get_ydata()) == [3.0, 2.0, 1.0]


def test_lines_differ_in_colour_and_marker():
    """Seven losses get seven colours and seven markers, for readers who see no colour."""
    ax = plots.plot_losses({f"loss {k}": [1.0, k] for k in range(7)})
    drawn = lines(ax).values()
    assert len({line.get_color() for line in drawn}) == 7
    assert len({line.get_marker() for line in drawn}) == 7


def test_more_losses_than_colours_are_all_drawn():
    """An eighth line is not lost."""
    assert len(lines(plots.plot_losses({f"loss {k}": [1.0, k] for k in range(8)}))) == 8


def test_accuracy_is_not_drawn_as_a_loss():
    """A history from training can be passed as it is: its accuracies are left out."""
    ax = plots.plot_losses({"val_loss": [1.0], "val_accuracy": [0.5]})
    assert set(lines(ax)) == {"val loss"}


def test_a_history_without_losses_is_refused():
    """A figure with nothing on it is an error that lists what was there."""
    with pytest.raises(ValueError, match="val_accuracy"):
        plots.plot_losses({"val_accuracy": [0.5]})


def test_the_reference_is_a_labelled_horizontal_line():
    """reference=(value, label) is drawn at its height and named in the legend."""
    ax = plots.plot_losses({"loss": [3.0, 1.0]}, reference=(np.log(10), "ln 10"))
    assert set(lines(ax)["ln 10"].get_ydata()) == {np.log(10)}


def test_a_long_history_is_not_a_row_of_markers():
    """Of 600 epochs only about a dozen carry a marker."""
    line = lines(plots.plot_losses({"loss": np.linspace(1, 0, 600)}))["loss"]
    assert 600 / line.get_markevery() <= 15


def test_the_boundary_is_where_the_prediction_changes():
    """For a classifier of the sign of x1, the line drawn between the regions is at x1 = 0."""
    x, y = points()
    ax = plots.plot_decision_boundary(is_left, x, y)
    drawn = [path.vertices for item in ax.collections[1:2] for path in item.get_paths()]
    vertices = np.concatenate([path for path in drawn if len(path)])
    assert np.abs(vertices[:, 0]).max() < 0.02
    assert np.ptp(vertices[:, 1]) > 1.5


def test_every_example_is_marked_as_its_class():
    """The scattered points of each class are the examples of that class."""
    x, y = points()
    ax = plots.plot_decision_boundary(is_left, x, y)
    by_label = {item.get_label(): item.get_offsets() for item in ax.collections}
    for label in (0, 1):
        np.testing.assert_allclose(by_label[f"class {label}"], x[y == label])


def test_a_constant_prediction_is_drawn():
    """A classifier that learned nothing yields one region and no error."""
    x, y = points()
    ax = plots.plot_decision_boundary(lambda p: np.zeros(len(p), int), x, y)
    ax.figure.canvas.draw()


@pytest.mark.parametrize(
    ("x", "y"), [(np.zeros((4, 3)), np.zeros(4)), (np.zeros((4, 2)), np.zeros(3))]
)
def test_examples_that_are_not_in_a_plane_are_refused(x, y):
    """Wrong shapes are named instead of drawn."""
    with pytest.raises(ValueError, match="must be"):
        plots.plot_decision_boundary(is_left, x, y)


def test_too_many_classes_are_refused():
    """Classes that have no colour of their own raise rather than share one."""
    x, _ = points()
    with pytest.raises(ValueError, match="classes"):
        plots.plot_decision_boundary(lambda p: np.full(len(p), 7), x, np.zeros(len(x), int))


def test_function_and_derivative_share_an_axis():
    """Both curves are drawn at the same points with the values that the functions give."""
    z = np.linspace(-1, 1, 11)
    drawn = lines(plots.plot_function_and_derivative(np.sin, np.cos, z, name="sin"))
    for label, f in (("sin(z)", np.sin), ("derivative of sin", np.cos)):
        np.testing.assert_array_equal(drawn[label].get_xdata(), z)
        np.testing.assert_array_equal(drawn[label].get_ydata(), f(z))


def test_flat_images_are_shown_with_the_right_way_up():
    """Rows of pixels become rows of the picture, in the shape asked for."""
    images = np.arange(12.0).reshape(2, 6)
    figure = plots.plot_image_grid(images, image_shape=(2, 3))
    assert isinstance(figure, Figure)
    shown = [ax.images[0].get_array() for ax in figure.axes if ax.images]
    np.testing.assert_array_equal(shown, images.reshape(2, 2, 3))


def test_square_images_need_no_shape():
    """64 pixels are taken to be 8x8, and (N, h, w) as it is."""
    for images in (np.zeros((3, 64)), np.zeros((3, 8, 8))):
        figure = plots.plot_image_grid(images)
        assert figure.axes[0].images[0].get_array().shape == (8, 8)


def test_all_images_share_a_scale():
    """A pale image next to a dark one stays pale: black is the largest value of all."""
    figure = plots.plot_image_grid(np.array([np.full(4, 0.1), np.full(4, 1.0)]))
    assert {ax.images[0].get_clim() for ax in figure.axes} == {(0.1, 1.0)}


def test_the_grid_has_the_columns_asked_for():
    """Seven images in columns of three need three rows; the two empty places show no axes."""
    figure = plots.plot_image_grid(np.zeros((7, 4)), columns=3)
    assert figure.axes[0].get_gridspec().get_geometry() == (3, 3)
    assert sum(bool(ax.images) for ax in figure.axes) == 7
    assert not any(ax.axison for ax in figure.axes)


@pytest.mark.parametrize(
    ("images", "options"),
    [
        (np.zeros((2, 5)), {}),
        (np.zeros((2, 6)), {"image_shape": (2, 2)}),
        (np.zeros((2, 4)), {"titles": ["only one"]}),
        (np.zeros((0, 4)), {}),
        (np.zeros(4), {}),
    ],
)
def test_images_that_do_not_fit_are_refused(images, options):
    """No square, another shape, missing titles or no image: each is a ValueError."""
    with pytest.raises(ValueError, match=r"image|titles"):
        plots.plot_image_grid(images, **options)


def test_colours_differ_in_lightness_for_the_colour_blind():
    """The first three colours differ when seen with no red cones, by a standard simulation."""
    # Viénot, Brettel and Mollon 1999: the protanope's view of linear RGB.
    protanope = np.array([[0.1121, 0.8853, -0.0005], [0.1127, 0.8897, -0.0001], [0.0045, 0.0, 1.0]])
    seen = [protanope @ np.power(to_rgb(color), 2.2) for color in plots.COLORS[:3]]
    for first, second in ((0, 1), (0, 2), (1, 2)):
        assert np.linalg.norm(seen[first] - seen[second]) > 0.15


def test_the_style_is_set_for_the_notebook():
    """use_style makes the first line of a plain plt.plot the first Okabe-Ito colour."""
    plots.use_style()
    line = plt.subplots()[1].plot([1, 2])[0]
    assert line.get_color() == plots.COLORS[0]
