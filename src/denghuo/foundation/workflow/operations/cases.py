"""Begin a case, do its steps, end it. Each verb is one transaction: a case stands before a step or after it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import models, transaction
from django.utils.translation import gettext as _

from denghuo.foundation.audit import operations as audit
from denghuo.foundation.identity.models import Staff
from denghuo.foundation.numbering import operations as numbering
from denghuo.foundation.outbox import operations as outbox
from denghuo.foundation.workflow.models import (
    HumanTask,
    InstanceState,
    Priority,
    ProcessInstance,
    TaskState,
    Timer,
)
from denghuo.foundation.workflow.operations import definitions, engine, timing, walking
from denghuo.kernel.periods import day_of

LONGEST_TEXT = 200


class TaskNotOpen(Exception):
    """Somebody else did the step already, or the diagram took it back."""


class DataMissing(Exception):
    """A gateway asks for something that the step did not say; ``name`` is its name in the diagram."""

    def __init__(self, name: str) -> None:
        super().__init__(_("The next gateway asks for “%(name)s”, and nobody has said it.") % {"name": name})
        self.name = name


class NotTaskData(ValueError):
    """Task data are bool, int and short str only; everything else lives in the tables of the room."""


class CaseEnded(Exception):
    """The case is over."""


@transaction.atomic
def start(
    *,
    process: str,
    subject: models.Model,
    title: str,
    unit_id: str,
    at: datetime,
    actor: Staff | None,
    owner: Staff | None = None,
    customer_id: int | None = None,
    data: Mapping[str, engine.Value] | None = None,
    priority: int = Priority.NORMAL,
) -> ProcessInstance:
    """Begin a case of ``process`` for ``subject`` and open its first steps.

    ``owner`` (default: the actor) answers for the matter to its end (首问负责制).

    Raises:
        NoSuchProcess: nothing is in force under this key.
        DataMissing, NotTaskData: see there.
    """
    definition = definitions.in_force(process, at=at)
    day = day_of(at)
    serial = numbering.allocate(f"workflow.case.{day:%Y%m%d}", 1)[0]
    instance = ProcessInstance(
        definition=definition,
        process=process,
        number=f"P{day:%Y%m%d}{serial:05d}",
        title=title[:160],
        subject_type=subject._meta.label_lower,
        subject_id=subject.pk,
        unit_id=unit_id,
        customer_id=customer_id,
        owner=owner or actor,
        priority=priority,
        engine_state="{}",
        started_by=actor,
    )
    timing.wind_up(instance, timing.limits(process, at).get(""), at)
    instance.save()
    walking.happened(instance, "started", at, actor, text=instance.title)
    try:
        walk = walking.begin(instance, _checked(data), at=at, actor=actor)
    except engine.DataMissing as missing:
        raise DataMissing(missing.name) from missing
    walking.settle(instance, walk, at=at, actor=actor)
    audit.record("workflow.case.started", subject=instance, actor=actor, at=at)
    return instance


def _checked(data: Mapping[str, engine.Value] | None) -> dict[str, engine.Value]:
    for name, value in (data or {}).items():
        if not isinstance(value, bool | int | str) or (isinstance(value, str) and len(value) > LONGEST_TEXT):
            raise NotTaskData(f"{name}: {type(value).__name__}")
    return dict(data or {})


@transaction.atomic
def complete(
    *,
    task: HumanTask,
    at: datetime,
    actor: Staff | None,
    data: Mapping[str, engine.Value] | None = None,
    result: str = "",
) -> ProcessInstance:
    """Do a step and walk on to where the case waits next. Of several at once one wins.

    Who may do it is the caller's question (``queries.may_work``). The events of the case are its trail; the domain verb
    that calls this writes the audit entry.

    Raises:
        TaskNotOpen: see there.
        DataMissing, NotTaskData: see there; nothing was done.
    """
    instance = walking.locked(task.instance_id)
    found = HumanTask.objects.select_for_update().get(pk=task.pk)
    walk = None
    if found.state == TaskState.OPEN and instance.state == InstanceState.RUNNING:
        walk = walking.resume(instance, at=at, actor=actor)
    if walk is None:
        raise TaskNotOpen(_("“%(step)s” has been done or taken back already.") % {"step": found.name})
    walking.close(found, TaskState.DONE, at, actor, result)
    walking.happened(instance, "done", at, actor, task=found, text=result)
    try:
        done = walk.complete(found.engine_id, _checked(data))
    except engine.DataMissing as missing:
        raise DataMissing(missing.name) from missing
    if not done:
        raise TaskNotOpen(_("“%(step)s” has been done or taken back already.") % {"step": found.name})
    walking.settle(instance, walk, at=at, actor=actor)
    task.refresh_from_db()
    return instance


@transaction.atomic
def cancel(*, instance: ProcessInstance, at: datetime, actor: Staff | None, reason: str) -> ProcessInstance:
    """End a case before its end; its open steps are taken back.

    Raises:
        CaseEnded: see there.
    """
    found = walking.locked(instance.pk)
    if found.state != InstanceState.RUNNING:
        raise CaseEnded(_("This case is over."))
    for task in found.tasks.filter(state=TaskState.OPEN).order_by("id"):
        walking.close(task, TaskState.CANCELLED, at, actor)
    found.timers.filter(fired_at__isnull=True).delete()
    found.pauses.filter(ended_at__isnull=True).update(ended_at=at, ended_by=actor)
    found.state, found.ended_at, found.next_alarm_at, found.paused_at = (
        InstanceState.CANCELLED,
        at,
        None,
        None,
    )
    found.version += 1
    found.save(update_fields=["state", "ended_at", "next_alarm_at", "paused_at", "version"])
    walking.happened(found, "cancelled", at, actor, text=reason)
    outbox.publish(walking.ended(found, at))
    audit.record("workflow.case.cancelled", subject=found, actor=actor, at=at, reason=reason)
    return found


def fire_timers(*, at: datetime, limit: int = 500) -> int:
    """Fire the timers of diagrams whose time has come, each in its own transaction; how many fired."""
    due = Timer.objects.filter(fired_at__isnull=True, due_at__lte=at).order_by("due_at", "id")
    return sum(_fire(pk, instance_id, at) for pk, instance_id in due.values_list("pk", "instance_id")[:limit])


@transaction.atomic
def _fire(pk: int, instance_id: int, at: datetime) -> bool:
    instance = walking.locked(instance_id)
    timer = Timer.objects.filter(pk=pk, fired_at__isnull=True).first()
    if timer is None or instance.state != InstanceState.RUNNING or instance.paused_at is not None:
        return False
    timer.fired_at = at
    timer.save(update_fields=["fired_at"])
    walk = walking.resume(instance, at=at, actor=None)
    if not walk.fire(timer.engine_id):
        return False
    walking.happened(instance, "timer", at, None, text=timer.element)
    walking.settle(instance, walk, at=at, actor=None)
    return True
