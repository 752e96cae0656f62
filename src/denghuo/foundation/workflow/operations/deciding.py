"""Do a step that has no page of its own: say what the gateways behind it ask, and walk on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from denghuo.foundation.audit import operations as audit
from denghuo.foundation.identity.models import Staff
from denghuo.foundation.workflow import queries
from denghuo.foundation.workflow.models import HumanTask, ProcessInstance
from denghuo.foundation.workflow.operations.cases import complete
from denghuo.foundation.workflow.operations.tasks import NotTheirs


@transaction.atomic
def decide(
    *,
    task: HumanTask,
    answers: Mapping[str, bool | int | str],
    result: str,
    at: datetime,
    actor: Staff,
) -> ProcessInstance:
    """Complete a step by hand. Who holds the role in reach of the unit may, unless it is somebody else's.

    Raises:
        NotTheirs, TaskNotOpen, DataMissing, NotTaskData: see there; nothing was done.
    """
    if not queries.may_work(task, actor):
        raise NotTheirs(_("%(name)s cannot take this step: another role or unit.") % {"name": actor.name})
    if task.assignee_id not in (None, actor.pk):
        raise NotTheirs(_("Somebody else has taken this step."))
    instance = complete(task=task, at=at, actor=actor, data=answers, result=result)
    audit.record("workflow.task.decided", subject=task, actor=actor, at=at, reason=result[:200])
    return instance
