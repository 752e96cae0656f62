"""Working time counted one minute at a time: slow, obvious, exact."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def minutes(start: datetime, end: datetime, exceptions: dict[date, bool], hours) -> int:
    """Minutes in [start, end) whose beginning lies in working time; both instants on whole minutes."""
    count = 0
    instant = start
    while instant < end:
        local = instant.astimezone(ZoneInfo("Asia/Shanghai"))
        day = local.date()
        worked = exceptions[day] if day in exceptions else day.weekday() not in (5, 6)
        clock = time(local.hour, local.minute)
        if worked and any(opens <= clock < closes for opens, closes in hours):
            count += 1
        instant += timedelta(minutes=1)
    return count
