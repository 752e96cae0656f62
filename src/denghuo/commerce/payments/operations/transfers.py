"""Move a prepayment to another account: at once for the same customer, with approval for another payer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from denghuo.commerce.ledger.models import PostingKind
from denghuo.commerce.ledger.rules import Leg
from denghuo.commerce.ledger.rules.chart import PREPAYMENT
from denghuo.commerce.payments.models import Transfer, TransferState
from denghuo.commerce.receivables import operations as receivables
from denghuo.commerce.receivables import queries as debts
from denghuo.commerce.receivables.models import AccountBalance
from denghuo.commerce.receivables.operations import moving
from denghuo.commerce.receivables.operations.settling import Settlement
from denghuo.foundation.audit import operations as audit
from denghuo.foundation.identity.models import Staff
from denghuo.foundation.numbering import operations as numbering
from denghuo.kernel.periods import day_of
from denghuo.records.customers.models import Account

DOCUMENT = "payments.transfer"


class TransferImpossible(Exception):
    """Too little prepaid, one account for both ends, a closed target, or no reason."""


class TransferCannotBeDecided(Exception):
    """It is decided already, by the person who asked, or the prepayment is gone."""


@dataclass(frozen=True)
class TransferEffect:
    """What a transfer would do, in fen."""

    source_before_fen: int
    source_after_fen: int
    owed_before_fen: int
    owed_after_fen: int
    prepaid_before_fen: int
    prepaid_after_fen: int
    needs_approval: bool


def preview_transfer(*, source: Account, target: Account, amount_fen: int, on: date) -> TransferEffect:
    """The effect of a transfer on ``on``. Writes nothing."""
    there = debts.owed(target.pk, on=on)
    disputed = sum(item.open_fen for item in there.items if item.disputed)
    payable = min(amount_fen, there.total_fen - disputed)
    before = _prepaid(source)
    return TransferEffect(
        source_before_fen=before,
        source_after_fen=before - amount_fen,
        owed_before_fen=there.total_fen,
        owed_after_fen=there.total_fen - payable,
        prepaid_before_fen=there.prepaid_fen,
        prepaid_after_fen=there.prepaid_fen + amount_fen - payable,
        needs_approval=source.customer_id != target.customer_id,
    )


def _prepaid(account: Account) -> int:
    return AccountBalance.objects.filter(account=account).values_list("prepaid_fen", flat=True).first() or 0


@transaction.atomic
def ask_transfer(
    *, source: Account, target: Account, amount_fen: int, reason: str, at: datetime, actor: Staff
) -> Transfer:
    """Move ``amount_fen`` of prepayment; between accounts of one customer it is done at once, else it waits for approval.

    Raises:
        TransferImpossible: see there.
        PeriodClosed: it is done at once and the month is closed.
    """
    if not reason.strip():
        raise TransferImpossible(_("Give the reason."))
    if source.pk == target.pk:
        raise TransferImpossible(_("Both ends are the same account."))
    if target.closed_date is not None:
        raise TransferImpossible(_("The receiving account is closed."))
    receivables.lock([source.pk, target.pk])
    prepaid = _prepaid(source)
    if not 0 < amount_fen <= prepaid:
        raise TransferImpossible(
            _("%(yuan)s yuan are prepaid on the account that gives.") % {"yuan": f"{prepaid / 100:.2f}"}
        )
    on = day_of(at)
    transfer = Transfer.objects.create(
        number=f"T{on:%Y%m%d}{numbering.allocate(f'payments.transfer.{on:%Y%m%d}', 1)[0]:05d}",
        source=source,
        target=target,
        unit_id=source.unit_id,
        amount_fen=amount_fen,
        reason=reason,
        requested_by=actor,
        requested_at=at,
    )
    done = source.customer_id == target.customer_id
    if done:
        _move(transfer, at=at, actor=actor)
    audit.record(
        "payments.transfer.done" if done else "payments.transfer.asked",
        subject=transfer,
        actor=actor,
        at=at,
        reason=reason,
        changes={"amount_fen": [None, amount_fen], "target": [None, target.number]},
    )
    return transfer


def _move(transfer: Transfer, *, at: datetime, actor: Staff) -> None:
    on = day_of(at)
    settled = receivables.receive(
        account_id=transfer.target_id,
        amount_fen=transfer.amount_fen,
        money=[
            Leg(
                PREPAYMENT,
                transfer.amount_fen,
                transfer.source_id,
                document_number=transfer.number,
                unit_id=transfer.unit_id,
            )
        ],
        on=on,
        at=at,
        unit_id=transfer.target.unit_id,
        actor=actor,
        kind=PostingKind.TRANSFER,
        key=f"transfer:{transfer.pk}",
        document_type=DOCUMENT,
        document_id=transfer.pk,
        document_number=transfer.number,
    )
    transfer.posting, transfer.state, transfer.decided_at = settled.posting, TransferState.DONE, at
    transfer.save(update_fields=["posting", "state", "decided_at", "decided_by", "decision_note"])


def _undecided(transfer: Transfer, actor: Staff) -> Transfer:
    receivables.lock([transfer.source_id, transfer.target_id])
    found = (
        Transfer.objects.select_for_update(of=("self",))
        .select_related("source", "target")
        .get(pk=transfer.pk)
    )
    if found.state != TransferState.REQUESTED:
        raise TransferCannotBeDecided(_("This transfer has already been decided."))
    if found.requested_by_id == actor.pk:
        raise TransferCannotBeDecided(_("Another person must decide: you asked for it."))
    return found


@transaction.atomic
def approve_transfer(*, transfer: Transfer, actor: Staff, at: datetime, note: str = "") -> Transfer:
    """Move the money: it settles what is open on the receiving account, oldest first.

    Raises:
        TransferCannotBeDecided: see there.
        PeriodClosed: the month is closed.
    """
    found = _undecided(transfer, actor)
    if _prepaid(found.source) < found.amount_fen:
        raise TransferCannotBeDecided(_("The prepayment of this account is smaller than the amount."))
    found.decided_by, found.decision_note = actor, note
    _move(found, at=at, actor=actor)
    audit.record("payments.transfer.approved", subject=found, actor=actor, at=at, reason=note)
    return found


@transaction.atomic
def reject_transfer(*, transfer: Transfer, actor: Staff, at: datetime, note: str) -> Transfer:
    """Leave the money where it is.

    Raises:
        TransferCannotBeDecided: decided already, or one's own.
    """
    found = _undecided(transfer, actor)
    found.state, found.decided_by, found.decided_at, found.decision_note = (
        TransferState.REJECTED, actor, at, note,
    )  # fmt: skip
    found.save(update_fields=["state", "decided_by", "decided_at", "decision_note"])
    audit.record("payments.transfer.rejected", subject=found, actor=actor, at=at, reason=note)
    return found


@transaction.atomic
def offset_generation(*, account: Account, amount_fen: int, at: datetime, actor: Staff) -> Settlement:
    """Let what is owed to a customer for generation pay the customer's own bills.

    Raises:
        NotEnoughPayable: less is owed.
        PeriodClosed: the month is closed.
    """
    settled = moving.offset_payable(
        account_id=account.pk,
        amount_fen=amount_fen,
        on=day_of(at),
        at=at,
        unit_id=account.unit_id,
        actor=actor,
    )
    audit.record(
        "payments.generation.offset",
        subject=account,
        actor=actor,
        at=at,
        changes={"amount_fen": [None, amount_fen]},
    )
    return settled
