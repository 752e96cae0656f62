"""Hours of the time-of-use periods on a day, and through the year."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import groupby

from denghuo.engine.pricing.book import PriceBook, Tou, TouScheme, Window
from denghuo.engine.pricing.checks import GRID_MINUTES
from denghuo.engine.pricing.tou import PERIODS, DayCalendar, day_number, patterns


@dataclass(frozen=True)
class Season:
    """Days with the same hours. ``months`` in the order of the year; ``trigger`` where a rule lays hours over them."""

    months: list[int]
    days: str
    windows: list[Window]
    otherwise: Tou
    trigger: str = ""


def tou_windows(scheme: TouScheme, on: date, calendar: DayCalendar | None = None) -> list[Window]:
    """The periods of one day from 00:00 to 24:00, neighbours different, trigger rules applied."""
    number = day_number(on)
    _numbers, (quarters,) = patterns(scheme, number, number + 1, calendar or DayCalendar())
    windows: list[Window] = []
    at = 0
    for period, run in groupby(quarters.tolist()):
        length = len(list(run)) * GRID_MINUTES
        windows.append((_time(at), _time(at + length), PERIODS[period]))
        at += length
    return windows


def schemes_on(book: PriceBook, on: date) -> list[TouScheme]:
    """The schemes in force on a day."""
    return [scheme for scheme in book.tou_schemes if scheme.in_force(on)]


def seasons(scheme: TouScheme) -> list[Season]:
    """The different days of the year; a trigger's day is shown over the first season of its months."""
    out = [
        Season(season.months or list(range(1, 13)), season.days, list(season.windows), season.otherwise)
        for season in scheme.seasons
    ]
    for rule in scheme.day_rules:
        for month in rule.months or range(1, 13):
            base = next(s for s in scheme.seasons if s.months is None or month in s.months)
            same = [m for m in (base.months or range(1, 13)) if rule.months is None or m in rule.months]
            day = date(2026, month, 1)
            calendar = DayCalendar(triggers={rule.trigger: frozenset({day})})
            shown = Season(same, base.days, tou_windows(scheme, day, calendar), base.otherwise, rule.trigger)
            if shown.months[0] == month:
                out.append(shown)
    return out


def _time(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
