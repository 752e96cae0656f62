"""At the window: items with their clocks, the customer, passing on, done."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from denghuo.care.appointments import operations as appointments
from denghuo.care.desk import events, queries
from denghuo.care.desk.models import Business, Item, Ticket, TicketState
from denghuo.care.desk.operations.queueing import QueueRefused, at_window, note
from denghuo.foundation.identity.models import Staff
from denghuo.foundation.outbox import operations as outbox
from denghuo.kernel.periods import day_of
from denghuo.records.customers.models import Customer


@transaction.atomic
def start_service(*, ticket: Ticket, clerk: Staff, at: datetime) -> Item:
    """The customer stands at the window: the clock of the first item starts.

    Raises:
        QueueRefused: the ticket is not called at the clerk's window.
    """
    found = at_window(ticket, clerk, TicketState.CALLED)
    found.state, found.serving_at = TicketState.SERVING, found.serving_at or at
    found.save(update_fields=["state", "serving_at"])
    item = _begin(found, found.business, clerk, at)
    note("served", found, at=at, actor=clerk, business=item.business)
    return item


@transaction.atomic
def next_item(*, ticket: Ticket, business: str, clerk: Staff, at: datetime, remark: str = "") -> Item:
    """One thing is done, the customer has another: its own clock starts.

    Raises:
        QueueRefused: nobody is being served on this ticket here, or an unknown kind of business.
    """
    found = at_window(ticket, clerk, TicketState.SERVING)
    if business not in Business.values:
        raise QueueRefused(_("Choose the kind of business."))
    _end(found, at, remark)
    item = _begin(found, business, clerk, at)
    note("next_item", found, at=at, actor=clerk, business=business)
    return item


@transaction.atomic
def finish(*, ticket: Ticket, clerk: Staff, at: datetime, remark: str = "") -> Ticket:
    """Everything is done; the customer may say how it was.

    Raises:
        QueueRefused: nobody is being served on this ticket here.
    """
    found = at_window(ticket, clerk, TicketState.SERVING)
    _end(found, at, remark)
    found.state, found.ended_at = TicketState.DONE, at
    found.save(update_fields=["state", "ended_at"])
    if found.appointment is not None and found.appointment.state == "arrived":
        appointments.finish(appointment=found.appointment, at=at, actor=clerk)
    items = list(found.items.all())
    outbox.publish(
        events.TicketServed(
            ticket_id=found.pk,
            customer_id=found.customer_id,
            clerk_id=clerk.pk,
            items=len(items),
            exceeded=sum(item.exceeded for item in items),
            served_at=at,
        )
    )
    note("done", found, at=at, actor=clerk, items=len(items))
    return found


@transaction.atomic
def transfer(*, ticket: Ticket, business: str, clerk: Staff, at: datetime, remark: str = "") -> Ticket:
    """Pass the customer on to those who do another kind of business, in the place that was waited for.

    Raises:
        QueueRefused: the ticket is not at the clerk's window, or an unknown kind of business.
    """
    found = at_window(ticket, clerk, TicketState.CALLED, TicketState.SERVING)
    if business not in Business.values:
        raise QueueRefused(_("Choose the kind of business."))
    _end(found, at, remark)
    before = found.business
    found.state, found.business = TicketState.WAITING, business
    found.clerk, found.window, found.transfers = None, "", found.transfers + 1
    found.save(update_fields=["state", "business", "clerk", "window", "transfers"])
    note("transferred", found, at=at, actor=clerk, business=business, before=before)
    return found


@transaction.atomic
def name_customer(*, ticket: Ticket, customer: Customer, clerk: Staff, at: datetime) -> Ticket:
    """Say whose ticket it is, once that is known at the window.

    Raises:
        QueueRefused: the ticket is not at the clerk's window.
    """
    found = at_window(ticket, clerk, TicketState.CALLED, TicketState.SERVING)
    claim = queries.claim_of(customer, on=day_of(at), has_appointment=found.appointment_id is not None)
    found.customer = customer
    found.rank, found.reason, found.reason_detail = claim.rank, claim.reason, claim.detail
    found.save(update_fields=["customer", "rank", "reason", "reason_detail"])
    note("named", found, at=at, actor=clerk, customer=customer.number)
    return found


def _begin(ticket: Ticket, business: str, clerk: Staff, at: datetime) -> Item:
    return Item.objects.create(
        ticket=ticket,
        business=business,
        clerk=clerk,
        window=ticket.window,
        limit_minutes=queries.limit_minutes(business, on=day_of(at)),
        started_at=at,
    )


def _end(ticket: Ticket, at: datetime, remark: str) -> None:
    for item in ticket.items.filter(ended_at__isnull=True):
        item.ended_at, item.note = at, remark.strip()[:200]
        item.save(update_fields=["ended_at", "note"])
