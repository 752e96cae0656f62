"""When a recurring visit is due."""

from __future__ import annotations

from datetime import date, timedelta


def due_days(first: date, every_weeks: int, start: date, end: date) -> list[date]:
    """The due days in ``[start, end)`` of a visit that first falls on ``first`` and then every so many weeks.

    Raises:
        ValueError: ``every_weeks`` is below 1.
    """
    if every_weeks < 1:
        raise ValueError(every_weeks)
    step = 7 * every_weeks
    behind = max((start - first).days, 0)
    day = first + timedelta(days=-(-behind // step) * step)
    found = []
    while day < end:
        found.append(day)
        day += timedelta(days=step)
    return found
