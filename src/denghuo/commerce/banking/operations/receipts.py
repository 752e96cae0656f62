"""Money without an owner: into suspense, matched to accounts, matched wrongly and undone, sent back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from denghuo.commerce.banking import queries
from denghuo.commerce.banking.models import (
    BankReceipt,
    MatchRule,
    ReceiptMatch,
    ReceiptState,
    SendBack,
    SendBackState,
)
from denghuo.commerce.ledger import operations as ledger
from denghuo.commerce.ledger.models import PostingKind
from denghuo.commerce.ledger.rules import Leg
from denghuo.commerce.ledger.rules.chart import SUSPENSE
from denghuo.commerce.payments import operations as payments
from denghuo.foundation.audit import operations as audit
from denghuo.foundation.identity.models import Staff
from denghuo.kernel.periods import day_of
from denghuo.records.customers.models import Account

DOCUMENT = "banking.receipt"


class ReceiptDiffers(Exception):
    """The bank reference is known with another amount."""


class ReceiptCannotBeMatched(Exception):
    """Nothing is left of it, or the parts do not fit."""


class SendBackRefused(Exception):
    """It cannot be sent back like this."""


@transaction.atomic
def take_receipt(
    *,
    source: str,
    reference: str,
    amount_fen: int,
    value_date: date,
    unit_id: str,
    at: datetime,
    actor: Staff | None = None,
    bank: str = "",
    payer: str = "",
    payer_account: str = "",
    remark: str = "",
    note: str = "",
) -> BankReceipt:
    """Book money that came to the bank into suspense; the receipt of the same reference is returned if it is known.

    Raises ReceiptDiffers where the reference was booked before with another amount, PeriodClosed in a closed month.
    """
    if known := BankReceipt.objects.filter(source=source, reference=reference).first():
        if known.amount_fen != amount_fen:
            raise ReceiptDiffers(
                _("Bank reference %(id)s has been booked already with another amount.") % {"id": reference}
            )
        return known
    waiting = Leg(SUSPENSE, -amount_fen, detail=source, document_number=reference[:32])
    posting = ledger.post(
        kind=PostingKind.SUSPENSE,
        legs=[payments.money_leg(source, amount_fen, unit_id=unit_id), waiting],
        on=day_of(at),
        at=at,
        unit_id=unit_id,
        actor=actor,
        key=f"receipt:{source}:{reference}",
        document_type=DOCUMENT,
    )
    receipt = BankReceipt.objects.create(
        source=source,
        reference=reference,
        bank=bank,
        unit_id=unit_id,
        amount_fen=amount_fen,
        open_fen=amount_fen,
        value_date=value_date,
        payer=payer,
        payer_account=payer_account,
        remark=remark,
        note=note,
        posting=posting,
        received_at=at,
    )
    audit.record(
        "banking.receipt.taken",
        subject=receipt,
        actor=actor,
        at=at,
        changes={"amount_fen": [None, amount_fen]},
    )
    return receipt


def _locked(receipt: BankReceipt) -> BankReceipt:
    return BankReceipt.objects.select_for_update(of=("self",)).get(pk=receipt.pk)


def _left(receipt: BankReceipt, open_fen: int, state: str = ReceiptState.MATCHED) -> None:
    receipt.open_fen = open_fen
    receipt.state = ReceiptState.OPEN if open_fen else state
    receipt.save(update_fields=["open_fen", "state"])


def _fitting(receipt: BankReceipt, parts: Sequence[tuple[Account, int]]) -> int:
    """The sum of the parts, if they may be matched."""
    total = sum(fen for _account, fen in parts)
    if not parts or any(fen <= 0 for _account, fen in parts):
        raise ReceiptCannotBeMatched(_("Give an amount above zero for each account."))
    if len({account.pk for account, _fen in parts}) < len(parts):
        raise ReceiptCannotBeMatched(_("An account stands there twice."))
    if total > receipt.open_fen:
        raise ReceiptCannotBeMatched(_("The parts add up to more than is left of this receipt."))
    if receipt.send_backs.filter(state=SendBackState.REQUESTED).exists():
        raise ReceiptCannotBeMatched(_("Sending it back has been asked for; decide that first."))
    return total


@transaction.atomic
def match(
    *,
    receipt: BankReceipt,
    parts: Sequence[tuple[Account, int]],
    at: datetime,
    actor: Staff | None = None,
    rule: str = MatchRule.CLERK,
    automatic: bool = False,
) -> list[ReceiptMatch]:
    """Give a receipt, or part of it, to one or several accounts: (account, fen) each. What is left stays in suspense.

    Raises:
        ReceiptCannotBeMatched: more than is open, an amount that is none, an account twice, or a send-back waits.
        PeriodClosed: the month is closed.
    """
    found = _locked(receipt)
    total = _fitting(found, parts)
    serial = found.matches.count()
    made = []
    for account, fen in sorted(parts, key=lambda part: part[0].pk):
        serial += 1
        payment = payments.receive(
            account=account,
            amount_fen=fen,
            channel=found.source,
            external_id=found.reference if serial == 1 else f"{found.reference}-{serial}",
            at=at,
            actor=actor,
            value_date=min(found.value_date, day_of(at)),
            payer=found.payer,
            note=found.remark,
            money=Leg(
                SUSPENSE,
                fen,
                detail=found.source,
                document_number=found.reference[:32],
                unit_id=found.unit_id,
            ),
        )
        made.append(
            ReceiptMatch.objects.create(
                receipt=found,
                payment=payment,
                account=account,
                amount_fen=fen,
                rule=rule,
                automatic=automatic,
                matched_at=at,
                matched_by=actor,
            )
        )
    _left(found, found.open_fen - total)
    audit.record(
        "banking.receipt.matched",
        subject=found,
        actor=actor,
        at=at,
        changes=_told(parts, total, rule),
    )
    return made


def _told(parts: Sequence[tuple[Account, int]], total: int, rule: str) -> dict[str, list[object]]:
    numbers = "、".join(account.number for account, _fen in parts)
    return {"accounts": [None, numbers], "matched_fen": [None, total], "rule": [None, str(rule)]}


def match_certain(*, receipt: BankReceipt, at: datetime, actor: Staff | None = None) -> ReceiptMatch | None:
    """Match a receipt without a person, where a trusted rule leaves no doubt; None where a clerk must decide."""
    for proposal in queries.proposals(receipt, on=day_of(at)):
        if proposal.certain:
            account = Account.objects.get(pk=proposal.account_id)
            parts = [(account, receipt.open_fen)]
            return match(
                receipt=receipt, parts=parts, at=at, actor=actor, rule=proposal.rule, automatic=True
            )[0]
    return None


@transaction.atomic
def unmatch(*, found: ReceiptMatch, reason: str, at: datetime, actor: Staff | None = None) -> BankReceipt:
    """Undo a wrong match: the payment is reversed and the money waits in suspense again.

    Raises:
        PaymentCannotBeReversed: undone before, no reason, or the money has gone on.
        PeriodClosed: the month is closed.
    """
    payment = payments.reverse(payment=found.payment, at=at, reason=reason, actor=actor)
    note_reversed(payment_id=payment.pk, at=at)
    return BankReceipt.objects.get(pk=found.receipt_id)


@transaction.atomic
def note_reversed(*, payment_id: int, at: datetime) -> None:
    """A payment made from a receipt was reversed, here or elsewhere: its part is open again. Safe to call again."""
    match_ = ReceiptMatch.objects.filter(payment_id=payment_id, undone_at__isnull=True).first()
    if match_ is None:
        return
    receipt = _locked(match_.receipt)
    if not ReceiptMatch.objects.filter(pk=match_.pk, undone_at__isnull=True).update(undone_at=at):
        return
    _left(receipt, receipt.open_fen + match_.amount_fen)
    audit.record(
        "banking.receipt.unmatched",
        subject=receipt,
        at=at,
        actor=None,
        changes={"open_fen": [receipt.open_fen - match_.amount_fen, receipt.open_fen]},
    )


@transaction.atomic
def ask_send_back(*, receipt: BankReceipt, reason: str, at: datetime, actor: Staff) -> SendBack:
    """Propose to return what is left of a receipt to its sender; another person decides.

    Raises:
        SendBackRefused: nothing is left, it was asked for already, or no reason is given.
    """
    if not reason.strip():
        raise SendBackRefused(_("Give the reason."))
    found = _locked(receipt)
    if not found.open_fen:
        raise SendBackRefused(_("Nothing is left of this receipt."))
    if found.send_backs.filter(state=SendBackState.REQUESTED).exists():
        raise SendBackRefused(_("Sending it back has been asked for; decide that first."))
    asked = SendBack.objects.create(
        receipt=found, amount_fen=found.open_fen, reason=reason, requested_by=actor, requested_at=at
    )
    audit.record("banking.send_back.asked", subject=found, actor=actor, at=at, reason=reason)
    return asked


@transaction.atomic
def decide_send_back(*, asked: SendBack, approve: bool, at: datetime, actor: Staff) -> SendBack:
    """Send the money back (suspense to bank), or leave it where it is.

    Raises:
        SendBackRefused: decided before, or by the person who asked.
        PeriodClosed: the month is closed.
    """
    receipt = _locked(asked.receipt)
    found = SendBack.objects.select_for_update(of=("self",)).get(pk=asked.pk)
    if found.state != SendBackState.REQUESTED:
        raise SendBackRefused(_("This has been decided already."))
    if found.requested_by_id == actor.pk:
        raise SendBackRefused(_("Another person must decide: you asked for it."))
    found.state = SendBackState.DONE if approve else SendBackState.REJECTED
    found.decided_by, found.decided_at = actor, at
    if approve:
        found.posting = ledger.post(
            kind=PostingKind.SUSPENSE,
            legs=[
                Leg(
                    SUSPENSE, found.amount_fen, detail=receipt.source, document_number=receipt.reference[:32]
                ),
                payments.money_leg(receipt.source, -found.amount_fen, unit_id=receipt.unit_id),
            ],
            on=day_of(at),
            at=at,
            unit_id=receipt.unit_id,
            actor=actor,
            key=f"send-back:{found.pk}",
            document_type=DOCUMENT,
            document_id=receipt.pk,
            reason=found.reason,
        )
        _left(receipt, receipt.open_fen - found.amount_fen, ReceiptState.RETURNED)
    found.save(update_fields=["state", "decided_by", "decided_at", "posting"])
    action = "banking.send_back.done" if approve else "banking.send_back.rejected"
    audit.record(action, subject=receipt, actor=actor, at=at, reason=found.reason)
    return found
