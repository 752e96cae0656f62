"""The board: channels across, days down."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import QuerySet

from denghuo.commerce.payments.models import Channel
from denghuo.commerce.reconciliation.models import DayReconciliation
from denghuo.commerce.reconciliation.rules import READERS


def days_in_scope(scope: str) -> QuerySet[DayReconciliation]:
    return DayReconciliation.objects.filter(unit__code__startswith=scope)


def last_day(scope: str, *, by: date) -> date | None:
    """The newest day up to ``by`` of which anything is known."""
    return days_in_scope(scope).filter(day__lte=by).values_list("day", flat=True).order_by("-day").first()


@dataclass(frozen=True)
class Cell:
    channel: str
    label: str
    day: date
    found: DayReconciliation | None


@dataclass(frozen=True)
class BoardDay:
    day: date
    cells: list[Cell]


def board(scope: str, *, until: date, days: int = 14) -> list[BoardDay]:
    """The last ``days`` days up to ``until``, newest first, a cell a channel."""
    start = until - timedelta(days=days - 1)
    found = {
        (row.channel, row.day): row
        for row in days_in_scope(scope).filter(day__gte=start, day__lte=until).order_by("-unit_id")
    }
    return [
        BoardDay(
            day,
            [
                Cell(channel, str(Channel(channel).label), day, found.get((channel, day)))
                for channel in READERS
            ],
        )
        for day in (until - timedelta(days=back) for back in range(days))
    ]
