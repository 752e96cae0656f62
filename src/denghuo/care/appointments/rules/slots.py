"""The times that a place offers on a day: the weekly plan, seen through the calendar and the day's own change.

- a day of work: the plan of its weekday;
- a weekend day worked to make up for a holiday (调休): the plan of its weekday where there is one, else Monday's;
- an ordinary weekend day: the plan of its weekday, where the place opens at weekends;
- a holiday, and a weekday on which the bureau is closed: nothing;
- a change set for the day replaces every capacity: nought closes it, more opens a day that would be closed, with
  Monday's plan where the weekday has none.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import Enum

from denghuo.kernel.periods import BEIJING

MONDAY, SATURDAY = 0, 5


class DayKind(Enum):
    WORKING = "working"
    MADE_UP = "made_up"
    WEEKEND = "weekend"
    OFF = "off"


@dataclass(frozen=True)
class Plan:
    """Open every week on ``weekday`` (0 is Monday) from ``opens`` to ``closes``, so many at a time every ``minutes``."""

    weekday: int
    opens: time
    closes: time
    minutes: int
    capacity: int
    valid_from: date
    valid_to: date | None = None

    def holds(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


@dataclass(frozen=True, order=True)
class Times:
    """One time that can be booked, and by how many."""

    starts_at: datetime
    ends_at: datetime
    capacity: int


def day_kind(day: date, *, is_working: bool, is_holiday: bool) -> DayKind:
    weekend = day.weekday() >= SATURDAY
    if is_working:
        return DayKind.MADE_UP if weekend else DayKind.WORKING
    return DayKind.WEEKEND if weekend and not is_holiday else DayKind.OFF


def offered_times(
    day: date, plans: Iterable[Plan], kind: DayKind, *, change: int | None = None
) -> list[Times]:
    """The times of a day in order; see the head of this module. Plans that overlap add up."""
    live = [plan for plan in plans if plan.holds(day)]
    chosen = _chosen(day, live, kind, forced=bool(change))
    if change == 0:
        return []
    found: dict[tuple[datetime, datetime], int] = {}
    for plan in chosen:
        for starts_at, ends_at in _cut(day, plan):
            found[starts_at, ends_at] = found.get((starts_at, ends_at), 0) + plan.capacity
    return sorted(
        Times(starts_at, ends_at, capacity if change is None else change)
        for (starts_at, ends_at), capacity in found.items()
    )


def _chosen(day: date, plans: list[Plan], kind: DayKind, *, forced: bool) -> list[Plan]:
    if kind is DayKind.OFF and not forced:
        return []
    own = [plan for plan in plans if plan.weekday == day.weekday()]
    if own or (kind is not DayKind.MADE_UP and not forced):
        return own
    return [plan for plan in plans if plan.weekday == MONDAY]


def _cut(day: date, plan: Plan) -> Iterable[tuple[datetime, datetime]]:
    starts_at = datetime.combine(day, plan.opens, BEIJING)
    closes_at = datetime.combine(day, plan.closes, BEIJING)
    step = timedelta(minutes=plan.minutes)
    while starts_at + step <= closes_at:
        yield starts_at, starts_at + step
        starts_at += step
