"""What must always be true of the books; ``denghuo doctor`` asks any time."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection

from denghuo.commerce.ledger.models import ClosedPeriod
from denghuo.commerce.ledger.queries.periods import posted
from denghuo.commerce.ledger.rules import CHART
from denghuo.kernel.periods import Cycle

_SHOWN = 100
_CHECKS = (
    (
        "posting {0}: its entries add up to {1} fen, its debits to {2}, it says {3}",
        "SELECT p.id, COALESCE(SUM(e.amount_fen), 0), "
        "COALESCE(SUM(CASE WHEN e.amount_fen > 0 THEN e.amount_fen ELSE 0 END), 0), p.total_fen "
        "FROM ledger_posting p LEFT JOIN ledger_entry e ON e.posting_id = p.id GROUP BY p.id, p.total_fen "
        "HAVING COALESCE(SUM(e.amount_fen), 0) <> 0 "
        "OR COALESCE(SUM(CASE WHEN e.amount_fen > 0 THEN e.amount_fen ELSE 0 END), 0) <> p.total_fen",
    ),
    (
        "entry {0} of posting {1} does not bear its date",
        "SELECT e.id, e.posting_id FROM ledger_entry e JOIN ledger_posting p ON p.id = e.posting_id "
        "WHERE e.posting_date <> p.posting_date",
    ),
    (
        "entry {0} belongs to posting {1}, which does not exist",
        "SELECT e.id, e.posting_id FROM ledger_entry e "
        "WHERE NOT EXISTS (SELECT 1 FROM ledger_posting p WHERE p.id = e.posting_id)",
    ),
    (
        "posting {0} reverses {1} but does not negate it",
        "SELECT r.id, r.reverses_id FROM ledger_posting r JOIN ledger_posting p ON p.id = r.reverses_id "
        "WHERE r.total_fen <> p.total_fen",
    ),
)


def inconsistencies() -> Iterator[str]:
    """One sentence for each broken promise; nothing when all is well."""
    with connection.cursor() as cursor:
        for sentence, query in _CHECKS:
            cursor.execute(query)
            for row in cursor.fetchmany(_SHOWN):
                yield sentence.format(*row)
        cursor.execute(
            "SELECT ledger_account, CASE WHEN account_id IS NULL THEN 0 ELSE 1 END, COUNT(*) FROM ledger_entry "
            "GROUP BY 1, 2"
        )
        for code, by_customer, count in cursor.fetchall():
            account = CHART.get(code)
            if account is None or account.by_customer != bool(by_customer):
                yield f"{count} entries on {code} do not fit the chart of accounts"
    for closing in ClosedPeriod.objects.all():
        _count, fen = posted(Cycle.parse(closing.month))
        if fen != closing.debits_fen:
            yield f"{closing.month} was closed with debits of {closing.debits_fen} fen and has {fen} now"
