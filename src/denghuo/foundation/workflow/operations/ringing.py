"""Look at the clocks whose time has come: warn, note the breach, tell the next of the escalation chain."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from denghuo.foundation.outbox import operations as outbox
from denghuo.foundation.workflow import events
from denghuo.foundation.workflow.models import (
    Clock,
    HumanTask,
    InstanceState,
    ProcessInstance,
    TaskState,
    TimeLimit,
)
from denghuo.foundation.workflow.operations import timing, walking
from denghuo.kernel.periods import day_of

ESCALATE_EVERY = timedelta(days=1)


def ring(*, at: datetime, limit: int = 500) -> int:
    """Ring every clock that is due to be looked at; how many were. One that is late rings once for each step it missed
    in the chain, one step a round."""
    rung = 0
    for task_id, instance_id in (
        HumanTask.objects.filter(next_alarm_at__lte=at)
        .order_by("next_alarm_at", "id")
        .values_list("pk", "instance_id")[:limit]
    ):
        rung += _ring_task(task_id, instance_id, at)
    for instance_id in (
        ProcessInstance.objects.filter(next_alarm_at__lte=at)
        .order_by("next_alarm_at", "id")
        .values_list("pk", flat=True)[:limit]
    ):
        rung += _ring_case(instance_id, at)
    return rung


@transaction.atomic
def _ring_task(task_id: int, instance_id: int, at: datetime) -> bool:
    instance = walking.locked(instance_id)
    task = HumanTask.objects.select_for_update().get(pk=task_id)
    if task.state != TaskState.OPEN or task.next_alarm_at is None or task.next_alarm_at > at:
        return False
    _ring(task, instance, task, at)
    return True


@transaction.atomic
def _ring_case(instance_id: int, at: datetime) -> bool:
    instance = walking.locked(instance_id)
    if (
        instance.state != InstanceState.RUNNING
        or instance.next_alarm_at is None
        or instance.next_alarm_at > at
    ):
        return False
    _ring(instance, instance, None, at)
    return True


def _ring(clock: Clock, instance: ProcessInstance, task: HumanTask | None, at: datetime) -> None:
    assert clock.due_at is not None
    if at <= clock.due_at:
        clock.warned_at, clock.next_alarm_at = at, clock.due_at + timedelta(microseconds=1)
        walking.happened(instance, "warned", at, None, task=task)
        outbox.publish(
            events.ClockWarned(
                instance_id=instance.pk, task_id=task.pk if task else None, due_at=clock.due_at, warned_at=at
            )
        )
    else:
        chain, every = _chain(instance.process, task.step if task else "", at)
        clock.warned_at = clock.warned_at or at
        clock.breached_at = clock.breached_at or clock.due_at
        role = chain[clock.escalation_level] if clock.escalation_level < len(chain) else ""
        clock.escalation_level += 1
        clock.next_alarm_at = at + every if clock.escalation_level < len(chain) else None
        walking.happened(instance, "broken", at, None, task=task, text=role)
        outbox.publish(
            events.ClockBroken(
                instance_id=instance.pk,
                task_id=task.pk if task else None,
                due_at=clock.due_at,
                level=clock.escalation_level,
                role=role,
                broken_at=at,
            )
        )
    clock.save(update_fields=["warned_at", "breached_at", "escalation_level", "next_alarm_at"])


def _chain(process: str, step: str, at: datetime) -> tuple[tuple[str, ...], timedelta]:
    row = (
        TimeLimit.objects.filter(process=process, step=step, valid_from__lte=day_of(at))
        .order_by("-valid_from")
        .first()
    )
    if row:
        roles = tuple(role for role in row.escalation.split(",") if role)
        return roles, timedelta(minutes=row.escalate_every_minutes)
    limit = timing.limits(process, at).get(step)
    return (limit.escalation if limit else ("supervisor",)), ESCALATE_EVERY
