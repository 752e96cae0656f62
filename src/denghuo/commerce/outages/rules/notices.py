"""When customers are told of works, and until when that is in time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from denghuo.commerce.outages.rules.states import PLANNED

ALL, IMPORTANT = "all", "important"


@dataclass(frozen=True)
class Planned:
    """A notice to come: published at ``due_at``, lawful until ``deadline_at``."""

    audience: str
    due_at: datetime
    deadline_at: datetime


def schedule(
    kind: str, begins_at: datetime, *, at: datetime, days: int, hours: int, margin_days: int
) -> list[Planned]:
    """Planned works: everybody ``days`` days ahead (told ``margin_days`` earlier), the important ones once more ``hours``
    hours ahead. Temporary works: the important ones ``hours`` hours ahead, everybody at once.

    Legal basis: 供电营业规则, planned maintenance 7 days, temporary maintenance 24 hours to important customers.
    """
    last_call = begins_at - timedelta(hours=hours)
    if kind != PLANNED:
        return [Planned(IMPORTANT, at, last_call), Planned(ALL, at, begins_at)]
    deadline = begins_at - timedelta(days=days)
    first = Planned(ALL, max(at, deadline - timedelta(days=margin_days)), deadline)
    again = last_call - timedelta(hours=2)
    return [first, Planned(IMPORTANT, again, last_call)] if again > at else [first]


def latest_approval(kind: str, begins_at: datetime, *, days: int, hours: int, important: bool) -> datetime:
    """The last instant at which works may be approved so that their notices are lawful."""
    if kind == PLANNED:
        return begins_at - timedelta(days=days)
    return begins_at - timedelta(hours=hours) if important else begins_at
