"""A crew accepts a task, arrives, and completes it; the room that dispatched it hears so in the same transaction."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from denghuo.commerce.fieldwork import events, rules
from denghuo.commerce.fieldwork.models import FieldTask, TaskState
from denghuo.foundation.audit import operations as audit
from denghuo.foundation.identity.models import Staff
from denghuo.foundation.outbox import operations as outbox


class TaskNotOpen(Exception):
    """The task is done, cancelled or in conflict; ``task`` as it stands."""

    def __init__(self, task: FieldTask) -> None:
        self.task = task
        super().__init__(_words(task))


class NotTheirTask(TaskNotOpen):
    """The task belongs to somebody else."""


def _words(task: FieldTask) -> str:
    if task.state == TaskState.DONE:
        who = task.done_by.name if task.done_by else ""
        return _("It was done by %(name)s already.") % {"name": who}
    if task.state == TaskState.CANCELLED:
        return _("It was cancelled: %(why)s") % {"why": task.end_note}
    if task.state == TaskState.CONFLICT:
        return _("Somebody must decide first about what was sent before.")
    return _("It was given to %(name)s in the meantime.") % {"name": task.crew.name if task.crew else ""}


def locked(task: FieldTask) -> FieldTask:
    """The task as it stands now, until the end of the transaction."""
    return (
        FieldTask.objects.select_for_update(of=("self",))
        .select_related("crew", "done_by", "unit")
        .get(pk=task.pk)
    )


def _take(task: FieldTask, actor: Staff, *, past_conflict: bool = False) -> None:
    live = rules.LIVE if past_conflict else rules.OPEN
    if task.state not in live:
        raise TaskNotOpen(task)
    if task.crew_id is None:
        task.crew = actor
    elif task.crew_id != actor.pk and not past_conflict:
        raise NotTheirTask(task)


@transaction.atomic
def accept(*, task: FieldTask, at: datetime, actor: Staff) -> FieldTask:
    """The crew takes the task on; the first of several wins. Accepting one's own task again changes nothing.

    Raises:
        TaskNotOpen, NotTheirTask: see there.
        rules.Conflict: the room that dispatched it refuses.
    """
    return _step(task, "accepted", at, actor)


@transaction.atomic
def arrive(*, task: FieldTask, at: datetime, actor: Staff) -> FieldTask:
    """The crew is on site. Raises as :func:`accept`."""
    return _step(task, "arrived", at, actor)


def _step(task: FieldTask, step: str, at: datetime, actor: Staff) -> FieldTask:
    task = locked(task)
    at = max(at, task.dispatched_at)
    if task.state == TaskState.DONE and task.done_by_id == actor.pk:
        return _note_late(task, step, at)
    _take(task, actor)
    if getattr(task, f"{step}_at") is not None:
        return task
    before = task.state
    if step == "arrived" and task.accepted_at is None:
        task.accepted_at = at
    setattr(task, f"{step}_at", at)
    if rules.may_become(task.state, step):
        task.state = step
    task.version += 1
    task.save(update_fields=["crew", "state", "accepted_at", "arrived_at", "version"])
    hook = rules.step_hook(task.kind)
    if hook is not None:
        hook(task, step, at=at, actor=actor)
    if step == "arrived":
        outbox.publish(events.CrewArrived(task.pk, task.kind, task.subject_type, task.subject_id, at))
    audit.record(
        f"fieldwork.task.{step}", subject=task, at=at, actor=actor, changes={"state": [before, task.state]}
    )
    return task


def _note_late(task: FieldTask, step: str, at: datetime) -> FieldTask:
    """A step that reached us after the answers: only its time is noted."""
    if getattr(task, f"{step}_at") is None:
        setattr(task, f"{step}_at", at)
        task.save(update_fields=[f"{step}_at"])
    return task


@transaction.atomic
def complete(
    *,
    task: FieldTask,
    answers: Mapping[str, Any],
    at: datetime,
    actor: Staff,
    longitude: Decimal | None = None,
    latitude: Decimal | None = None,
    past_conflict: bool = False,
) -> FieldTask:
    """Store the answers, typed or plain, and let the room that dispatched the task act on them.

    ``at`` is when it was done on site. ``past_conflict`` lets a dispatcher's decision pass what stopped the phone.

    Raises:
        rules.AnswersInvalid: they are not what the form asks for.
        TaskNotOpen, NotTheirTask: somebody was first, or it was cancelled.
        rules.Conflict (or an exception of the room that dispatched it): they cannot take effect.
    """
    task = locked(task)
    kind = rules.find(task.kind)
    given = rules.checked(kind, rules.plain(kind, answers))
    _take(task, actor, past_conflict=past_conflict)
    at = max(at, task.dispatched_at)
    before = task.state
    task.state, task.done_at, task.done_by = TaskState.DONE, at, actor
    task.answers = json.dumps(given, ensure_ascii=False)
    task.done_longitude, task.done_latitude = longitude, latitude
    task.version += 1
    task.save(
        update_fields=[
            "crew", "state", "done_at", "done_by", "answers", "done_longitude", "done_latitude", "version",
        ]
    )  # fmt: skip
    hook = rules.done_hook(task.kind)
    if hook is not None:
        hook(task, rules.typed(kind, given), at=at, actor=actor)
    outbox.publish(events.TaskDone(task.pk, task.kind, task.subject_type, task.subject_id, at))
    audit.record(
        "fieldwork.task.completed",
        subject=task,
        at=at,
        actor=actor,
        changes={"state": [before, task.state]},
    )
    return task
