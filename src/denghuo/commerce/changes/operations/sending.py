"""The work on site is given out, and called off with the change."""

from __future__ import annotations

from datetime import datetime, time

from denghuo.commerce.changes.models import Change, Kind
from denghuo.commerce.changes.queries.preview import units_taken
from denghuo.commerce.changes.rules import kinds
from denghuo.commerce.fieldwork import operations as fieldwork
from denghuo.commerce.fieldwork import queries as field_tasks
from denghuo.foundation.identity.models import Staff
from denghuo.foundation.workflow import operations as workflow
from denghuo.foundation.workflow import queries as cases
from denghuo.kernel.periods import BEIJING, day_of

END_OF_WORK = time(17, 30)


def send_out(change: Change, *, at: datetime, actor: Staff | None) -> None:
    """Dispatch the field task of an approved change; once, however often it is called."""
    kind = kinds.FIELD_KIND.get(change.kind)
    if kind is None:
        return
    fieldwork.dispatch(
        kind=kind,
        subject=change,
        title=f"{Kind(change.kind).label} {change.supply_point.number}",
        unit_id=change.unit_id,
        at=at,
        actor=actor,
        due_at=datetime.combine(change.from_date, END_OF_WORK, BEIJING),
        address=change.asked.get("address", "") or change.supply_point.address,
        supply_point_id=change.supply_point_id,
        details={"transformers": ", ".join(unit.label for unit in units_taken(change)) or "—"},
        key=f"changes:{change.pk}",
    )


def wait_for_the_day(change: Change, *, at: datetime, actor: Staff | None) -> None:
    """Between the decision and the day that the customer asked for nobody is late: the clock stands still."""
    instance = cases.instance_of(change)
    if instance is not None and instance.paused_at is None and change.from_date > day_of(at):
        workflow.pause(
            instance=instance, reason="appointment", at=at, actor=actor, note=change.from_date.isoformat()
        )


def clock_runs(change: Change, *, at: datetime, actor: Staff | None) -> None:
    """Let a clock that stands still run again."""
    instance = cases.instance_of(change)
    if instance is not None and instance.paused_at is not None and instance.state == "running":
        workflow.resume(instance=instance, at=at, actor=actor)


def call_off(change: Change, *, reason: str, at: datetime, actor: Staff) -> None:
    """Take the field task back where it still waits."""
    kind = kinds.FIELD_KIND.get(change.kind)
    task = field_tasks.task_of(change, kind) if kind else None
    if task is not None and task.is_live:
        fieldwork.cancel(task=task, reason=reason, at=at, actor=actor)
