"""Work is given out, given to somebody else, and called off."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext as _

from denghuo.commerce.fieldwork import events, rules
from denghuo.commerce.fieldwork.models import FieldTask, TaskState
from denghuo.commerce.fieldwork.operations.carrying import TaskNotOpen, locked
from denghuo.foundation.audit import operations as audit
from denghuo.foundation.identity.models import Staff
from denghuo.foundation.outbox import operations as outbox

WORK = "fieldwork.work"
SIX_PLACES = Decimal("0.000001")


class CrewNotSuitable(Exception):
    """The person does no work outside, is not active, or does not see the unit of the task."""


@transaction.atomic
def dispatch(
    *,
    kind: str,
    subject: models.Model,
    title: str,
    unit_id: str,
    at: datetime,
    actor: Staff | None,
    key: str,
    due_at: datetime | None = None,
    crew: Staff | None = None,
    address: str = "",
    longitude: Decimal | float | str | None = None,
    latitude: Decimal | float | str | None = None,
    supply_point_id: int | None = None,
    details: Mapping[str, Any] | None = None,
) -> FieldTask:
    """Put a task on the list of ``crew``, or of everybody of the unit; the same ``key`` again gives the same task.

    Raises:
        LookupError: no room declared ``kind``.
        CrewNotSuitable: see there.
    """
    rules.find(kind)
    found = FieldTask.objects.filter(key=key).first()
    if found is not None:
        return found
    _suits(crew, unit_id)
    task, made = FieldTask.objects.get_or_create(
        key=key,
        defaults={
            "kind": kind,
            "subject_type": subject._meta.label_lower,
            "subject_id": str(subject.pk),
            "title": title[:120],
            "unit_id": unit_id,
            "crew": crew,
            "state": TaskState.ASSIGNED if crew else TaskState.WAITING,
            "due_at": due_at,
            "address": address[:200],
            "longitude": degrees(longitude),
            "latitude": degrees(latitude),
            "supply_point_id": supply_point_id,
            "details": json.dumps({str(k): str(v) for k, v in (details or {}).items()}, ensure_ascii=False),
            "dispatched_by": actor,
            "dispatched_at": at,
        },
    )
    if made:
        outbox.publish(events.TaskDispatched(task.pk, kind, unit_id, crew.pk if crew else None, at))
        audit.record(
            "fieldwork.task.dispatched",
            subject=task,
            at=at,
            actor=actor,
            unit_id=unit_id,
            changes={"crew": [None, crew.name if crew else None]},
        )
    return task


def degrees(value: Decimal | float | str | None) -> Decimal | None:
    """A coordinate with six places (about a decimetre)."""
    return None if value is None else Decimal(str(value)).quantize(SIX_PLACES)


def _suits(crew: Staff | None, unit_id: str) -> None:
    if crew is None:
        return
    if not crew.is_active or not crew.may(WORK):
        raise CrewNotSuitable(_("%(name)s does no work outside.") % {"name": crew.name})
    if not unit_id.startswith(crew.scope):
        raise CrewNotSuitable(_("%(name)s does not work in that unit.") % {"name": crew.name})


@transaction.atomic
def assign(
    *, task: FieldTask, crew: Staff | None, at: datetime, actor: Staff | None, reason: str = ""
) -> FieldTask:
    """Give an open task to ``crew``, or back to everybody of the unit (None).

    Raises:
        TaskNotOpen: it has ended, or is in conflict.
        CrewNotSuitable: see there.
    """
    task = locked(task)
    if task.state not in rules.OPEN:
        raise TaskNotOpen(task)
    _suits(crew, task.unit_id)
    if task.crew_id == (crew.pk if crew else None):
        return task
    before = task.crew.name if task.crew else None
    task.crew, task.state = crew, TaskState.ASSIGNED if crew else TaskState.WAITING
    task.accepted_at = task.arrived_at = None
    task.version += 1
    task.save(update_fields=["crew", "state", "accepted_at", "arrived_at", "version"])
    audit.record(
        "fieldwork.task.assigned",
        subject=task,
        at=at,
        actor=actor,
        reason=reason,
        changes={"crew": [before, crew.name if crew else None]},
    )
    return task


@transaction.atomic
def cancel(*, task: FieldTask, reason: str, at: datetime, actor: Staff | None) -> FieldTask:
    """Call a task off; a phone that works on it hears so at its next sync. Cancelling again changes nothing.

    Raises:
        TaskNotOpen: it is done.
    """
    task = locked(task)
    if task.state == TaskState.CANCELLED:
        return task
    if not rules.may_become(task.state, TaskState.CANCELLED):
        raise TaskNotOpen(task)
    before = task.state
    task.state, task.cancelled_at, task.end_note = TaskState.CANCELLED, at, reason[:300]
    task.version += 1
    task.save(update_fields=["state", "cancelled_at", "end_note", "version"])
    audit.record(
        "fieldwork.task.cancelled",
        subject=task,
        at=at,
        actor=actor,
        reason=reason,
        changes={"state": [before, task.state]},
    )
    return task
