"""Decide a correction; an approved one is carried out at once, whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from denghuo.commerce.billing import operations as billing
from denghuo.commerce.billing.models import BillingRun, BillKind
from denghuo.commerce.billing.operations.booking import DOCUMENT as BILL_DOCUMENT
from denghuo.commerce.corrections import events, queries
from denghuo.commerce.corrections.models import CorrectedBill, Correction, CorrectionState, Settlement
from denghuo.commerce.corrections.operations.drafting import (
    CorrectionRefused,
    pair,
    replayed,
    sums,
)
from denghuo.commerce.corrections.operations.records import RecordRefused, put_right
from denghuo.commerce.corrections.rules.effect import Effect
from denghuo.commerce.payments import operations as payments
from denghuo.commerce.payments.models import Refund
from denghuo.commerce.receivables.models import AccountBalance, InstalmentPlan, Receivable
from denghuo.commerce.receivables.operations import plans
from denghuo.foundation.audit import operations as audit
from denghuo.foundation.identity.models import Staff
from denghuo.foundation.outbox import operations as outbox
from denghuo.kernel.periods import Cycle, day_of


@transaction.atomic
def reject(*, correction: Correction, actor: Staff, at: datetime, note: str) -> Correction:
    """Leave the bills as they are.

    Raises:
        CorrectionRefused: not waiting, one's own, or no note.
    """
    both = pair(correction)
    if not note.strip():
        raise CorrectionRefused(_("Say why it is rejected."))
    for found in both:
        _decidable(found, actor)
        found.state, found.decided_by, found.decided_at, found.note = (
            CorrectionState.REJECTED,
            actor,
            at,
            note[:300],
        )
        found.save(update_fields=["state", "decided_by", "decided_at", "note"])
    audit.record(
        "corrections.correction.rejected",
        subject=both[0],
        actor=actor,
        at=at,
        reason=note,
        unit_id=both[0].unit_id,
    )
    return both[0]


def _decidable(found: Correction, actor: Staff) -> None:
    if found.state != CorrectionState.SUBMITTED:
        raise CorrectionRefused(_("This correction does not wait for a decision."))
    if found.drafted_by_id == actor.pk:
        raise CorrectionRefused(_("Another person must decide: you drafted it."))


@transaction.atomic
def approve(
    *, correction: Correction, actor: Staff, at: datetime, due_date: date, note: str = ""
) -> Correction:
    """Replace the bills: the old ones are reversed oldest first, the new ones issued and due on ``due_date``.

    Raises:
        CorrectionRefused: not waiting, one's own, or the bills changed since it was submitted.
    """
    both = pair(correction)
    for found in both:
        _decidable(found, actor)
    # Both are priced before either changes a bill: the inputs of one are the archived bills of the other.
    months = [_unchanged(found) for found in both]
    for found, mine in zip(both, months, strict=True):
        carry_out(found, mine, actor=actor, at=at, due_date=due_date, note=note)
    return both[0]


def _unchanged(found: Correction) -> list[queries.Replayed]:
    """The corrected inputs, if they still give what was submitted."""
    first, last = Cycle.parse(found.first_cycle), Cycle.parse(found.last_cycle)
    months = replayed(found.supply_point, found.changes, first, last)
    effect = Effect([month.effect for month in months])
    if effect.fingerprint != found.effects.fingerprint:
        raise CorrectionRefused(
            _("The bills of %(number)s have changed since it was submitted. Withdraw it and draft it again.")
            % {"number": found.number}
        )
    return months


def carry_out(
    found: Correction,
    months: Sequence[queries.Replayed],
    *,
    actor: Staff,
    at: datetime,
    due_date: date,
    note: str,
    runs: Mapping[str, BillingRun] | None = None,
) -> None:
    """Reverse, put the records right, write the new bills, settle; inside the caller's transaction."""
    changed = [month for month in months if month.effect.changed and month.tables is not None]
    done = _rebilled(found, changed, actor=actor, at=at, due_date=due_date, runs=runs)
    new = [bill for month in done for bill in month.bills]
    _note_bills(found, done)
    for name, value in sums(Effect([month.effect for month in months])).items():
        setattr(found, name, value)
    found.state, found.decided_by, found.decided_at = CorrectionState.COMMITTED, actor, at
    found.note = note[:300]
    _settle(found, at)
    found.save()
    outbox.publish(
        events.CorrectionCommitted(
            correction_id=found.pk,
            account_id=found.account_id,
            reason=found.reason,
            difference_fen=found.difference_fen,
            bill_ids=tuple(bill.pk for bill in new),
            committed_at=at,
        )
    )
    audit.record(
        "corrections.correction.committed",
        subject=found,
        actor=actor,
        at=at,
        reason=note,
        unit_id=found.unit_id,
        changes={
            "state": ["submitted", "committed"],
            "difference_fen": [None, found.difference_fen],
            "bills": [None, len(new)],
        },
    )


def _rebilled(
    found: Correction,
    changed: Sequence[queries.Replayed],
    *,
    actor: Staff,
    at: datetime,
    due_date: date,
    runs: Mapping[str, BillingRun] | None,
) -> list[billing.RebilledMonth]:
    """Old bills out, records right, new bills in."""
    reason = _("Correction %(number)s: %(text)s") % {"number": found.number, "text": found.explanation}

    def records() -> None:
        if found.correct_record:
            put_right(
                supply_point=found.supply_point,
                facts=found.changes,
                from_date=Cycle.parse(found.first_cycle).first,
                reason=reason,
                at=at,
                actor=actor,
            )

    try:
        return billing.rebill(
            account=found.account,
            months=[
                billing.CorrectedMonth(month.cycle, month.bills, month.tables, month.books)
                for month in changed
                if month.tables is not None and month.books is not None
            ],
            reason=reason[:300],
            asked_by=found.drafted_by,
            actor=actor,
            at=at,
            due_date=due_date,
            meanwhile=records,
            runs=runs,
        )
    except (billing.BillCannotBeReversed, billing.CannotBePriced, RecordRefused) as error:
        raise CorrectionRefused(str(error)) from error


def _note_bills(found: Correction, done: Sequence[billing.RebilledMonth]) -> None:
    for month in done:
        by_kind = {bill.kind == BillKind.FEED_IN: bill for bill in month.bills}
        for bill, negative in month.cancelled:
            CorrectedBill.objects.create(
                correction=found,
                cycle=str(month.cycle),
                bill=bill,
                reversal=negative,
                replacement=by_kind.get(bill.kind == BillKind.FEED_IN),
            )


def _settle(found: Correction, at: datetime) -> None:
    """Ask for the refund or propose the plan; each has its own second person.

    Where that room refuses, the new bills stand as they are and the note says why.
    """
    if found.drafted_by is None:
        return
    terms: dict[str, Any] = json.loads(found.settlement_terms)
    try:
        with transaction.atomic():
            if found.settlement == Settlement.REFUND and found.difference_fen < 0:
                found.refund = _refund(found, terms, at)
            elif found.settlement == Settlement.INSTALMENTS and found.difference_fen > 0:
                found.plan = _plan(found, int(terms.get("instalments", 2)), at)
    except (payments.RefundImpossible, plans.PlanRefused) as error:
        found.note = f"{found.note} {error}".strip()[:300]


def _refund(found: Correction, terms: Mapping[str, Any], at: datetime) -> Refund | None:
    """What is too much, as far as it was paid."""
    balance = AccountBalance.objects.filter(account=found.account_id).first()
    amount = min(-found.difference_fen, balance.prepaid_fen if balance else 0)
    if found.drafted_by is None:
        return None
    if amount <= 0:
        raise payments.RefundImpossible(_("Nothing of it has been paid, so nothing is refunded."))
    return payments.ask_refund(
        account=found.account,
        amount_fen=amount,
        source="prepayment",
        channel=terms.get("channel", "transfer"),
        reason=_("Correction %(number)s") % {"number": found.number},
        at=at,
        actor=found.drafted_by,
        beneficiary=terms.get("beneficiary", ""),
        bank=terms.get("bank", ""),
        bank_account=terms.get("bank_account", ""),
    )


def _plan(found: Correction, count: int, at: datetime) -> InstalmentPlan | None:
    """The new bills in equal parts, one a month."""
    bills = found.corrected_bills.values_list("replacement_id", flat=True)
    debts = list(
        Receivable.objects.filter(document_type=BILL_DOCUMENT, document_id__in=list(bills), open_fen__gt=0)
    )
    total = sum(debt.open_fen for debt in debts)
    if total < count or found.drafted_by is None:
        return None
    cycle = Cycle.of(day_of(at)).shifted(1)
    parts = [
        plans.Part(
            cycle.shifted(at_month).on_day(15), total * (at_month + 1) // count - total * at_month // count
        )
        for at_month in range(count)
    ]
    return plans.propose_plan(
        account=found.account,
        receivables=[debt.pk for debt in debts],
        parts=parts,
        reason=_("Correction %(number)s") % {"number": found.number},
        actor=found.drafted_by,
        at=at,
    )


__all__ = ["approve", "carry_out", "reject"]
