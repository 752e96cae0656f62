"""What must always be true of collection; ``denghuo doctor`` asks any time."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection

_CHECKS = (
    (
        "written-off debt {0}: {1} fen recovered, its payments say {2}",
        "SELECT d.id, d.recovered_fen, COALESCE(SUM(r.amount_fen), 0) FROM collection_writtenoffdebt d "
        "LEFT JOIN collection_recovery r ON r.debt_id = d.id GROUP BY d.id, d.recovered_fen "
        "HAVING d.recovered_fen <> COALESCE(SUM(r.amount_fen), 0)",
    ),
    (
        "written-off debt {0}: {1} fen are left, the ledger holds {2}",
        "SELECT d.id, d.amount_fen - d.recovered_fen, COALESCE(a.amount_fen, 0) "
        "FROM collection_writtenoffdebt d JOIN collection_writeoffrequest q ON q.id = d.request_id "
        "LEFT JOIN receivables_allocation a ON a.id = d.allocation_id "
        "WHERE q.state = 'done' AND d.amount_fen - d.recovered_fen <> COALESCE(a.amount_fen, 0)",
    ),
    (
        "case {0} is closed, but {1} of its promises, calls or messages wait",
        "SELECT c.id, COUNT(a.id) FROM collection_dunningcase c JOIN collection_dunningaction a ON a.case_id = c.id "
        "WHERE c.state = 'closed' AND a.state = 'waiting' AND NOT EXISTS (SELECT 1 FROM collection_dunningmessage m "
        "WHERE m.action_id = a.id AND m.state = 'sending') GROUP BY c.id",
    ),
    (
        "case {0} is closed, but its promise {1} is open",
        "SELECT c.id, p.id FROM collection_dunningcase c JOIN collection_paymentpromise p ON p.case_id = c.id "
        "WHERE c.state = 'closed' AND p.state = 'open'",
    ),
)


def inconsistencies() -> Iterator[str]:
    """One sentence for each broken promise; nothing when all is well."""
    with connection.cursor() as cursor:
        for sentence, query in _CHECKS:
            cursor.execute(query)
            for row in cursor.fetchmany(100):
                yield sentence.format(*row)
