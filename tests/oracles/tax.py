"""The tax inside an amount with fractions and the rounding of the school book."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction


def rounded(value: Fraction) -> int:
    """Half away from zero, digit by digit: count up until the next whole number is too far."""
    size = abs(value)
    whole = size.numerator // size.denominator
    if size - whole >= Fraction(1, 2):
        whole += 1
    return -whole if value < 0 else whole


def ex_tax(total_fen: int, rate: str) -> int:
    return rounded(Fraction(total_fen) / (1 + Fraction(rate)))


def lines(totals_fen: Sequence[int], rate: str) -> list[tuple[int, int]]:
    """(without tax, tax) of each line: the whole up to it less the whole up to the one before."""
    found = []
    for position, total in enumerate(totals_fen):
        before = ex_tax(sum(totals_fen[:position]), rate)
        after = ex_tax(sum(totals_fen[: position + 1]), rate)
        found.append((after - before, total - (after - before)))
    return found
