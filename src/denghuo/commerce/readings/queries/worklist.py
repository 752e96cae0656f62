"""What stands on a person's desk: exceptions, the entry sheet of a route, and the story of a metering point."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, QuerySet

from denghuo.commerce.metering.models import Installation, MeteringPoint
from denghuo.commerce.metering.rules import REGISTERS, REQUIRED
from denghuo.commerce.readings import rules
from denghuo.commerce.readings.models import (
    ExceptionState,
    Reading,
    ReadingException,
    ReadingKind,
    ReadingRoute,
    ReadingSource,
    ReadingState,
    RouteStop,
)
from denghuo.kernel.periods import Cycle


def routes_of(scope: str) -> QuerySet[ReadingRoute]:
    """Routes of the units that start with ``scope``, with their number of stops as ``size``."""
    return (
        ReadingRoute.objects.filter(unit__code__startswith=scope)
        .select_related("reader", "unit")
        .annotate(size=Count("stops"))
    )


def open_exceptions(scope: str) -> QuerySet[ReadingException]:
    """Exceptions that wait for somebody in the units that start with ``scope``."""
    return (
        ReadingException.objects.filter(unit_id__startswith=scope)
        .exclude(state=ExceptionState.RESOLVED)
        .select_related("metering_point__supply_point__customer", "reading", "owner")
    )


@dataclass(frozen=True)
class GridRow:
    """One stop of the entry sheet: what hangs there, what it showed last, what was entered."""

    stop: RouteStop
    installation: Installation
    previous: Reading | None
    entered: Reading | None
    registers: tuple[str, ...]

    @property
    def point(self) -> MeteringPoint:
        return self.stop.metering_point


@dataclass(frozen=True)
class Grid:
    """The entry sheet of one route and cycle."""

    route: ReadingRoute
    cycle: str
    scheduled: date
    rows: Sequence[GridRow]

    @property
    def done(self) -> int:
        return sum(row.entered is not None for row in self.rows)


def entry_grid(*, route: ReadingRoute, cycle: str, stop_id: int | None = None) -> Grid:
    """The stops of ``route`` (or one of them) in walking order with everything that manual entry needs; few queries."""
    chosen = route.stops.filter(metering_point__measure="metered")
    if stop_id is not None:
        chosen = chosen.filter(pk=stop_id)
    stops = list(chosen.select_related("metering_point__supply_point__customer").order_by("position"))
    ids = [stop.metering_point_id for stop in stops]
    hanging = {
        one.metering_point_id: one
        for one in Installation.objects.filter(
            metering_point_id__in=ids, removed_date__isnull=True
        ).select_related("meter")
    }
    entered, previous = _readings(ids, cycle)
    rows = [
        GridRow(
            stop=stop,
            installation=hanging[stop.metering_point_id],
            previous=previous.get(stop.metering_point_id),
            entered=entered.get(stop.metering_point_id),
            registers=shown_registers(
                hanging[stop.metering_point_id].meter.registers, previous.get(stop.metering_point_id)
            ),
        )
        for stop in stops
        if stop.metering_point_id in hanging
    ]
    return Grid(route, cycle, rules.reading_date(Cycle.parse(cycle), route.reading_day), rows)


def _readings(ids: Sequence[int], cycle: str) -> tuple[dict[int, Reading], dict[int, Reading]]:
    """The live closing reading of the cycle, and the accepted reading before it, by metering point."""
    live = Reading.objects.filter(
        metering_point_id__in=ids, state__in=[ReadingState.HELD, ReadingState.ACCEPTED]
    ).order_by("read_date", "id")
    entered = {
        one.metering_point_id: one
        for one in live.filter(cycle=cycle, kind=ReadingKind.REGULAR)
        .select_related("previous")
        .prefetch_related("exceptions")
    }
    earliest = Cycle.parse(cycle).shifted(-14).first
    previous = {}
    for one in live.filter(state=ReadingState.ACCEPTED, read_date__gte=earliest):
        found = entered.get(one.metering_point_id)
        if found is None or one.pk == found.previous_id:
            previous[one.metering_point_id] = one
    return entered, previous


def shown_registers(register_set: str, previous: Reading | None = None) -> tuple[str, ...]:
    """Registers to ask for: what the set requires and whatever the last reading had."""
    known = {name for name in REGISTERS if previous is not None and getattr(previous, name) is not None}
    return tuple(name for name in REGISTERS if name in REQUIRED[register_set] | known)


@dataclass(frozen=True)
class MeterSeries:
    """Energy by cycle of a metering point for its chart, oldest first; kWh, estimates apart from what was read."""

    cycles: list[str]
    read_kwh: list[Decimal | None]
    estimated_kwh: list[Decimal | None]
    last_year_kwh: list[Decimal | None]

    @property
    def anything(self) -> bool:
        return any(value is not None for value in (*self.read_kwh, *self.estimated_kwh))


def meter_series(*, point: MeteringPoint, months: int = 13) -> MeterSeries:
    """The last ``months`` cycles of ``point`` up to its latest reading, with the same cycles a year before."""
    rows = list(
        point.readings.filter(state=ReadingState.ACCEPTED, advance_kwh__isnull=False)
        .order_by("read_date", "id")
        .values_list("cycle", "source", "advance_kwh")
    )
    if not rows:
        return MeterSeries([], [], [], [])
    read: dict[str, Decimal] = {}
    guessed: dict[str, Decimal] = {}
    for cycle, source, energy in rows:
        target = guessed if source == ReadingSource.ESTIMATE else read
        target[cycle] = target.get(cycle, Decimal(0)) + (energy or 0)
    last = Cycle.parse(max(rows, key=lambda row: row[0])[0])
    cycles = [str(last.shifted(back)) for back in range(1 - months, 1)]
    before = [str(last.shifted(back - 12)) for back in range(1 - months, 1)]
    return MeterSeries(
        cycles,
        [read.get(cycle) for cycle in cycles],
        [guessed.get(cycle) for cycle in cycles],
        [
            read.get(cycle, Decimal(0)) + guessed.get(cycle, Decimal(0))
            if cycle in read or cycle in guessed
            else None
            for cycle in before
        ],
    )


def chain_of(point: MeteringPoint, limit: int = 60) -> list[Reading]:
    """All readings of a point, newest first, also those that were replaced or rejected."""
    return list(
        point.readings.select_related("installation__meter", "entered_by").order_by("-read_date", "-id")[
            :limit
        ]
    )
