"""What must always be true of debts and balances; ``denghuo doctor`` asks any time."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection

from denghuo.commerce.ledger.rules.chart import PAYABLE_GENERATION, PREPAYMENT, RECEIVABLE

_CHECKS = (
    (
        "receivable {0} of account {1}: open {2} fen, by its allocations {3}",
        "SELECT r.id, r.account_id, r.open_fen, r.amount_fen - COALESCE(SUM(a.amount_fen), 0) "
        "FROM receivables_receivable r LEFT JOIN receivables_allocation a ON a.receivable_id = r.id "
        "GROUP BY r.id, r.account_id, r.open_fen, r.amount_fen "
        "HAVING r.open_fen <> r.amount_fen - COALESCE(SUM(a.amount_fen), 0)",
    ),
    (
        "account {0}: {1} fen of receivables are open, its balance says {2}",
        "SELECT b.account_id, COALESCE(SUM(r.open_fen), 0), b.open_fen FROM receivables_accountbalance b "
        "LEFT JOIN receivables_receivable r ON r.account_id = b.account_id AND r.open_fen > 0 "
        "GROUP BY b.account_id, b.open_fen HAVING b.open_fen <> COALESCE(SUM(r.open_fen), 0)",
    ),
)
_BALANCE = (
    "SELECT e.account_id, SUM(e.amount_fen), COALESCE(b.{column}, 0) FROM ledger_entry e "
    "LEFT JOIN receivables_accountbalance b ON b.account_id = e.account_id "
    "WHERE e.account_id IS NOT NULL AND e.ledger_account = %s "
    "GROUP BY e.account_id, b.{column} HAVING SUM(e.amount_fen) <> {sign}COALESCE(b.{column}, 0)"
)


def inconsistencies() -> Iterator[str]:
    """One sentence for each broken promise; nothing when all is well."""
    with connection.cursor() as cursor:
        for sentence, query in _CHECKS:
            cursor.execute(query)
            for row in cursor.fetchmany(100):
                yield sentence.format(*row)
        for column, ledger_account, sign in (
            ("open_fen", RECEIVABLE, ""),
            ("prepaid_fen", PREPAYMENT, "-"),
            ("payable_fen", PAYABLE_GENERATION, "-"),
        ):
            cursor.execute(_BALANCE.format(column=column, sign=sign), [ledger_account])
            for account, entries, balance in cursor.fetchmany(100):
                yield f"account {account}: entries of {ledger_account} add up to {entries} fen, {column} is {balance}"
