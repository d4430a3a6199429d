"""course.houses: the table is the published one."""

import numpy as np

from course.houses import load_houses


def test_forty_houses_in_units_that_read_well():
    """Forty entries a column, thousands of dollars and of square feet, labels 0 and 1."""
    houses = load_houses()
    for column in (houses.price, houses.lot_size, houses.bedrooms, houses.preferred):
        assert column.shape == (40,)
        assert column.dtype == np.float64
    assert (houses.price.min(), houses.price.max()) == (49.0, 175.0)
    assert (houses.lot_size.min(), houses.lot_size.max()) == (2.97, 16.2)
    assert set(houses.bedrooms) == {2, 3, 4, 5, 6}
    assert set(houses.preferred) == {0, 1}


def test_columns_sum_to_those_of_the_source():
    """Sums over the rows 333 to 372 of the source: a mistyped entry would change one."""
    houses = load_houses()
    assert round(houses.price.sum() * 1000) == 3533300
    assert round(houses.lot_size.sum() * 1000) == 293574
    assert houses.bedrooms.sum() == 126
    assert houses.preferred.sum() == 14
