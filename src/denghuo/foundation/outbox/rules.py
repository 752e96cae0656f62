"""How patient the outbox is."""

from __future__ import annotations

from datetime import timedelta

ATTEMPTS = 12
"""Tries before a delivery is dead and waits for a person."""


def pause(attempts: int) -> timedelta:
    """The wait after the ``attempts``-th failure: 5 s, doubling, at most an hour."""
    return timedelta(seconds=min(3600, 5 * 2 ** min(attempts - 1, 12)))
