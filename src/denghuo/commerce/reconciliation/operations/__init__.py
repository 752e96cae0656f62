"""Everything that reconciliation writes."""

from denghuo.commerce.reconciliation.operations.days import (
    DayCannotBeClosed,
    DayCannotBeReconciled,
    close_day,
    reconcile,
    reconcile_due,
)
from denghuo.commerce.reconciliation.operations.differences import (
    DifferenceCannotChange,
    ask_booking,
    claim,
    decide_booking,
    explain,
)
from denghuo.commerce.reconciliation.operations.settlements import SettlementRefused, settle
from denghuo.commerce.reconciliation.operations.statements import StatementRefused, take_statement

__all__ = [
    "DayCannotBeClosed",
    "DayCannotBeReconciled",
    "DifferenceCannotChange",
    "SettlementRefused",
    "StatementRefused",
    "ask_booking",
    "claim",
    "close_day",
    "decide_booking",
    "explain",
    "reconcile",
    "reconcile_due",
    "settle",
    "take_statement",
]
