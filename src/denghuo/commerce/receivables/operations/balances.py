"""The balance row of an account: locked before its money moves, and moved by the very legs that are posted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from denghuo.commerce.ledger import operations as ledger
from denghuo.commerce.ledger.models import Posting, PostingKind
from denghuo.commerce.ledger.rules import Leg
from denghuo.commerce.ledger.rules.chart import PAYABLE_GENERATION, PREPAYMENT, RECEIVABLE
from denghuo.commerce.receivables.models import AccountBalance
from denghuo.foundation.database import bulk

Balances = Mapping[int, AccountBalance]


def lock(account_ids: Iterable[int]) -> dict[int, AccountBalance]:
    """The balance rows of these accounts, locked in one order until the transaction ends; made where they are missing."""
    wanted = sorted(set(account_ids))
    rows = (
        AccountBalance.objects.select_for_update(no_key=True)
        .filter(account_id__in=wanted)
        .order_by("account_id")
    )
    found = {row.account_id: row for row in rows}
    if len(found) < len(wanted):
        AccountBalance.objects.bulk_create(
            [AccountBalance(account_id=account) for account in wanted if account not in found],
            ignore_conflicts=True,
        )
        found = {row.account_id: row for row in rows.all()}
    return found


def post(balances: Balances, *, legs: list[Leg], kind: PostingKind, **facts: Any) -> Posting:
    """Post ``legs`` and let the locked balances follow; ``facts`` go to ``ledger.operations.post``.

    Raises:
        KeyError: a leg of a customer whose balance is not locked. A fault of the program.
        IntegrityError: a balance would fall below zero.
    """
    posting = ledger.post(kind=kind, legs=legs, **facts)
    touched = set()
    for leg in legs:
        if leg.account_id is None:
            continue
        balance = balances[leg.account_id]
        if leg.ledger_account == RECEIVABLE:
            balance.open_fen += leg.amount_fen
        elif leg.ledger_account == PREPAYMENT:
            balance.prepaid_fen -= leg.amount_fen
        elif leg.ledger_account == PAYABLE_GENERATION:
            balance.payable_fen -= leg.amount_fen
        touched.add(leg.account_id)
    moved = [balances[account] for account in sorted(touched)]
    bulk.update_columns(
        AccountBalance,
        [balance.account_id for balance in moved],
        {
            name: [getattr(balance, name) for balance in moved]
            for name in ("prepaid_fen", "open_fen", "payable_fen")
        },
    )
    return posting
