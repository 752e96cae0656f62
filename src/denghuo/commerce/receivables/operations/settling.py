"""Money meets debts: payments, prepayments, and undoing both."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from denghuo.commerce.ledger.models import Posting, PostingKind
from denghuo.commerce.ledger.rules import Leg
from denghuo.commerce.ledger.rules.chart import PREPAYMENT, RECEIVABLE, WRITE_OFF
from denghuo.commerce.receivables import queries, rules
from denghuo.commerce.receivables.models import (
    AccountBalance,
    AllocationSource,
    Receivable,
    ReceivableKind,
)
from denghuo.commerce.receivables.operations import balances as standing
from denghuo.commerce.receivables.operations import late_fees
from denghuo.commerce.receivables.operations.allocations import allocate_rows, tell_settled
from denghuo.commerce.receivables.operations.excess import charged_beyond, credit_excess
from denghuo.commerce.receivables.operations.releasing import live_allocations, release


@dataclass(frozen=True)
class Settlement:
    """What a sum of money did: (receivable, fen) each, and what became prepayment."""

    posting: Posting
    paid: list[tuple[Receivable, int]] = field(default_factory=list)
    prepaid_fen: int = 0


class NotEnoughPrepaid(Exception):
    """The prepayment of the account is smaller than what is to be taken from it."""


@transaction.atomic
def receive(
    *,
    account_id: int,
    amount_fen: int,
    money: Sequence[Leg],
    on: date,
    at: datetime,
    unit_id: str,
    value_date: date | None = None,
    actor: Any = None,
    kind: PostingKind = PostingKind.PAYMENT,
    key: str | None = None,
    document_type: str = "",
    document_id: int | None = None,
    document_number: str = "",
    only: Iterable[int] | None = None,
) -> Settlement:
    """Let ``amount_fen`` settle the debts of an account, oldest first; what is left over becomes prepayment.

    ``money`` says where it came from (debits that add up to the amount). The late fee is assessed up to ``value_date``
    (the posting date unless said) before anything is paid. ``only`` limits it to some receivables and their late fees.

    Raises:
        ValueError: an amount that is not above zero.
        PostingUnbalanced: ``money`` is another amount.
        PeriodClosed, IntegrityError: the month of ``on`` is closed; ``key`` has been posted before.
    """
    if amount_fen <= 0:
        raise ValueError(f"a payment of {amount_fen} fen")
    counted = value_date or on
    balances = standing.lock({account_id, *(leg.account_id for leg in money if leg.account_id is not None)})
    late_fees.assess(
        account_id=account_id, on=counted, at=at, actor=actor, balances=balances, posting_date=on
    )
    waiting = queries.open_items(account_id)
    backdated = counted < on or any(item.to_date and item.to_date > counted for item in waiting)
    beyond = charged_beyond(waiting, on=counted) if backdated else {}
    paid = _shared(amount_fen, _chosen(waiting, only), counted, beyond)
    left = amount_fen - sum(fen for _, fen in paid)
    rest = Leg(PREPAYMENT, -left, account_id, document_number=document_number, unit_id=unit_id)
    posting = standing.post(
        balances,
        legs=[*money, *(_paid_leg(item, fen) for item, fen in paid), rest],
        kind=kind,
        on=on,
        at=at,
        unit_id=unit_id,
        actor=actor,
        key=key,
        document_type=document_type,
        document_id=document_id,
    )
    allocate_rows(paid, posting=posting, source=AllocationSource.PAYMENT, value_date=counted)
    if backdated:
        _correct(account_id, balances, on, at, actor)
        waiting = list(Receivable.objects.filter(pk__in=[item.pk for item in waiting]))
    tell_settled(waiting, on=on, at=at)
    return Settlement(posting, paid, left)


def _correct(
    account_id: int, balances: Mapping[int, AccountBalance], on: date, at: datetime, actor: Any
) -> None:
    """Money that came before the late fee was assessed: days on which nothing was owed any more are taken back."""
    principals = Receivable.objects.filter(
        account_id=account_id,
        kind=ReceivableKind.ENERGY,
        late_fees__cancelled_at__isnull=True,
        late_fees__isnull=False,
    ).distinct()
    done = credit_excess(
        balances, principals=list(principals), on=on, at=at, actor=actor, reason=_("An earlier payment")
    )
    if done.freed_fen:
        apply_prepayments(balances={account_id: balances[account_id]}, on=on, at=at, actor=actor)


def _shared(
    amount_fen: int, items: Sequence[Receivable], on: date, beyond: Mapping[int, int]
) -> list[tuple[Receivable, int]]:
    """What the amount pays of these items, in the order of ``rules.allocate``."""
    by_id = {item.pk: item for item in items}
    parts = rules.allocate(
        amount_fen,
        [_as_open(item, beyond.get(item.pk, 0)) for item in items],
        late_fee_first=queries.late_fee_first(on),
    )
    return [(by_id[key], fen) for key, fen in parts]


def _paid_leg(item: Receivable, fen: int) -> Leg:
    return Leg(RECEIVABLE, -fen, item.account_id, document_number=item.document_number, unit_id=item.unit_id)


def _prepaid_leg(item: Receivable, fen: int) -> Leg:
    return Leg(PREPAYMENT, fen, item.account_id, document_number=item.document_number, unit_id=item.unit_id)


def _chosen(waiting: Sequence[Receivable], only: Iterable[int] | None) -> Sequence[Receivable]:
    if only is None:
        return waiting
    wanted = set(only)
    return [item for item in waiting if item.pk in wanted or item.principal_id in wanted]


def _as_open(item: Receivable, beyond_fen: int = 0) -> rules.Open:
    open_fen = item.open_fen - beyond_fen
    return rules.Open(item.pk, item.due_date, open_fen, item.principal_id, item.disputed)


@transaction.atomic
def apply_prepayments(
    *,
    on: date,
    at: datetime,
    balances: Mapping[int, AccountBalance] | None = None,
    account_ids: Iterable[int] = (),
    actor: Any = None,
) -> Posting | None:
    """Let the prepayments of accounts settle their open receivables, oldest first; one posting for all of them.

    Overdue debts are charged their late fee up to ``on`` before.
    """
    locked = standing.lock(account_ids) if balances is None else balances
    holding = {account: row for account, row in locked.items() if row.prepaid_fen > 0 and row.open_fen > 0}
    if not holding:
        return None
    waiting = queries.open_items_of(holding)
    for account, items in waiting.items():
        if any(item.due_date < on and not item.disputed for item in items):
            late_fees.assess(account_id=account, on=on, at=at, actor=actor, balances=locked)
            waiting[account] = queries.open_items(account)
    late_first = queries.late_fee_first(on)
    paid: list[tuple[Receivable, int]] = []
    for account, items in waiting.items():
        by_id = {item.pk: item for item in items}
        parts = rules.allocate(
            holding[account].prepaid_fen, [_as_open(item) for item in items], late_fee_first=late_first
        )
        paid += [(by_id[key], fen) for key, fen in parts]
    if not paid:
        return None
    posting = standing.post(
        locked,
        legs=[leg for item, fen in paid for leg in (_prepaid_leg(item, fen), _paid_leg(item, fen))],
        kind=PostingKind.PREPAYMENT_APPLIED,
        on=on,
        at=at,
        unit_id=min(item.unit_id for item, _ in paid),
        actor=actor,
    )
    allocate_rows(paid, posting=posting, source=AllocationSource.PREPAYMENT, value_date=on)
    tell_settled([item for items in waiting.values() for item in items], on=on, at=at)
    return posting


@transaction.atomic
def take_back(
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
    """Take ``amount_fen`` out of the prepayment of an account, ``against`` credits (a refund, another account …).

    Raises:
        NotEnoughPrepaid: less is there.
        PeriodClosed: the month of ``on`` is closed.
    """
    accounts = {account_id, *(leg.account_id for leg in against if leg.account_id is not None)}
    balances = standing.lock(accounts)
    if not 0 < amount_fen <= balances[account_id].prepaid_fen:
        raise NotEnoughPrepaid(_("The prepayment of this account is smaller than the amount."))
    return standing.post(
        balances,
        legs=[
            Leg(PREPAYMENT, amount_fen, account_id, document_number=document_number, unit_id=unit_id),
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
def write_off(
    *, receivables: Sequence[Receivable], on: date, at: datetime, reason: str, actor: Any = None
) -> Posting:
    """Write off what is open on receivables of one account (核销); it stays known as an old debt.

    Late fee that has not been charged is not charged for it. Where the customer pays after all, ``write_back`` first.

    Raises:
        ValueError: nothing is open, or several accounts.
    """
    balances, items = _of_one_account(receivables)
    open_items = [item for item in items if item.open_fen]
    if not open_items:
        raise ValueError("nothing is open")
    waiting = queries.open_items(open_items[0].account_id)
    posting = standing.post(
        balances,
        legs=[leg for item in open_items for leg in (_written_off_leg(item), _paid_leg(item, item.open_fen))],
        kind=PostingKind.WRITE_OFF,
        on=on,
        at=at,
        unit_id=open_items[0].unit_id,
        actor=actor,
        reason=reason,
    )
    allocate_rows(
        [(item, item.open_fen) for item in open_items],
        posting=posting,
        source=AllocationSource.WRITE_OFF,
        value_date=on,
    )
    tell_settled(waiting, on=on, at=at, closed={item.pk for item in open_items})
    return posting


@transaction.atomic
def write_back(
    *, receivables: Sequence[Receivable], on: date, at: datetime, reason: str, actor: Any = None
) -> int:
    """Open again what was written off of receivables of one account, so that it can be paid; returns the fen.

    The late fee runs on as if nothing had been written off.

    Raises:
        ValueError: nothing was written off, or several accounts.
    """
    balances, items = _of_one_account(receivables)
    rows = [
        row
        for row in live_allocations([item.pk for item in items])
        if row.source == AllocationSource.WRITE_OFF
    ]
    if not rows:
        raise ValueError("nothing was written off")
    release(
        balances,
        receivables=items,
        allocations=rows,
        on=on,
        at=at,
        actor=actor,
        reason=reason,
        kind=PostingKind.WRITE_OFF,
    )
    return sum(row.amount_fen for row in rows)


def _of_one_account(
    receivables: Sequence[Receivable],
) -> tuple[Mapping[int, AccountBalance], list[Receivable]]:
    """The balance, locked, and the receivables as they stand then."""
    accounts = {item.account_id for item in receivables}
    if len(accounts) != 1:
        raise ValueError("debts of one account")
    balances = standing.lock(accounts)
    return balances, list(Receivable.objects.filter(pk__in=[item.pk for item in receivables]).order_by("id"))


def _written_off_leg(item: Receivable) -> Leg:
    return Leg(WRITE_OFF, item.open_fen, document_number=item.document_number, unit_id=item.unit_id)
