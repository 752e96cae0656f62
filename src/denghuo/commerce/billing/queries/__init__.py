"""Reading bills, runs and what waits for a decision."""

from denghuo.commerce.billing.queries.bills import (
    account_bills,
    bill_by_number,
    bills_in_scope,
    comparison,
    months_of_use,
)
from denghuo.commerce.billing.queries.consistency import inconsistencies
from denghuo.commerce.billing.queries.cycles import months_billed, standing
from denghuo.commerce.billing.queries.runs import (
    WAITING_STATES,
    accounts_in_scope,
    approvable,
    completeness,
    differences,
    gate_settings,
    issuable,
    open_exceptions,
    run_totals,
    scope_text,
)

__all__ = [
    "WAITING_STATES",
    "account_bills",
    "accounts_in_scope",
    "approvable",
    "bill_by_number",
    "bills_in_scope",
    "comparison",
    "completeness",
    "differences",
    "gate_settings",
    "inconsistencies",
    "issuable",
    "months_billed",
    "months_of_use",
    "open_exceptions",
    "run_totals",
    "scope_text",
    "standing",
]
