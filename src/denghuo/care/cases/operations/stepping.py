"""What every verb of this room shares: the lock, the step of the process, the note in the audit."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from denghuo.care.cases.models import Case, CaseState
from denghuo.foundation.audit import operations as audit
from denghuo.foundation.identity.models import Staff
from denghuo.foundation.workflow import operations as workflow
from denghuo.foundation.workflow import queries as processes
from denghuo.foundation.workflow import rules as flow


class CaseRefused(Exception):
    """The matter does not stand where this could be done, or something is missing; the text says what."""


def locked(case: Case) -> Case:
    """The matter as it is now, until the transaction ends."""
    return (
        Case.objects.select_for_update(of=("self",))
        .select_related("topic", "customer", "account", "supply_point", "area", "unit", "owner")
        .get(pk=case.pk)
    )


def open_case(case: Case) -> Case:
    """The locked matter, if it still runs.

    Raises:
        CaseRefused: it is over.
    """
    found = locked(case)
    if not found.is_open:
        raise CaseRefused(_("This matter is over: %(state)s.") % {"state": found.get_state_display()})
    return found


def step(
    case: Case,
    name: str,
    *,
    at: datetime,
    actor: Staff | None,
    data: Mapping[str, bool | int | str] | None = None,
    result: str = "",
) -> None:
    """Complete the open step ``name`` of the process of a matter.

    Raises:
        CaseRefused: the process waits elsewhere.
    """
    task = processes.open_task(case, name)
    if task is None:
        key, waiting = process_of(case), processes.open_tasks(case).first()
        raise CaseRefused(
            _("“%(step)s” is not the next step; the matter waits for: %(next)s.")
            % {
                "step": flow.label(key, name),
                "next": flow.label(key, waiting.step, waiting.name) if waiting else _("nothing"),
            }
        )
    try:
        workflow.complete(task=task, at=at, actor=actor, data=data, result=result[:200])
    except workflow.TaskNotOpen as error:
        raise CaseRefused(str(error)) from error


def process_of(case: Case) -> str:
    from denghuo.care.cases.rules.processes import OF_KIND

    return OF_KIND[case.kind]


def waits_for(case: Case, *names: str) -> bool:
    """Whether one of these steps is open."""
    return processes.open_tasks(case).filter(step__in=names).exists()


def say(case: Case, text: str, *, at: datetime, actor: Staff | None) -> None:
    """Put words into the internal conversation of the matter."""
    instance = processes.instance_of(case)
    if instance is not None and text.strip():
        workflow.remark(instance=instance, text=text, at=at, actor=actor)


def end_process(case: Case, reason: str, *, at: datetime, actor: Staff | None) -> None:
    """Cancel the process of a matter that ends before its last step."""
    instance = processes.instance_of(case)
    if instance is not None and instance.state == "running":
        workflow.cancel(instance=instance, at=at, actor=actor, reason=reason)


def save(row: Any, **changes: Any) -> None:
    for name, value in changes.items():
        setattr(row, name, value)
    row.save(update_fields=list(changes))


def close(case: Case, state: str = CaseState.CLOSED, *, at: datetime, **changes: Any) -> None:
    save(case, state=state, closed_at=at, **changes)


def note(
    action: str, case: Case, *, at: datetime, actor: Staff | None, reason: str = "", **changes: Any
) -> None:
    """Record what happened to a matter; last in a verb, because it locks the end of the chain."""
    audit.record(
        f"cases.{action}",
        subject=case,
        actor=actor,
        at=at,
        reason=reason[:300],
        changes={name: [None, value] for name, value in changes.items()},
    )
