"""Give money back: ask, decide, pay out, or take it back when it could not be paid."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from denghuo.commerce.ledger import operations as ledger
from denghuo.commerce.ledger.models import Posting, PostingKind
from denghuo.commerce.ledger.rules import Leg
from denghuo.commerce.ledger.rules.chart import COMPENSATION, DEPOSIT, REFUND_PAYABLE
from denghuo.commerce.payments import events, rules
from denghuo.commerce.payments.models import (
    Channel,
    Deposit,
    Payment,
    PaymentState,
    Refund,
    RefundSource,
    RefundState,
    Shift,
)
from denghuo.commerce.payments.operations.receiving import money_leg
from denghuo.commerce.receivables import operations as receivables
from denghuo.commerce.receivables.models import AccountBalance
from denghuo.commerce.receivables.operations import moving
from denghuo.foundation.audit import operations as audit
from denghuo.foundation.identity.models import Staff
from denghuo.foundation.numbering import operations as numbering
from denghuo.foundation.outbox import operations as outbox
from denghuo.foundation.parameters import queries as parameters
from denghuo.kernel.periods import day_of
from denghuo.records.customers.models import Account

DOCUMENT = "payments.refund"


class RefundImpossible(Exception):
    """The source does not hold the amount, or the channel cannot pay it; the text says which."""


class RefundCannotBeDecided(Exception):
    """It is decided already, by the person who asked, or its source does not hold the amount any more."""


class RefundDiffers(Exception):
    """What the channel reports does not fit the state of the refund: nothing is booked."""


@transaction.atomic
def ask_refund(
    *,
    account: Account,
    amount_fen: int,
    source: RefundSource | str,
    channel: Channel | str,
    reason: str,
    at: datetime,
    actor: Staff,
    payment: Payment | None = None,
    deposit: Deposit | None = None,
    beneficiary: str = "",
    bank: str = "",
    bank_account: str = "",
) -> Refund:
    """Ask for a refund. Nothing moves until a second person approves, unless the amount is below the bureau's limit.

    ``payment`` is given where the money goes back through the channel it came by, ``deposit`` where one is returned.

    Raises:
        RefundImpossible: see there.
        PeriodClosed: it needs no second person, and the month is closed.
    """
    if not reason.strip():
        raise RefundImpossible(_("Give the reason."))
    receivables.lock([account.pk])
    _check_way(account, amount_fen, str(channel), payment, bank_account)
    _check_source(account, amount_fen, str(source), deposit)
    on = day_of(at)
    refund = Refund.objects.create(
        number=f"R{on:%Y%m%d}{numbering.allocate(f'payments.refund.{on:%Y%m%d}', 1)[0]:05d}",
        account=account,
        unit_id=account.unit_id,
        source=source,
        channel=channel,
        payment=payment,
        deposit=deposit,
        amount_fen=amount_fen,
        beneficiary=beneficiary,
        bank=bank,
        bank_account=bank_account,
        reason=reason,
        requested_by=actor,
        requested_at=at,
    )
    alone = not rules.needs_second_person(amount_fen, parameters.value(rules.SECOND_PERSON_ABOVE_YUAN, on=on))
    if alone:
        _release(refund, on=on, at=at, actor=actor)
    audit.record(
        "payments.refund.asked",
        subject=refund,
        actor=actor,
        at=at,
        reason=reason,
        changes={"amount_fen": [None, amount_fen], "channel": [None, str(channel)]},
    )
    return refund


def _check_way(
    account: Account, amount_fen: int, channel: str, payment: Payment | None, bank_account: str
) -> None:
    if amount_fen <= 0:
        raise RefundImpossible(_("The amount must be above zero."))
    if payment is None:
        if channel not in rules.BY_HAND:
            raise RefundImpossible(_("This channel only gives back a payment that came through it."))
        if channel == Channel.TRANSFER and not bank_account.strip():
            raise RefundImpossible(_("Name the bank account that receives the transfer."))
        return
    if payment.account_id != account.pk or payment.channel != channel:
        raise RefundImpossible(_("The payment belongs to another account or channel."))
    if channel not in rules.THROUGH_THE_CHANNEL:
        raise RefundImpossible(_("This channel cannot return a payment; choose cash or a bank transfer."))
    if Payment.objects.values_list("state", flat=True).get(pk=payment.pk) != PaymentState.RECEIVED:
        raise RefundImpossible(_("This payment has been reversed."))
    left = refundable_fen(payment)
    if amount_fen > left:
        raise RefundImpossible(
            _("At most %(yuan)s yuan of this payment can still go back.") % {"yuan": f"{left / 100:.2f}"}
        )


def refundable_fen(payment: Payment) -> int:
    """What may still go back through the channel of a payment: the payment less its refunds, asked for or made."""
    gone = payment.refunds.exclude(state__in=rules.OVER).aggregate(fen=Sum("amount_fen"))["fen"]
    return payment.amount_fen - (gone or 0)


def held_fen(account: Account, source: str, deposit: Deposit | None = None) -> int | None:
    """What stands in the source of a refund; None where nothing bounds it (compensation)."""
    if source == RefundSource.COMPENSATION:
        return None
    if source == RefundSource.DEPOSIT:
        if deposit is None or deposit.account_id != account.pk:
            return 0
        return Deposit.objects.values_list("held_fen", flat=True).get(pk=deposit.pk)
    balance = AccountBalance.objects.filter(account=account).first()
    if balance is None:
        return 0
    return balance.prepaid_fen if source == RefundSource.PREPAYMENT else balance.payable_fen


def _check_source(account: Account, amount_fen: int, source: str, deposit: Deposit | None) -> None:
    held = held_fen(account, source, deposit)
    if held is not None and amount_fen > held:
        raise RefundImpossible(
            _("The account holds only %(yuan)s yuan of this.") % {"yuan": f"{held / 100:.2f}"}
        )


def _release(refund: Refund, *, on: date, at: datetime, actor: Staff) -> None:
    """Move the amount from its source to refunds on the way and tell the channel."""
    refund.posting = _move_out(refund, on=on, at=at, actor=actor)
    refund.state, refund.decided_at = RefundState.APPROVED, at
    refund.save(update_fields=["state", "decided_by", "decided_at", "decision_note", "posting"])
    outbox.publish(
        events.RefundApproved(
            refund_id=refund.pk, channel=refund.channel, amount_fen=refund.amount_fen, approved_at=at
        )
    )


def _move_out(refund: Refund, *, on: date, at: datetime, actor: Staff) -> Posting:
    account_id, fen = refund.account_id, refund.amount_fen
    waiting = Leg(REFUND_PAYABLE, -fen, account_id, document_number=refund.number, unit_id=refund.unit_id)
    if refund.source == RefundSource.PREPAYMENT:
        return receivables.take_back(
            account_id=account_id, amount_fen=fen, against=[waiting], document_number=refund.number,
            **_facts(refund, "approved", on, at, actor),
        )  # fmt: skip
    if refund.source == RefundSource.GENERATION:
        return moving.take_payable(
            account_id=account_id, amount_fen=fen, against=[waiting], document_number=refund.number,
            **_facts(refund, "approved", on, at, actor),
        )  # fmt: skip
    if refund.deposit_id:
        deposit = Deposit.objects.select_for_update().get(pk=refund.deposit_id)
        if deposit.held_fen < fen:
            raise RefundImpossible(_("Less of this deposit is held than the amount."))
        deposit.held_fen -= fen
        deposit.save(update_fields=["held_fen"])
        origin = Leg(DEPOSIT, fen, account_id, document_number=deposit.number)
    else:
        origin = Leg(COMPENSATION, fen, document_number=refund.number)
    return ledger.post(legs=[origin, waiting], **_facts(refund, "approved", on, at, actor))


def _facts(refund: Refund, step: str, on: date, at: datetime, actor: Staff | None) -> dict[str, Any]:
    return {
        "kind": PostingKind.REFUND,
        "on": on,
        "at": at,
        "unit_id": refund.unit_id,
        "actor": actor,
        "key": f"refund:{refund.pk}:{step}",
        "document_type": DOCUMENT,
        "document_id": refund.pk,
        "reason": refund.reason,
    }


def _locked(refund: Refund) -> Refund:
    """The refund as it stands, with its account locked."""
    receivables.lock([refund.account_id])
    return Refund.objects.select_for_update().get(pk=refund.pk)


def _undecided(refund: Refund, actor: Staff) -> Refund:
    found = _locked(refund)
    if found.state != RefundState.REQUESTED:
        raise RefundCannotBeDecided(_("This refund has already been decided."))
    if found.requested_by_id == actor.pk:
        raise RefundCannotBeDecided(_("Another person must decide: you asked for it."))
    return found


@transaction.atomic
def approve_refund(*, refund: Refund, actor: Staff, at: datetime, note: str = "") -> Refund:
    """Let the money go: it leaves its source and waits to be paid out by its channel.

    Raises:
        RefundCannotBeDecided: see there.
        PeriodClosed: the month is closed.
    """
    found = _undecided(refund, actor)
    found.decided_by, found.decision_note = actor, note
    try:
        _release(found, on=day_of(at), at=at, actor=actor)
    except (receivables.NotEnoughPrepaid, moving.NotEnoughPayable, RefundImpossible) as error:
        raise RefundCannotBeDecided(str(error)) from error
    audit.record("payments.refund.approved", subject=found, actor=actor, at=at, reason=note)
    return found


@transaction.atomic
def reject_refund(*, refund: Refund, actor: Staff, at: datetime, note: str) -> Refund:
    """Leave the money where it is.

    Raises:
        RefundCannotBeDecided: decided already, or one's own.
    """
    found = _undecided(refund, actor)
    found.state, found.decided_by, found.decided_at, found.decision_note = (
        RefundState.REJECTED, actor, at, note,
    )  # fmt: skip
    found.save(update_fields=["state", "decided_by", "decided_at", "decision_note"])
    audit.record("payments.refund.rejected", subject=found, actor=actor, at=at, reason=note)
    return found


@transaction.atomic
def refund_sent(*, refund: Refund, at: datetime, actor: Staff | None = None) -> Refund:
    """The channel has the order to pay; its answer follows. Safe to call again.

    Raises:
        RefundDiffers: it is not approved, or has ended.
    """
    found = _locked(refund)
    if found.state == RefundState.SENT:
        return found
    _may(found, RefundState.SENT)
    found.state, found.sent_at = RefundState.SENT, at
    found.save(update_fields=["state", "sent_at"])
    audit.record("payments.refund.sent", subject=found, actor=actor, at=at)
    return found


def _may(refund: Refund, wanted: RefundState) -> None:
    if not rules.may_become(refund.state, wanted):
        raise RefundDiffers(
            _("Refund %(number)s is %(state)s.")
            % {"number": refund.number, "state": refund.get_state_display()}
        )


@transaction.atomic
def refund_paid(
    *,
    refund: Refund,
    external_id: str,
    at: datetime,
    actor: Staff | None = None,
    shift: Shift | None = None,
    money: Leg | None = None,
) -> Refund:
    """The money has left (``external_id``: the channel's or the bank's number of it). Safe to call again.

    ``money`` replaces the leg of the channel: a credit of the amount. Cash leaves the till of ``actor``.

    Raises:
        RefundDiffers: it is not approved, it failed, or it was paid with another number.
        PeriodClosed: the month is closed.
    """
    found = _locked(refund)
    if found.state == RefundState.PAID and found.external_id == external_id:
        return found
    _may(found, RefundState.PAID)
    fen = found.amount_fen
    found.outcome = ledger.post(
        legs=[
            Leg(REFUND_PAYABLE, fen, found.account_id, document_number=found.number),
            money or money_leg(found.channel, -fen, clerk=actor, unit_id=found.unit_id),
        ],
        **_facts(found, "paid", day_of(at), at, actor),
    )
    found.state, found.external_id, found.paid_at, found.paid_by, found.shift = (
        RefundState.PAID, external_id, at, actor, shift,
    )  # fmt: skip
    found.save(update_fields=["state", "external_id", "paid_at", "paid_by", "shift", "outcome"])
    outbox.publish(
        events.RefundPaid(
            refund_id=found.pk, account_id=found.account_id, channel=found.channel, amount_fen=fen, paid_at=at
        )
    )
    audit.record(
        "payments.refund.paid",
        subject=found,
        actor=actor,
        at=at,
        changes={"external_id": [None, external_id]},
    )
    return found


@transaction.atomic
def refund_failed(*, refund: Refund, reason: str, at: datetime, actor: Staff | None = None) -> Refund:
    """The channel could not pay: the money is back on the account, and settles what is open there. Safe to call again.

    What came from a deposit or from generation returns there; anything else becomes prepayment.

    Raises:
        RefundDiffers: it is not approved, or has been paid.
        PeriodClosed: the month is closed.
    """
    found = _locked(refund)
    if found.state == RefundState.FAILED:
        return found
    _may(found, RefundState.FAILED)
    found.outcome = _bring_back(found, day_of(at), at, actor)
    found.state, found.failure = RefundState.FAILED, reason[:300]
    found.save(update_fields=["state", "failure", "outcome"])
    audit.record("payments.refund.failed", subject=found, actor=actor, at=at, reason=reason)
    return found


def _bring_back(refund: Refund, on: date, at: datetime, actor: Staff | None) -> Posting:
    fen, account_id = refund.amount_fen, refund.account_id
    waiting = Leg(REFUND_PAYABLE, fen, account_id, document_number=refund.number, unit_id=refund.unit_id)
    facts = _facts(refund, "failed", on, at, actor)
    if refund.deposit_id:
        deposit = Deposit.objects.select_for_update().get(pk=refund.deposit_id)
        deposit.held_fen += fen
        deposit.save(update_fields=["held_fen"])
        return ledger.post(
            legs=[waiting, Leg(DEPOSIT, -fen, account_id, document_number=deposit.number)], **facts
        )
    if refund.source == RefundSource.GENERATION:
        return moving.give_payable(
            account_id=account_id, amount_fen=fen, against=[waiting], document_number=refund.number, **facts
        )
    facts.pop("reason")
    return receivables.receive(
        account_id=account_id, amount_fen=fen, money=[waiting], document_number=refund.number, **facts
    ).posting
