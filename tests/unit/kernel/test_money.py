from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from denghuo.kernel import money


@pytest.mark.parametrize("yuan, fen", [("0.01", 1), ("1484.88", 148488), (-3, -300), (Decimal("2.50"), 250)])
def test_yuan_become_fen_exactly(yuan, fen):
    assert money.fen(yuan) == fen


@pytest.mark.parametrize("wrong", ["0.001", "abc", "NaN", "Infinity", 0.1, ""])
def test_what_is_not_a_whole_number_of_fen_is_refused(wrong):
    with pytest.raises(money.InexactAmount):
        money.fen(wrong)


@given(st.integers(-(10**15), 10**15))
def test_fen_survive_the_way_through_yuan(amount_fen):
    assert money.fen(money.yuan(amount_fen)) == amount_fen


@pytest.mark.parametrize(
    "value, rounded", [("0.125", "0.13"), ("-0.125", "-0.13"), ("2.675", "2.68"), ("1", "1.00")]
)
def test_halves_go_away_from_zero(value, rounded):
    assert money.round_half_up(Decimal(value)) == Decimal(rounded)


@given(st.integers(-(10**18), 10**18), st.integers(1, 10**9))
def test_integer_division_agrees_with_decimal_rounding(numerator, denominator):
    from decimal import ROUND_HALF_UP, localcontext

    with localcontext() as context:
        context.prec = 60
        expected = (Decimal(numerator) / Decimal(denominator)).quantize(Decimal(1), rounding=ROUND_HALF_UP)
    assert money.divide_half_up(numerator, denominator) == expected


def test_a_divisor_must_be_positive():
    with pytest.raises(ValueError, match="positive"):
        money.divide_half_up(1, 0)
