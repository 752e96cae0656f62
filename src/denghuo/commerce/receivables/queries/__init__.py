"""What customers owe, and since when."""

from denghuo.commerce.receivables.queries.consistency import inconsistencies
from denghuo.commerce.receivables.queries.late_fees import (
    AccruedLateFee,
    accrued_late_fees,
    accrued_on,
    late_fee_first,
)
from denghuo.commerce.receivables.queries.open_items import Owed, open_items, open_items_of, owed
from denghuo.commerce.receivables.queries.overdue import (
    Overdue,
    overdue,
    overdue_accounts,
    overdue_rows,
    shielded,
)

__all__ = [
    "AccruedLateFee",
    "Overdue",
    "Owed",
    "accrued_late_fees",
    "accrued_on",
    "inconsistencies",
    "late_fee_first",
    "open_items",
    "open_items_of",
    "overdue",
    "overdue_accounts",
    "overdue_rows",
    "owed",
    "shielded",
]
