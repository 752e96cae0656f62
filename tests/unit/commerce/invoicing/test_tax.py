"""The tax inside a price, against the examples of an accountant and a slow oracle."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from denghuo.commerce.invoicing import rules
from denghuo.commerce.invoicing.rules.states import NEXT
from tests.oracles import tax as oracle

AMOUNTS = st.integers(-(10**13), 10**13)
RATES = st.sampled_from(["0.13", "0.09", "0.06", "0.03", "0.01", "0", "0.16", "0.17"])


@pytest.mark.parametrize(
    "total_fen, ex_tax_fen, tax_fen",
    [(11_300, 10_000, 1_300), (100, 88, 12), (1, 1, 0), (4, 4, 0), (5, 4, 1), (1_234_567, 1_092_537, 142_030), (-11_300, -10_000, -1_300)],
)  # fmt: skip
def test_thirteen_per_cent(total_fen, ex_tax_fen, tax_fen):
    assert rules.split([total_fen], Decimal("0.13")) == [(ex_tax_fen, tax_fen)]


@given(AMOUNTS, RATES)
def test_the_split_is_the_oracle_to_the_fen(total_fen, rate):
    (found,) = rules.split([total_fen], Decimal(rate))
    assert found.ex_tax_fen == oracle.ex_tax(total_fen, rate)
    assert found.total_fen == total_fen
    assert abs(found.tax_fen - found.ex_tax_fen * Decimal(rate)) <= Decimal("0.6")


@given(st.lists(st.integers(1, 10**11), min_size=1, max_size=20), RATES)
def test_lines_add_up_to_the_split_of_the_whole(totals, rate):
    found = rules.split(totals, Decimal(rate))
    assert [tuple(line) for line in found] == oracle.lines(totals, rate)
    assert sum(line.ex_tax_fen for line in found) == oracle.ex_tax(sum(totals), rate)
    assert sum(line.total_fen for line in found) == sum(totals)


@given(AMOUNTS, RATES)
def test_red_negates_blue(total_fen, rate):
    (blue,), (red,) = rules.split([total_fen], Decimal(rate)), rules.split([-total_fen], Decimal(rate))
    assert (red.ex_tax_fen, red.tax_fen) == (-blue.ex_tax_fen, -blue.tax_fen)


@given(st.integers(1, 10**12), st.decimals("0.01", "99999999.99", places=2))
def test_quantity_times_price_gives_the_amount(amount_fen, quantity):
    price = Decimal(rules.unit_price(amount_fen, quantity))
    assert -price.as_tuple().exponent <= 13
    yuan = (quantity * price).quantize(Decimal("0.01"), ROUND_HALF_UP)
    assert yuan == Decimal(amount_fen).scaleb(-2)


def test_no_quantity_has_no_price():
    assert rules.unit_price(100, Decimal(0)) == ""
    assert rules.unit_price(-5_000, Decimal("-100.00")) == "0.5"
    assert rules.unit_price(10_000, Decimal(100)) == "1.00"


def test_a_negative_rate_is_a_fault():
    with pytest.raises(ValueError):
        rules.ex_tax_fen(100, Decimal("-0.13"))


def test_every_state_leads_somewhere_or_is_an_end():
    assert {state for state, following in NEXT.items() if not following} == {"offset", "cancelled"}
    assert {after for following in NEXT.values() for after in following} <= set(NEXT)
    assert rules.may_become("exported", "issued") and not rules.may_become("exported", "cancelled")
    assert not rules.may_become("nonsense", "issued")
