"""Whose a step is: claim, assign, transfer with a reason, many at once; who answers for the case."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from denghuo.foundation.audit import operations as audit
from denghuo.foundation.identity.models import Staff
from denghuo.foundation.workflow import queries
from denghuo.foundation.workflow.models import HumanTask, InstanceState, ProcessInstance, TaskState
from denghuo.foundation.workflow.operations import walking
from denghuo.foundation.workflow.operations.cases import CaseEnded, TaskNotOpen


class NotTheirs(Exception):
    """The person does not hold the role, works in another unit, or it is somebody else's already."""


def _open(task: HumanTask) -> HumanTask:
    found = HumanTask.objects.select_for_update(of=("self",)).select_related("instance").get(pk=task.pk)
    if found.state != TaskState.OPEN:
        raise TaskNotOpen(_("“%(step)s” has been done or taken back already.") % {"step": found.name})
    return found


def _give(task: HumanTask, to: Staff, at: datetime) -> None:
    if not queries.may_work(task, to):
        raise NotTheirs(_("%(name)s cannot take this step: another role or unit.") % {"name": to.name})
    task.assignee, task.assigned_at = to, at
    task.save(update_fields=["assignee", "assigned_at"])


@transaction.atomic
def claim(*, task: HumanTask, at: datetime, actor: Staff) -> HumanTask:
    """Take an open step of one's roles for oneself; of several that reach for it one gets it.

    Raises:
        TaskNotOpen, NotTheirs: see there.
    """
    found = _open(task)
    if found.assignee_id not in (None, actor.pk):
        raise NotTheirs(_("Somebody else has taken this step."))
    _give(found, actor, at)
    walking.happened(found.instance, "claimed", at, actor, task=found)
    return found


@transaction.atomic
def assign(*, task: HumanTask, to: Staff, at: datetime, actor: Staff | None) -> HumanTask:
    """Give an open step to somebody who may do it.

    Raises:
        TaskNotOpen, NotTheirs: see there.
    """
    found = _open(task)
    _give(found, to, at)
    walking.happened(found.instance, "assigned", at, actor, task=found, text=to.name)
    return found


@transaction.atomic
def transfer(*, task: HumanTask, to: Staff, reason: str, at: datetime, actor: Staff) -> HumanTask:
    """Pass a step on, with a reason; passing on is counted (``queries.times_passed_on``).

    Raises:
        TaskNotOpen, NotTheirs: see there.
        ValueError: no reason.
    """
    if not reason.strip():
        raise ValueError(_("Passing a step on needs a reason."))
    found = _open(task)
    _give(found, to, at)
    walking.happened(found.instance, "transferred", at, actor, task=found, text=f"{to.name}: {reason}")
    audit.record("workflow.task.transferred", subject=found, actor=actor, at=at, reason=reason)
    return found


@transaction.atomic
def assign_many(*, tasks: Iterable[HumanTask], to: Staff, at: datetime, actor: Staff) -> int:
    """Give many open steps to one person; those that are done meanwhile, or not for them, stay. How many were given."""
    given = 0
    for task in sorted(tasks, key=lambda task: task.pk):
        try:
            with transaction.atomic():
                assign(task=task, to=to, at=at, actor=actor)
            given += 1
        except (TaskNotOpen, NotTheirs):
            continue
    if given:
        audit.record(
            "workflow.tasks.assigned", subject=to, actor=actor, at=at, changes={"tasks": [None, given]}
        )
    return given


@transaction.atomic
def hand_over(
    *, instance: ProcessInstance, to: Staff, reason: str, at: datetime, actor: Staff
) -> ProcessInstance:
    """Make somebody else answer for a case, with a reason.

    Raises:
        CaseEnded: see there.
        ValueError: no reason.
    """
    if not reason.strip():
        raise ValueError(_("Handing a case over needs a reason."))
    found = walking.locked(instance.pk)
    if found.state != InstanceState.RUNNING:
        raise CaseEnded(_("This case is over."))
    before, found.owner = found.owner, to
    found.save(update_fields=["owner"])
    walking.happened(found, "handed_over", at, actor, text=f"{to.name}: {reason}")
    audit.record(
        "workflow.case.handed_over",
        subject=found,
        actor=actor,
        at=at,
        reason=reason,
        changes={"owner": [before.name if before else None, to.name]},
    )
    return found
