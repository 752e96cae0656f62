"""Which days are worked: the published calendar (调休) with what the bureau changed on top."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from chinese_calendar import constants
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from denghuo.foundation.calendars import rules
from denghuo.foundation.calendars.models import CalendarDay, DaySource

HOLIDAY_LABELS: dict[str, str | Promise] = {
    "New Year's Day": _("New Year's Day"),
    "Spring Festival": _("Spring Festival"),
    "Tomb-sweeping Day": _("Tomb-sweeping Day"),
    "Labour Day": _("Labour Day"),
    "Dragon Boat Festival": _("Dragon Boat Festival"),
    "National Day": _("National Day"),
    "Mid-autumn Festival": _("Mid-autumn Festival"),
    "Anti-Fascist 70th Day": _("Victory Day"),
}


@dataclass(frozen=True)
class Day:
    """``kind``: working, weekend, holiday, make_up (a weekend day worked), or closed (a weekday off by the bureau)."""

    date: date
    is_working: bool
    kind: str
    holiday: str | Promise = ""
    source: str = "rule"


@dataclass(frozen=True)
class Month:
    """``weeks``: rows of seven, Monday first, None outside the month."""

    first: date
    weeks: list[list[Day | None]]
    working_days: int


def exceptions(start: date, end: date) -> dict[date, bool]:
    """The days in ``[start, end)`` that ``rules`` must know about: published ones, overlaid by the bureau's."""
    found = {
        day: is_working
        for year in range(start.year, end.year + 1)
        for day, (is_working, _name) in _published(year).items()
        if start <= day < end
    }
    found.update(CalendarDay.objects.filter(date__gte=start, date__lt=end).values_list("date", "is_working"))
    return found


def is_working(on: date) -> bool:
    return rules.is_working(on, exceptions(on, on + timedelta(days=1)))


def due_date(start: date, working_days: int) -> date:
    """The last day of a limit of so many working days from ``start``; see ``rules.add_working_days``."""
    reach = timedelta(days=abs(working_days) * 3 + 40)
    return rules.add_working_days(start, working_days, exceptions(start - reach, start + reach))


def is_published(year: int) -> bool:
    """Whether the holidays of ``year`` are known; if not, Monday to Friday is assumed and pages say so."""
    return (
        bool(_published(year))
        or CalendarDay.objects.filter(
            date__gte=date(year, 1, 1), date__lt=date(year + 1, 1, 1), source=DaySource.PUBLISHED
        ).exists()
    )


def unpublished_years(start: date, end: date) -> list[int]:
    """The years touched by ``[start, end)`` for which Monday to Friday is only assumed."""
    last = (end - timedelta(days=1)).year
    return [year for year in range(start.year, last + 1) if not is_published(year)]


def holidays(start: date, end: date) -> dict[date, str]:
    """Days off in ``[start, end)`` by the name of their holiday, as published or as the bureau entered it."""
    found = {
        day: name
        for year in range(start.year, end.year + 1)
        for day, (is_working, name) in _published(year).items()
        if start <= day < end and not is_working
    }
    for day in CalendarDay.objects.filter(date__gte=start, date__lt=end):
        found.pop(day.date, None)
        if not day.is_working and day.holiday:
            found[day.date] = day.holiday
    return found


def year(number: int) -> list[Month]:
    """The twelve months of a year for the calendar page."""
    start, end = date(number, 1, 1), date(number + 1, 1, 1)
    overrides = {day.date: day for day in CalendarDay.objects.filter(date__gte=start, date__lt=end)}
    published = _published(number)
    return [_month(date(number, month, 1), overrides, published) for month in range(1, 13)]


def day(on: date) -> Day:
    """One day as the calendar page shows it."""
    overrides = {row.date: row for row in CalendarDay.objects.filter(date=on)}
    return _day(on, overrides, _published(on.year))


def _month(first: date, overrides: dict[date, CalendarDay], published: dict[date, tuple[bool, str]]) -> Month:
    following = (first + timedelta(days=31)).replace(day=1)
    days = [
        _day(date.fromordinal(ordinal), overrides, published)
        for ordinal in range(first.toordinal(), following.toordinal())
    ]
    cells: list[Day | None] = [None] * first.weekday() + list(days)
    cells += [None] * (-len(cells) % 7)
    return Month(
        first, [cells[i : i + 7] for i in range(0, len(cells), 7)], sum(day.is_working for day in days)
    )


def _day(on: date, overrides: dict[date, CalendarDay], published: dict[date, tuple[bool, str]]) -> Day:
    weekday = on.weekday() < 5
    if override := overrides.get(on):
        kind = _kind(override.is_working, weekday, bool(override.holiday))
        label = HOLIDAY_LABELS.get(override.holiday, override.holiday)
        return Day(on, override.is_working, kind, label, override.source)
    if on in published:
        is_working, name = published[on]
        kind = _kind(is_working, weekday, True)
        return Day(on, is_working, kind, HOLIDAY_LABELS.get(name, name), "published")
    return Day(on, weekday, "working" if weekday else "weekend")


def _kind(is_working: bool, weekday: bool, named: bool) -> str:
    if is_working:
        return "working" if weekday else "make_up"
    if named:
        return "holiday"
    return "closed" if weekday else "weekend"


@cache
def _published(number: int) -> dict[date, tuple[bool, str]]:
    """Date → (is worked, holiday) for a year the calendar package knows; empty for a year not yet published."""
    days = {on: (False, name) for on, name in constants.holidays.items() if on.year == number}
    days.update({on: (True, name) for on, name in constants.workdays.items() if on.year == number})
    return days
