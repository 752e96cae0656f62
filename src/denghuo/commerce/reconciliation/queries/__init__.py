"""Files, records and ledger of the channels, read side by side."""

from denghuo.commerce.reconciliation.queries.board import BoardDay, Cell, board, days_in_scope, last_day
from denghuo.commerce.reconciliation.queries.books import (
    Books,
    books,
    busy_channels,
    file_elsewhere,
    file_lines,
    known_payments,
    ours_elsewhere,
)
from denghuo.commerce.reconciliation.queries.consistency import inconsistencies

__all__ = [
    "BoardDay",
    "Books",
    "Cell",
    "board",
    "books",
    "busy_channels",
    "days_in_scope",
    "file_elsewhere",
    "file_lines",
    "inconsistencies",
    "known_payments",
    "last_day",
    "ours_elsewhere",
]
