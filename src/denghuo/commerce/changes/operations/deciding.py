"""A second person approves or refuses; the customer takes a request back."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from denghuo.commerce.changes import events
from denghuo.commerce.changes.models import Change, ChangeState
from denghuo.commerce.changes.operations.sending import (
    call_off,
    clock_runs,
    send_out,
    wait_for_the_day,
)
from denghuo.foundation.audit import operations as audit
from denghuo.foundation.identity.models import Staff
from denghuo.foundation.outbox import operations as outbox
from denghuo.foundation.workflow import operations as workflow
from denghuo.foundation.workflow import queries as cases


class ChangeCannotBeDecided(Exception):
    """It is decided already, no reason is given, or the person who took it in would decide it."""


class ChangeImpossible(Exception):
    """It cannot be carried out like this; the text says why."""


def locked(change: Change, *states: str) -> Change:
    """The change as it stands, locked.

    Raises:
        ChangeImpossible: it is in none of ``states``.
    """
    found = (
        Change.objects.select_for_update(of=("self",))
        .select_related(
            "supply_point", "customer", "account", "new_customer", "new_account", "ends", "other_point"
        )
        .get(pk=change.pk)
    )
    if found.state not in states:
        raise ChangeImpossible(
            _("Request %(number)s is “%(state)s”.")
            % {"number": found.number, "state": found.get_state_display()}
        )
    return found


def step_done(change: Change, step: str, *, at: datetime, actor: Staff | None, **how: object) -> None:
    """Complete a step of the change's process, where it waits."""
    clock_runs(change, at=at, actor=actor)
    task = cases.open_task(change, step)
    if task is not None:
        workflow.complete(task=task, at=at, actor=actor, **how)  # type: ignore[arg-type]


@transaction.atomic
def approve(*, change: Change, at: datetime, actor: Staff, note: str = "") -> Change:
    """Let it be carried out; its field task goes out.

    Raises:
        ChangeCannotBeDecided: see there.
    """
    found = _undecided(change, actor)
    found.state, found.decided_by, found.decided_at, found.decision = ChangeState.APPROVED, actor, at, note
    found.save(update_fields=["state", "decided_by", "decided_at", "decision"])
    step_done(found, "approve", at=at, actor=actor, data={"approved": True}, result=note)
    send_out(found, at=at, actor=actor)
    wait_for_the_day(found, at=at, actor=actor)
    _decided(found, True, note, at, actor)
    return found


@transaction.atomic
def refuse(*, change: Change, at: datetime, actor: Staff, reason: str) -> Change:
    """Do not let it be carried out; the customer hears the reason.

    Raises:
        ChangeCannotBeDecided: see there.
    """
    if not reason.strip():
        raise ChangeCannotBeDecided(_("Give the reason."))
    found = _undecided(change, actor)
    found.state, found.decided_by, found.decided_at, found.decision = ChangeState.REFUSED, actor, at, reason
    found.ends = None  # what it would have ended may be ended by another request
    found.save(update_fields=["state", "decided_by", "decided_at", "decision", "ends"])
    step_done(found, "approve", at=at, actor=actor, data={"approved": False}, result=reason[:200])
    _decided(found, False, reason, at, actor)
    return found


def _undecided(change: Change, actor: Staff) -> Change:
    try:
        found = locked(change, ChangeState.APPLIED)
    except ChangeImpossible as error:
        raise ChangeCannotBeDecided(str(error)) from error
    if found.asked_by_id == actor.pk:
        raise ChangeCannotBeDecided(_("Another person must decide: you took it in."))
    return found


def _decided(change: Change, approved: bool, reason: str, at: datetime, actor: Staff) -> None:
    outbox.publish(
        events.ChangeDecided(
            change_id=change.pk,
            customer_id=change.customer_id,
            kind=change.kind,
            approved=approved,
            reason=reason,
            decided_at=at,
        )
    )
    audit.record(
        "changes.change.approved" if approved else "changes.change.refused",
        subject=change,
        actor=actor,
        at=at,
        reason=reason,
        unit_id=change.unit_id,
    )


@transaction.atomic
def cancel(*, change: Change, at: datetime, actor: Staff, reason: str) -> Change:
    """The customer takes the request back before anything was done on site.

    Raises:
        ChangeCannotBeDecided: no reason, or the work is done.
    """
    if not reason.strip():
        raise ChangeCannotBeDecided(_("Give the reason."))
    try:
        found = locked(change, ChangeState.APPLIED, ChangeState.APPROVED)
    except ChangeImpossible as error:
        raise ChangeCannotBeDecided(str(error)) from error
    found.state, found.decision, found.ends = ChangeState.CANCELLED, reason, None
    found.save(update_fields=["state", "decision", "ends"])
    if (instance := cases.instance_of(found)) is not None and instance.state == "running":
        workflow.cancel(instance=instance, at=at, actor=actor, reason=reason)
    call_off(found, reason=reason, at=at, actor=actor)
    audit.record(
        "changes.change.cancelled", subject=found, actor=actor, at=at, reason=reason, unit_id=found.unit_id
    )
    return found
