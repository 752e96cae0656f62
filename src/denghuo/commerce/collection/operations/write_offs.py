"""Bad debts are written off by two persons, and recovered where the customer pays after all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from denghuo.commerce.collection.models import (
    Recovery,
    WriteOffReason,
    WriteOffRequest,
    WriteOffState,
    WrittenOffDebt,
)
from denghuo.commerce.collection.operations import resting
from denghuo.commerce.collection.rules import parameters
from denghuo.commerce.payments import operations as payments
from denghuo.commerce.payments.models import Payment
from denghuo.commerce.receivables import operations as receivables
from denghuo.commerce.receivables.models import (
    Allocation,
    AllocationSource,
    Receivable,
    ReceivableKind,
    WaiverReason,
)
from denghuo.commerce.receivables.queries.late_fees import accrued_on
from denghuo.foundation.audit import operations as audit
from denghuo.foundation.identity.models import Staff, UnitKind
from denghuo.foundation.parameters import queries as parameter_queries
from denghuo.kernel.money import fen
from denghuo.kernel.periods import day_of
from denghuo.records.customers.models import Account


class WriteOffCannotBeAsked(Exception):
    """Nothing is open, no evidence, or it is asked for already; the text says which."""


@transaction.atomic
def ask_write_off(
    *,
    account: Account,
    receivable_ids: Sequence[int],
    reason: WriteOffReason | str,
    evidence: str,
    actor: Staff,
    at: datetime,
) -> WriteOffRequest:
    """Propose to write off open debts of an account; nothing changes until another person approves.

    Raises:
        WriteOffCannotBeAsked: no open and undisputed debt is named, no evidence, or a request is waiting.
    """
    if not evidence.strip():
        raise WriteOffCannotBeAsked(_("Name the evidence: what was tried, and what proves that it is lost."))
    items = list(
        Receivable.objects.filter(
            pk__in=list(receivable_ids), account=account, open_fen__gt=0, due_date__lt=day_of(at)
        ).order_by("due_date", "id")
    )
    if not items:
        raise WriteOffCannotBeAsked(_("Choose at least one overdue debt."))
    if any(item.disputed for item in items):
        raise WriteOffCannotBeAsked(_("A disputed debt is decided first."))
    if WriteOffRequest.objects.filter(account=account, state=WriteOffState.REQUESTED).exists():
        raise WriteOffCannotBeAsked(_("A write-off of this account is waiting for approval already."))
    request = WriteOffRequest.objects.create(
        account=account,
        unit_id=account.unit_id,
        reason=reason,
        evidence=evidence,
        total_fen=sum(item.open_fen for item in items),
        requested_by=actor,
        requested_at=at,
    )
    WrittenOffDebt.objects.bulk_create(
        WrittenOffDebt(request=request, receivable=item, amount_fen=item.open_fen) for item in items
    )
    audit.record(
        "collection.write_off.asked",
        subject=request,
        subject_label=account.number,
        actor=actor,
        at=at,
        reason=evidence,
        changes={"total_fen": [None, request.total_fen]},
    )
    return request


class WriteOffCannotBeDecided(Exception):
    """It is decided, one's own, above the limit, or the debts have changed; the text says which."""


def _undecided(request: WriteOffRequest, actor: Staff) -> WriteOffRequest:
    found = (
        WriteOffRequest.objects.select_for_update(of=("self",)).select_related("account").get(pk=request.pk)
    )
    if found.state != WriteOffState.REQUESTED:
        raise WriteOffCannotBeDecided(_("This write-off has been decided already."))
    if found.requested_by_id == actor.pk:
        raise WriteOffCannotBeDecided(_("Another person must decide: you asked for it."))
    return found


def station_limit_fen(at: datetime) -> int:
    """Above this only the bureau may approve."""
    return fen(parameter_queries.value(parameters.WRITE_OFF_STATION_LIMIT_YUAN, on=day_of(at)))


@transaction.atomic
def approve_write_off(
    *, request: WriteOffRequest, actor: Staff, at: datetime, note: str = ""
) -> WriteOffRequest:
    """Write the debts off; they stay on the list of old debts and may still be paid.

    Raises:
        WriteOffCannotBeDecided: decided already, one's own, above the limit of the approver, or paid meanwhile.
        PeriodClosed: the month is closed.
    """
    receivables.lock([request.account_id])
    found = _undecided(request, actor)
    if found.total_fen > station_limit_fen(at) and actor.unit.kind != UnitKind.BUREAU:
        raise WriteOffCannotBeDecided(_("An amount above the limit is decided at the bureau."))
    debts = list(found.debts.select_related("receivable"))
    if any(debt.receivable.open_fen != debt.amount_fen for debt in debts):
        raise WriteOffCannotBeDecided(
            _("Something was paid or changed meanwhile. Reject this request and ask again.")
        )
    on = day_of(at)
    posting = receivables.write_off(
        receivables=[debt.receivable for debt in debts],
        on=on,
        at=at,
        reason=f"{found.get_reason_display()}: {found.evidence}"[:300],
        actor=actor,
    )
    made = dict(Allocation.objects.filter(posting=posting).values_list("receivable_id", "pk"))
    for debt in debts:
        debt.allocation_id = made[debt.receivable_id]
    WrittenOffDebt.objects.bulk_update(debts, ["allocation"])
    found.state, found.decided_by, found.decided_at, found.decision_note = (
        WriteOffState.DONE,
        actor,
        at,
        note,
    )
    found.save(update_fields=["state", "decided_by", "decided_at", "decision_note"])
    resting.close_written_off(account_id=found.account_id, at=at)
    audit.record(
        "collection.write_off.approved",
        subject=found,
        subject_label=found.account.number,
        actor=actor,
        at=at,
        reason=note,
        changes={"total_fen": [None, found.total_fen]},
    )
    return found


@transaction.atomic
def reject_write_off(*, request: WriteOffRequest, actor: Staff, at: datetime, note: str) -> WriteOffRequest:
    """Leave the debts open.

    Raises:
        WriteOffCannotBeDecided: decided already, or one's own.
    """
    found = _undecided(request, actor)
    found.state, found.decided_by, found.decided_at, found.decision_note = (
        WriteOffState.REJECTED,
        actor,
        at,
        note,
    )
    found.save(update_fields=["state", "decided_by", "decided_at", "decision_note"])
    audit.record(
        "collection.write_off.rejected",
        subject=found,
        subject_label=found.account.number,
        actor=actor,
        at=at,
        reason=note,
    )
    return found


class CannotBeRecovered(Exception):
    """Nothing is written off any more, or the amount is not that of these debts; the text says which."""


@dataclass(frozen=True)
class Recovered:
    """The payment that came in, and what it paid of which debt."""

    payment: Payment
    parts: list[tuple[WrittenOffDebt, int]]


@transaction.atomic
def recover(
    *,
    request: WriteOffRequest,
    amount_fen: int,
    channel: str,
    external_id: str,
    actor: Staff,
    at: datetime,
) -> Recovered:
    """Book money that came in for written-off debts: they are opened again, paid oldest first, and what is left of them
    is written off again. Safe to call again with the same channel transaction.

    Raises:
        CannotBeRecovered: nothing of it is written off any more, or more than is left of it.
        PaymentDiffers: the transaction is known with another amount or account.
        PeriodClosed: the month is closed.
    """
    receivables.lock([request.account_id])
    found = (
        WriteOffRequest.objects.select_for_update(of=("self",)).select_related("account").get(pk=request.pk)
    )
    known = Payment.objects.filter(channel=channel, external_id=external_id).first()
    if known is not None and (parts := list(Recovery.objects.filter(payment=known, debt__request=found))):
        return Recovered(known, [(part.debt, part.amount_fen) for part in parts])
    debts = list(
        found.debts.filter(allocation__isnull=False)
        .select_related("receivable")
        .order_by("receivable__due_date", "id")
    )
    left = sum(debt.remaining_fen for debt in debts)
    if not 0 < amount_fen <= left:
        raise CannotBeRecovered(
            _("The amount must be above zero and not more than what is left written off.")
        )
    on = day_of(at)
    items = [debt.receivable for debt in debts]
    reason = _("Recovered: %(number)s") % {"number": external_id}
    receivables.write_back(receivables=items, on=on, at=at, reason=reason, actor=actor)
    _keep_late_fee_away(found, items, at)
    payment = payments.receive(
        account=found.account,
        amount_fen=amount_fen,
        channel=channel,
        external_id=external_id,
        at=at,
        actor=actor,
        only=[item.pk for item in items],
        note=reason,
    )
    return _book_recovery(found, debts, payment, reason, actor, at)


def _keep_late_fee_away(request: WriteOffRequest, items: Sequence[Receivable], at: datetime) -> None:
    """No late fee is claimed on what had been given up as lost, from the last day charged on; the two persons of the
    write-off answer for it. Unless the bureau says otherwise (a parameter)."""
    on = day_of(at)
    if parameter_queries.value(parameters.LATE_FEE_ON_WRITTEN_OFF, on=on):
        return
    assert request.decided_by is not None
    for fee in accrued_on([item for item in items if item.kind == ReceivableKind.ENERGY], on=on):
        if fee.due_fen <= 0:
            continue
        waiver = receivables.ask_waiver(
            receivable=fee.receivable,
            from_date=fee.charged_to + timedelta(days=1),
            to_date=on,
            reason=WaiverReason.POLICY,
            note=_("Written-off debt, paid after all"),
            actor=request.requested_by,
            at=at,
        )
        receivables.approve_waiver(waiver=waiver, actor=request.decided_by, at=at)


def _book_recovery(
    request: WriteOffRequest,
    debts: Sequence[WrittenOffDebt],
    payment: Payment,
    reason: str,
    actor: Staff,
    at: datetime,
) -> Recovered:
    paid = dict(
        Allocation.objects.filter(posting_id=payment.posting_id, source=AllocationSource.PAYMENT).values_list(
            "receivable_id", "amount_fen"
        )
    )
    ids = [debt.receivable_id for debt in debts]
    rest = list(
        Receivable.objects.filter(pk__in=ids, open_fen__gt=0)
        | Receivable.objects.filter(principal__in=ids, open_fen__gt=0)
    )
    again: dict[int, int] = {}
    if rest:
        posting = receivables.write_off(receivables=rest, on=day_of(at), at=at, reason=reason, actor=actor)
        again = dict(Allocation.objects.filter(posting=posting).values_list("receivable_id", "pk"))
    parts = []
    for debt in debts:
        debt.allocation_id = again.get(debt.receivable_id)
        part = min(paid.get(debt.receivable_id, 0), debt.remaining_fen)
        if part:
            debt.recovered_fen += part
            parts.append((debt, part))
    WrittenOffDebt.objects.bulk_update(debts, ["allocation", "recovered_fen"])
    Recovery.objects.bulk_create(
        Recovery(debt=debt, payment=payment, amount_fen=part, recovered_at=at) for debt, part in parts
    )
    audit.record(
        "collection.write_off.recovered",
        subject=request,
        subject_label=request.account.number,
        actor=actor,
        at=at,
        reason=reason,
        changes={"recovered_fen": [None, sum(part for _debt, part in parts)]},
    )
    return Recovered(payment, parts)
