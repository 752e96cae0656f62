"""The late-payment charge, one day after the other: slow, obvious, exact."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction


@dataclass
class Debt:
    """One bill: payments and their undoing as (day, fen), rates as (from which day on, residential, other, cross-year)."""

    due_date: date
    amount_fen: int
    residential: bool
    payments: list[tuple[date, int]] = field(default_factory=list)
    rates: list[tuple[date, Fraction, Fraction, Fraction]] = field(default_factory=list)
    free: list[tuple[date, date]] = field(default_factory=list)
    payment_day_counts: bool = True
    minimum_fen: int = 0


def late_fee_fen(debt: Debt, until: date) -> int:
    """The late fee of the days after the due date up to and with ``until``, rounded half up once."""
    exact = Fraction(0)
    day = debt.due_date + timedelta(days=1)
    while day <= until:
        exact += fee_of_day(debt, day)
        day += timedelta(days=1)
    fen, rest = divmod(exact, 1)
    if rest >= Fraction(1, 2):
        fen += 1
    if exact > 0 and fen < debt.minimum_fen:
        fen = debt.minimum_fen
    return int(fen)


def fee_of_day(debt: Debt, day: date) -> Fraction:
    for first, last in debt.free:
        if first <= day <= last:
            return Fraction(0)
    open_fen = debt.amount_fen
    for paid_on, fen in debt.payments:
        if paid_on < day or (paid_on == day and not debt.payment_day_counts):
            open_fen -= fen
    if open_fen <= 0:
        return Fraction(0)
    for since, residential, other, cross_year in reversed(debt.rates):
        if since <= day:
            if debt.residential:
                return open_fen * residential
            return open_fen * (other if day.year == debt.due_date.year else cross_year)
    raise AssertionError("no rate holds")
