"""Forty house sales, small enough to read: a real table for regression and classification."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Houses", "load_houses"]


@dataclass(frozen=True, eq=False)
class Houses:
    """Sales of houses, one entry a house; every array is float64 of shape (40,).

    Attributes:
        price: thousands of Canadian dollars.
        lot_size: of the whole property, thousands of square feet.
        bedrooms: how many.
        preferred: 1 in the neighbourhood that buyers prefer, 0 elsewhere.

    """

    price: NDArray[np.float64]
    lot_size: NDArray[np.float64]
    bedrooms: NDArray[np.float64]
    preferred: NDArray[np.float64]


def load_houses() -> Houses:
    """Load 40 houses sold in Windsor, Canada, in July, August and September 1987.

    These are the rows 333 to 372 of 546, the first that are partly in the preferred neighbourhood;
    four of the table's twelve columns.

    Source: P. M. Anglin and R. Gencay, Semiparametric estimation of a hedonic price function,
        Journal of Applied Econometrics 11 (1996), 633-648; the journal's data archive. Also in R:
        `HousePrices` of the package AER, `Housing` of Ecdat.

    """
    price, lot_size, bedrooms, preferred = np.array(_ROWS, np.float64).T
    return Houses(price / 1000, lot_size / 1000, bedrooms, preferred)


# price in dollars, lot size in square feet, bedrooms, preferred neighbourhood
# fmt: off
_ROWS = (
    (50000, 7350, 2, 0), (55000, 3850, 2, 0), (60000, 7000, 3, 0), (61000, 7770, 2, 0),
    (106000, 7440, 3, 1), (155000, 7500, 3, 1), (141000, 8100, 4, 1), (62500, 3900, 3, 0),
    (70000, 2970, 3, 0), (73000, 3000, 3, 0), (80000, 10500, 2, 0), (80000, 5500, 3, 0),
    (88000, 4500, 3, 0), (49000, 3850, 3, 0), (52000, 4130, 3, 0), (59500, 4046, 3, 0),
    (60000, 4079, 3, 0), (64000, 4000, 3, 0), (64500, 9860, 3, 0), (68500, 7000, 3, 0),
    (78500, 7980, 3, 0), (86000, 6800, 2, 0), (86900, 4300, 6, 0), (75000, 10269, 3, 1),
    (78000, 6100, 3, 1), (95000, 6420, 3, 1), (97000, 12090, 4, 1), (107000, 6600, 3, 1),
    (130000, 6600, 4, 1), (145000, 8580, 4, 1), (175000, 9960, 3, 1), (72000, 10700, 3, 0),
    (84900, 15600, 3, 0), (99000, 13200, 2, 0), (114000, 9000, 4, 0), (120000, 7950, 5, 0),
    (145000, 16200, 5, 0), (79000, 6100, 3, 1), (82000, 6360, 3, 1), (85000, 6420, 3, 1),
)
# fmt: on
