"""Stop the clock of a case and let it run again, with the reason; every deadline moves by what did not count."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from denghuo.foundation.audit import operations as audit
from denghuo.foundation.identity.models import Staff
from denghuo.foundation.workflow.models import (
    ClockPause,
    HumanTask,
    InstanceState,
    PauseReason,
    ProcessInstance,
    TaskState,
)
from denghuo.foundation.workflow.operations import timing, walking
from denghuo.foundation.workflow.operations.cases import CaseEnded


class NotNow(Exception):
    """It is paused already, or is not paused."""


def _running(instance: ProcessInstance) -> ProcessInstance:
    found = walking.locked(instance.pk)
    if found.state != InstanceState.RUNNING:
        raise CaseEnded(_("This case is over."))
    return found


@transaction.atomic
def pause(
    *, instance: ProcessInstance, reason: str, at: datetime, actor: Staff | None, note: str = ""
) -> ClockPause:
    """Let the clocks of a case stand still from ``at``.

    Raises:
        CaseEnded, NotNow: see there.
        ValueError: the reason is none of ``PauseReason``.
    """
    found = _running(instance)
    if reason not in PauseReason.values:
        raise ValueError(f"no reason {reason!r}")
    if found.paused_at is not None:
        raise NotNow(_("The clock stands still already."))
    made = ClockPause.objects.create(
        instance=found, reason=reason, note=note[:200], began_at=at, began_by=actor
    )
    found.paused_at, found.next_alarm_at = at, None
    found.save(update_fields=["paused_at", "next_alarm_at"])
    found.tasks.filter(state=TaskState.OPEN).update(paused_at=at, next_alarm_at=None)
    walking.happened(found, "paused", at, actor, text=f"{PauseReason(reason).value} {note}".strip())
    audit.record("workflow.clock.paused", subject=found, actor=actor, at=at, reason=note or reason)
    return made


@transaction.atomic
def resume(*, instance: ProcessInstance, at: datetime, actor: Staff | None) -> ProcessInstance:
    """Let the clocks run again: what was paused does not count.

    Raises:
        CaseEnded, NotNow: see there.
    """
    found = _running(instance)
    if found.paused_at is None:
        raise NotNow(_("The clock is running."))
    found.pauses.filter(ended_at__isnull=True).update(ended_at=at, ended_by=actor)
    spells = [(spell.began_at, spell.ended_at or at) for spell in found.pauses.order_by("id")]
    tasks: list[HumanTask] = list(found.tasks.filter(state=TaskState.OPEN).order_by("id"))
    for clock in (found, *tasks):
        clock.paused_at = None
        timing.rewind(clock, spells, at)
        clock.save(update_fields=["paused_at", "due_at", "warn_at", "next_alarm_at"])
    walking.happened(found, "resumed", at, actor)
    audit.record("workflow.clock.resumed", subject=found, actor=actor, at=at)
    return found
