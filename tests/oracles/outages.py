"""Reliability counted one customer and one minute at a time."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction


def off_in(minute: int, spells: Sequence[tuple[int, int | None]], short_minutes: int) -> bool:
    for off, on in spells:
        long_enough = on is None or on - off > short_minutes
        if long_enough and off <= minute and (on is None or minute < on):
            return True
    return False


def customer_minutes(
    customers: Sequence[Sequence[tuple[int, int | None]]], start: int, end: int, short_minutes: int
) -> int:
    """Every minute of the period, every customer: off or not."""
    return sum(
        1 for spells in customers for minute in range(start, end) if off_in(minute, spells, short_minutes)
    )


def supplied_share(lost: int, customers: int, minutes: int) -> Fraction:
    """Of all customer-minutes, those with supply."""
    return Fraction(customers * minutes - lost, customers * minutes)
