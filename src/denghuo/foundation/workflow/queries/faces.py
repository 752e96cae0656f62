"""What a clock shows: in time, nearly used up, broken or standing still; the deadline and the business time left."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from denghuo.foundation.calendars import queries as calendars
from denghuo.foundation.workflow.models import ClockPause, HumanTask, ProcessInstance
from denghuo.foundation.workflow.rules import clocks
from denghuo.kernel.periods import day_of

IN_TIME, WARNING, BROKEN, PAUSED, NONE, KEPT, MISSED = (
    "in_time", "warning", "broken", "paused", "none", "kept", "missed",
)  # fmt: skip
TONES = {
    IN_TIME: "success", WARNING: "warning", BROKEN: "danger", PAUSED: "info", NONE: "neutral", KEPT: "success",
    MISSED: "danger",
}  # fmt: skip
Clocked = HumanTask | ProcessInstance


@dataclass(frozen=True)
class Face:
    """One clock at one moment. ``left`` is in the limit's own measure (see ``rules.clocks.left``); below zero when late."""

    state: str
    due_at: datetime | None = None
    left: timedelta | None = None
    unit: str = ""

    @property
    def tone(self) -> str:
        return TONES[self.state]

    @property
    def label(self) -> str:
        return {
            IN_TIME: pgettext("clock", "In time"),
            WARNING: pgettext("clock", "Nearly due"),
            BROKEN: pgettext("clock", "Late"),
            PAUSED: pgettext("clock", "Paused"),
            NONE: pgettext("clock", "No limit"),
            KEPT: pgettext("clock", "Done in time"),
            MISSED: pgettext("clock", "Done late"),
        }[self.state]

    @property
    def text(self) -> str:
        """The business time left in words, or the state where none is counted."""
        if self.left is None:
            return self.label
        if self.unit == clocks.WORKING_DAYS:
            return _working_days(self.left.days, late=self.state == BROKEN)
        span = _span(abs(self.left), working=self.unit == clocks.WORKING_HOURS)
        return (_("late by %(span)s") if self.left < timedelta() else _("%(span)s left")) % {"span": span}


def _working_days(days: int, *, late: bool) -> str:
    if late:
        if days == 0:
            return _("late by less than a working day")
        return ngettext("late by %(n)d working day", "late by %(n)d working days", -days) % {"n": -days}
    return ngettext("%(n)d working day left", "%(n)d working days left", days) % {"n": days}


def _span(span: timedelta, *, working: bool) -> str:
    minutes = int(span.total_seconds()) // 60
    hours, minutes = divmod(minutes, 60)
    if working:
        return _("%(hours)d h %(minutes)d min of working time") % {"hours": hours, "minutes": minutes}
    days, hours = divmod(hours, 24)
    if days:
        return _("%(days)d d %(hours)d h") % {"days": days, "hours": hours}
    return _("%(hours)d h %(minutes)d min") % {"hours": hours, "minutes": minutes}


def faces(shown: Iterable[Clocked], *, now: datetime) -> list[Face]:
    """The faces of many clocks in the given order: one query for their pauses, one for the days off."""
    found = list(shown)
    running = [clock for clock in found if _runs(clock) and clock.due_at is not None]
    if not running:
        return [_face(clock, now, [], {}) for clock in found]
    pauses: dict[int, list[tuple[datetime, datetime]]] = {}
    for pause in ClockPause.objects.filter(instance_id__in={_case_id(clock) for clock in running}).order_by(
        "id"
    ):
        ended = pause.ended_at or max(now, pause.began_at)
        pauses.setdefault(pause.instance_id, []).append((pause.began_at, ended))
    days = _exceptions(running, now)
    return [_face(clock, now, pauses.get(_case_id(clock), []), days) for clock in found]


def face(clock: Clocked, *, now: datetime) -> Face:
    return faces([clock], now=now)[0]


def _case_id(clock: Clocked) -> int:
    return clock.instance_id if isinstance(clock, HumanTask) else clock.pk


def _runs(clock: Clocked) -> bool:
    return clock.state in ("open", "running")


def _exceptions(running: list[Clocked], now: datetime) -> dict[date, bool]:
    if not any(clock.limit_unit in (clocks.WORKING_DAYS, clocks.WORKING_HOURS) for clock in running):
        return {}
    first = min(day_of(clock.started_at) for clock in running)
    return calendars.exceptions(first, day_of(now) + timedelta(days=2))


def _face(
    clock: Clocked, now: datetime, pauses: list[tuple[datetime, datetime]], days: dict[date, bool]
) -> Face:
    if clock.due_at is None or clock.limit_amount is None:
        return Face(NONE)
    if not _runs(clock):
        ended = clock.completed_at if isinstance(clock, HumanTask) else clock.ended_at
        if clock.state == "cancelled":
            return Face(NONE, clock.due_at)
        return Face(KEPT if ended is None or ended <= clock.due_at else MISSED, clock.due_at)
    left = clocks.left(clock.started_at, clock.limit_amount, clock.limit_unit, now, pauses, days)
    if clock.paused_at is not None:
        state = PAUSED
    elif now > clock.due_at:
        state = BROKEN
    else:
        state = WARNING if clock.warn_at is not None and clock.warn_at <= now else IN_TIME
    return Face(state, clock.due_at, left, clock.limit_unit)
