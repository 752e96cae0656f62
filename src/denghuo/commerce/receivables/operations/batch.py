"""Many payments at once: what a bank file or a channel settles for accounts that are not overdue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from denghuo.commerce.ledger import operations as ledger
from denghuo.commerce.ledger.models import PostingKind
from denghuo.commerce.ledger.rules import Leg
from denghuo.commerce.ledger.rules.chart import PREPAYMENT, RECEIVABLE
from denghuo.commerce.receivables import queries, rules
from denghuo.commerce.receivables.models import AccountBalance, Allocation, AllocationSource, Receivable
from denghuo.commerce.receivables.operations import balances as standing
from denghuo.foundation.database import bulk


@dataclass(frozen=True)
class Incoming:
    """One sum for one account: fen, where it lies now (a debit), and the key that makes it happen once."""

    account_id: int
    unit_id: str
    amount_fen: int
    money: Leg
    key: str
    document_number: str = ""


@dataclass(frozen=True)
class Batch:
    """What a batch did: posting ids in the order of what was settled, and what needs ``receive`` one by one."""

    settled: list[tuple[Incoming, int]]
    overdue: list[Incoming]


@transaction.atomic
def receive_many(
    *,
    incoming: Sequence[Incoming],
    on: date,
    at: datetime,
    value_date: date,
    actor: Any = None,
    document_type: str = "",
) -> Batch:
    """Settle the debts of many accounts, exactly as ``receive`` would one by one, in a handful of statements.

    An account comes once. Accounts with an overdue debt are left to ``receive``, which assesses the late fee.

    Raises:
        ValueError: an account comes twice, or an amount is not above zero.
        PeriodClosed: the month of ``on`` is closed.
        IntegrityError: a key has been posted before.
    """
    if len({item.account_id for item in incoming}) < len(incoming) or any(
        i.amount_fen <= 0 for i in incoming
    ):
        raise ValueError("each account once, each amount above zero")
    balances = standing.lock(item.account_id for item in incoming)
    waiting = queries.open_items_of(balances)
    late = {
        account
        for account, items in waiting.items()
        if any(item.due_date < max(on, value_date) for item in items)
    }
    punctual = [item for item in incoming if item.account_id not in late]
    late_first = queries.late_fee_first(value_date)
    shares = [_shared(item, waiting.get(item.account_id, []), late_first) for item in punctual]
    groups = [
        ledger.Group(_legs(item, paid), item.unit_id, item.key)
        for item, paid in zip(punctual, shares, strict=True)
    ]
    ids = ledger.post_many(
        kind=PostingKind.PAYMENT, groups=groups, on=on, at=at, actor=actor, document_type=document_type
    )
    _write(shares, ids, value_date)
    _move(punctual, shares, balances)
    return Batch(
        list(zip(punctual, ids, strict=True)), [item for item in incoming if item.account_id in late]
    )


Share = list[tuple[Receivable, int]]


def _shared(item: Incoming, waiting: Sequence[Receivable], late_first: bool) -> Share:
    by_id = {debt.pk: debt for debt in waiting}
    items = [rules.Open(d.pk, d.due_date, d.open_fen, d.principal_id, d.disputed) for d in waiting]
    return [
        (by_id[key], fen) for key, fen in rules.allocate(item.amount_fen, items, late_fee_first=late_first)
    ]


def _legs(item: Incoming, paid: Share) -> list[Leg]:
    left = item.amount_fen - sum(fen for _, fen in paid)
    return [
        item.money,
        *(
            Leg(RECEIVABLE, -fen, item.account_id, document_number=debt.document_number, unit_id=debt.unit_id)
            for debt, fen in paid
        ),
        Leg(PREPAYMENT, -left, item.account_id, document_number=item.document_number, unit_id=item.unit_id),
    ]


def _write(shares: Sequence[Share], ids: Sequence[int], value_date: date) -> None:
    rows = [(debt, fen, posting) for paid, posting in zip(shares, ids, strict=True) for debt, fen in paid]
    bulk.insert_columns(
        Allocation,
        {
            "receivable_id": [debt.pk for debt, _, _ in rows],
            "posting_id": [posting for _, _, posting in rows],
            "source": [AllocationSource.PAYMENT.value] * len(rows),
            "amount_fen": [fen for _, fen, _ in rows],
            "value_date": [value_date] * len(rows),
        },
    )
    for debt, fen, _ in rows:
        debt.open_fen -= fen
        debt.settled_date = None if debt.open_fen else value_date
    bulk.update_columns(
        Receivable,
        [debt.pk for debt, _, _ in rows],
        {
            "open_fen": [debt.open_fen for debt, _, _ in rows],
            "settled_date": [debt.settled_date for debt, _, _ in rows],
        },
    )


def _move(
    incoming: Sequence[Incoming], shares: Sequence[Share], balances: Mapping[int, AccountBalance]
) -> None:
    for item, paid in zip(incoming, shares, strict=True):
        settled = sum(fen for _, fen in paid)
        balance = balances[item.account_id]
        balance.open_fen -= settled
        balance.prepaid_fen += item.amount_fen - settled
    rows = [balances[item.account_id] for item in incoming]
    bulk.update_columns(
        AccountBalance,
        [row.account_id for row in rows],
        {
            "open_fen": [row.open_fen for row in rows],
            "prepaid_fen": [row.prepaid_fen for row in rows],
        },
    )
