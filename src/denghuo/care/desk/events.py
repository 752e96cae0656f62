"""What the desk tells."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar


@dataclass(frozen=True)
class TicketServed:
    """Somebody left the counter served; ``exceeded`` counts the items that took longer than promised."""

    name: ClassVar[str] = "desk.ticket_served"
    ticket_id: int
    customer_id: int | None
    clerk_id: int
    items: int
    exceeded: int
    served_at: datetime


@dataclass(frozen=True)
class ServiceEvaluated:
    """A customer pressed one of five; 1 is very dissatisfied, 5 very satisfied."""

    name: ClassVar[str] = "desk.service_evaluated"
    ticket_id: int
    customer_id: int | None
    clerk_id: int
    score: int
    evaluated_at: datetime
