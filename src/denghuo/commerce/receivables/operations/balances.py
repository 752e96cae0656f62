"""The balance row of an account: locked before its money moves, and moved by the very legs that are posted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection

from denghuo.commerce.ledger import operations as ledger
from denghuo.commerce.ledger.models import Posting, PostingKind
from denghuo.commerce.ledger.rules import Leg
from denghuo.commerce.ledger.rules.chart import PAYABLE_GENERATION, PREPAYMENT, RECEIVABLE
from denghuo.commerce.receivables.models import AccountBalance
from denghuo.foundation.database import bulk
from denghuo.foundation.database.sql import among, fetch

Balances = Mapping[int, AccountBalance]


def lock(account_ids: Iterable[int]) -> dict[int, AccountBalance]:
    """The balance rows of these accounts, locked in one order until the transaction ends; made where they are missing."""
    wanted = sorted(set(account_ids))
    found = _locked(wanted)
    if len(found) < len(wanted):
        condition, params = among("id", [account for account in wanted if account not in found])
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO receivables_accountbalance (account_id, prepaid_fen, open_fen, payable_fen) "  # noqa: S608
                f"SELECT id, 0, 0, 0 FROM customers_account WHERE {condition} ORDER BY id "
                "ON CONFLICT DO NOTHING",
                params,
            )
        found = _locked(wanted)
    return found


def _locked(account_ids: Sequence[int]) -> dict[int, AccountBalance]:
    condition, params = among("account_id", account_ids)
    suffix = " FOR NO KEY UPDATE" if connection.vendor == "postgresql" else ""
    rows = fetch(
        "SELECT account_id, prepaid_fen, open_fen, payable_fen FROM receivables_accountbalance "  # noqa: S608
        f"WHERE {condition} ORDER BY account_id{suffix}",
        params,
    )
    return {
        account: AccountBalance(account_id=account, prepaid_fen=prepaid, open_fen=open_, payable_fen=payable)
        for account, prepaid, open_, payable in rows
    }


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
