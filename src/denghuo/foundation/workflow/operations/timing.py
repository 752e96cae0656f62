"""The clocks of cases and steps: wind up, pause, resume, ring. Arithmetic is in ``rules.clocks``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from denghuo.foundation.calendars import queries as calendars
from denghuo.foundation.workflow import rules
from denghuo.foundation.workflow.models import Clock, TimeLimit
from denghuo.foundation.workflow.rules import Limit, clocks, diagrams
from denghuo.kernel.periods import day_of

REACH_DAYS = 45


def limits(process: str, at: datetime) -> dict[str, Limit]:
    """The limits of a process and its steps that hold at ``at``: as set by the bureau, else as shipped."""
    declared = rules.declared().get(process)
    found = {limit.step: limit for limit in declared.limits} if declared else {}
    for row in TimeLimit.objects.filter(process=process, valid_from__lte=day_of(at)).order_by("valid_from"):
        found[row.step] = Limit(
            step=row.step,
            amount=row.amount,
            unit=row.unit,
            basis=row.basis,
            confidence=row.confidence,
            warn_percent=row.warn_percent,
            escalation=tuple(role for role in row.escalation.split(",") if role),
        )
    return found


def exceptions(start: datetime, amount: int, unit: str, until: datetime | None = None) -> dict[date, bool]:
    """The days off and worked in exchange that a limit from ``start`` may meet."""
    first, last = day_of(start), day_of(until or start)
    days = {"working_days": amount * 3, "working_hours": amount}.get(unit, 0) + REACH_DAYS
    if unit not in ("working_days", "working_hours"):
        return {}
    return calendars.exceptions(first - timedelta(days=1), max(first, last) + timedelta(days=days))


def wind_up(clock: Clock, limit: Limit | None, at: datetime) -> None:
    """Set when a clock warns and when it is due; without a limit it only counts. The caller saves."""
    clock.started_at = at
    if limit is None:
        return
    days = exceptions(at, limit.amount, limit.unit)
    clock.limit_amount, clock.limit_unit, clock.warn_percent = limit.amount, limit.unit, limit.warn_percent
    clock.due_at = clocks.due_at(at, limit.amount, limit.unit, days)
    clock.warn_at = clocks.warn_at(at, limit.amount, limit.unit, limit.warn_percent, days)
    clock.next_alarm_at = None if clock.paused_at else min(clock.warn_at, clock.due_at)


def after(wait: diagrams.Wait, at: datetime) -> datetime:
    """When a timer of a diagram has waited long enough."""
    if wait.duration is not None:
        return at + wait.duration
    return clocks.due_at(at, wait.amount, wait.unit, exceptions(at, wait.amount, wait.unit))


def rewind(clock: Clock, spells: Sequence[tuple[datetime, datetime]], at: datetime) -> None:
    """Move the deadlines of a clock by the spells that did not count. The caller saves."""
    if clock.limit_amount is None or clock.due_at is None:
        return
    start, amount, unit = clock.started_at, clock.limit_amount, clock.limit_unit
    counted = [(began, ended) for began, ended in spells if ended > start]
    days = exceptions(start, amount, unit, until=at)
    clock.due_at = clocks.deadline(start, amount, unit, counted, days)
    clock.warn_at = clocks.warn_at(start, amount, unit, clock.warn_percent, days, counted)
    if clock.breached_at is None:
        clock.next_alarm_at = clock.due_at if clock.warned_at else min(clock.warn_at, clock.due_at)
