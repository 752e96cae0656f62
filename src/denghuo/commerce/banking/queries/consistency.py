"""What must always be true of batches, answers and receipts; ``denghuo doctor`` asks any time."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection

from denghuo.commerce.ledger.rules.chart import SUSPENSE

_CHECKS = (
    (
        "debit batch {0}: its counts and sums are not those of its items",
        "SELECT b.number FROM banking_debitbatch b LEFT JOIN banking_debititem i ON i.batch_id = b.id "
        "GROUP BY b.id, b.number, b.items_count, b.total_fen, b.paid_count, b.paid_fen, b.failed_count, b.failed_fen "
        "HAVING b.items_count <> COUNT(i.id) OR b.total_fen <> COALESCE(SUM(i.amount_fen), 0) "
        "OR b.paid_count <> COALESCE(SUM(CASE WHEN i.state IN ('taken', 'posted') THEN 1 ELSE 0 END), 0) "
        "OR b.paid_fen <> COALESCE(SUM(CASE WHEN i.state IN ('taken', 'posted') THEN i.amount_fen ELSE 0 END), 0) "
        "OR b.failed_count <> COALESCE(SUM(CASE WHEN i.state = 'failed' THEN 1 ELSE 0 END), 0) "
        "OR b.failed_fen <> COALESCE(SUM(CASE WHEN i.state = 'failed' THEN i.amount_fen ELSE 0 END), 0)",
    ),
    (
        "debit {0}: its payment is another amount, account or transaction",
        "SELECT i.serial FROM banking_debititem i JOIN payments_payment p ON p.id = i.payment_id "
        "WHERE p.amount_fen <> i.amount_fen OR p.account_id <> i.account_id OR p.external_id <> i.serial",
    ),
    (
        "answer {0}: its counts are not those of its rows",
        "SELECT f.id FROM banking_returnfile f LEFT JOIN banking_returnline l ON l.file_id = f.id "
        "GROUP BY f.id, f.rows, f.ok_rows, f.failed_rows "
        "HAVING f.rows <> COUNT(l.id) "
        "OR f.ok_rows <> COALESCE(SUM(CASE WHEN l.outcome = 'ok' THEN 1 ELSE 0 END), 0) "
        "OR f.failed_rows <> COALESCE(SUM(CASE WHEN l.outcome = 'failed' THEN 1 ELSE 0 END), 0)",
    ),
    (
        "receipt {0}: {1} fen are open, its matches and returns leave {2}",
        "SELECT r.reference, r.open_fen, r.amount_fen - COALESCE(m.fen, 0) - COALESCE(s.fen, 0) "
        "FROM banking_bankreceipt r "
        "LEFT JOIN (SELECT receipt_id, SUM(amount_fen) AS fen FROM banking_receiptmatch "
        "WHERE undone_at IS NULL GROUP BY receipt_id) m ON m.receipt_id = r.id "
        "LEFT JOIN (SELECT receipt_id, SUM(amount_fen) AS fen FROM banking_sendback "
        "WHERE state = 'done' GROUP BY receipt_id) s ON s.receipt_id = r.id "
        "WHERE r.open_fen <> r.amount_fen - COALESCE(m.fen, 0) - COALESCE(s.fen, 0)",
    ),
)
_SUSPENSE = (
    "SELECT e.detail, -SUM(e.amount_fen), COALESCE(r.fen, 0) FROM ledger_entry e "
    "LEFT JOIN (SELECT source, SUM(open_fen) AS fen FROM banking_bankreceipt GROUP BY source) r "
    "ON r.source = e.detail WHERE e.ledger_account = %s AND e.detail IN ('transfer', 'lockbox') "
    "GROUP BY e.detail, r.fen HAVING -SUM(e.amount_fen) <> COALESCE(r.fen, 0)"
)


def inconsistencies() -> Iterator[str]:
    """One sentence for each broken promise; nothing when all is well."""
    with connection.cursor() as cursor:
        for sentence, query in _CHECKS:
            cursor.execute(query)
            for row in cursor.fetchmany(100):
                yield sentence.format(*row)
        cursor.execute(_SUSPENSE, [SUSPENSE])
        for detail, entries, receipts in cursor.fetchmany(100):
            yield f"suspense {detail}: {entries} fen by the entries, {receipts} fen of open receipts"
