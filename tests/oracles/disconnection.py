"""When a step of a disconnection is lawful, said day by day and minute by minute: slow, obvious, independent of the rules.

``Case`` is what happened so far, in plain dates and minutes; nothing is shared with the rules but the words.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

CHINA = ZoneInfo("Asia/Shanghai")
MINUTE = timedelta(minutes=1)


@dataclass
class Case:
    """An arrears case: when it fell due, was demanded, approved, noticed …; None where it has not happened."""

    due: date
    demanded: date | None
    approved: datetime | None
    first_day: date
    last_day: date
    notice: datetime | None
    copy: datetime | None
    second: datetime | None
    home_below_1kv: bool = True
    important: bool = False
    owes: bool = True
    disputed: bool = False
    plan: bool = False
    protected: bool = False
    holidays: set[date] = field(default_factory=set)
    worked_in_exchange: set[date] = field(default_factory=set)
    bureau_days: set[date] = field(default_factory=set)
    overdue_days: int = 30
    demand_days: int = 3
    notice_days: int = 7
    full_days: bool = True
    valid_days: int = 30
    minutes: int = 30
    window_minutes: int = 120
    night: tuple[int, int] = (17, 8)


@cache
def days_between(start: date, end: date) -> int:
    """Counted one by one: how many days lie strictly after ``start`` and strictly before ``end``."""
    count, day = 0, start + timedelta(days=1)
    while day < end:
        count, day = count + 1, day + timedelta(days=1)
    return count


def day_is_quiet(case: Case, day: date) -> bool:
    """Nobody is cut off on this day."""
    if day in case.holidays or day in case.bureau_days:
        return True
    if day + timedelta(days=1) in case.holidays:
        return True
    return day.isoweekday() in (6, 7) and day not in case.worked_in_exchange


def hour_is_quiet(case: Case, hour: int) -> bool:
    begins, ends = case.night
    dark = []
    hour_now = begins
    while hour_now != ends:
        dark.append(hour_now)
        hour_now = (hour_now + 1) % 24
    return case.home_below_1kv and hour in dark


def day_allows(case: Case, day: date) -> bool:
    """Everything that hangs on the day and not on the minute."""
    if not case.owes or case.disputed or case.plan or case.protected or day_is_quiet(case, day):
        return False
    if days_between(case.due, day) < case.overdue_days:  # that many whole days after the due date are over
        return False
    if case.demanded is None or case.demanded >= day:
        return False
    if days_between(case.demanded, day) < case.demand_days:
        return False
    if case.approved is None or not case.first_day <= day <= case.last_day or case.notice is None:
        return False
    delivered = case.notice.astimezone(CHINA).date()
    if case.full_days and (delivered >= day or days_between(delivered, day) < case.notice_days):
        return False
    return days_between(delivered, day) < case.valid_days


def minute_allows(case: Case, at: datetime, *, with_second_notice: bool) -> bool:
    """Everything that hangs on the minute, on a day that allows it."""
    if at < case.approved or hour_is_quiet(case, at.astimezone(CHINA).hour):
        return False
    if not case.full_days and at - case.notice < timedelta(hours=24 * case.notice_days):
        return False
    if case.important and (case.copy is None or case.copy > at):
        return False
    if not with_second_notice:
        return True
    if case.second is None:
        return False
    waited = at - case.second
    return timedelta(minutes=case.minutes) <= waited < timedelta(minutes=case.minutes + case.window_minutes)


def stop_is_lawful(case: Case, at: datetime, *, with_second_notice: bool = True) -> bool:
    """Whether supply may be stopped at this minute."""
    return day_allows(case, at.astimezone(CHINA).date()) and minute_allows(
        case, at, with_second_notice=with_second_notice
    )


def first_lawful_stop(case: Case, after: datetime, horizon: date) -> datetime | None:
    """The first whole minute from ``after`` on at which supply may be stopped."""
    return _first(case, after, horizon, with_second_notice=True)


def first_lawful_second_notice(case: Case, after: datetime, horizon: date) -> datetime | None:
    """The first minute whose stop, ``minutes`` later, would be lawful."""
    lead = timedelta(minutes=case.minutes)
    found = _first(case, after + lead, horizon, with_second_notice=False)
    return None if found is None else found - lead


def _first(case: Case, after: datetime, horizon: date, *, with_second_notice: bool) -> datetime | None:
    """Minute after minute; a day that does not allow it, or lies far from the second notice, is passed over."""
    at = after.replace(second=0, microsecond=0)
    if at < after:
        at += MINUTE
    while (day := at.astimezone(CHINA).date()) < horizon:
        far = with_second_notice and (case.second is None or abs(at - case.second) > timedelta(days=3))
        if far or not day_allows(case, day):
            at = (datetime(day.year, day.month, day.day, tzinfo=CHINA) + timedelta(days=1)).astimezone(
                at.tzinfo
            )
            continue
        end = at + timedelta(days=1)
        while at < end and at.astimezone(CHINA).date() == day:
            if minute_allows(case, at, with_second_notice=with_second_notice):
                return at
            at += MINUTE
    return None
