"""Mandates, batches and receipts, read."""

from denghuo.commerce.banking.queries.consistency import inconsistencies
from denghuo.commerce.banking.queries.debits import (
    OPEN_STATES,
    Candidate,
    candidates,
    debitable,
    file_name,
    lines_to_settle,
    out_file,
    planned_items,
)
from denghuo.commerce.banking.queries.receipts import (
    AgeBand,
    ages,
    owed_of,
    proposals,
    proposals_of,
    receipts,
    trusted_rules,
)

__all__ = [
    "OPEN_STATES",
    "AgeBand",
    "Candidate",
    "ages",
    "candidates",
    "debitable",
    "file_name",
    "inconsistencies",
    "lines_to_settle",
    "out_file",
    "owed_of",
    "planned_items",
    "proposals",
    "proposals_of",
    "receipts",
    "trusted_rules",
]
