"""autograder.intake never raises, whatever comes."""

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.handed_in import read_files, zipped

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)
CELL = st.fixed_dictionaries(
    {},
    optional={
        "cell_type": st.sampled_from(["code", "markdown", "raw"]) | JSON,
        "source": st.text(max_size=9) | st.lists(st.text(max_size=5), max_size=3) | JSON,
        "metadata": st.fixed_dictionaries(
            {}, optional={"nbgrader": st.fixed_dictionaries({"grade_id": JSON}) | JSON}
        )
        | JSON,
        "id": JSON,
    },
)
NOTEBOOK = JSON | st.fixed_dictionaries(
    {},
    optional={
        "cells": st.lists(CELL, max_size=4) | JSON,
        "nbformat": st.integers(0, 5) | JSON,
        "worksheets": st.lists(st.fixed_dictionaries({"cells": st.lists(CELL)}), max_size=2) | JSON,
    },
)


def check_total(files):
    with tempfile.TemporaryDirectory() as folder:
        submission = read_files(Path(folder), files)
    assert set(submission.notebooks) ^ set(submission.refused) == {"toy"}
    for cell in submission.notebooks.get("toy", ()):
        cell.source.encode("utf-8")


@settings(deadline=None, max_examples=150)
@given(st.binary(max_size=200))
def test_arbitrary_bytes_never_raise(data):
    """Any bytes, as a notebook, a zip and a timestamp, give a Submission."""
    check_total({"toy.ipynb": data, "a.zip": data, "timestamp.txt": data})


@settings(deadline=None, max_examples=250)
@given(NOTEBOOK)
def test_arbitrary_json_never_raises(notebook):
    """Any JSON, near a notebook or far from one, gives a Submission whose text can be written."""
    check_total({"toy.ipynb": notebook})


@settings(deadline=None, max_examples=200)
@given(st.data())
def test_a_zip_with_flipped_bytes_never_raises(data):
    """A zip of any compression with some bytes changed, or cut off, gives a Submission."""
    method = data.draw(st.sampled_from([0, 8, 12, 14]))
    original = bytearray(zipped({"hw1/toy.ipynb": b'{"cells": []}' * 3, "b": b"b"}, method))
    place = st.integers(0, len(original) - 1)
    for position, value in data.draw(st.lists(st.tuples(place, st.integers(0, 255)), max_size=6)):
        original[position] = value
    check_total({"hw1.zip": bytes(original[: data.draw(st.none() | place)])})


@settings(deadline=None, max_examples=100)
@given(st.text(max_size=40) | st.from_regex(r"[0-9]{1,4}-[0-9]{1,2}-[0-9]{1,2} [0-9:]+ .*"))
def test_an_arbitrary_timestamp_never_raises(text):
    """Any text as a timestamp gives a date with a time zone or a note."""
    with tempfile.TemporaryDirectory() as folder:
        files = {"timestamp.txt": text.encode("utf-8", "replace")}
        submission = read_files(Path(folder), files)
    assert (submission.timestamp is None) == bool(submission.notes)
