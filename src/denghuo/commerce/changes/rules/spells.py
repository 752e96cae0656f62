"""Days of suspension in a calendar year, and until when another one may run.

A spell is half-open: ``[start, end)``, sealed on ``start`` and unsealed on ``end``. Two transformers of one customer that
are sealed on the same day make one day: the limit is the customer's.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Spell:
    """Sealed from ``start``; unsealed on ``end`` (or to be, where it still runs)."""

    start: date
    end: date


def months_later(day: date, months: int) -> date:
    """The same day so many months on; the last day of a shorter month."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def merged(spells: Iterable[Spell]) -> list[Spell]:
    """The same days as spells that neither overlap nor touch, in order."""
    found: list[Spell] = []
    for spell in sorted(spells, key=lambda item: (item.start, item.end)):
        if spell.end <= spell.start:
            continue
        if found and spell.start <= found[-1].end:
            found[-1] = Spell(found[-1].start, max(found[-1].end, spell.end))
        else:
            found.append(spell)
    return found


def days_in_year(spells: Iterable[Spell], year: int) -> int:
    """Calendar days of ``year`` on which at least one spell ran."""
    first, after = date(year, 1, 1), date(year + 1, 1, 1)
    clipped = ((max(spell.start, first), min(spell.end, after)) for spell in merged(spells))
    return sum((end - start).days for start, end in clipped if end > start)


def latest_end(spells: Sequence[Spell], start: date, limit_days: int) -> date:
    """The last day of unsealing for a spell from ``start`` that keeps every calendar year within ``limit_days``.

    ``start`` itself where not a single day is left. Days that other spells cover cost nothing twice. A limit of a whole
    year binds nothing; the answer then is two years on.
    """
    others = merged(spells)
    horizon = date(start.year + 2, 1, 1)
    reached = start
    for year in (start.year, start.year + 1):
        after = date(year + 1, 1, 1)
        free = limit_days - days_in_year(others, year)
        stop = _stretch(others, reached, after, max(free, 0))
        if stop < after:
            return stop
        reached = after
    return horizon


def _stretch(others: Sequence[Spell], start: date, after: date, free: int) -> date:
    """How far one gets from ``start`` towards ``after`` with ``free`` days that no other spell covers."""
    day = start
    for spell in others:
        if spell.end <= day or day >= after:
            continue
        gap = (min(spell.start, after) - day).days
        if gap > 0:
            if gap > free:
                return day + free * _DAY
            free -= gap
            day = min(spell.start, after)
        day = min(max(day, spell.end), after)
    return min(day + free * _DAY, after)


def frees_basic_charge(start: date, end: date, least_days: int) -> bool:
    """Whether a suspension was long enough for the basic charge to fall away."""
    return (end - start).days >= least_days


def count_in_year(spells: Iterable[Spell], year: int) -> int:
    """How many suspensions began in ``year`` (the old rule of twice a year)."""
    return sum(1 for spell in spells if spell.start.year == year)
