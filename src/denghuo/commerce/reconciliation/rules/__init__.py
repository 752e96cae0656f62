"""Files of channels and how they are set against our books."""

from denghuo.commerce.reconciliation.rules.compare import (
    Comparison,
    Found,
    Kind,
    Told,
    compare,
    explains_itself,
)
from denghuo.commerce.reconciliation.rules.statements import (
    ERROR,
    PAYMENT,
    READERS,
    REFUND,
    SETTLED_LATER,
    FileContent,
    FileLine,
    StatementUnreadable,
    read,
)

__all__ = [
    "ERROR",
    "PAYMENT",
    "READERS",
    "REFUND",
    "SETTLED_LATER",
    "Comparison",
    "FileContent",
    "FileLine",
    "Found",
    "Kind",
    "StatementUnreadable",
    "Told",
    "compare",
    "explains_itself",
    "read",
]
