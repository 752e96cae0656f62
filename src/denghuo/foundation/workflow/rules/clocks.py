"""Deadlines: limits in clock time and in working time, on the calendar with 调休, with spells that do not count.

Two kinds of limit (docs/domain/time-limits.md):

* ``minutes``, ``hours``, ``days`` and ``working_hours`` measure **time that runs**: all of it, or office hours only. The
  deadline is the earliest instant at which the limit has run, paused spells left out.
* ``working_days`` counts **closes of office hours** (民法典 art. 201 and 203: the day of the start does not count, the last
  day ends when business ends). A working day counts if the clock ran in the last moment before its close, so a deadline
  never falls into a pause and is never past when a pause ends.

Instants come with a time zone; everything is computed and answered in Beijing time. Pauses are half-open
``[began, ended)``, may overlap and come in any order; one that still lasts is passed as ending now.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta

from denghuo.foundation.calendars.rules import BEIJING, OFFICE_HOURS, Exceptions, is_working

Pauses = Sequence[tuple[datetime, datetime]]

MINUTES, HOURS, WORKING_HOURS, DAYS, WORKING_DAYS = (
    "minutes",
    "hours",
    "working_hours",
    "days",
    "working_days",
)
UNITS = {
    MINUTES: timedelta(minutes=1),
    HOURS: timedelta(hours=1),
    WORKING_HOURS: timedelta(hours=1),
    DAYS: timedelta(days=1),
    WORKING_DAYS: timedelta(days=1),
}

_NONE = timedelta()
_SECOND = timedelta(seconds=1)
_DAY = timedelta(days=1)
_MIDNIGHT = time()
_SPELLS = tuple(
    (timedelta(hours=opens.hour, minutes=opens.minute), timedelta(hours=closes.hour, minutes=closes.minute))
    for opens, closes in OFFICE_HOURS
)
_CLOSE = _SPELLS[-1][1]
_FULL = sum((closes - opens for opens, closes in _SPELLS), _NONE)


def due_at(start: datetime, amount: int, unit: str, exceptions: Exceptions) -> datetime:
    """When a limit that is never paused ends."""
    return deadline(start, amount, unit, (), exceptions)


def deadline(start: datetime, amount: int, unit: str, pauses: Pauses, exceptions: Exceptions) -> datetime:
    """When the limit ends, paused spells left out. Done at this instant is in time; after it is late.

    Raises:
        ValueError: an instant without a time zone, a pause that ends before it begins, an unknown unit, or a limit
            that is not above zero.
    """
    return _reached(start, _limit(amount, unit), unit, pauses, exceptions)


def warn_at(
    start: datetime, amount: int, unit: str, percent: int, exceptions: Exceptions, pauses: Pauses = ()
) -> datetime:
    """When ``percent`` of the limit has run; of working days, that share of the office hours of the days that count."""
    if not 0 < percent <= 100:
        raise ValueError(f"{percent} % is no share of a limit")
    return _reached(start, _limit(amount, unit) * percent / 100, unit, pauses, exceptions)


def used(start: datetime, now: datetime, unit: str, pauses: Pauses, exceptions: Exceptions) -> timedelta:
    """How much has run: time, or for working days whole days (one day each) that closed until ``now`` inclusive."""
    begins, until = _local(start), _local(now)
    if until <= begins:
        return _NONE
    spells = _merged(pauses)
    if unit == WORKING_DAYS:
        return _closes(begins, until, spells, exceptions) * _DAY
    ran = _ran_all if unit != WORKING_HOURS else _ran_in_office_hours
    return sum((ran(a, b, exceptions) for a, b in _running(begins, until, spells)), _NONE)


def left(
    start: datetime, amount: int, unit: str, now: datetime, pauses: Pauses, exceptions: Exceptions
) -> timedelta:
    """What is left of the limit in its own measure; below zero when late.

    Working days are whole: one day left is the last day until its close, none left after it, minus one after the close
    of the next working day.
    """
    return _limit(amount, unit) - used(start, now, unit, pauses, exceptions)


# -- reaching a share of the limit ------------------------------------------------------------------------------------


def _reached(
    start: datetime, measure: timedelta, unit: str, pauses: Pauses, exceptions: Exceptions
) -> datetime:
    begins, spells = _local(start), _merged(pauses)
    if unit == WORKING_DAYS:
        whole, part = divmod(measure, _DAY)
        day = _counted_day(begins, whole + bool(part), spells, exceptions)
        end = _hours_into(day, part * (_FULL // _SECOND) / (_DAY // _SECOND)) if part else day + _CLOSE
    elif unit == WORKING_HOURS:
        end = _after(begins, measure, spells, exceptions, office=True)
    else:
        end = _after(begins, measure, spells, exceptions, office=False)
    return end.replace(tzinfo=BEIJING)


def _after(
    begins: datetime,
    measure: timedelta,
    spells: list[tuple[datetime, datetime]],
    exceptions: Exceptions,
    *,
    office: bool,
) -> datetime:
    """The earliest instant at which ``measure`` has run since ``begins``."""
    at = begins
    for began, ended in spells:
        if ended <= at:
            continue
        if began > at:
            ran = _ran_in_office_hours(at, began, exceptions) if office else began - at
            if ran >= measure:
                break
            measure -= ran
        at = ended
    return _office_hours_after(at, measure, exceptions) if office else at + measure


def _office_hours_after(at: datetime, measure: timedelta, exceptions: Exceptions) -> datetime:
    day = datetime.combine(at.date(), _MIDNIGHT)
    already = _office_until(at - day) if is_working(day.date(), exceptions) else _NONE
    measure += already
    while True:
        if is_working(day.date(), exceptions):
            if measure <= _FULL:
                return _hours_into(day, measure)
            measure -= _FULL
        day += _DAY


def _counted_day(
    begins: datetime, count: int, spells: list[tuple[datetime, datetime]], exceptions: Exceptions
) -> datetime:
    """Midnight of the ``count``-th working day after the day of ``begins`` whose close was not paused."""
    day = datetime.combine(begins.date(), _MIDNIGHT)
    at_spell = 0
    while count:
        day += _DAY
        if is_working(day.date(), exceptions):
            close = day + _CLOSE
            while at_spell < len(spells) and spells[at_spell][1] < close:
                at_spell += 1
            count -= at_spell == len(spells) or spells[at_spell][0] >= close
    return day


# -- what has run -----------------------------------------------------------------------------------------------------


def _closes(
    begins: datetime, until: datetime, spells: list[tuple[datetime, datetime]], exceptions: Exceptions
) -> int:
    first = begins.date().toordinal() + 1
    last = until.date().toordinal() - (until < datetime.combine(until.date(), _MIDNIGHT) + _CLOSE)
    count = _working_days(first, last, exceptions)
    for (
        began,
        ended,
    ) in spells:  # closes c with began < c <= ended do not count; merged spells never share one
        after = began.date().toordinal() + (began >= datetime.combine(began.date(), _MIDNIGHT) + _CLOSE)
        before = ended.date().toordinal() - (ended < datetime.combine(ended.date(), _MIDNIGHT) + _CLOSE)
        count -= _working_days(max(first, after), min(last, before), exceptions)
    return count


def _ran_all(begins: datetime, ends: datetime, exceptions: Exceptions) -> timedelta:
    return ends - begins


def _ran_in_office_hours(begins: datetime, ends: datetime, exceptions: Exceptions) -> timedelta:
    first, last = begins.date(), ends.date()
    ran = _working_days(first.toordinal(), last.toordinal() - 1, exceptions) * _FULL
    if is_working(last, exceptions):
        ran += _office_until(ends - datetime.combine(last, _MIDNIGHT))
    if is_working(first, exceptions):
        ran -= _office_until(begins - datetime.combine(first, _MIDNIGHT))
    return ran


def _working_days(first: int, last: int, exceptions: Exceptions) -> int:
    """Working days from ordinal ``first`` to ``last``, both included: whole weeks at once, exceptions put right."""
    if last < first:
        return 0
    span = last - first + 1
    if span <= 21:
        return sum(is_working(date.fromordinal(ordinal), exceptions) for ordinal in range(first, last + 1))
    weeks, rest = divmod(span, 7)
    count = weeks * 5 + sum(date.fromordinal(last - back).weekday() < 5 for back in range(rest))
    if len(exceptions) < span:
        changed = [(day, worked) for day, worked in exceptions.items() if first <= day.toordinal() <= last]
    else:
        days = map(date.fromordinal, range(first, last + 1))
        changed = [(day, exceptions[day]) for day in days if day in exceptions]
    return count + sum(worked - (day.weekday() < 5) for day, worked in changed)


def _office_until(clock: timedelta) -> timedelta:
    """Office hours of a working day before this time of day."""
    ran = _NONE
    for opens, closes in _SPELLS:
        if clock <= opens:
            break
        ran += min(clock, closes) - opens
    return ran


def _hours_into(day: datetime, measure: timedelta) -> datetime:
    """The earliest time of a working day at which ``measure`` (above zero) of its office hours has run."""
    for opens, closes in _SPELLS:
        if measure <= closes - opens:
            return day + opens + measure
        measure -= closes - opens
    raise ValueError(f"a working day has no {measure} more")


# -- instants and spells ----------------------------------------------------------------------------------------------


def _limit(amount: int, unit: str) -> timedelta:
    if unit not in UNITS:
        raise ValueError(f"{unit!r} is no unit of a limit")
    if amount < 1:
        raise ValueError(f"a limit of {amount} {unit} is not above zero")
    return amount * UNITS[unit]


def _local(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError("instants need a time zone")
    return at.astimezone(BEIJING).replace(tzinfo=None)


def _merged(pauses: Pauses) -> list[tuple[datetime, datetime]]:
    merged: list[tuple[datetime, datetime]] = []
    for began, ended in sorted((_local(began), _local(ended)) for began, ended in pauses):
        if ended < began:
            raise ValueError(f"a pause ends at {ended}, before it began")
        if merged and began <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], ended))
        elif began < ended:
            merged.append((began, ended))
    return merged


def _running(
    begins: datetime, until: datetime, spells: list[tuple[datetime, datetime]]
) -> Iterator[tuple[datetime, datetime]]:
    for began, ended in spells:
        if began > begins:
            yield begins, min(began, until)
        begins = max(begins, ended)
        if begins >= until:
            return
    yield begins, until
