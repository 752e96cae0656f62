"""The tax inside a price (价税分离): ex-tax = round(total ÷ (1 + rate), 2), tax = total − ex-tax.

See docs/domain/e-invoice.md. Lines are split by what was reached, so that they add up to the split of the whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from denghuo.kernel.money import divide_half_up

PRICE_DECIMALS = 13


class Split(NamedTuple):
    """An amount with its tax, in fen."""

    ex_tax_fen: int
    tax_fen: int

    @property
    def total_fen(self) -> int:
        return self.ex_tax_fen + self.tax_fen


def ex_tax_fen(total_fen: int, rate: Decimal) -> int:
    """``total_fen`` without the tax of ``rate`` that it contains, rounded half away from zero.

    Raises:
        ValueError: a rate below zero.
    """
    numerator, denominator = rate.as_integer_ratio()
    if numerator < 0:
        raise ValueError(f"a tax rate of {rate}")
    return divide_half_up(total_fen * denominator, denominator + numerator)


def split(totals_fen: Sequence[int], rate: Decimal) -> list[Split]:
    """Each line with its tax; the lines together are exactly the split of their sum."""
    found, reached, given = [], 0, 0
    for total in totals_fen:
        reached += total
        until = ex_tax_fen(reached, rate)
        found.append(Split(until - given, total - (until - given)))
        given = until
    return found


def unit_price(amount_fen: int, quantity: Decimal) -> str:
    """Yuan for one of ``quantity``, without tax, with up to 13 decimals: quantity × price gives the amount to the fen.

    Empty where there is no quantity.
    """
    if not quantity:
        return ""
    numerator, denominator = quantity.as_integer_ratio()
    scaled = divide_half_up(abs(amount_fen) * abs(denominator) * 10 ** (PRICE_DECIMALS - 2), abs(numerator))
    text = format(Decimal(scaled).scaleb(-PRICE_DECIMALS), "f").rstrip("0")
    return text + "00" if text.endswith(".") else text
