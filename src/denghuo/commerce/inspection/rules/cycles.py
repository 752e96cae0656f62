"""Who is inspected how often, and what is therefore due in a quarter. GB/T 29328-2018; inspection cycles of the bureau."""

from __future__ import annotations

import hashlib
from calendar import monthrange
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

FIRST, SECOND, HV35, HV10, LV, GENERATOR = "first", "second", "hv35", "hv10", "lv", "generator"
KINDS = (FIRST, SECOND, HV35, HV10, LV, GENERATOR)
_ORDER = (FIRST, GENERATOR, SECOND, HV35, HV10, LV)
_HIGH = frozenset({"35kv", "110kv", "220kv"})
_MEDIUM = frozenset({"1-10kv", "20kv"})


@dataclass(frozen=True)
class Cycles:
    """Months between two visits by kind; ``lv_percent`` of the low-voltage customers are sampled every quarter."""

    first: int = 3
    second: int = 6
    hv35: int = 12
    hv10: int = 6
    generator: int = 6
    lv_percent: Decimal = Decimal("0.5")

    def months(self, kind: str) -> int:
        return {FIRST: self.first, SECOND: self.second, HV35: self.hv35, HV10: self.hv10}.get(
            kind, self.generator
        )


@dataclass(frozen=True)
class Point:
    """What is known of a supply point: grade, voltage, since when it is supplied, when each kind of visit was last done."""

    id: int
    number: str
    importance: str
    voltage: str
    energised_date: date
    last_visit_date: date | None = None
    has_generator: bool = False
    last_generator_date: date | None = None


@dataclass(frozen=True)
class Due:
    """A visit that belongs into the quarter: from ``due_date`` on it is late. ``overdue``: it was due before."""

    supply_point_id: int
    kind: str
    due_date: date
    overdue: bool


@dataclass(frozen=True, order=True)
class Quarter:
    year: int
    number: int

    @classmethod
    def of(cls, day: date) -> Quarter:
        return cls(day.year, (day.month + 2) // 3)

    @classmethod
    def parse(cls, text: str) -> Quarter:
        """``2026Q3``. Raises ValueError for anything else."""
        year, mark, number = text.partition("Q")
        found = cls(int(year), int(number))
        if not mark or not 1 <= found.number <= 4 or not 2000 <= found.year <= 2200 or str(found) != text:
            raise ValueError(f"{text!r} is no quarter")
        return found

    @property
    def first(self) -> date:
        return date(self.year, self.number * 3 - 2, 1)

    @property
    def end(self) -> date:
        """The day after its last."""
        return self.shifted(1).first

    def shifted(self, quarters: int) -> Quarter:
        year, rest = divmod(self.year * 4 + self.number - 1 + quarters, 4)
        return Quarter(year, rest + 1)

    def __str__(self) -> str:
        return f"{self.year}Q{self.number}"


def add_months(day: date, months: int) -> date:
    """The same day so many months later, or the last day of that month where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def kind_of(importance: str, voltage: str) -> str:
    """The strictest cycle that applies; ``lv`` where only the sample does."""
    if importance in ("special", "first"):
        return FIRST
    if importance == "second":
        return SECOND
    if voltage in _HIGH:
        return HV35
    return HV10 if voltage in _MEDIUM else LV


def is_sampled(number: str, quarter: Quarter, percent: Decimal) -> bool:
    """Whether a low-voltage supply point is in the sample of a quarter: always the same answer, and each quarter others."""
    digest = hashlib.sha256(f"{quarter}:{number}".encode()).digest()
    return int.from_bytes(digest[:4], "big") % 1_000_000 < int(percent * 10_000)


def next_due(kind: str, last: date | None, energised_date: date, cycles: Cycles) -> date:
    """When the next visit of a kind is due: its months after the last, or after supply began."""
    return add_months(last or energised_date, cycles.months(kind))


def due_in(quarter: Quarter, points: Iterable[Point], cycles: Cycles) -> Iterator[Due]:
    """Every visit that falls due before the quarter ends, what is late from before included; one a point and kind."""
    last_day = quarter.end - timedelta(days=1)
    for point in points:
        if point.energised_date > last_day:
            continue
        kind = kind_of(point.importance, point.voltage)
        if kind == LV:
            if is_sampled(point.number, quarter, cycles.lv_percent):
                yield Due(point.id, LV, last_day, False)
        else:
            due = next_due(kind, point.last_visit_date, point.energised_date, cycles)
            if due < quarter.end:
                yield Due(point.id, kind, due, due < quarter.first)
        if point.has_generator:
            due = next_due(GENERATOR, point.last_generator_date, point.energised_date, cycles)
            if due < quarter.end:
                yield Due(point.id, GENERATOR, due, due < quarter.first)


def planned_dates(due: Sequence[Due], quarter: Quarter, today: date) -> list[date]:
    """A day for each visit: the day it is due, or, for what is late already and for the sample, spread evenly over what
    is left of the quarter, the strictest kind and the longest overdue first. Always the same answer.
    """
    start = min(max(quarter.first, today), quarter.end - timedelta(days=1))
    found = [item.due_date for item in due]
    loose = sorted(
        (at for at, item in enumerate(due) if item.kind == LV or item.due_date < start),
        key=lambda at: (_ORDER.index(due[at].kind), due[at].due_date, due[at].supply_point_id),
    )
    days = (quarter.end - start).days
    for place, at in enumerate(loose):
        found[at] = start + timedelta(days=place * days // len(loose))
    return found


@dataclass(frozen=True)
class EmergencyPower:
    """What backs up a customer: kW of all own sources, the security load, how fast they start, how fast they must."""

    capacity_kw: Decimal
    security_load_kw: Decimal
    start_seconds: Decimal | None
    allowed_break_seconds: Decimal | None


def emergency_power_faults(facts: EmergencyPower, *, percent: int) -> list[str]:
    """``too_small`` below so many percent of the security load, ``too_slow`` where it starts after the allowed break."""
    found = []
    if facts.capacity_kw * 100 < facts.security_load_kw * percent:
        found.append("too_small")
    if (
        facts.start_seconds is not None
        and facts.allowed_break_seconds is not None
        and facts.start_seconds > facts.allowed_break_seconds
    ):
        found.append("too_slow")
    return found
