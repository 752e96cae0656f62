"""Waive late-fee days of a debt: one person asks, another decides."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from denghuo.commerce.receivables import queries
from denghuo.commerce.receivables.models import LateFeeWaiver, Receivable, ReceivableKind, WaiverState
from denghuo.commerce.receivables.operations import balances as standing
from denghuo.commerce.receivables.operations.allocations import tell_settled
from denghuo.commerce.receivables.operations.excess import credit_excess
from denghuo.commerce.receivables.operations.settling import apply_prepayments
from denghuo.foundation.audit import operations as audit
from denghuo.foundation.identity.models import Staff
from denghuo.kernel.periods import day_of


class WaiverRefused(Exception):
    """The waiver cannot be asked for, or not be decided; the text says why."""


@transaction.atomic
def ask_waiver(
    *,
    receivable: Receivable,
    from_date: date,
    to_date: date,
    reason: str,
    note: str,
    actor: Staff,
    at: datetime,
) -> LateFeeWaiver:
    """Ask that no late fee of ``receivable`` runs on ``[from_date, to_date]``; nothing changes before it is approved.

    Raises:
        WaiverRefused: not an electricity debt, cancelled, days out of order or before it was late, no late fee on
            them, no note, or another request waits.
    """
    standing.lock([receivable.account_id])
    found = Receivable.objects.get(pk=receivable.pk)
    if found.kind != ReceivableKind.ENERGY or found.cancelled_at is not None:
        raise WaiverRefused(_("Only an electricity debt that stands has a late fee to waive."))
    if to_date < from_date or from_date <= found.due_date:
        raise WaiverRefused(
            _("The days begin after the due date, %(due)s, and are in order.") % {"due": found.due_date}
        )
    if not note.strip():
        raise WaiverRefused(_("Say what happened."))
    if found.waivers.filter(state=WaiverState.REQUESTED).exists():
        raise WaiverRefused(_("A waiver of this debt waits for approval already."))
    on = day_of(at)
    effect = queries.waiver_effect(found, from_date, to_date, on=on)
    if to_date <= on and not effect.waived_fen and not effect.credited_fen:
        raise WaiverRefused(_("No late fee ran on these days."))
    waiver = LateFeeWaiver.objects.create(
        receivable=found,
        reason=reason,
        note=note.strip(),
        from_date=from_date,
        to_date=to_date,
        effect_fen=effect.waived_fen,
        requested_by=actor,
        requested_at=at,
    )
    audit.record(
        "receivables.waiver.asked",
        subject=waiver,
        actor=actor,
        at=at,
        reason=note,
        unit_id=found.unit_id,
        changes={
            "from_date": [None, from_date.isoformat()],
            "to_date": [None, to_date.isoformat()],
            "effect_fen": [None, effect.waived_fen],
        },
    )
    return waiver


@transaction.atomic
def approve_waiver(*, waiver: LateFeeWaiver, actor: Staff, at: datetime, note: str = "") -> LateFeeWaiver:
    """Let the days be free: what was charged for them is taken back, what was paid of it becomes prepayment.

    Raises:
        WaiverRefused: decided already, asked for by the same person, or the debt was cancelled.
        PeriodClosed: the month is closed.
    """
    found = _waiting(waiver, actor)
    debt = found.receivable
    if debt.cancelled_at is not None:
        raise WaiverRefused(_("The debt has been cancelled: there is nothing to waive."))
    balances = standing.lock([debt.account_id])
    on = day_of(at)
    waiting = queries.open_items(debt.account_id)
    effect = queries.waiver_effect(debt, found.from_date, found.to_date, on=on)
    _decide(found, WaiverState.APPROVED, actor, at, note)
    done = credit_excess(balances, principals=[debt], on=on, at=at, actor=actor, reason=found.note)
    found.effect_fen, found.credited_fen = effect.waived_fen, done.credited_fen
    found.save(update_fields=["effect_fen", "credited_fen"])
    if done.freed_fen:
        apply_prepayments(balances=balances, on=on, at=at, actor=actor)
    now_open = Receivable.objects.filter(pk__in=[item.pk for item in waiting], open_fen__gt=0)
    still = set(now_open.values_list("id", flat=True))
    tell_settled(waiting, on=on, at=at, closed={item.pk for item in waiting} - still)
    audit.record(
        "receivables.waiver.approved",
        subject=found,
        actor=actor,
        at=at,
        reason=note,
        unit_id=debt.unit_id,
        changes={"effect_fen": [None, found.effect_fen], "credited_fen": [None, found.credited_fen]},
    )
    return found


@transaction.atomic
def reject_waiver(*, waiver: LateFeeWaiver, actor: Staff, at: datetime, note: str = "") -> LateFeeWaiver:
    """Leave the late fee as it is.

    Raises:
        WaiverRefused: decided already, asked for by the same person, or no reason given.
    """
    if not note.strip():
        raise WaiverRefused(_("Give the reason."))
    found = _waiting(waiver, actor)
    _decide(found, WaiverState.REJECTED, actor, at, note)
    audit.record(
        "receivables.waiver.rejected",
        subject=found,
        actor=actor,
        at=at,
        reason=note,
        unit_id=found.receivable.unit_id,
    )
    return found


def _waiting(waiver: LateFeeWaiver, actor: Staff) -> LateFeeWaiver:
    """The request, locked.

    Raises:
        WaiverRefused: see the callers.
    """
    rows = LateFeeWaiver.objects.select_for_update(of=("self",)).select_related("receivable")
    found = rows.get(pk=waiver.pk)
    if found.state != WaiverState.REQUESTED:
        raise WaiverRefused(_("This waiver has been decided already."))
    if found.requested_by_id == actor.pk:
        raise WaiverRefused(_("You asked for this waiver. Another person must decide."))
    return found


def _decide(found: LateFeeWaiver, state: WaiverState, actor: Any, at: datetime, note: str) -> None:
    found.state, found.decided_by, found.decided_at = state, actor, at
    found.decision_note = note.strip()[:300]
    found.save(update_fields=["state", "decided_by", "decided_at", "decision_note"])
