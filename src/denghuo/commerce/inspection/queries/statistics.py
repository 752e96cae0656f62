"""Hidden dangers counted: by level, area, unit, grade of the customer; open and closed, and the share put right."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Q
from django.db.models.functions import TruncMonth

from denghuo.commerce.inspection.models import DangerLevel, Finding, Visit
from denghuo.commerce.inspection.queries import words
from denghuo.commerce.inspection.rules import states
from denghuo.kernel.periods import BEIJING
from denghuo.records.supply.models import Importance


@dataclass(frozen=True)
class Tally:
    """One row: how many were found, put right, are open, are open past their day."""

    key: str
    label: str
    total: int
    closed: int
    overdue: int

    @property
    def open(self) -> int:
        return self.total - self.closed

    @property
    def closed_percent(self) -> int | None:
        return self.closed * 100 // self.total if self.total else None


def _between(scope: str, start: date, end: date) -> Q:
    first, last = (datetime(day.year, day.month, day.day, tzinfo=BEIJING) for day in (start, end))
    return Q(unit__code__startswith=scope, found_at__gte=first, found_at__lt=last)


def dangers(scope: str, start: date, end: date, *, by: str, on: date) -> list[Tally]:
    """Hidden dangers found in ``[start, end)``, counted by ``level``, ``area``, ``unit`` or ``grade``; one query."""
    found = Finding.objects.filter(_between(scope, start, end))
    if by == "grade":
        found = found.filter(rectification__isnull=False)
    column = {"level": "level", "area": "area", "unit": "unit__name", "grade": "rectification__importance"}[
        by
    ]
    rows = (
        found.values(column)
        .annotate(
            total=Count("pk"),
            closed=Count("pk", filter=Q(resolved_at__isnull=False)),
            overdue=Count(
                "pk",
                filter=Q(resolved_at__isnull=True, rectification__due_date__lt=on)
                & Q(rectification__state__in=states.OPEN_RECTIFICATION),
            ),
        )
        .order_by(column)
    )
    labels: dict[str, str] = {
        **{
            code: str(label) for code, label in (DangerLevel.choices if by == "level" else Importance.choices)
        },
        **{code: str(label) for code, label in words.AREAS.items()},
    }
    found_rows = [
        Tally(row[column], labels.get(row[column], row[column]), row["total"], row["closed"], row["overdue"])
        for row in rows
    ]
    order = list(labels)
    return sorted(found_rows, key=lambda row: order.index(row.key) if row.key in labels else 0)


def by_month(scope: str, start: date, end: date) -> dict[date, tuple[int, int]]:
    """Month → (found, of these put right)."""
    rows = (
        Finding.objects.filter(_between(scope, start, end))
        .annotate(month=TruncMonth("found_at", tzinfo=BEIJING))
        .values("month")
        .annotate(total=Count("pk"), closed=Count("pk", filter=Q(resolved_at__isnull=False)))
        .order_by("month")
    )
    return {row["month"].date(): (row["total"], row["closed"]) for row in rows}


def plan_progress(scope: str, quarter: str) -> tuple[int, int]:
    """(inspected, planned) of a quarter's plan."""
    found = (
        Visit.objects.filter(unit__code__startswith=scope, quarter=quarter)
        .exclude(state="cancelled")
        .aggregate(total=Count("pk"), done=Count("pk", filter=Q(state="done")))
    )
    return found["done"], found["total"]
