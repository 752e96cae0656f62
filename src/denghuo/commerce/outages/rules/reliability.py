"""Reliability of supply as exact figures: whole minutes and fractions, never floats (GB/T 43794, DL/T 836).

An interruption of one customer is a pair of minutes ``[off, on)``; ``on`` is None while it lasts. Of several that touch
or overlap, each minute counts once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

MINUTES_A_DAY = 1440
Spell = tuple[int, int | None]


@dataclass(frozen=True)
class Tally:
    """What was counted in a period: minutes without supply summed over customers, interruptions that began in it, and the
    days for which customers were served."""

    customer_minutes: int = 0
    interruptions: int = 0
    customer_days: int = 0
    days: int = 0

    def __add__(self, other: Tally) -> Tally:
        """Two groups of customers in the same period."""
        if self.days and other.days and self.days != other.days:
            raise ValueError("tallies of different periods do not add up")
        return Tally(
            self.customer_minutes + other.customer_minutes,
            self.interruptions + other.interruptions,
            self.customer_days + other.customer_days,
            self.days or other.days,
        )

    @property
    def customers(self) -> Fraction:
        """Customers served, on average over the days of the period."""
        return Fraction(self.customer_days, self.days) if self.days else Fraction(0)

    @property
    def saidi_minutes(self) -> Fraction | None:
        """System average interruption duration: minutes without supply of the average customer."""
        return Fraction(self.customer_minutes) / self.customers if self.customer_days else None

    @property
    def saifi(self) -> Fraction | None:
        """System average interruption frequency: interruptions of the average customer."""
        return Fraction(self.interruptions) / self.customers if self.customer_days else None

    @property
    def caidi_minutes(self) -> Fraction | None:
        """Customer average interruption duration: minutes of the average interruption."""
        return Fraction(self.customer_minutes, self.interruptions) if self.interruptions else None

    @property
    def asai(self) -> Fraction | None:
        """供电可靠率: the share of the served minutes in which there was supply."""
        if not self.customer_days:
            return None
        return 1 - Fraction(self.customer_minutes, self.customer_days * MINUTES_A_DAY)


def lost_minutes(spells: Iterable[Spell], start: int, end: int) -> int:
    """Minutes of ``[start, end)`` in which at least one of the spells holds; one that lasts holds until the end."""
    total, reached = 0, start
    for off, on in sorted((off, end if on is None else on) for off, on in spells):
        begin, finish = max(off, reached), min(on, end)
        if finish > begin:
            total += finish - begin
            reached = finish
    return total


def tally(
    customers: Iterable[Sequence[Spell]], *, start: int, end: int, served_days: int, short_minutes: int = 0
) -> Tally:
    """The tally of a period ``[start, end)`` in minutes; ``served_days`` over all customers.

    Interruptions not longer than ``short_minutes`` are none (短时停电).
    """
    minutes = interruptions = 0
    for spells in customers:
        counted = [(off, on) for off, on in spells if on is None or on - off > short_minutes]
        minutes += lost_minutes(counted, start, end)
        interruptions += sum(1 for off, _on in counted if start <= off < end)
    return Tally(minutes, interruptions, served_days, (end - start) // MINUTES_A_DAY)


@dataclass(frozen=True)
class Accuracy:
    """How right the announced ends were: signed minutes of (restored − announced), positive when it took longer."""

    outages: int
    within: int
    median_minutes: Fraction | None
    mean_absolute_minutes: Fraction | None

    @property
    def share(self) -> Fraction | None:
        return Fraction(self.within, self.outages) if self.outages else None


def accuracy(errors_minutes: Iterable[int], *, tolerance_minutes: int) -> Accuracy:
    ordered = sorted(errors_minutes)
    if not ordered:
        return Accuracy(0, 0, None, None)
    middle = len(ordered) // 2
    median = (
        Fraction(ordered[middle]) if len(ordered) % 2 else Fraction(ordered[middle - 1] + ordered[middle], 2)
    )
    within = sum(1 for error in ordered if abs(error) <= tolerance_minutes)
    return Accuracy(len(ordered), within, median, Fraction(sum(map(abs, ordered)), len(ordered)))
