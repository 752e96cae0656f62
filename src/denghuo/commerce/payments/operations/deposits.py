"""Deposits: security that is taken, drawn on for debts, or given back by a refund."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from denghuo.commerce.ledger import operations as ledger
from denghuo.commerce.ledger.models import PostingKind
from denghuo.commerce.ledger.rules import Leg
from denghuo.commerce.ledger.rules.chart import DEPOSIT
from denghuo.commerce.payments.models import Channel, Deposit
from denghuo.commerce.payments.operations.receiving import money_leg
from denghuo.commerce.payments.operations.till import working
from denghuo.commerce.receivables import operations as receivables
from denghuo.commerce.receivables import queries as debts
from denghuo.foundation.audit import operations as audit
from denghuo.foundation.identity.models import Staff
from denghuo.foundation.numbering import operations as numbering
from denghuo.kernel.periods import day_of
from denghuo.records.customers.models import Account

DOCUMENT = "payments.deposit"
CHANNELS = (Channel.CASH, Channel.CARD, Channel.TRANSFER)


class DepositImpossible(Exception):
    """No amount, no purpose, a channel that takes none, less held than asked for, or nothing to pay with it."""


@transaction.atomic
def take_deposit(
    *,
    account: Account,
    amount_fen: int,
    purpose: str,
    channel: Channel | str,
    external_id: str,
    at: datetime,
    actor: Staff,
) -> Deposit:
    """Take security for an account; the same channel and ``external_id`` give the same deposit again.

    Raises:
        DepositImpossible: see there.
        NoOpenShift: cash or card, and ``actor`` has no open shift.
        PeriodClosed: the month is closed.
    """
    if amount_fen <= 0 or not purpose.strip() or channel not in CHANNELS or not external_id.strip():
        raise DepositImpossible(_("A deposit needs an amount, a purpose, and the number of its transaction."))
    shift = None if channel == Channel.TRANSFER else working(actor)
    receivables.lock([account.pk])
    if known := _known(account, amount_fen, str(channel), external_id):
        return known
    on = day_of(at)
    number = f"D{on:%Y%m%d}{numbering.allocate(f'payments.deposit.{on:%Y%m%d}', 1)[0]:05d}"
    posting = ledger.post(
        kind=PostingKind.DEPOSIT,
        legs=[
            money_leg(channel, amount_fen, clerk=actor, unit_id=account.unit_id),
            Leg(DEPOSIT, -amount_fen, account.pk, document_number=number),
        ],
        on=on,
        at=at,
        unit_id=account.unit_id,
        actor=actor,
        key=f"deposit:{channel}:{external_id}",
        document_type=DOCUMENT,
    )
    deposit = Deposit.objects.create(
        number=number,
        account=account,
        unit_id=account.unit_id,
        purpose=purpose,
        channel=channel,
        external_id=external_id,
        shift=shift,
        amount_fen=amount_fen,
        held_fen=amount_fen,
        taken_at=at,
        taken_by=actor,
        posting=posting,
    )
    audit.record(
        "payments.deposit.taken",
        subject=deposit,
        actor=actor,
        at=at,
        changes={"amount_fen": [None, amount_fen]},
    )
    return deposit


def _known(account: Account, amount_fen: int, channel: str, external_id: str) -> Deposit | None:
    known = Deposit.objects.filter(channel=channel, external_id=external_id).first()
    if known and (known.account_id, known.amount_fen) != (account.pk, amount_fen):
        raise DepositImpossible(_("This transaction was booked already with another amount or account."))
    return known


@transaction.atomic
def draw_deposit(*, deposit: Deposit, amount_fen: int, reason: str, at: datetime, actor: Staff) -> Deposit:
    """Let part of a deposit pay what its account owes, oldest first.

    Raises:
        DepositImpossible: more than is held or owed, or no reason.
        PeriodClosed: the month is closed.
    """
    if not reason.strip():
        raise DepositImpossible(_("Give the reason."))
    on = day_of(at)
    receivables.lock([deposit.account_id])
    found = Deposit.objects.select_for_update(of=("self",)).select_related("account").get(pk=deposit.pk)
    owed = debts.owed(found.account_id, on=on)
    due = owed.total_fen - sum(item.open_fen for item in owed.items if item.disputed)
    if not 0 < amount_fen <= min(found.held_fen, due):
        raise DepositImpossible(
            _("At most %(yuan)s yuan: what is held and what is owed bound it.")
            % {"yuan": f"{min(found.held_fen, due) / 100:.2f}"}
        )
    receivables.receive(
        account_id=found.account_id,
        amount_fen=amount_fen,
        money=[Leg(DEPOSIT, amount_fen, found.account_id, document_number=found.number)],
        on=on,
        at=at,
        unit_id=found.account.unit_id,
        actor=actor,
        kind=PostingKind.DEPOSIT,
        document_type=DOCUMENT,
        document_id=found.pk,
        document_number=found.number,
    )
    before = found.held_fen
    found.held_fen -= amount_fen
    found.save(update_fields=["held_fen"])
    audit.record(
        "payments.deposit.drawn",
        subject=found,
        actor=actor,
        at=at,
        reason=reason,
        changes={"held_fen": [before, found.held_fen]},
    )
    return found
