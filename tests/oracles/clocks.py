"""Deadlines found by walking through time one step at a time: slow, obvious, exact.

Every step of the calendar is written down: is it office hours, is it paused, does office close at its end. A deadline is
the end of the step in which the last of the limit ran. Only the printed rules are used, none of the code under test:
office hours 8:30 to 12:00 and 14:30 to 17:30 of working days, Beijing time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

import numpy as np

EIGHT_HOURS = timedelta(hours=8)  # Beijing is UTC+8 all the year
OPEN = [(8 * 60 + 30, 12 * 60), (14 * 60 + 30, 17 * 60 + 30)]
CLOSE = 17 * 60 + 30


class Walk:
    """Steps of ``step_seconds`` from midnight of ``first`` on, for ``days`` days."""

    def __init__(self, first: date, days: int, exceptions: Mapping[date, bool], step_seconds: int = 60):
        self.first = datetime(first.year, first.month, first.day, tzinfo=UTC) - EIGHT_HOURS
        self.step = step_seconds
        a_day = 86400 // step_seconds
        minute = np.arange(a_day) * step_seconds // 60
        open_now = np.zeros(a_day, bool)
        for opens, closes in OPEN:
            open_now |= (minute >= opens) & (minute < closes)
        closes_after = np.zeros(a_day, bool)
        closes_after[CLOSE * 60 // step_seconds - 1] = True
        dates = [first + timedelta(days=n) for n in range(days)]
        worked = [exceptions[day] if day in exceptions else day.weekday() not in (5, 6) for day in dates]
        self.day = np.repeat(np.arange(days), a_day)
        self.office = np.repeat(worked, a_day) & np.tile(open_now, days)
        self.closing = np.repeat(worked, a_day) & np.tile(closes_after, days)

    def number(self, at: datetime) -> int:
        seconds = (at - self.first) / timedelta(seconds=1)
        assert seconds % self.step == 0, f"{at} is not on a whole step"
        return int(seconds) // self.step

    def instant(self, number: int) -> datetime:
        return self.first + timedelta(seconds=number * self.step)

    def counts(self, start: datetime, unit: str, pauses: Sequence[tuple[datetime, datetime]]) -> np.ndarray:
        """What each step adds to the limit: for time one step, for working days one day at the close."""
        running = np.ones(len(self.day), bool)
        for began, ended in pauses:
            running[max(self.number(began), 0) : max(self.number(ended), 0)] = False
        begins = self.number(start)
        if unit == "working_days":
            return self.closing & running & (self.day > self.day[begins])
        running[:begins] = False
        return running & self.office if unit == "working_hours" else running

    def deadline(self, start: datetime, amount: int, unit: str, pauses=()) -> datetime:
        return self._end(self.counts(start, unit, pauses), self._steps(amount, unit))

    def used(self, start: datetime, now: datetime, unit: str, pauses=()) -> timedelta:
        ran = int(self.counts(start, unit, pauses)[: self.number(now)].sum())
        return timedelta(days=ran) if unit == "working_days" else timedelta(seconds=ran * self.step)

    def warning(self, start: datetime, amount: int, unit: str, percent: int, pauses=()) -> datetime:
        """The end of the step in which the share was reached (the exact instant may lie inside the step)."""
        if unit != "working_days":
            return self._end(self.counts(start, unit, pauses), self._steps(amount, unit) * percent / 100)
        counting = np.unique(self.day[self.counts(start, unit, pauses)])
        hours = self.office & np.isin(self.day, counting)
        a_day = sum(closes - opens for opens, closes in OPEN) * 60 / self.step
        return self._end(hours, amount * a_day * percent / 100)

    def _steps(self, amount: int, unit: str) -> int:
        seconds = {"minutes": 60, "hours": 3600, "working_hours": 3600, "days": 86400}
        return amount if unit == "working_days" else amount * seconds[unit] // self.step

    def _end(self, counts: np.ndarray, wanted: float) -> datetime:
        ran = np.cumsum(counts)
        assert ran[-1] >= wanted, "the walk is too short for this limit"
        return self.instant(int(np.searchsorted(ran, wanted - 1e-9)) + 1)
