"""What must always be true of payments and refunds; ``denghuo doctor`` asks any time."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection

from denghuo.commerce.ledger.rules.chart import CHEQUES, DEPOSIT, REFUND_PAYABLE

_BY_ACCOUNT = (
    "SELECT x.account_id, SUM(x.kept), SUM(x.booked) FROM ("
    "SELECT account_id, {kept} AS kept, 0 AS booked FROM {table} WHERE {condition} "
    "UNION ALL SELECT account_id, 0, -amount_fen FROM ledger_entry WHERE ledger_account = '{code}'"
    ") x GROUP BY x.account_id HAVING SUM(x.kept) <> SUM(x.booked)"
)
_IN_COLLECTION = (
    "SELECT a.kept, a.booked FROM (SELECT "
    "(SELECT COALESCE(SUM(p.amount_fen), 0) FROM payments_payment p "
    "LEFT JOIN payments_cheque c ON c.basket_id = p.basket_id WHERE p.channel = 'cheque' "
    "AND p.state = 'received' AND (c.id IS NULL OR c.state = 'presented')) AS kept, "
    "(SELECT COALESCE(SUM(amount_fen), 0) FROM ledger_entry WHERE ledger_account = '{code}') AS booked"
    ") a WHERE a.kept <> a.booked"
)
_CHECKS = (
    (
        "payment {0} of {1} fen stands in a posting of {2} fen",
        "SELECT p.number, p.amount_fen, l.total_fen FROM payments_payment p "
        "JOIN ledger_posting l ON l.id = p.posting_id WHERE l.total_fen <> p.amount_fen "
        "AND l.document_type = 'payments.payment' AND l.key = 'payment:' || p.channel || ':' || p.external_id",
    ),
    (
        "receipt {0} says {1} fen, its payments add up to {2}",
        "SELECT b.number, b.total_fen, COALESCE(SUM(p.amount_fen), 0) FROM payments_basket b "
        "LEFT JOIN payments_payment p ON p.basket_id = b.id GROUP BY b.id, b.number, b.total_fen "
        "HAVING b.total_fen <> COALESCE(SUM(p.amount_fen), 0)",
    ),
    (
        "payment {0} of {1} fen has gone back through its channel with {2} fen",
        "SELECT p.number, p.amount_fen, SUM(r.amount_fen) FROM payments_refund r "
        "JOIN payments_payment p ON p.id = r.payment_id WHERE r.state NOT IN ('rejected', 'failed') "
        "GROUP BY p.id, p.number, p.amount_fen HAVING SUM(r.amount_fen) > p.amount_fen",
    ),
    (
        "account {0}: refunds of {1} fen are on the way, the ledger says {2}",
        _BY_ACCOUNT.format(
            kept="amount_fen",
            table="payments_refund",
            condition="state IN ('approved', 'sent')",
            code=REFUND_PAYABLE,
        ),
    ),
    (
        "account {0}: deposits of {1} fen are held, the ledger says {2}",
        _BY_ACCOUNT.format(kept="held_fen", table="payments_deposit", condition="1 = 1", code=DEPOSIT),
    ),
    (
        "cheques of {0} fen are in collection, the ledger says {1}",
        _IN_COLLECTION.format(code=CHEQUES),
    ),
)


def inconsistencies() -> Iterator[str]:
    """One sentence for each broken promise; nothing when all is well."""
    with connection.cursor() as cursor:
        for sentence, query in _CHECKS:
            cursor.execute(query)
            for row in cursor.fetchmany(100):
                yield sentence.format(*row)
