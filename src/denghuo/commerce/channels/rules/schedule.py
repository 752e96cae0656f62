"""When an order or a refund whose end is not known is asked about again. No open one is ever without a next time."""

from __future__ import annotations

from datetime import datetime, timedelta

from denghuo.commerce.channels.rules.states import EXPIRY_GRACE

QUERY_AFTER = tuple(timedelta(seconds=s) for s in (15, 30, 60, 180, 600, 1800, 3600, 7200, 21600, 43200))
"""Questions while an order can be paid, counted from its creation."""
CLOSE_AFTER = tuple(timedelta(minutes=m) for m in (0, 1, 5, 15, 60, 360))
"""Last question and closing, counted from the end of the order plus ``EXPIRY_GRACE``; then once a day."""
REFUND_AFTER = tuple(timedelta(minutes=m) for m in (0, 1, 3, 10, 30, 60, 180, 360, 720))
"""A refund is sent at once, then sent or asked again; then every ``DAILY``."""
DAILY = timedelta(days=1)
LATE = timedelta(minutes=5)
"""An open order whose next question is older than this was forgotten by the janitor."""
ATTENTION_AFTER = timedelta(days=1)
"""An order or refund still open so long after its end is put before a person; the questions go on."""


def order_plan(created_at: datetime, expires_at: datetime) -> list[datetime]:
    """Every planned question of an order, in order."""
    end = expires_at + EXPIRY_GRACE
    asking = [created_at + after for after in QUERY_AFTER if created_at + after < end]
    return [*asking, *(end + after for after in CLOSE_AFTER)]


def next_query(created_at: datetime, expires_at: datetime, at: datetime) -> datetime:
    """The first planned question after ``at``: questions that were slept through are asked once, not one by one."""
    return _first_after(order_plan(created_at, expires_at), at)


def next_refund_query(created_at: datetime, at: datetime) -> datetime:
    return _first_after([created_at + after for after in REFUND_AFTER], at)


def _first_after(plan: list[datetime], at: datetime) -> datetime:
    for planned in plan:
        if planned > at:
            return planned
    days = (at - plan[-1]) // DAILY + 1
    return plan[-1] + days * DAILY


def is_forgotten(next_query_at: datetime | None, at: datetime) -> bool:
    """Whether an open order is beyond its schedule."""
    return next_query_at is None or next_query_at < at - LATE


def last_call(expires_at: datetime, at: datetime) -> bool:
    """Whether the order can no longer be paid, so that it is closed after the question."""
    return at >= expires_at + EXPIRY_GRACE
