"""Who is called next, and why.

1. The green channel: customers graded A for service importance or value, important power users' people, and customers
   with special care on record. The order of the reasons is the order in which they are said; they are all equal.
2. Customers with an appointment, once its time has come (or is at most so many minutes away).
3. Everybody else.

Within a rank whoever came first is called first. Nobody waits without end: a ticket that has waited longer than the
patience of the hall stands in the first rank, by the time it was taken.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

ORDINARY, APPOINTMENT, GREEN = 0, 1, 2
KEY_GRADE = "A"
GRADES = ("importance", "value")


@dataclass(frozen=True)
class Claim:
    """A rank and the reason for it: a code that the pages put into words, with what it rests on."""

    rank: int
    reason: str = ""
    detail: str = ""


def priority(*, grades: Mapping[str, str], special_care: str, has_appointment: bool) -> Claim:
    """The rank of a customer by the published grades (kind → letter), special care on record, or an appointment."""
    if special_care:
        return Claim(GREEN, "special_care", special_care)
    for kind in GRADES:
        if grades.get(kind) == KEY_GRADE:
            return Claim(GREEN, f"grade_{kind}", KEY_GRADE)
    if has_appointment:
        return Claim(APPOINTMENT, "appointment")
    return Claim(ORDINARY)


class Waiting(Protocol):
    """What the order needs of a ticket; ``due_at`` is the time of its appointment."""

    pk: int
    rank: int
    taken_at: datetime
    due_at: datetime | None


Ticket = TypeVar("Ticket", bound=Waiting)


def in_order(
    tickets: Iterable[Ticket], at: datetime, *, patience_minutes: int, early_minutes: int
) -> list[Ticket]:
    """The tickets as they will be called; see the head of this module."""
    patience, early = timedelta(minutes=patience_minutes), timedelta(minutes=early_minutes)

    def place(ticket: Ticket) -> tuple[int, datetime, int]:
        rank = ticket.rank
        if rank == APPOINTMENT and ticket.due_at is not None and at < ticket.due_at - early:
            rank = ORDINARY
        if at - ticket.taken_at > patience:
            rank = GREEN
        return -rank, ticket.taken_at, ticket.pk

    return sorted(tickets, key=place)
