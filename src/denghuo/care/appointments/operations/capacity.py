"""What a bureau offers by appointment: services, weekly openings, days that differ."""

from __future__ import annotations

from datetime import date, datetime, time

from django.db import transaction
from django.utils.translation import gettext as _

from denghuo.care.appointments import rules
from denghuo.care.appointments.models import DayChange, Opening, Service, Weekday, Where
from denghuo.foundation.audit import operations as audit
from denghuo.foundation.identity.models import OrganisationUnit, Role, Staff
from denghuo.kernel.periods import day_of


class CapacityInvalid(Exception):
    """What was given for a service, an opening or a day does not hold; the text says why."""


@transaction.atomic
def save_service(
    *,
    code: str,
    name: str,
    minutes: int,
    where: str,
    role: str,
    at: datetime,
    actor: Staff | None,
    is_active: bool = True,
) -> Service:
    """Add a service or change it; what is booked stays as it was booked.

    Raises:
        CapacityInvalid: no name, an unknown place or role, or a length out of bounds.
    """
    if not code or not name.strip() or where not in Where.values or role not in Role.values:
        raise CapacityInvalid(_("A service needs a code, a name, a place and a role."))
    if not 5 <= minutes <= 480:
        raise CapacityInvalid(_("A service takes between 5 minutes and 8 hours."))
    row, _made = Service.objects.update_or_create(
        code=code,
        defaults={
            "name": name.strip(),
            "minutes": minutes,
            "where": where,
            "role": role,
            "is_active": is_active,
        },
    )
    audit.record(
        "appointments.service.saved",
        subject=row,
        at=at,
        actor=actor,
        changes={"minutes": [None, minutes], "where": [None, where], "is_active": [None, is_active]},
    )
    return row


def take_over_standard(*, at: datetime, actor: Staff | None) -> list[Service]:
    """Add the usual services that are missing; returns those added."""
    missing = [item for item in rules.STANDARD if not Service.objects.filter(code=item.code).exists()]
    return [
        save_service(
            code=item.code,
            name=item.name,
            minutes=item.minutes,
            where=item.where,
            role=item.role,
            at=at,
            actor=actor,
        )
        for item in missing
    ]


@transaction.atomic
def add_opening(
    *,
    unit: OrganisationUnit,
    service: Service,
    weekday: int,
    opens: time,
    closes: time,
    capacity: int,
    valid_from: date,
    at: datetime,
    actor: Staff | None,
) -> Opening:
    """Offer a service every week at a place.

    Raises:
        CapacityInvalid: times or capacity do not hold, no time fits, or the same opening is there already.
    """
    if weekday not in Weekday.values or not 1 <= capacity <= 200:
        raise CapacityInvalid(_("Choose a weekday and how many may come at a time."))
    minutes = (closes.hour - opens.hour) * 60 + closes.minute - opens.minute
    if minutes < service.minutes:
        raise CapacityInvalid(_("The service takes longer than the place is open."))
    if Opening.objects.filter(
        unit=unit, service=service, weekday=weekday, opens=opens, valid_to__isnull=True
    ).exists():
        raise CapacityInvalid(_("There is such an opening already; end it first."))
    row = Opening.objects.create(
        unit=unit,
        service=service,
        weekday=weekday,
        opens=opens,
        closes=closes,
        capacity=capacity,
        valid_from=valid_from,
    )
    audit.record(
        "appointments.opening.added",
        subject=row,
        subject_label=f"{unit.name} {service.name} {row.get_weekday_display()} {opens:%H:%M}",
        at=at,
        actor=actor,
        changes={"capacity": [None, capacity], "valid_from": [None, valid_from.isoformat()]},
        unit_id=unit.code,
    )
    return row


@transaction.atomic
def end_opening(*, opening: Opening, on: date, at: datetime, actor: Staff | None) -> None:
    """Offer no more from ``on``; what is booked stays booked.

    Raises:
        CapacityInvalid: it ended before, or ``on`` is past.
    """
    if on < day_of(at):
        raise CapacityInvalid(_("An opening ends today or later."))
    row = Opening.objects.select_for_update(of=("self",)).select_related("unit", "service").get(pk=opening.pk)
    if row.valid_to is not None and row.valid_to <= on:
        raise CapacityInvalid(_("This opening has ended."))
    before, row.valid_to = row.valid_to, max(on, row.valid_from)
    row.save(update_fields=["valid_to"])
    audit.record(
        "appointments.opening.ended",
        subject=row,
        subject_label=f"{row.unit.name} {row.service.name} {row.get_weekday_display()} {row.opens:%H:%M}",
        at=at,
        actor=actor,
        changes={"valid_to": [before.isoformat() if before else None, row.valid_to.isoformat()]},
        unit_id=row.unit_id,
    )


@transaction.atomic
def change_day(
    *,
    unit: OrganisationUnit,
    on: date,
    capacity: int,
    reason: str,
    at: datetime,
    actor: Staff | None,
    service: Service | None = None,
) -> DayChange:
    """Let another number come at a time on one day, nought to close it; ``service`` None means all of them.

    Raises:
        CapacityInvalid: no reason, a capacity out of bounds, or a day that is over.
    """
    if not reason.strip():
        raise CapacityInvalid(_("Give the reason."))
    if not 0 <= capacity <= 200 or on < day_of(at):
        raise CapacityInvalid(_("Choose today or a later day, and a number up to 200."))
    row, _made = DayChange.objects.update_or_create(
        unit=unit,
        service=service,
        date=on,
        defaults={"capacity": capacity, "reason": reason.strip(), "set_by": actor, "set_at": at},
    )
    audit.record(
        "appointments.day.changed",
        subject=row,
        subject_label=f"{unit.name} {on.isoformat()}",
        at=at,
        actor=actor,
        reason=reason.strip(),
        changes={"capacity": [None, capacity]},
        unit_id=unit.code,
    )
    return row


@transaction.atomic
def restore_day(*, change: DayChange, reason: str, at: datetime, actor: Staff | None) -> None:
    """Let the weekly plan hold again on a day.

    Raises:
        CapacityInvalid: no reason.
    """
    if not reason.strip():
        raise CapacityInvalid(_("Give the reason."))
    pk, label, unit, before = change.pk, change.date.isoformat(), change.unit_id, change.capacity
    change.delete()
    audit.record(
        "appointments.day.restored",
        subject_type="appointments.daychange",
        subject_id=pk,
        subject_label=label,
        at=at,
        actor=actor,
        reason=reason.strip(),
        changes={"capacity": [before, None]},
        unit_id=unit,
    )
