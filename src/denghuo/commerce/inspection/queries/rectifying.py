"""Notices to rectify: what is late first, what is owed to important customers, what is still open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from denghuo.commerce.inspection.models import Duty, DutyTick, Finding, Rectification
from denghuo.commerce.inspection.rules import states


def visible(scope: str) -> QuerySet[Rectification]:
    return Rectification.objects.filter(unit__code__startswith=scope).select_related(
        "supply_point__customer", "inspector", "unit"
    )


def open_notices(scope: str) -> QuerySet[Rectification]:
    """Open notices, the longest overdue first."""
    return visible(scope).filter(state__in=states.OPEN_RECTIFICATION).order_by("due_date", "id")


def overdue(scope: str, *, on: date) -> QuerySet[Rectification]:
    return open_notices(scope).filter(due_date__lt=on)


def open_findings(supply_point_id: int) -> QuerySet[Finding]:
    return Finding.objects.filter(supply_point_id=supply_point_id, resolved_at__isnull=True).order_by("id")


def unnoticed(supply_point_id: int) -> QuerySet[Finding]:
    """Findings about which no notice was issued yet."""
    return open_findings(supply_point_id).filter(rectification__isnull=True)


def visible_findings(scope: str) -> QuerySet[Finding]:
    return Finding.objects.filter(unit__code__startswith=scope).select_related(
        "supply_point__customer", "rectification", "found_by"
    )


@dataclass(frozen=True)
class DutyState:
    """One of the four duties: what it is, whether it applies, and the tick."""

    duty: str
    label: str
    applies: bool
    tick: DutyTick | None


def duties(notice: Rectification, on: date) -> list[DutyState]:
    """通知、报告、服务、督导. The report applies once the danger is major, or not put right in time."""
    ticks = {tick.duty: tick for tick in notice.duties.select_related("done_by")}
    return [
        DutyState(duty, str(Duty(duty).label), duty_applies(notice, duty, on), ticks.get(duty))
        for duty in states.DUTIES
    ]


def duty_applies(notice: Rectification, duty: str, on: date) -> bool:
    if duty != Duty.REPORT:
        return True
    return (
        notice.level == "major"
        or notice.state in ("failed", "reported")
        or (notice.is_open and notice.due_date < on)
    )


def duty_share(scope: str, on: date) -> tuple[int, int]:
    """(ticks that are done, ticks that are owed) over the important customers' notices of the scope; two queries."""
    found = list(visible(scope).exclude(importance="ordinary").exclude(state="withdrawn"))
    done = set(
        DutyTick.objects.filter(rectification__in=[notice.pk for notice in found]).values_list(
            "rectification_id", "duty"
        )
    )
    owed = {(notice.pk, duty) for notice in found for duty in states.DUTIES if duty_applies(notice, duty, on)}
    return len(owed & done), len(owed)


def late_condition(on: date) -> Q:
    return Q(state__in=states.OPEN_RECTIFICATION, due_date__lt=on)
