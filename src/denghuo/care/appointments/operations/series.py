"""Visits that come back: to the elderly and the disabled, booked ahead on the days of the crew."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from denghuo.care.appointments import queries, rules
from denghuo.care.appointments.models import Appointment, Series, SeriesState, Service, State
from denghuo.care.appointments.operations.booking import (
    AlreadyBooked,
    AppointmentInvalid,
    NotOffered,
    SlotFull,
    book,
    cancel,
)
from denghuo.care.appointments.queries import Offer
from denghuo.care.appointments.rules import parameters
from denghuo.foundation.audit import operations as audit
from denghuo.foundation.identity.models import OrganisationUnit, Staff
from denghuo.foundation.parameters import queries as parameter_queries
from denghuo.foundation.ui import formats
from denghuo.kernel.periods import BEIJING, day_of
from denghuo.records.customers.models import Customer
from denghuo.records.supply.models import SupplyPoint


class SeriesInvalid(Exception):
    """No special care on record, no visit of that kind, a first day that is past, or a series that runs already."""


@transaction.atomic
def start_series(
    *,
    customer: Customer,
    service: Service,
    unit: OrganisationUnit,
    supply_point: SupplyPoint | None,
    every_weeks: int,
    first_date: date,
    at: datetime,
    actor: Staff | None,
    preferred: time | None = None,
    note: str = "",
) -> Series:
    """Agree on visits every so many weeks; they are booked by ``book_ahead``.

    Raises:
        SeriesInvalid: see the class.
    """
    if not customer.special_care:
        raise SeriesInvalid(
            _(
                "Recurring visits are for customers with special care on record; note it on the customer first."
            )
        )
    if service.where != "door" or supply_point is None or supply_point.customer_id != customer.pk:
        raise SeriesInvalid(_("Choose a service at the door and a supply point of this customer."))
    if not 1 <= every_weeks <= 52 or first_date < day_of(at):
        raise SeriesInvalid(_("The first visit is today or later, and they come back within a year."))
    if Series.objects.filter(customer=customer, service=service, state=SeriesState.RUNNING).exists():
        raise SeriesInvalid(_("This customer has such visits already."))
    made = Series.objects.create(
        customer=customer,
        service=service,
        unit=unit,
        supply_point=supply_point,
        every_weeks=every_weeks,
        first_date=first_date,
        preferred=preferred,
        note=note.strip(),
        agreed_by=actor,
        agreed_at=at,
    )
    audit.record(
        "appointments.series.started",
        subject=made,
        subject_label=f"{customer.number} {service.name}",
        at=at,
        actor=actor,
        changes={"every_weeks": [None, every_weeks], "first_date": [None, first_date.isoformat()]},
        unit_id=unit.code,
    )
    return made


@transaction.atomic
def end_series(*, series: Series, reason: str, at: datetime, actor: Staff | None) -> int:
    """Let no more visits come; those booked ahead are cancelled. Returns how many were.

    Raises:
        SeriesInvalid: no reason, or it has ended.
    """
    found = (
        Series.objects.select_for_update(of=("self",)).select_related("customer", "service").get(pk=series.pk)
    )
    if not reason.strip():
        raise SeriesInvalid(_("Give the reason."))
    if found.state != SeriesState.RUNNING:
        raise SeriesInvalid(_("These visits have ended."))
    found.state, found.ended_at, found.end_reason = SeriesState.ENDED, at, reason.strip()[:200]
    found.save(update_fields=["state", "ended_at", "end_reason"])
    ahead = list(found.appointments.filter(state=State.BOOKED, starts_at__gt=at).order_by("id"))
    for appointment in ahead:
        cancel(appointment=appointment, reason=reason, at=at, actor=actor)
    audit.record(
        "appointments.series.ended",
        subject=found,
        subject_label=f"{found.customer.number} {found.service.name}",
        at=at,
        actor=actor,
        reason=reason.strip(),
        changes={"state": ["running", "ended"], "cancelled": [None, len(ahead)]},
        unit_id=found.unit_id,
    )
    return len(ahead)


def book_ahead(*, at: datetime, only: Series | None = None) -> int:
    """Book the visits that fall due in the next weeks and are not booked yet; returns how many were.

    A visit is moved to the nearest free time in the days after its due day; where none is free the series says so and
    the next round tries again.
    """
    today = day_of(at)
    figures = parameter_queries.values(parameters.ALL, on=today)
    reach = min(figures[parameters.SERIES_DAYS.code], figures[parameters.DAYS_AHEAD.code])
    running = Series.objects.filter(state=SeriesState.RUNNING).order_by("id")
    if only is not None:
        running = running.filter(pk=only.pk)
    count = 0
    for series in running.select_related("customer", "service", "unit", "supply_point"):
        known = set(series.appointments.values_list("series_date", flat=True))
        problem = ""
        for due in rules.due_days(
            series.first_date, series.every_weeks, today, today + timedelta(days=reach)
        ):
            if due in known:
                continue
            if _book(series, due, figures[parameters.SERIES_SHIFT_DAYS.code], at):
                count += 1
            else:
                problem = problem or _("No free time near %(day)s.") % {"day": formats.day(due)}
        if problem != series.problem:
            series.problem = problem
            series.save(update_fields=["problem"])
    return count


def _book(series: Series, due: date, shift: int, at: datetime) -> Appointment | None:
    after = max(queries.midnight(due), at + timedelta(hours=1))
    free = queries.free(unit_id=series.unit_id, service_id=series.service_id, after=after, days=shift)
    wanted = series.preferred or time(9)

    def distance(offer: Offer) -> tuple[date, float]:
        local = offer.starts_at.astimezone(BEIJING)
        return local.date(), abs((datetime.combine(local.date(), wanted, BEIJING) - local).total_seconds())

    for offer in sorted(free, key=distance):
        try:
            return book(
                service=series.service,
                unit=series.unit,
                starts_at=offer.starts_at,
                channel="series",
                customer=series.customer,
                supply_point=series.supply_point,
                note=series.note,
                series=series,
                series_date=due,
                at=at,
            )
        except (SlotFull, NotOffered, AlreadyBooked, AppointmentInvalid):
            continue
    return None
