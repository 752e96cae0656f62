"""How far the reading of a cycle is, what is missing, and how good it is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Case, Count, DateField, Exists, F, Max, OuterRef, Q, QuerySet, When

from denghuo.commerce.metering.models import MeteringPoint
from denghuo.commerce.readings import rules
from denghuo.commerce.readings.models import (
    Reading,
    ReadingKind,
    ReadingRoute,
    ReadingSource,
    ReadingState,
    RouteStop,
)
from denghuo.kernel.periods import Cycle

_LIVE = (ReadingState.HELD, ReadingState.ACCEPTED)


@dataclass(frozen=True)
class Coverage:
    """One route in one cycle."""

    route: ReadingRoute
    scheduled: date
    due: int
    read: int
    estimated: int
    held: int

    @property
    def missing(self) -> int:
        return self.due - self.read

    @property
    def percent(self) -> int:
        return self.read * 100 // self.due if self.due else 100


@dataclass(frozen=True)
class Quality:
    """Figures of a cycle: counts, and rates in hundredths of a percent (9990 = 99.90 %), None where nothing was due."""

    due: int
    read: int
    on_time: int
    estimated: int
    held: int

    @property
    def read_rate(self) -> int | None:
        return self._rate(self.read)

    @property
    def on_time_rate(self) -> int | None:
        return self._rate(self.on_time)

    @property
    def estimated_rate(self) -> int | None:
        return self._rate(self.estimated)

    def _rate(self, part: int) -> int | None:
        return part * 10_000 // self.due if self.due else None


@dataclass(frozen=True)
class Unread:
    """A metering point without an actual reading for ``cycles`` closing readings in a row."""

    point: MeteringPoint
    cycles: int
    last_actual: date | None


def read_in(routes: Iterable[ReadingRoute], cycle: str) -> list[ReadingRoute]:
    parsed = Cycle.parse(cycle)
    return [route for route in routes if rules.reads_in(route.rhythm, parsed)]


def _due_stops(cycle: str, routes: Iterable[ReadingRoute]) -> QuerySet[RouteStop]:
    """Stops whose meter hangs on the day the cycle closes, with the live reading of the cycle if there is one."""
    ends = {route.pk: rules.reading_date(Cycle.parse(cycle), route.reading_day) for route in routes}
    scheduled = Case(
        *(When(route_id=pk, then=day) for pk, day in ends.items()), default=None, output_field=DateField()
    )
    installed = Q(metering_point__installations__installed_date__lt=F("scheduled")) & Q(
        metering_point__installations__removed_date__isnull=True
    )
    return (
        RouteStop.objects.filter(route_id__in=list(ends))
        .annotate(scheduled=scheduled)
        .filter(installed, metering_point__measure="metered")
    )


def _closing(cycle: str) -> QuerySet[Reading]:
    return Reading.objects.filter(
        metering_point_id=OuterRef("metering_point_id"),
        cycle=cycle,
        kind=ReadingKind.REGULAR,  # where a meter still hangs, a final reading closed the account of the payer before
        state__in=_LIVE,
    )


def coverage(*, cycle: str, routes: Iterable[ReadingRoute]) -> list[Coverage]:
    """How far each route is in ``cycle``; routes that are not read in it are left out."""
    routes = read_in(routes, cycle)
    if not routes:
        return []
    closing = _closing(cycle)
    counted: dict[int, Any] = {
        row["route_id"]: row
        for row in _due_stops(cycle, routes)
        .annotate(
            done=Exists(closing),
            guessed=Exists(closing.filter(source=ReadingSource.ESTIMATE)),
            waiting=Exists(closing.filter(state=ReadingState.HELD)),
        )
        .order_by()
        .values("route_id")
        .annotate(
            due=Count("id"),
            read=Count("id", filter=Q(done=True)),
            estimated=Count("id", filter=Q(guessed=True)),
            held=Count("id", filter=Q(waiting=True)),
        )
    }
    parsed = Cycle.parse(cycle)
    return [
        Coverage(
            route,
            rules.reading_date(parsed, route.reading_day),
            **{name: counted.get(route.pk, {}).get(name, 0) for name in ("due", "read", "estimated", "held")},
        )
        for route in routes
    ]


def not_read(
    *, cycle: str, as_of: date | None = None, routes: Iterable[ReadingRoute] | None = None
) -> list[RouteStop]:
    """Stops without a live reading for ``cycle``, in walking order; with ``as_of`` only where the day has passed."""
    chosen = read_in(ReadingRoute.objects.all() if routes is None else routes, cycle)
    if as_of is not None:
        parsed = Cycle.parse(cycle)
        chosen = [route for route in chosen if rules.reading_date(parsed, route.reading_day) <= as_of]
    if not chosen:
        return []
    return list(
        _due_stops(cycle, chosen)
        .filter(~Exists(_closing(cycle)))
        .select_related("route", "metering_point__supply_point__customer")
        .order_by("route__code", "position")
    )


def quality(*, cycle: str, scope: str) -> Quality:
    """Reading quality of the routes of all units that start with ``scope`` (regulation §10.3 抄表率, §6.6 estimates)."""
    routes = read_in(ReadingRoute.objects.filter(unit__code__startswith=scope), cycle)
    if not routes:
        return Quality(0, 0, 0, 0, 0)
    closing = _closing(cycle)
    actual = closing.exclude(source=ReadingSource.ESTIMATE)
    tolerance = timedelta(days=rules.ON_TIME_DAYS)
    parsed = Cycle.parse(cycle)
    windows = Q()
    for day in {route.reading_day for route in routes}:
        scheduled = rules.reading_date(parsed, day)
        windows |= Q(
            metering_point__route_stop__route__reading_day=day,
            read_date__range=(scheduled - tolerance, scheduled + tolerance),
        )
    row = (
        _due_stops(cycle, routes)
        .annotate(
            done=Exists(actual),
            punctual=Exists(actual.filter(windows)),
            guessed=Exists(closing.filter(source=ReadingSource.ESTIMATE)),
            waiting=Exists(closing.filter(state=ReadingState.HELD)),
        )
        .aggregate(
            due=Count("id"),
            read=Count("id", filter=Q(done=True)),
            on_time=Count("id", filter=Q(punctual=True)),
            estimated=Count("id", filter=Q(guessed=True)),
            held=Count("id", filter=Q(waiting=True)),
        )
    )
    return Quality(**row)


def notice_list(*, cycle: str, scope: str, cycles: int = rules.NOTICE_AFTER_CYCLES) -> list[Unread]:
    """Points that nobody could read for ``cycles`` cycles in a row up to ``cycle``: estimated or without reading.

    The customer gets the notice of the 1996 rules, article 83 (regulation §6.6).
    """
    last = Cycle.parse(cycle)
    watched = [str(last.shifted(-back)) for back in range(cycles)]
    actual = (
        Reading.objects.filter(metering_point_id=OuterRef("pk"), state__in=_LIVE)
        .exclude(source=ReadingSource.ESTIMATE)
        .exclude(kind=ReadingKind.INITIAL)
    )
    first_day = Cycle.parse(watched[-1]).first
    points = (
        MeteringPoint.objects.filter(
            measure="metered",
            route_stop__route__rhythm="monthly",
            supply_point__unit__code__startswith=scope,
            installations__removed_date__isnull=True,
            installations__installed_date__lte=first_day,
        )
        .filter(~Exists(actual.filter(cycle__in=watched)))
        .select_related("supply_point__customer", "route_stop__route")
        .order_by("route_stop__route__code", "route_stop__position")
    )
    found = []
    for point in points:
        seen = (
            point.readings.filter(state__in=_LIVE)
            .exclude(source=ReadingSource.ESTIMATE)
            .order_by("-read_date")
            .values_list("read_date", flat=True)
            .first()
        )
        months = rules.months_between(seen, last.period.end) if seen else cycles
        found.append(Unread(point, max(months, cycles), seen))
    return found


def route_calendar(
    *, routes: Iterable[ReadingRoute], first: Cycle, months: int
) -> list[tuple[date, ReadingRoute]]:
    """On which day which route is read, in order, for the cycles from ``first`` on."""
    return sorted(
        (
            (rules.reading_date(first.shifted(ahead), route.reading_day), route)
            for route in routes
            for ahead in range(months)
            if rules.reads_in(route.rhythm, first.shifted(ahead))
        ),
        key=lambda entry: (entry[0], entry[1].code),
    )


def current_cycle(on: date) -> str:
    """The cycle that is being read on a day: the last one whose calendar month has begun to close."""
    return str(Cycle.of(on).shifted(-1) if on.day <= 10 else Cycle.of(on))


def cycle_at_work(on: date) -> str:
    """The cycle that people work on: the one being read, or the newest with readings while that has none."""
    current = current_cycle(on)
    newest: str | None = Reading.objects.aggregate(cycle=Max("cycle"))["cycle"]
    return min(current, newest) if newest else current
