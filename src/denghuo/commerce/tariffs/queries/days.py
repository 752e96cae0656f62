"""What kind of day it is for a time-of-use scheme."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from denghuo.commerce.tariffs.models import DayTrigger
from denghuo.commerce.tariffs.queries.books import book_in_force
from denghuo.engine.pricing.tou import DayCalendar
from denghuo.foundation.calendars import queries as calendars


def triggers_of(code: str) -> list[str]:
    """Triggers that the time-of-use schemes of the book in force name.

    Raises:
        NoBookInForce: no version of it is in force.
    """
    schemes = book_in_force(code).book.tou_schemes
    return sorted({rule.trigger for scheme in schemes for rule in scheme.day_rules})


def day_calendar(code: str, start: date, end: date) -> DayCalendar:
    """Rest days, make-up working days and fired triggers of ``[start, end)`` for a price book."""
    fired: dict[str, set[date]] = defaultdict(set)
    rows = DayTrigger.objects.filter(book=code, date__gte=start, date__lt=end)
    for day, trigger in rows.values_list("date", "trigger"):
        fired[trigger].add(day)
    differing = calendars.exceptions(start, end)
    return DayCalendar(
        rest_days=frozenset(day for day, works in differing.items() if not works),
        work_days=frozenset(day for day, works in differing.items() if works),
        triggers={trigger: frozenset(dates) for trigger, dates in fired.items()},
    )
