"""Tickets: taken, called, called again, passed over."""

from __future__ import annotations

from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from denghuo.care.appointments import operations as appointments
from denghuo.care.appointments.models import Appointment
from denghuo.care.appointments.queries import midnight as start_of
from denghuo.care.desk import queries
from denghuo.care.desk.models import PREFIXES, Business, Sitting, Ticket, TicketSource, TicketState
from denghuo.care.desk.models.queue import AT_THE_WINDOW
from denghuo.care.desk.rules import parameters
from denghuo.foundation.audit import operations as audit
from denghuo.foundation.identity.models import OrganisationUnit, Staff
from denghuo.foundation.numbering.operations import allocate
from denghuo.foundation.parameters import queries as parameter_queries
from denghuo.kernel.periods import day_of
from denghuo.records.customers.models import Customer

_FROM_APPOINTMENT = {"connection": "connection", "change": "change", "bill": "bill"}


class QueueRefused(Exception):
    """The act does not fit the state of the window or of the ticket; the text says why."""


@transaction.atomic
def take_ticket(
    *,
    unit: OrganisationUnit,
    business: str,
    source: str,
    at: datetime,
    actor: Staff | None = None,
    customer: Customer | None = None,
    appointment: Appointment | None = None,
) -> Ticket:
    """Queue up. A known customer is ranked by grade and special care; one with an appointment has arrived by this.

    Raises:
        QueueRefused: an unknown kind of business, or the appointment cannot be begun.
    """
    if business not in Business.values or source not in TicketSource.values:
        raise QueueRefused(_("Choose the kind of business."))
    if appointment is not None:
        if Ticket.objects.filter(appointment=appointment).exists():
            raise QueueRefused(_("There is a ticket for this appointment already."))
        if appointment.state == "booked":
            try:
                appointment = appointments.arrive(appointment=appointment, at=at, actor=actor)
            except appointments.WrongState as error:
                raise QueueRefused(str(error)) from error
        customer = customer or appointment.customer
    day = day_of(at)
    claim = queries.claim_of(customer, on=day, has_appointment=appointment is not None)
    (serial,) = allocate(f"desk:{unit.code}:{day.isoformat()}:{business}", 1)
    made = Ticket.objects.create(
        unit=unit,
        day=day,
        number=f"{PREFIXES[business]}{serial:03d}",
        business=business,
        source=source,
        customer=customer,
        appointment=appointment,
        rank=claim.rank,
        reason=claim.reason,
        reason_detail=claim.detail,
        taken_at=at,
    )
    note("taken", made, at=at, actor=actor, business=business, reason=claim.reason)
    return made


def kiosk_is_busy(*, unit: OrganisationUnit, at: datetime) -> bool:
    """Whether so many tickets were taken at the kiosk in the last minute that somebody is playing with it."""
    limit = parameter_queries.value(parameters.KIOSK_A_MINUTE, on=day_of(at))
    return queries.kiosk_tickets(unit.code, at) >= int(limit)


def business_of(appointment: Appointment) -> str:
    """The kind of business that a service by appointment is at the counter."""
    return _FROM_APPOINTMENT.get(appointment.service.code, "other")


@transaction.atomic
def call_next(*, clerk: Staff, at: datetime) -> Ticket | None:
    """Call whoever is next for the clerk's window; None when nobody waits for it.

    Two clerks who call at the same moment get different tickets: a ticket is taken only while it is waiting.

    Raises:
        QueueRefused: the clerk sits at no window, or somebody is at it.
    """
    sitting = _sitting(clerk)
    for ticket in queries.waiting(sitting.unit_id, at=at, businesses=sitting.kinds):
        if (called := _call(ticket, sitting, at)) is not None:
            return called
    return None


def _call(ticket: Ticket, sitting: Sitting, at: datetime) -> Ticket | None:
    try:
        with transaction.atomic():
            won = Ticket.objects.filter(pk=ticket.pk, state=TicketState.WAITING).update(
                state=TicketState.CALLED,
                clerk=sitting.clerk_id,
                window=sitting.window,
                called_at=at,
                first_called_at=ticket.first_called_at or at,
                calls=ticket.calls + 1,
            )
    except IntegrityError as error:
        raise QueueRefused(_("Somebody is still at your window.")) from error
    if not won:
        return None
    found = Ticket.objects.select_related("customer", "unit").get(pk=ticket.pk)
    note("called", found, at=at, actor=sitting.clerk, window=sitting.window)
    return found


def _sitting(clerk: Staff) -> Sitting:
    found = (
        Sitting.objects.select_related("unit", "clerk").filter(clerk=clerk, closed_at__isnull=True).first()
    )
    if found is None:
        raise QueueRefused(_("Open your window first."))
    if Ticket.objects.filter(clerk=clerk, state__in=AT_THE_WINDOW).exists():
        raise QueueRefused(_("Somebody is still at your window."))
    return found


@transaction.atomic
def recall(*, ticket: Ticket, clerk: Staff, at: datetime) -> Ticket:
    """Call the same ticket again.

    Raises:
        QueueRefused: it is not called at the clerk's window.
    """
    found = at_window(ticket, clerk, TicketState.CALLED)
    found.calls, found.called_at = found.calls + 1, at
    found.save(update_fields=["calls", "called_at"])
    note("recalled", found, at=at, actor=clerk, calls=found.calls)
    return found


@transaction.atomic
def skip(*, ticket: Ticket, clerk: Staff, at: datetime) -> Ticket:
    """Nobody came forward.

    Raises:
        QueueRefused: it is not called at the clerk's window.
    """
    found = at_window(ticket, clerk, TicketState.CALLED)
    found.state, found.ended_at = TicketState.ABSENT, at
    found.save(update_fields=["state", "ended_at"])
    note("skipped", found, at=at, actor=clerk, calls=found.calls)
    return found


@transaction.atomic
def wait_again(*, ticket: Ticket, actor: Staff, at: datetime) -> Ticket:
    """Somebody who was passed over comes forward after all: the old place in the queue, the same day.

    Raises:
        QueueRefused: it was not passed over today.
    """
    found = Ticket.objects.select_for_update(of=("self",)).get(pk=ticket.pk)
    if found.state != TicketState.ABSENT or found.day != day_of(at):
        raise QueueRefused(_("Only a ticket passed over today can wait again."))
    found.state, found.ended_at, found.clerk, found.window = TicketState.WAITING, None, None, ""
    found.save(update_fields=["state", "ended_at", "clerk", "window"])
    note("waits_again", found, at=at, actor=actor)
    return found


@transaction.atomic
def leave(*, ticket: Ticket, actor: Staff | None, at: datetime) -> Ticket:
    """Whoever waited has gone.

    Raises:
        QueueRefused: it is not waiting.
    """
    found = Ticket.objects.select_for_update(of=("self",)).get(pk=ticket.pk)
    if found.state != TicketState.WAITING:
        raise QueueRefused(_("This ticket is not waiting."))
    found.state, found.ended_at = TicketState.LEFT, at
    found.save(update_fields=["state", "ended_at"])
    note("left", found, at=at, actor=actor)
    return found


def close_day(*, before: date, at: datetime) -> int:
    """End what still waits, or was called and never came, from days that are over; returns how many tickets.

    Windows at which nobody is left are closed too. Whoever is still being served stays: only the clerk knows the end.
    """
    over = Ticket.objects.filter(day__lt=before).order_by("id")
    count = 0
    for ticket in over.filter(state__in=[TicketState.WAITING, TicketState.CALLED])[:500]:
        count += _end_of_day(ticket.pk, at)
    forgotten = Sitting.objects.filter(closed_at__isnull=True, opened_at__lt=start_of(before))
    busy = Ticket.objects.filter(state__in=AT_THE_WINDOW).values("clerk_id")
    forgotten.exclude(clerk_id__in=busy).update(closed_at=at)
    return count


@transaction.atomic
def _end_of_day(pk: int, at: datetime) -> int:
    ends = {TicketState.WAITING: TicketState.LEFT, TicketState.CALLED: TicketState.ABSENT}
    found = Ticket.objects.select_for_update(of=("self",)).get(pk=pk)
    if found.state not in ends:
        return 0
    found.state, found.ended_at = ends[TicketState(found.state)], at
    found.save(update_fields=["state", "ended_at"])
    note("left" if found.state == TicketState.LEFT else "skipped", found, at=at, actor=None)
    return 1


def at_window(ticket: Ticket, clerk: Staff, *states: str) -> Ticket:
    """The ticket, locked, if it is at the clerk's window in one of ``states``.

    Raises:
        QueueRefused: it is not.
    """
    found = (
        Ticket.objects.select_for_update(of=("self",)).select_related("customer", "unit").get(pk=ticket.pk)
    )
    if found.clerk_id != clerk.pk or found.state not in states:
        raise QueueRefused(_("This ticket is not at your window, or it is at another step."))
    return found


def note(what: str, ticket: Ticket, *, at: datetime, actor: Staff | None, **facts: object) -> None:
    audit.record(
        f"desk.ticket.{what}",
        subject=ticket,
        subject_label=f"{ticket.day.isoformat()} {ticket.number}",
        at=at,
        actor=actor,
        changes={
            "state": [None, ticket.state],
            **{name: [None, value] for name, value in facts.items() if value},
        },
        unit_id=ticket.unit_id,
    )
