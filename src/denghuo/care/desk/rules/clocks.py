"""How long one item of business may take at the counter (regulation.md §7.3): payment 5 minutes, other 20."""

from __future__ import annotations

from datetime import datetime
from enum import Enum


class ClockState(Enum):
    RUNNING = "running"
    WARNED = "warned"
    EXCEEDED = "exceeded"


def clock_state(
    started_at: datetime, until: datetime, *, limit_minutes: int, warn_percent: int
) -> ClockState:
    """Where the clock of an item stands at ``until``: its limit is kept as long as it is not passed."""
    seconds = (until - started_at).total_seconds()
    if seconds > limit_minutes * 60:
        return ClockState.EXCEEDED
    if seconds * 100 >= limit_minutes * 60 * warn_percent:
        return ClockState.WARNED
    return ClockState.RUNNING
