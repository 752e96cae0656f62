"""What customers owe, and since when."""

from denghuo.commerce.receivables.queries.consistency import inconsistencies
from denghuo.commerce.receivables.queries.late_fees import (
    AccruedLateFee,
    LateFeeBasis,
    accrued_late_fees,
    accrued_on,
    late_fee_bases,
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
from denghuo.commerce.receivables.queries.plans import (
    Projection,
    paid_since,
    plan_debts,
    plan_total,
    progress,
    projection,
)
from denghuo.commerce.receivables.queries.waivers import WaiverEffect, waiver_effect

__all__ = [
    "AccruedLateFee",
    "LateFeeBasis",
    "Overdue",
    "Owed",
    "Projection",
    "WaiverEffect",
    "accrued_late_fees",
    "accrued_on",
    "inconsistencies",
    "late_fee_bases",
    "late_fee_first",
    "open_items",
    "open_items_of",
    "overdue",
    "overdue_accounts",
    "overdue_rows",
    "owed",
    "paid_since",
    "plan_debts",
    "plan_total",
    "progress",
    "projection",
    "shielded",
    "waiver_effect",
]
