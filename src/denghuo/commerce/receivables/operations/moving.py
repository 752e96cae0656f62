"""Money that leaves an account or moves between accounts: what is owed for generation, and what others hold for it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from denghuo.commerce.ledger.models import Posting, PostingKind
from denghuo.commerce.ledger.rules import Leg
from denghuo.commerce.ledger.rules.chart import PAYABLE_GENERATION
from denghuo.commerce.receivables.operations import balances as standing
from denghuo.commerce.receivables.operations.settling import Settlement, receive


class NotEnoughPayable(Exception):
    """Less is owed to the customer for generation than is to be taken from it."""


@transaction.atomic
def take_payable(
    *,
    account_id: int,
    amount_fen: int,
    against: Sequence[Leg],
    kind: PostingKind,
    on: date,
    at: datetime,
    unit_id: str,
    actor: Any = None,
    key: str | None = None,
    document_type: str = "",
    document_id: int | None = None,
    document_number: str = "",
    reason: str = "",
) -> Posting:
    """Take ``amount_fen`` out of what is owed to the account for generation bought, ``against`` credits.

    Raises:
        NotEnoughPayable: less is owed.
        PeriodClosed: the month of ``on`` is closed.
    """
    balances = standing.lock({account_id, *(leg.account_id for leg in against if leg.account_id is not None)})
    if not 0 < amount_fen <= balances[account_id].payable_fen:
        raise NotEnoughPayable(_("Less is owed to this account for generation than the amount."))
    return standing.post(
        balances,
        legs=[
            Leg(PAYABLE_GENERATION, amount_fen, account_id, document_number=document_number, unit_id=unit_id),
            *against,
        ],
        kind=kind,
        on=on,
        at=at,
        unit_id=unit_id,
        actor=actor,
        key=key,
        document_type=document_type,
        document_id=document_id,
        reason=reason,
    )


@transaction.atomic
def give_payable(
    *,
    account_id: int,
    amount_fen: int,
    against: Sequence[Leg],
    kind: PostingKind,
    on: date,
    at: datetime,
    unit_id: str,
    actor: Any = None,
    key: str | None = None,
    document_type: str = "",
    document_id: int | None = None,
    document_number: str = "",
    reason: str = "",
) -> Posting:
    """Owe ``amount_fen`` to the account again (a payment for generation that came back), ``against`` debits.

    Raises:
        PeriodClosed: the month of ``on`` is closed.
    """
    balances = standing.lock({account_id, *(leg.account_id for leg in against if leg.account_id is not None)})
    return standing.post(
        balances,
        legs=[
            Leg(
                PAYABLE_GENERATION, -amount_fen, account_id, document_number=document_number, unit_id=unit_id
            ),
            *against,
        ],
        kind=kind,
        on=on,
        at=at,
        unit_id=unit_id,
        actor=actor,
        key=key,
        document_type=document_type,
        document_id=document_id,
        reason=reason,
    )


@transaction.atomic
def offset_payable(
    *,
    account_id: int,
    amount_fen: int,
    on: date,
    at: datetime,
    unit_id: str,
    actor: Any = None,
    key: str | None = None,
) -> Settlement:
    """Let what is owed for generation settle the debts of the same account, oldest first; the rest is prepayment.

    Raises:
        NotEnoughPayable: less is owed.
        PeriodClosed: the month of ``on`` is closed.
    """
    balances = standing.lock([account_id])
    if not 0 < amount_fen <= balances[account_id].payable_fen:
        raise NotEnoughPayable(_("Less is owed to this account for generation than the amount."))
    return receive(
        account_id=account_id,
        amount_fen=amount_fen,
        money=[Leg(PAYABLE_GENERATION, amount_fen, account_id, unit_id=unit_id)],
        on=on,
        at=at,
        unit_id=unit_id,
        actor=actor,
        kind=PostingKind.TRANSFER,
        key=key,
        document_type="receivables.offset",
    )
