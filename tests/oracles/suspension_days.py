"""Days of suspension counted one by one: slow and obvious."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

DAY = timedelta(days=1)


def days_in_year(spells: Iterable[tuple[date, date]], year: int) -> int:
    """Look at every day of the year and ask whether something was sealed on it."""
    count, day = 0, date(year, 1, 1)
    listed = list(spells)
    while day.year == year:
        count += any(start <= day < end for start, end in listed)
        day += DAY
    return count


def latest_end(spells: Iterable[tuple[date, date]], start: date, limit: int) -> date:
    """Add one day after the other until a calendar year has too many."""
    listed = list(spells)
    used = {year: days_in_year(listed, year) for year in (start.year, start.year + 1)}
    day, horizon = start, date(start.year + 2, 1, 1)
    while day < horizon:
        if not any(first <= day < end for first, end in listed):
            if used[day.year] >= limit:
                return day
            used[day.year] += 1
        day += DAY
    return horizon
