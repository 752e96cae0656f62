"""What must always be true of reconciliations; ``denghuo doctor`` asks any time."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection

_CHECKS = (
    (
        "reconciliation {0} {1}: its differences do not add up to what lies between file, records and ledger",
        "SELECT r.channel, r.day FROM reconciliation_dayreconciliation r "
        "LEFT JOIN reconciliation_difference d ON d.reconciliation_id = r.id AND d.state <> 'gone' "
        "WHERE r.reconciled_at IS NOT NULL "
        "GROUP BY r.id, r.channel, r.day, r.difference_fen, r.ledger_difference_fen "
        "HAVING r.difference_fen <> COALESCE(SUM(CASE WHEN d.kind <> 'ledger' THEN d.file_fen - d.our_fen ELSE 0 END), 0) "
        "OR r.ledger_difference_fen <> "
        "COALESCE(SUM(CASE WHEN d.kind = 'ledger' THEN d.ledger_fen - d.our_fen ELSE 0 END), 0)",
    ),
    (
        "reconciliation {0} {1}: file total is not that of its statement",
        "SELECT r.channel, r.day FROM reconciliation_dayreconciliation r "
        "JOIN reconciliation_channelstatement s ON s.id = r.statement_id "
        "WHERE r.reconciled_at IS NOT NULL AND r.file_total_fen <> s.payments_fen - s.refunds_fen",
    ),
    (
        "statement {0}: its counts and sums are not those of its lines",
        "SELECT s.id FROM reconciliation_channelstatement s "
        "LEFT JOIN reconciliation_statementline l ON l.statement_id = s.id "
        "GROUP BY s.id, s.lines_count, s.payments_fen, s.refunds_fen, s.fee_fen "
        "HAVING s.lines_count <> COUNT(l.id) "
        "OR s.payments_fen - s.refunds_fen <> COALESCE(SUM(CASE WHEN l.kind <> 'error' THEN l.amount_fen ELSE 0 END), 0)",
    ),
    (
        "reconciliation {0} {1} is closed, a difference of it is open",
        "SELECT r.channel, r.day FROM reconciliation_dayreconciliation r "
        "JOIN reconciliation_difference d ON d.reconciliation_id = r.id "
        "WHERE r.state = 'closed' AND d.state IN ('open', 'booking') GROUP BY r.channel, r.day",
    ),
)


def inconsistencies() -> Iterator[str]:
    """One sentence for each broken promise; nothing when all is well."""
    with connection.cursor() as cursor:
        for sentence, query in _CHECKS:
            cursor.execute(query)
            for row in cursor.fetchmany(100):
                yield sentence.format(*row)
