"""course.tables: a table shows its numbers as a reader expects them."""

import numpy as np
import pytest

from course.tables import show_table


def lines(table):
    return table.data.splitlines()


def test_a_table_has_a_line_for_the_header_and_each_row():
    """Header, alignment, rows: Markdown that every renderer of notebooks knows."""
    table = lines(show_table(["name", "value"], [["one", 1], ["half", 0.5]]))
    assert table == ["| name | value |", "| :-- | --: |", "| one | 1 |", "| half | 0.5 |"]


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (0.307692, "0.3077"),
        (np.float64(2.0), "2"),
        (-0.0, "0"),
        (1234567.0, "1,234,567"),
        (235_146, "235,146"),
        (np.int64(7), "7"),
        (float("nan"), "nan"),
        (1e-9, "1e-09"),
        (True, "True"),
    ],
)
def test_numbers_are_shown_with_their_significant_digits(number, shown):
    """Four digits, thousands with commas, no minus zero, no power of ten for large numbers."""
    assert lines(show_table(["x"], [[number]]))[2] == f"| {shown} |"


def test_digits_can_be_chosen():
    """`digits` says how many count."""
    assert lines(show_table(["x"], [[0.614179]], digits=2))[2] == "| 0.61 |"


def test_numbers_stand_right_and_words_left():
    """A column is of numbers if all its entries are, or are empty."""
    assert lines(show_table(["a", "b"], [[1, 1], ["", "x"]]))[1] == "| --: | :-- |"


def test_a_row_that_does_not_fit_is_refused():
    """A row that is too short is an error that names it."""
    with pytest.raises(ValueError, match="2 columns"):
        show_table(["a", "b"], [[1]])
