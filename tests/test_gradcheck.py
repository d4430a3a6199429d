"""course.gradcheck: right gradients pass, usual mistakes are found and named."""

import numpy as np
import pytest
import torch

from course.gradcheck import check_backward, check_gradient


@pytest.fixture
def layer():
    """A linear layer, whose backward pass is known in closed form."""
    rng = np.random.default_rng(5)
    x, w, b = rng.normal(size=(5, 4)), rng.normal(size=(4, 4)), rng.normal(size=4)

    def check(dx=lambda g: g @ w.T, dw=lambda g: x.T @ g, db=lambda g: g.sum(axis=0)):
        return check_backward(lambda x, w, b: x @ w + b, lambda g: (dx(g), dw(g), db(g)), (x, w, b))

    check.x, check.w = x, w
    return check


def mean_cube(x):
    return np.sum(x**3) / len(x)


def mean_cube_gradient(x):
    return 3 * x**2 / len(x)


def sample(shape=(5, 3), seed=0):
    return np.random.default_rng(seed).normal(size=shape)


def test_a_right_gradient_passes():
    """The closed-form gradient of a cubic agrees to seven digits, and the report is true."""
    report = check_gradient(mean_cube, sample(), mean_cube_gradient(sample()))
    assert report
    assert report.ok
    assert report.max_relative_error < 1e-7


@pytest.mark.parametrize("scale", [1e-4, 1.0, 1e4])
def test_torch_autograd_passes_at_every_scale(scale):
    """Gradients by PyTorch of a small network's loss pass, whatever the size of the loss."""
    x, w = torch.tensor(sample((6, 4))), torch.tensor(sample((4, 3), 1), requires_grad=True)

    def loss(w):
        return scale * torch.tanh(x @ w).logsumexp(dim=1).mean()

    loss(w).backward()
    assert check_gradient(
        lambda v: loss(torch.tensor(v)).item(), w.detach().numpy(), w.grad.numpy()
    )


def test_entries_that_are_nearly_zero_do_not_raise_false_alarms():
    """An entry whose gradient is 1e-9 beside others of 1 agrees, though a difference is coarser."""
    gradient = np.array([1.0, 1e-9, 0.0])
    assert check_gradient(lambda x: 2.3 + x @ gradient, sample((3,)), gradient)


@pytest.mark.parametrize(
    ("mistake", "hint"),
    [
        (lambda g: g * 5, "factor 5"),  # the mean taken as a sum
        (lambda g: g / 2, "factor 1/2"),
        (lambda g: -g, "opposite sign"),
        (lambda g: g.T, "transposed"),
        (lambda g: g[:, :2], "shape"),
        (lambda g: g + 1e-3, "wrong"),
        (lambda g: g * np.nan, "nan"),
        (lambda g: np.zeros_like(g), "is 0"),
        (lambda g: None, "shape"),
        (lambda g: "text", "numbers"),
        (lambda g: [[1], [2, 3]], "numbers"),
    ],
)
def test_a_wrong_gradient_is_caught_and_named(mistake, hint):
    """Each usual mistake fails, with a single line that points at it."""
    report = check_gradient(mean_cube, sample(), mistake(mean_cube_gradient(sample())))
    assert not report
    assert hint in str(report)
    assert "\n" not in str(report)


def test_the_wrong_entry_is_named_with_both_values():
    """With one entry wrong, the report holds its index, what was claimed and what is true."""
    gradient = mean_cube_gradient(sample())
    truth = gradient[3, 1]
    gradient[3, 1] = 7.0
    report = check_gradient(mean_cube, sample(), gradient, name="dw")
    assert (report.name, report.index, report.analytic) == ("dw", (3, 1), 7.0)
    assert report.numeric == pytest.approx(truth, rel=1e-6)
    assert report.max_relative_error == pytest.approx((7 - truth) / 7, rel=1e-6)
    assert str(report).startswith("dw[3, 1] is 7,")
    assert "1 of 15 wrong" in str(report)


def test_one_nan_outranks_every_wrong_number():
    """A NaN is the worst entry there can be, wherever it stands."""
    gradient = 2 * mean_cube_gradient(sample())
    gradient[2, 2] = np.nan
    report = check_gradient(mean_cube, sample(), gradient)
    assert report.index == (2, 2)
    assert report.max_relative_error == np.inf


def test_a_kink_is_named():
    """At a kink of max(0, x) the report blames the point and not the gradient."""
    report = check_gradient(lambda x: np.maximum(x, 0).sum(), np.zeros(3), np.zeros(3))
    assert not report
    assert "kink" in str(report)


def test_a_smooth_function_has_no_kink():
    """A wrong gradient of a strongly curved function isn't excused as a kink."""
    report = check_gradient(lambda x: np.sum(np.exp(3 * x)), sample((4,)), np.zeros(4))
    assert "kink" not in str(report)


@pytest.mark.parametrize(
    ("f", "problem"),
    [
        (lambda x: x.sum(axis=0), "one number"),
        (lambda x: np.float32(x.sum()), "float32"),
        (lambda x: np.inf, "not finite"),
        (lambda x: None, "NoneType"),
    ],
)
def test_a_function_that_cannot_be_checked_is_reported(f, problem):
    """What is not one finite float64 number fails with the reason, in a line."""
    report = check_gradient(f, sample(), np.ones((5, 3)))
    assert not report
    assert report.index is None
    assert problem in str(report)


def test_a_function_that_ignores_its_argument_is_named():
    """If nothing changes with x, the report says so instead of 'central difference is 0' alone."""
    report = check_gradient(lambda x: 1.0, sample(), np.ones((5, 3)))
    assert "does not change" in str(report)


def test_an_empty_array_does_not_pass():
    """Nothing to compare is not a success."""
    assert not check_gradient(lambda x: 0.0, np.empty((0, 3)), np.empty((0, 3)))


def test_x_is_nudged_in_place_so_that_closures_see_it():
    """A float64 parameter may be read where it lives, as a network's loss does."""
    params = {"w": sample()}
    report = check_gradient(
        lambda _: mean_cube(params["w"]), params["w"], mean_cube_gradient(params["w"])
    )
    assert report


def test_x_is_bit_for_bit_restored():
    """After the check x is exactly what it was, though 0.1 + eps - eps is not 0.1."""
    x = sample() * 0.1
    before = x.copy()
    check_gradient(mean_cube, x, x)
    np.testing.assert_array_equal(x, before)


def test_x_is_restored_after_an_exception():
    """A function that raises half way leaves x as it was, and its error comes through."""
    x, calls = sample(), []

    def fails(v):
        calls.append(1)
        if len(calls) == 6:
            raise ZeroDivisionError
        return mean_cube(v)

    with pytest.raises(ZeroDivisionError):
        check_gradient(fails, x, mean_cube_gradient(x))
    np.testing.assert_array_equal(x, sample())


def test_a_function_that_changes_its_input_is_reported_and_undone():
    """An in-place forward pass is named, and the caller's array is what it was."""
    x = sample()

    def in_place(v):
        v *= 2
        return mean_cube(v)

    assert "changes its input" in str(check_gradient(in_place, x, x))
    np.testing.assert_array_equal(x, sample())


@pytest.mark.parametrize("dtype", [np.float32, np.int64])
def test_other_types_are_checked_in_float64(dtype):
    """Of float32 or whole numbers, f gets a copy in float64, and x itself is not touched."""
    x = (10 * sample()).astype(dtype)
    seen = set()

    def f(v):
        seen.add(v.dtype.name)
        return mean_cube(v)

    assert check_gradient(f, x, mean_cube_gradient(x.astype(np.float64)))
    assert seen == {"float64"}
    np.testing.assert_array_equal(x, (10 * sample()).astype(dtype))


def test_a_plain_number_is_checked_too():
    """A function of one number needs no array, and the report has no index brackets."""
    assert check_gradient(lambda x: x**2, 2.0, 4.0)
    assert str(check_gradient(lambda x: x**2, 2.0, 5.0)).startswith("gradient is 5,")


def test_max_entries_bounds_the_work():
    """With max_entries=4 the function is called for four entries, which the seed chooses."""

    def entries(seed):
        nudged, x = [], sample((20, 20))

        def f(v):
            nudged.extend(map(tuple, np.argwhere(v != sample((20, 20)))))
            return mean_cube(v)

        assert check_gradient(f, x, mean_cube_gradient(x), max_entries=4, seed=seed)
        return set(nudged)

    assert len(entries(0)) == 4
    assert entries(0) == entries(0)
    assert entries(0) != entries(1)


def test_a_right_backward_passes(layer):
    """The closed-form gradients of a linear layer agree."""
    assert layer()


def test_the_gradient_is_named_after_the_parameter(layer):
    """The gradient of the parameter called w is reported as dw, with the entry."""
    assert str(layer(dw=lambda g: 2 * layer.x.T @ g)).startswith("dw[")
    assert layer(db=lambda g: g.mean(axis=0)).name == "db"


@pytest.mark.parametrize(
    ("wrong", "hint"),
    [
        ({"dx": lambda g, x, w: g @ w}, "dx["),  # the transpose that a square w forgives
        ({"dw": lambda g, x, w: g[:4].T @ x[:4]}, "dw["),
        ({"dw": lambda g, x, w: (x.T @ g).T}, "the transpose would fit"),
        ({"dw": lambda g, x, w: x.T @ g / len(x)}, "factor 1/5"),
        ({"dw": lambda g, x, w: -x.T @ g}, "opposite sign"),
        ({"db": lambda g, x, w: g}, "shape (5, 4)"),
        ({"db": lambda g, x, w: g.sum(axis=1)}, "shape (5,)"),
        ({"db": lambda g, x, w: np.ones(4)}, "db["),
    ],
)
def test_usual_mistakes_of_a_layer_are_caught(layer, wrong, hint):
    """Missing transposes, 1/N, signs and axes fail, and the line names the gradient."""
    mistakes = {name: (lambda g, f=f: f(g, layer.x, layer.w)) for name, f in wrong.items()}
    report = layer(**mistakes)
    assert not report
    assert hint in str(report)


def test_the_first_wrong_gradient_is_reported(layer):
    """Of two wrong gradients the earlier is named, although the later is further off."""
    report = layer(dx=lambda g: 1.01 * g @ layer.w.T, db=lambda g: 9 * g.sum(axis=0))
    assert report.name == "dx"


def shifted_softmax(z):
    exp = np.exp(z - z.max(axis=1, keepdims=True))
    return exp / exp.sum(axis=1, keepdims=True)


def test_random_weights_find_what_a_plain_sum_misses():
    """A softmax backward that returns zeros passes with equal weights, but not here."""
    z = sample((4, 3))
    assert check_gradient(lambda v: shifted_softmax(v).sum(), z, np.zeros((4, 3)))
    assert not check_backward(shifted_softmax, lambda g: np.zeros((4, 3)), [z])


def test_the_true_backward_of_softmax_passes():
    """PyTorch's backward of softmax agrees, so that the refusal above is not of everything."""
    z = torch.tensor(sample((4, 3)), requires_grad=True)

    def backward(grad_out):
        return torch.autograd.grad(z.softmax(dim=1), z, torch.tensor(grad_out))[0].numpy()

    assert check_backward(shifted_softmax, backward, [z.detach().numpy()])


def test_a_wrong_number_of_gradients_is_reported():
    """Two gradients for three inputs fail with both numbers, not with an exception."""
    report = check_backward(lambda x, w, b: x * w + b, lambda g: (g, g), (1.0, 2.0, 3.0))
    assert "2 arrays for 3 inputs" in str(report)


@pytest.mark.parametrize("guilty", ["forward", "backward"])
def test_a_pass_that_changes_its_input_is_named(guilty):
    """`x *= mask` in a forward or backward pass is reported with the name of the pass."""
    x = sample()

    def forward(x):
        if guilty == "forward":
            x *= 2
        return x * 1.0

    def backward(g):
        if guilty == "backward":
            x[:] = 0
        return g

    assert f"{guilty} changes its input" in str(check_backward(forward, backward, [x]))


def test_a_backward_that_overwrites_grad_out_is_still_judged_right():
    """Reusing the memory of grad_out, a common economy, doesn't spoil the weights of the check."""

    def backward(g):
        g *= 3
        return g

    assert check_backward(lambda x: 3 * x, backward, [sample()])


def test_inputs_without_names_are_numbered():
    """A forward pass that takes *inputs has its gradients called by position."""
    report = check_backward(lambda *inputs: inputs[0] * inputs[1], lambda g: (g, g), (1.5, 2.5))
    assert report.name == "d(input 0)"


def test_a_float32_forward_is_refused():
    """Differences of float32 numbers are noise: the report asks for float64."""
    report = check_backward(lambda x: x.astype(np.float32), lambda g: g, [sample()])
    assert "float64" in str(report)
