"""The queue of a hall."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from denghuo.care.desk import rules
from denghuo.care.desk.models import Business, Item, Sitting, Ticket, TicketState
from denghuo.care.desk.models.queue import AT_THE_WINDOW
from denghuo.care.desk.rules import parameters
from denghuo.foundation.parameters import queries as parameter_queries
from denghuo.kernel.periods import day_of
from denghuo.records.customers.models import Customer
from denghuo.records.ratings import queries as ratings

EVALUATED_WITHIN = timedelta(minutes=5)
DISPLAYED = 12


def visible(scope: str) -> QuerySet[Ticket]:
    """Tickets of halls in the data scope."""
    return Ticket.objects.filter(unit__code__startswith=scope)


def claim_of(customer: Customer | None, *, on: date, has_appointment: bool) -> rules.Claim:
    """The rank of a customer in the queue, and why."""
    if customer is None:
        return rules.priority(grades={}, special_care="", has_appointment=has_appointment)
    grades = {row.kind: row.grade for row in ratings.of_customer(customer.pk, on=on)}
    return rules.priority(grades=grades, special_care=customer.special_care, has_appointment=has_appointment)


def limits(on: date) -> dict[str, Any]:
    """The figures of the counter on a day, by the last part of their codes."""
    found = parameter_queries.values(parameters.ALL, on=on)
    return {code.partition(".")[2]: value for code, value in found.items()}


def limit_minutes(business: str, *, on: date) -> int:
    """What is promised for one item: payment and the rest differ."""
    figure = parameters.PAYMENT_MINUTES if business == Business.PAYMENT else parameters.BUSINESS_MINUTES
    return int(parameter_queries.value(figure, on=on))


@dataclass
class _Placed:
    """A ticket as ``rules.in_order`` wants it."""

    pk: int
    rank: int
    taken_at: datetime
    due_at: datetime | None
    ticket: Ticket


def waiting(unit_id: str, *, at: datetime, businesses: Sequence[str] | None = None) -> list[Ticket]:
    """Who waits in a hall today, in the order in which they will be called."""
    on = day_of(at)
    rows = Ticket.objects.filter(unit_id=unit_id, day=on, state=TicketState.WAITING, taken_at__lte=at)
    if businesses is not None:
        rows = rows.filter(business__in=list(businesses))
    found = list(rows.select_related("customer", "appointment").order_by("taken_at", "id"))
    figures = parameter_queries.values([parameters.PATIENCE_MINUTES, parameters.EARLY_MINUTES], on=on)
    placed = [
        _Placed(
            ticket.pk,
            ticket.rank,
            ticket.taken_at,
            ticket.appointment.starts_at if ticket.appointment else None,
            ticket,
        )
        for ticket in found
    ]
    ordered = rules.in_order(
        placed,
        at,
        patience_minutes=figures[parameters.PATIENCE_MINUTES.code],
        early_minutes=figures[parameters.EARLY_MINUTES.code],
    )
    return [row.ticket for row in ordered]


def kiosk_tickets(unit_id: str, at: datetime) -> int:
    """How many tickets the kiosk of a hall gave in the last minute."""
    return Ticket.objects.filter(
        unit_id=unit_id, day=day_of(at), source="kiosk", taken_at__gt=at - timedelta(minutes=1)
    ).count()


def sitting_of(clerk_id: int) -> Sitting | None:
    """The window at which a clerk sits now."""
    return Sitting.objects.select_related("unit").filter(clerk_id=clerk_id, closed_at__isnull=True).first()


def current(clerk_id: int) -> tuple[Ticket | None, list[Item]]:
    """Who is at the clerk's window, with the items so far."""
    ticket = (
        Ticket.objects.select_related("customer", "appointment__service", "unit")
        .filter(clerk_id=clerk_id, state__in=AT_THE_WINDOW)
        .first()
    )
    return ticket, list(ticket.items.order_by("id")) if ticket else []


def display(unit_id: str, *, at: datetime) -> dict[str, Any]:
    """What the screen in the hall shows: numbers and windows, nobody's name."""
    on = day_of(at)
    called = list(
        Ticket.objects.filter(unit_id=unit_id, day=on, state__in=AT_THE_WINDOW).order_by("-called_at", "-id")
    )
    queue = waiting(unit_id, at=at)
    windows = {row.window: row for row in called}
    open_windows = [
        {"window": row.window, "ticket": windows.get(row.window)}
        for row in Sitting.objects.filter(unit_id=unit_id, closed_at__isnull=True).order_by("window")
    ]
    return {
        "called": called,
        "latest": called[0] if called else None,
        "windows": open_windows,
        "waiting": queue[:DISPLAYED],
        "count": len(queue),
    }


def to_evaluate(unit_id: str, window: str, *, at: datetime) -> Ticket | None:
    """The customer who has just left the window and may say how it was."""
    return (
        Ticket.objects.filter(
            unit_id=unit_id,
            day=day_of(at),
            window=window,
            state=TicketState.DONE,
            ended_at__gt=at - EVALUATED_WITHIN,
            evaluation__isnull=True,
        )
        .order_by("-ended_at", "-id")
        .first()
    )


def inconsistencies() -> list[str]:
    """Tickets whose state and items disagree; empty when all is well."""
    open_items = set(Item.objects.filter(ended_at__isnull=True).values_list("ticket_id", flat=True))
    serving = set(Ticket.objects.filter(state=TicketState.SERVING).values_list("pk", flat=True))
    return [
        f"ticket {pk}: an open item, but it is not being served" for pk in sorted(open_items - serving)
    ] + [f"ticket {pk}: being served without an item" for pk in sorted(serving - open_items)]
