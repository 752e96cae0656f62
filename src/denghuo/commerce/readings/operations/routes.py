"""Reading routes: their stops, their readers, and the rotation of readers (轮岗)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from denghuo.commerce.metering.models import MeteringPoint
from denghuo.commerce.readings import rules
from denghuo.commerce.readings.models import ReadingRoute, RouteReader, RouteRhythm, RouteStop
from denghuo.foundation.audit import operations as audit
from denghuo.foundation.identity.models import OrganisationUnit, Staff


class ReaderNotSuitable(ValidationError):
    """The person does not read meters, or also bills or collects."""


@dataclass(frozen=True)
class Rotation:
    """Routes that got another reader, and routes for which nobody suitable was left."""

    moved: dict[str, str]
    stuck: list[str]


@transaction.atomic
def open_route(
    *,
    code: str,
    name: str,
    unit: OrganisationUnit,
    at: datetime,
    actor: Staff | None = None,
    reading_day: int = 1,
    rhythm: str = RouteRhythm.MONTHLY,
) -> ReadingRoute:
    """A reading section (抄表段) with its fixed reading day.

    Raises:
        ValidationError: a code already taken or a day that no month has.
    """
    route = ReadingRoute(code=code, name=name, unit=unit, reading_day=reading_day, rhythm=rhythm)
    route.full_clean(exclude=["unit", "reader"])
    route.save()
    audit.record("readings.route.opened", subject=route, at=at, actor=actor, unit_id=unit.pk)
    return route


@transaction.atomic
def change_schedule(
    *,
    route: ReadingRoute,
    reading_day: int,
    rhythm: str,
    reason: str,
    at: datetime,
    actor: Staff | None = None,
) -> None:
    """Another reading day or rhythm; it needs a reason because customers must be told (regulation §6.6)."""
    changes: dict[str, list[Any]] = {
        "reading_day": [route.reading_day, reading_day],
        "rhythm": [route.rhythm, rhythm],
    }
    route.reading_day, route.rhythm = reading_day, rhythm
    route.full_clean(exclude=["unit", "reader", "code"])
    route.save(update_fields=["reading_day", "rhythm"])
    audit.record(
        "readings.route.rescheduled",
        subject=route,
        at=at,
        actor=actor,
        reason=reason,
        changes={name: change for name, change in changes.items() if change[0] != change[1]},
    )


@transaction.atomic
def add_stops(
    *, route: ReadingRoute, points: Iterable[MeteringPoint], at: datetime, actor: Staff | None = None
) -> int:
    """Put metering points at the end of a route, in the order given; a point leaves the route it was on."""
    points = list(points)
    last = route.stops.aggregate(Max("position"))["position__max"] or 0
    ids = [point.pk for point in points]
    RouteStop.objects.filter(metering_point_id__in=ids).delete()
    RouteStop.objects.bulk_create(
        RouteStop(route=route, metering_point_id=pk, position=last + offset)
        for offset, pk in enumerate(ids, start=1)
    )
    audit.record(
        "readings.route.extended",
        subject=route,
        at=at,
        actor=actor,
        changes={"stops": [last, last + len(ids)]},
    )
    return len(ids)


@transaction.atomic
def assign_reader(
    *,
    route: ReadingRoute,
    reader: Staff,
    on: date,
    at: datetime,
    reason: str = "",
    actor: Staff | None = None,
) -> None:
    """``reader`` reads this route from ``on``.

    Raises:
        ReaderNotSuitable: no meter reader, or one who also bills or collects.
    """
    if "meter_reader" not in reader.roles or not reader.is_active:
        raise ReaderNotSuitable(_("%(name)s is not a meter reader.") % {"name": reader})
    if reader.roles & rules.READER_MAY_NOT_BE:
        raise ReaderNotSuitable(
            _("%(name)s also bills or collects; nobody reads and bills the same customer.") % {"name": reader}
        )
    if route.reader_id == reader.pk:
        return
    before = str(route.reader) if route.reader else None
    route.readers.filter(to_date__isnull=True).update(to_date=on)
    RouteReader.objects.create(route=route, reader=reader, from_date=on)
    route.reader = reader
    route.save(update_fields=["reader"])
    audit.record(
        "readings.route.reader_assigned",
        subject=route,
        at=at,
        actor=actor,
        reason=reason,
        changes={"reader": [before, str(reader)]},
    )


@transaction.atomic
def rotate_readers(
    *,
    routes: Iterable[ReadingRoute],
    readers: Sequence[Staff],
    on: date,
    at: datetime,
    actor: Staff | None = None,
    max_months: int = rules.ROTATE_AFTER_MONTHS,
) -> Rotation:
    """Give every route that its reader kept ``max_months`` or longer, or that has none, to somebody else.

    The next reader is the one with the fewest routes among those who do not read it now, by user name where equal;
    whoever read it most recently before comes last.

    Raises:
        ReaderNotSuitable: one of ``readers`` may not read.
    """
    routes = list(routes)
    load = Counter({reader.pk: 0 for reader in readers})
    load.update(
        route.reader_id for route in routes if route.reader_id is not None and route.reader_id in load
    )
    moved, stuck = {}, []
    for route in sorted(routes, key=lambda one: one.code):
        present = route.readers.filter(to_date__isnull=True).first()
        if present and rules.months_between(present.from_date, on) < max_months:
            continue
        former = set(route.readers.filter(to_date__isnull=False).values_list("reader_id", flat=True))
        candidates = [reader for reader in readers if reader.pk != route.reader_id]
        if not candidates:
            stuck.append(route.code)
            continue
        following = min(candidates, key=lambda one: (load[one.pk], one.pk in former, one.username))
        if route.reader_id is not None and route.reader_id in load:
            load[route.reader_id] -= 1
        load[following.pk] += 1
        assign_reader(route=route, reader=following, on=on, at=at, actor=actor, reason=_("Rotation"))
        moved[route.code] = following.name
    return Rotation(moved, stuck)
