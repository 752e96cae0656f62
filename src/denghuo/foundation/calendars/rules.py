"""Working-day and working-time arithmetic over Monday to Friday and the days that differ from it.

``exceptions`` maps a date to whether it is worked, where that differs from Monday to Friday or confirms it:
public holidays and days off in lieu are False, weekend days worked in exchange (调休) are True.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

BEIJING = ZoneInfo("Asia/Shanghai")
Exceptions = Mapping[date, bool]
Hours = Sequence[tuple[time, time]]

OFFICE_HOURS: Hours = ((time(8, 30), time(12, 0)), (time(14, 30), time(17, 30)))
"""Half-open spells of the working day, in order, none over midnight."""


def is_working(day: date, exceptions: Exceptions) -> bool:
    return exceptions.get(day, day.weekday() < 5)


def add_working_days(start: date, days: int, exceptions: Exceptions) -> date:
    """The last day of a limit of ``days`` working days that starts on ``start``.

    The day itself does not count (民法典 art. 201): one working day from Friday is Monday. Zero gives ``start`` if it
    is worked, else the next working day; negative counts backwards.
    """
    step = timedelta(days=1 if days >= 0 else -1)
    day, left = start, abs(days)
    if left == 0:
        while not is_working(day, exceptions):
            day += step
        return day
    while left:
        day += step
        left -= is_working(day, exceptions)
    return day


def working_days_between(start: date, end: date, exceptions: Exceptions) -> int:
    """Working days in ``[start, end)``.

    Raises:
        ValueError: ``end`` lies before ``start``.
    """
    if end < start:
        raise ValueError(f"{end} lies before {start}")
    return sum(is_working(day, exceptions) for day in _days(start, end))


def working_minutes_between(
    start: datetime, end: datetime, exceptions: Exceptions, hours: Hours = OFFICE_HOURS
) -> int:
    """Whole working minutes in ``[start, end)``, in Beijing time.

    Raises:
        ValueError: an instant without a time zone, or ``end`` before ``start``.
    """
    if start.tzinfo is None or end.tzinfo is None:
        raise ValueError("instants need a time zone")
    if end < start:
        raise ValueError(f"{end} lies before {start}")
    start, end = start.astimezone(BEIJING), end.astimezone(BEIJING)
    worked = timedelta()
    for day in _days(start.date(), end.date() + timedelta(days=1)):
        if is_working(day, exceptions):
            for opens, closes in hours:
                begins = max(start, datetime.combine(day, opens, BEIJING))
                ends = min(end, datetime.combine(day, closes, BEIJING))
                worked += max(ends - begins, timedelta())
    return worked // timedelta(minutes=1)


def _days(start: date, end: date) -> Iterator[date]:
    for ordinal in range(start.toordinal(), end.toordinal()):
        yield date.fromordinal(ordinal)
