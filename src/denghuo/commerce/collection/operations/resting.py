"""A case comes to rest: closed, stopped, paused; and runs again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from denghuo.commerce.collection import queries
from denghuo.commerce.collection.models import (
    ActionState,
    CaseReason,
    CaseState,
    DunningAction,
    DunningCase,
    DunningMessage,
    MessageState,
    Outcome,
    PaymentPromise,
    PromiseState,
)
from denghuo.commerce.receivables import queries as receivables
from denghuo.foundation.audit import operations as audit
from denghuo.foundation.identity.models import Staff
from denghuo.kernel.periods import day_of


class CaseCannotChange(Exception):
    """The case is in a state that does not allow this; the text says why."""


def drop_waiting(cases: Iterable[DunningCase], *, at: datetime) -> None:
    """Take what waits to be done or sent off the lists."""
    ids = [case.pk for case in cases]
    DunningMessage.objects.filter(action__case__in=ids, state=MessageState.WAITING).update(
        state=MessageState.DROPPED
    )
    DunningAction.objects.filter(case__in=ids, state=ActionState.WAITING).exclude(
        message__state=MessageState.SENDING
    ).update(state=ActionState.DROPPED, outcome=Outcome.SETTLED, done_at=at)


def close_rows(cases: Sequence[DunningCase], *, reason: CaseReason, at: datetime) -> None:
    """Close locked cases; an open promise was kept where the debt is paid."""
    if not cases:
        return
    drop_waiting(cases, at=at)
    for case in cases:
        case.state, case.reason, case.closed_at = CaseState.CLOSED, reason, at
        case.next_number = case.next_date = case.paused_until = None
        if reason == CaseReason.PAID:
            case.overdue_fen = 0
    DunningCase.objects.bulk_update(
        cases,
        ["state", "reason", "closed_at", "next_number", "next_date", "paused_until", "overdue_fen"],
    )
    kept = reason in (CaseReason.PAID, CaseReason.PROTECTED)
    PaymentPromise.objects.filter(case__in=cases, state=PromiseState.OPEN).update(
        state=PromiseState.KEPT if kept else PromiseState.BROKEN, judged_at=at
    )


def _locked(case: DunningCase) -> DunningCase:
    return DunningCase.objects.select_for_update(of=("self",)).select_related("plan").get(pk=case.pk)


@transaction.atomic
def close_when_settled(*, account_id: int, at: datetime) -> DunningCase | None:
    """Close the open case of an account where nothing is overdue any more; None where something is, or no case is open."""
    case = (
        DunningCase.objects.select_for_update(of=("self",))
        .exclude(state=CaseState.CLOSED)
        .filter(account_id=account_id)
        .first()
    )
    if case is None or receivables.overdue(on=day_of(at), account_ids=[account_id]):
        return None
    close_rows([case], reason=CaseReason.PAID, at=at)
    return case


@transaction.atomic
def close_written_off(*, account_id: int, at: datetime) -> None:
    """Close the open case of an account whose overdue debts have been written off."""
    case = (
        DunningCase.objects.select_for_update(of=("self",))
        .exclude(state=CaseState.CLOSED)
        .filter(account_id=account_id)
        .first()
    )
    if case is not None and not receivables.overdue(on=day_of(at), account_ids=[account_id]):
        close_rows([case], reason=CaseReason.WRITTEN_OFF, at=at)


@transaction.atomic
def stop(*, account_id: int, reason: CaseReason, note: str, at: datetime, actor: Any = None) -> None:
    """Stop the open case of an account (a room above took over: it was disconnected); nothing where none is open."""
    case = (
        DunningCase.objects.select_for_update(of=("self",))
        .exclude(state=CaseState.CLOSED)
        .filter(account_id=account_id)
        .first()
    )
    if case is None:
        return
    before, case.state, case.reason = case.state, CaseState.STOPPED, reason
    case.note = note or case.note
    case.next_number = case.next_date = None
    case.save(update_fields=["state", "reason", "note", "next_number", "next_date"])
    drop_waiting([case], at=at)
    audit.record(
        "collection.case.stopped",
        subject=case,
        actor=actor,
        at=at,
        reason=note,
        changes={"state": [before, case.state], "reason": [None, str(reason)]},
    )


@transaction.atomic
def pause(*, case: DunningCase, until: date | None, note: str, actor: Staff, at: datetime) -> DunningCase:
    """Take no step until the end of ``until`` (or until somebody resumes).

    Raises:
        CaseCannotChange: it does not run, no reason is given, or the day is past.
    """
    found = _locked(case)
    if found.state not in (CaseState.RUNNING, CaseState.PAUSED):
        raise CaseCannotChange(_("Only a running case can be paused."))
    if not note.strip():
        raise CaseCannotChange(_("Give the reason."))
    if until is not None and until < day_of(at):
        raise CaseCannotChange(_("The pause ends in the past."))
    before = found.state
    found.state, found.reason, found.paused_until, found.note = (
        CaseState.PAUSED,
        CaseReason.BY_HAND,
        until,
        note,
    )
    found.save(update_fields=["state", "reason", "paused_until", "note"])
    audit.record(
        "collection.case.paused",
        subject=found,
        actor=actor,
        at=at,
        reason=note,
        changes={
            "state": [before, found.state],
            "paused_until": [None, until.isoformat() if until else None],
        },
    )
    return found


@transaction.atomic
def resume(*, case: DunningCase, actor: Staff | None, at: datetime, note: str = "") -> DunningCase:
    """Let a case go on; the next daily run looks whether it may.

    Raises:
        CaseCannotChange: it runs, or is closed.
    """
    found = _locked(case)
    if found.state not in (CaseState.PAUSED, CaseState.STOPPED):
        raise CaseCannotChange(_("Only a case that rests can be resumed."))
    if found.plan_id is None:
        raise CaseCannotChange(_("No plan fits this customer, so there is no step to take."))
    before, found.state, found.reason, found.paused_until = found.state, CaseState.RUNNING, "", None
    found.save(update_fields=["state", "reason", "paused_until"])
    audit.record(
        "collection.case.resumed",
        subject=found,
        actor=actor,
        at=at,
        reason=note,
        changes={"state": [before, found.state]},
    )
    return found


@transaction.atomic
def assign(*, cases: Sequence[DunningCase], owner: Staff | None, actor: Staff | None, at: datetime) -> int:
    """Give open cases to a person; None gives them back to who answers for the account. Returns how many changed."""
    found = list(
        DunningCase.objects.select_for_update(of=("self",))
        .filter(pk__in=[case.pk for case in cases])
        .exclude(state=CaseState.CLOSED)
    )
    if owner is None:
        persons = queries.responsible([case.account_id for case in found], on=day_of(at))
    changed = []
    for case in found:
        wanted = owner.pk if owner is not None else persons.get(case.account_id)
        if case.owner_id != wanted:
            case.owner_id = wanted
            changed.append(case)
    DunningCase.objects.bulk_update(changed, ["owner"])
    if changed and actor is not None:
        audit.record(
            "collection.cases.assigned",
            subject=changed[0] if len(changed) == 1 else None,
            subject_type="collection.dunningcase",
            subject_label=owner.name if owner else "",
            actor=actor,
            at=at,
            changes={"cases": [None, [case.pk for case in changed]]},
            unit_id=actor.unit_id,
        )
    return len(changed)
