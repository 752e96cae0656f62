"""Advances against a counter that is turned by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from denghuo.engine.readings import ABSENT, advances, energy
from tests.oracles.advances import Counter

digits = st.integers(3, 5)


@given(st.lists(st.tuples(digits, st.integers(0, 10**5), st.integers(0, 999)), min_size=1, max_size=20))
def test_an_advance_is_what_the_counter_turned_also_over_its_highest_value(cases):
    opening, closing, modulus, turned = [], [], [], []
    for places, start, steps in cases:
        counter = Counter(places, start)
        opening.append(counter.shows())
        counter.turn(steps)
        closing.append(counter.shows())
        modulus.append(10**places)
        turned.append(steps)
    found = advances(*(np.array(column, np.int64) for column in (opening, closing, modulus)))
    assert found.moved.tolist() == turned
    assert found.backwards.tolist() == [
        after < before for before, after in zip(opening, closing, strict=True)
    ]


def test_a_register_that_is_missing_on_one_side_has_no_advance():
    columns = [
        np.array(values, np.int64) for values in ([ABSENT, 5, ABSENT], [7, ABSENT, ABSENT], [1000] * 3)
    ]
    found = advances(*columns)
    assert found.moved.tolist() == [ABSENT] * 3 and not found.backwards.any()


@pytest.mark.parametrize(
    ("moved", "multiplier", "expected"),
    [
        (10_000, 1, 100),
        (49, 1, 0),
        (50, 1, 1),
        (150, 1, 2),
        (149, 1, 1),
        (12_345, 3000, 370_350),
        (-50, 1, -1),
        (0, 9, 0),
    ],
)
def test_energy_is_rounded_half_up_to_a_hundredth(moved, multiplier, expected):
    """Advances in 0.0001 kWh, energy in 0.01 kWh."""
    assert energy(np.array([moved]), np.array([multiplier])).tolist() == [expected]


def test_energy_beyond_64_bits_is_refused():
    with pytest.raises(OverflowError):
        energy(np.array([10**15]), np.array([10**6]))
