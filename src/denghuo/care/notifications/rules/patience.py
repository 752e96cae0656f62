"""When a message may go and when it is tried again."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

BEIJING = ZoneInfo("Asia/Shanghai")
_PAUSES = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
)
ATTEMPTS = len(_PAUSES) + 1
"""Tries before a message is given up."""
NO_ANSWER_AFTER = timedelta(minutes=10)
"""A message that was handed over and never answered counts as lost; it is not sent again, so nobody is told twice."""


def next_try(attempts: int, at: datetime) -> datetime | None:
    """When the next try follows the ``attempts``-th failure; None when there is none."""
    return at + _PAUSES[attempts - 1] if 1 <= attempts <= len(_PAUSES) else None


def quiet_until(at: datetime, *, from_hour: int, until_hour: int) -> datetime | None:
    """The end of the quiet hours in which ``at`` lies; None outside them.

    ``[from_hour, until_hour)`` of the day in Beijing, over midnight where it begins later than it ends. Equal hours mean
    that no hour is quiet.
    """
    local = at.astimezone(BEIJING)
    hour = local.hour
    if from_hour <= until_hour:
        quiet = from_hour <= hour < until_hour
    else:
        quiet = hour >= from_hour or hour < until_hour
    if not quiet:
        return None
    day = local.date() if hour < until_hour else local.date() + timedelta(days=1)
    return datetime.combine(day, time(until_hour % 24), tzinfo=BEIJING).astimezone(at.tzinfo)
