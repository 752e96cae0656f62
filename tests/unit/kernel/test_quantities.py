from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from denghuo.kernel import quantities


@given(st.integers(-(10**17), 10**17), st.sampled_from([2, 4, 6, 8]))
def test_scaling_is_exact_both_ways(integer, scale):
    assert quantities.scaled(quantities.unscaled(integer, scale), scale) == integer


@pytest.mark.parametrize("wrong", ["1.001", 1.5, "x", "NaN", "Infinity"])
def test_surplus_decimals_and_floats_are_refused(wrong):
    with pytest.raises(quantities.InexactQuantity):
        quantities.scaled(wrong, 2)


@pytest.mark.parametrize("value, integer", [("1.005", 101), ("-1.005", -101), ("1.0049", 100)])
def test_rounding_takes_halves_away_from_zero(value, integer):
    assert quantities.rounded(Decimal(value), 2) == integer
