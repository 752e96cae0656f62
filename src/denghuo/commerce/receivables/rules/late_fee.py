"""The late-payment charge (电费违约金): simple interest by the day on what is open.

Legal frame: 《电力供应与使用条例》 art. 39 (0.1 %–0.3 % a day); rates by payer and year from 《供电营业规则》. See
docs/domain/late-fee.md. The year of a debt is the year of its due date; a later year is carried over (跨年度).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Rates:
    """Shares of the open principal for each day late."""

    residential: Decimal
    other: Decimal
    cross_year: Decimal

    def of(self, payer_class: str, due_date: date, day: date) -> Decimal:
        if payer_class == "residential":
            return self.residential
        return self.other if day.year == due_date.year else self.cross_year


@dataclass(frozen=True)
class Span:
    """Days ``[start, end]`` on which ``open_fen`` was late at ``rate`` a day; ``amount`` is exact, in fen."""

    start: date
    end: date
    open_fen: int
    rate: Decimal

    @property
    def days(self) -> int:
        return (self.end - self.start).days + 1

    @property
    def amount(self) -> Fraction:
        return self.open_fen * self.days * Fraction(self.rate)


def spans(
    *,
    due_date: date,
    until: date,
    amount_fen: int,
    paid: Iterable[tuple[date, int]],
    payer_class: str,
    rates: Sequence[tuple[date, Rates]],
    free: Iterable[tuple[date, date]] = (),
    payment_day_counts: bool = True,
) -> list[Span]:
    """The days from the day after ``due_date`` to ``until`` on which something was open, grouped.

    Args:
        paid: (value date, fen) that settled the principal; negative where a payment was undone.
        rates: (from which day on, rates), oldest first; the first must begin early enough.
        free: (first day, last day) on which nothing runs: waivers, disputes, agreements.
        payment_day_counts: whether the day of a payment is still late for what it paid.
    """
    if until <= due_date:
        return []
    shift = ONE_DAY if payment_day_counts else timedelta(0)
    changes: dict[date, int] = {}
    for day, fen in paid:
        changes[day + shift] = changes.get(day + shift, 0) + fen
    stopped = [(first, min(last, until)) for first, last in free]
    edges = {due_date + ONE_DAY, until + ONE_DAY}
    edges.update(changes)
    edges.update(since for since, _ in rates)
    edges.update(date(year, 1, 1) for year in range(due_date.year + 1, until.year + 1))
    for first, last in stopped:
        edges.update((first, last + ONE_DAY))
    days = sorted(edge for edge in edges if due_date < edge <= until + ONE_DAY)
    open_fen = amount_fen - sum(fen for day, fen in changes.items() if day <= due_date)
    found: list[Span] = []
    for start, following in zip(days, days[1:], strict=False):
        open_fen -= changes.get(start, 0)
        if open_fen <= 0 or any(first <= start <= last for first, last in stopped):
            continue
        holding = [rate for since, rate in rates if since <= start]
        found.append(Span(start, following - ONE_DAY, open_fen, holding[-1].of(payer_class, due_date, start)))
    return found


def total_fen(found: Iterable[Span], minimum_fen: int = 0) -> int:
    """What the spans add up to, rounded half up once over the whole: charging in parts loses no fen.

    A late fee that is anything at all is at least ``minimum_fen``.
    """
    exact = sum((span.amount for span in found), Fraction(0))
    return max(int((exact * 2 + 1) // 2), minimum_fen) if exact else 0


def effective_due_date(due_date: date, is_working: Callable[[date], bool]) -> date:
    """The due date itself when it is worked, else the next working day."""
    while not is_working(due_date):
        due_date += ONE_DAY
    return due_date
