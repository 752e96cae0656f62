"""What can be booked, and what is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import QuerySet

from denghuo.care.appointments import rules
from denghuo.care.appointments.models import Appointment, DayChange, Opening, Series, Service, Slot
from denghuo.foundation.calendars import queries as calendars
from denghuo.foundation.calendars import rules as calendar_rules
from denghuo.foundation.identity.models import OrganisationUnit
from denghuo.kernel.periods import BEIJING, day_of


@dataclass(frozen=True, order=True)
class Offer:
    """A time of a place for a service: how many may come, and how many will."""

    starts_at: datetime
    ends_at: datetime
    unit_id: str
    service_id: int
    capacity: int
    booked: int

    @property
    def left(self) -> int:
        return max(self.capacity - self.booked, 0)

    @property
    def day(self) -> date:
        return day_of(self.starts_at)


def midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=BEIJING)


def visible(scope: str) -> QuerySet[Appointment]:
    """Appointments at the places of the data scope."""
    return Appointment.objects.filter(unit__code__startswith=scope)


def visible_series(scope: str) -> QuerySet[Series]:
    return Series.objects.filter(unit__code__startswith=scope)


def day_kinds(start: date, end: date) -> dict[date, rules.DayKind]:
    """What kind of day each day in ``[start, end)`` is, by the working calendar."""
    exceptions, holidays = calendars.exceptions(start, end), calendars.holidays(start, end)
    days = (date.fromordinal(number) for number in range(start.toordinal(), end.toordinal()))
    return {
        day: rules.day_kind(
            day, is_working=calendar_rules.is_working(day, exceptions), is_holiday=day in holidays
        )
        for day in days
    }


def offers(
    *, units: Iterable[str], start: date, end: date, services: Iterable[int] | None = None
) -> list[Offer]:
    """Every time offered in ``[start, end)``, taken or not, in order of time."""
    plans: dict[tuple[str, int], list[rules.Plan]] = defaultdict(list)
    found = Opening.objects.filter(unit_id__in=list(units), service__is_active=True).select_related("service")
    if services is not None:
        found = found.filter(service_id__in=list(services))
    for row in found:
        plans[row.unit_id, row.service_id].append(
            rules.Plan(
                row.weekday,
                row.opens,
                row.closes,
                row.service.minutes,
                row.capacity,
                row.valid_from,
                row.valid_to,
            )
        )
    if not plans:
        return []
    changes = _changes([unit for unit, _service in plans], start, end)
    taken = _taken(list(plans), start, end)
    kinds = day_kinds(start, end)
    offered = [
        Offer(
            times.starts_at,
            times.ends_at,
            unit,
            service,
            times.capacity,
            taken.get((unit, service, times.starts_at), 0),
        )
        for (unit, service), own in plans.items()
        for day, kind in kinds.items()
        for times in rules.offered_times(
            day, own, kind, change=changes.get((unit, service, day), changes.get((unit, None, day)))
        )
    ]
    return sorted(offered)


def _changes(units: Sequence[str], start: date, end: date) -> dict[tuple[str, int | None, date], int]:
    rows = DayChange.objects.filter(unit_id__in=units, date__gte=start, date__lt=end)
    return {(row.unit_id, row.service_id, row.date): row.capacity for row in rows}


def _taken(keys: Sequence[tuple[str, int]], start: date, end: date) -> dict[tuple[str, int, datetime], int]:
    rows = Slot.objects.filter(
        unit_id__in={unit for unit, _service in keys},
        starts_at__gte=midnight(start),
        starts_at__lt=midnight(end),
    )
    return {(row.unit_id, row.service_id, row.starts_at): row.booked for row in rows}


def free(
    *, unit_id: str, service_id: int, after: datetime, days: int, limit: int | None = None
) -> list[Offer]:
    """Times that can still be booked, from ``after`` on, within so many days."""
    start = day_of(after)
    found = [
        offer
        for offer in offers(
            units=[unit_id], services=[service_id], start=start, end=start + timedelta(days=days + 1)
        )
        if offer.left and offer.starts_at >= after
    ]
    return found[:limit]


def offer_at(*, unit_id: str, service_id: int, starts_at: datetime) -> Offer | None:
    """The time that begins at an instant, if the place offers it."""
    day = day_of(starts_at)
    found = offers(units=[unit_id], services=[service_id], start=day, end=day + timedelta(days=1))
    return next((offer for offer in found if offer.starts_at == starts_at), None)


def places(scope: str) -> QuerySet[OrganisationUnit]:
    """Units of the data scope that offer something by appointment."""
    return OrganisationUnit.objects.filter(
        code__startswith=scope, code__in=Opening.objects.values("unit_id")
    ).order_by("code")


def services(*, where: str = "") -> QuerySet[Service]:
    found = Service.objects.filter(is_active=True)
    return found.filter(where=where) if where else found


def inconsistencies() -> list[str]:
    """Slots whose count is not the number of live or kept appointments; empty when all is well."""
    found = []
    for slot in Slot.objects.all():
        held = slot.appointments.exclude(state="cancelled").count()
        if held != slot.booked or slot.booked > slot.capacity:
            found.append(f"slot {slot.pk}: {slot.booked} booked, {held} held, room for {slot.capacity}")
    return found
