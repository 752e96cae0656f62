"""Time-of-use calendar: which period each quarter hour of a day belongs to, for any run of days at once.

``DayCalendar`` brings what a price book cannot know: public holidays, make-up working days, and the days on which
a trigger (a hot day, a deep-valley holiday) fired.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from denghuo.engine.pricing.book import Tou, TouScheme, Window
from denghuo.engine.pricing.checks import GRID_MINUTES, spans
from denghuo.engine.pricing.exact import Ints

QUARTERS = 24 * 60 // GRID_MINUTES
PERIODS = list(Tou)
PERIOD_INDEX = {tou: index for index, tou in enumerate(PERIODS)}
EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class DayCalendar:
    """Saturday and Sunday rest, ``rest_days`` too, ``work_days`` do not; ``triggers`` lists the days by code."""

    rest_days: frozenset[date] = frozenset()
    work_days: frozenset[date] = frozenset()
    triggers: Mapping[str, frozenset[date]] = field(default_factory=dict)

    def rests(self, day: date) -> bool:
        return day in self.rest_days or (day.weekday() >= 5 and day not in self.work_days)


def day_number(day: date) -> int:
    return (day - EPOCH).days


def day_of(number: int) -> date:
    return EPOCH + timedelta(days=int(number))


def _paint(quarters: NDArray[np.int8], windows: Iterable[Window]) -> None:
    for window in windows:
        for start, end in spans(window):
            quarters[start // GRID_MINUTES : end // GRID_MINUTES] = PERIOD_INDEX[window[2]]


def kind_of(scheme: TouScheme, day: date, calendar: DayCalendar) -> tuple[int, str, tuple[int, ...]]:
    """What decides a day's hours: month, working or rest day, and the day rules whose trigger fired."""
    fired = tuple(
        index
        for index, rule in enumerate(scheme.day_rules)
        if day in calendar.triggers.get(rule.trigger, ())
        and (rule.months is None or day.month in rule.months)
    )
    return day.month, "weekend" if calendar.rests(day) else "workday", fired


def quarters_of(scheme: TouScheme, month: int, kind: str, fired: tuple[int, ...]) -> NDArray[np.int8]:
    """Period index of each of the 96 quarter hours of such a day."""
    season = next(
        s for s in scheme.seasons if (s.months is None or month in s.months) and s.days in ("all", kind)
    )
    quarters = np.full(QUARTERS, PERIOD_INDEX[season.otherwise], np.int8)
    _paint(quarters, season.windows)
    for index in fired:
        _paint(quarters, scheme.day_rules[index].windows)
    return quarters


def patterns(
    scheme: TouScheme, first: int, last: int, calendar: DayCalendar
) -> tuple[Ints, NDArray[np.int8]]:
    """The different days of ``[first, last)``: pattern number of each day, and each pattern's 96 periods."""
    known: dict[tuple[int, str, tuple[int, ...]], int] = {}
    numbers = np.array(
        [
            known.setdefault(kind_of(scheme, day_of(number), calendar), len(known))
            for number in range(first, last)
        ],
        np.int64,
    )
    table = [quarters_of(scheme, *kind) for kind in known]
    return numbers, np.array(table, np.int8).reshape(len(table), QUARTERS)


def minutes_to_date(scheme: TouScheme, first: int, last: int, calendar: DayCalendar) -> Ints:
    """Minutes of each period from ``first`` to the start of each day: shape ``(days + 1, 5)``, row 0 is zero."""
    numbers, table = patterns(scheme, first, last, calendar)
    per_pattern = np.stack([(table == k).sum(axis=1) for k in range(len(PERIODS))], axis=1) * GRID_MINUTES
    out = np.zeros((last - first + 1, len(PERIODS)), np.int64)
    np.cumsum(per_pattern[numbers], axis=0, out=out[1:])
    return out


def energy_by_period(
    scheme: TouScheme, days: Ints, quarter_energy: Ints, calendar: DayCalendar | None = None
) -> Ints:
    """Energy of each period for meter-days of 96 points: ``(n,)`` day numbers and ``(n, 96)`` → ``(n, 5)``.

    Sums integers, whatever their unit; the loop runs over the few different kinds of day, not over meters.
    """
    out = np.zeros((len(days), len(PERIODS)), np.int64)
    if not len(days):
        return out
    first = int(days.min())
    numbers, table = patterns(scheme, first, int(days.max()) + 1, calendar or DayCalendar())
    kinds = numbers[days - first]
    for kind in np.unique(kinds):
        rows = np.flatnonzero(kinds == kind)
        block = quarter_energy[rows]
        for period in np.unique(table[kind]):
            out[rows, period] = block[:, table[kind] == period].sum(axis=1)
    return out
