"""Slow and obvious: what is due, walking day by day; what breach and theft cost, adding one day after another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from fractions import Fraction

DAY = timedelta(days=1)


def months_apart(before: date, day: date, months: int) -> bool:
    """Whether ``day`` is at least so many months after ``before``; short months end on their last day."""
    whole = (day.year - before.year) * 12 + day.month - before.month
    if whole != months:
        return whole > months
    last_of_month = (day + DAY).month != day.month
    return day.day >= before.day or last_of_month


def first_due(before: date, months: int, until: date) -> date | None:
    """The first day before ``until`` that is so many months after ``before``."""
    day = before
    while day < until:
        if months_apart(before, day, months):
            return day
        day += DAY
    return None


def half_up(yuan: Fraction) -> int:
    """Yuan to fen, halves up."""
    fen = yuan * 100
    whole = fen.numerator // fen.denominator
    return whole + (1 if fen - whole >= Fraction(1, 2) else 0)


def theft_energy(power_kw: Fraction, hours: Fraction, start: date, end: date) -> Fraction:
    """kWh, one day after another."""
    total, day = Fraction(0), start
    while day < end:
        total += power_kw * hours
        day += DAY
    return total


def runs(price: Callable[[date], Fraction], start: date, end: date) -> list[tuple[int, Fraction]]:
    """(days, price) of neighbouring days with one price."""
    found: list[tuple[int, Fraction]] = []
    day = start
    while day < end:
        if found and found[-1][1] == price(day):
            found[-1] = (found[-1][0] + 1, found[-1][1])
        else:
            found.append((1, price(day)))
        day += DAY
    return found


def theft_backbill(energy_kwh: Fraction, spans: Sequence[tuple[int, Fraction]]) -> int:
    """Fen: the energy shared over the spans by their days to 0.01 kWh, the last takes the rest, each span rounded."""
    days = sum(count for count, _price in spans)
    total, given = 0, Fraction(0)
    for at, (count, price) in enumerate(spans):
        if at == len(spans) - 1:
            share = energy_kwh - given
        else:
            share = Fraction(half_up(energy_kwh * count / days), 100)
        given += share
        total += half_up(share * price)
    return total


def basic_charge(capacity_kva: Fraction, spans: Sequence[tuple[int, Fraction]]) -> int:
    """Fen: every day a thirtieth of the month's price, each span rounded."""
    total = 0
    for count, price in spans:
        owed = Fraction(0)
        for _day in range(count):
            owed += capacity_kva * price / 30
        total += half_up(owed)
    return total
