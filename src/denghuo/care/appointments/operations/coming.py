"""The day of the appointment: reminders, arrival, done, not come."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from denghuo.care.appointments import rules
from denghuo.care.appointments.models import Appointment, State
from denghuo.care.appointments.operations.booking import ended, locked
from denghuo.care.appointments.operations.telling import tell
from denghuo.care.appointments.rules import parameters
from denghuo.foundation.audit import operations as audit
from denghuo.foundation.identity.models import Staff
from denghuo.foundation.parameters import queries as parameter_queries
from denghuo.kernel.periods import day_of

DAY = timedelta(hours=24)


class WrongState(Exception):
    """The appointment is not at the step that this act needs; the text says what it is."""


@transaction.atomic
def arrive(*, appointment: Appointment, at: datetime, actor: Staff | None) -> Appointment:
    """The customer has come, or the crew is there.

    Raises:
        WrongState: it is over, somebody has come already, or it is of another day.
    """
    found = locked(appointment)
    if found.state != State.BOOKED:
        raise WrongState(_("This appointment is: %(state)s.") % {"state": found.get_state_display()})
    if day_of(found.starts_at) != day_of(at):
        raise WrongState(_("This appointment is on another day."))
    found.state, found.arrived_at = State.ARRIVED, at
    found.save(update_fields=["state", "arrived_at"])
    _note("arrived", found, State.BOOKED, at, actor)
    return found


@transaction.atomic
def finish(*, appointment: Appointment, at: datetime, actor: Staff | None, note: str = "") -> Appointment:
    """What was booked is done.

    Raises:
        WrongState: nobody has arrived.
    """
    found = locked(appointment)
    if found.state != State.ARRIVED:
        raise WrongState(_("This appointment is: %(state)s.") % {"state": found.get_state_display()})
    return _end(found, State.DONE, note, at, actor)


@transaction.atomic
def miss(*, appointment: Appointment, at: datetime, actor: Staff | None, note: str = "") -> Appointment:
    """Nobody came, or nobody was at home.

    Raises:
        WrongState: it is over, or its time has not begun.
    """
    found = locked(appointment)
    if found.state != State.BOOKED or found.starts_at > at:
        raise WrongState(_("Only an appointment whose time has come can be missed."))
    return _end(found, State.MISSED, note, at, actor)


def _end(found: Appointment, state: str, note: str, at: datetime, actor: Staff | None) -> Appointment:
    before = found.state
    found.state, found.ended_at, found.end_reason = state, at, note.strip()[:200]
    found.save(update_fields=["state", "ended_at", "end_reason"])
    ended(found, at)
    _note(state, found, before, at, actor, note.strip())
    return found


def _note(
    what: str, found: Appointment, before: str, at: datetime, actor: Staff | None, reason: str = ""
) -> None:
    audit.record(
        f"appointments.appointment.{what}",
        subject=found,
        at=at,
        actor=actor,
        reason=reason,
        changes={"state": [before, found.state]},
        unit_id=found.unit_id,
    )


def remind(*, at: datetime, limit: int = 500) -> int:
    """Tell who comes within a day, and again within two hours; returns how many were told.

    Whoever booked less than a day ahead hears only the second; each is told once for the same time.
    """
    hours = parameter_queries.value(parameters.REMIND_HOURS, on=day_of(at))
    soon = timedelta(hours=hours)
    booked = Appointment.objects.filter(state=State.BOOKED, starts_at__gt=at)
    told = 0
    for pk in booked.filter(
        starts_at__lte=at + DAY, starts_at__gt=at + soon, reminded_day_at__isnull=True
    ).values_list("pk", flat=True)[:limit]:
        told += _remind(pk, "reminded_day_at", rules.TOMORROW, at)
    for pk in booked.filter(starts_at__lte=at + soon, reminded_soon_at__isnull=True).values_list(
        "pk", flat=True
    )[:limit]:
        told += _remind(pk, "reminded_soon_at", rules.SOON, at)
    return told


@transaction.atomic
def _remind(pk: int, field: str, template: object, at: datetime) -> int:
    found = (
        Appointment.objects.select_for_update(of=("self",))
        .select_related("service", "unit", "customer")
        .filter(pk=pk, state=State.BOOKED, **{f"{field}__isnull": True})
        .first()
    )
    if found is None:
        return 0
    setattr(found, field, at)
    found.save(update_fields=[field])
    late = field == "reminded_day_at" and found.booked_at > found.starts_at - DAY
    if found.customer is None or late:
        return 0
    tell(found, template, at=at)
    return 1


def mark_missed(*, at: datetime) -> int:
    """End appointments at the hall to which nobody came in time; returns how many."""
    minutes = parameter_queries.value(parameters.MISSED_AFTER_MINUTES, on=day_of(at))
    late = Appointment.objects.filter(
        state=State.BOOKED, service__where="hall", ends_at__lt=at - timedelta(minutes=minutes)
    ).order_by("id")
    count = 0
    for appointment in late[:500]:
        try:
            miss(appointment=appointment, at=at, actor=None)
        except WrongState:
            continue
        count += 1
    return count
