"""What customers owe, and since when."""

from denghuo.commerce.receivables.queries.arrears import (
    ArrearsRow,
    Grouping,
    add_grouping,
    arrears_by,
    groupings,
    of_age,
    open_on,
    terms_of_account,
)
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
from denghuo.commerce.receivables.queries.standing import (
    Standing,
    receivables_of_document,
    running_plan,
    settled_recently,
    standings_of_customer,
)
from denghuo.commerce.receivables.queries.waivers import WaiverEffect, waiver_effect

__all__ = [
    "AccruedLateFee",
    "ArrearsRow",
    "Grouping",
    "LateFeeBasis",
    "Overdue",
    "Owed",
    "Projection",
    "Standing",
    "WaiverEffect",
    "accrued_late_fees",
    "accrued_on",
    "add_grouping",
    "arrears_by",
    "groupings",
    "inconsistencies",
    "late_fee_bases",
    "late_fee_first",
    "of_age",
    "open_items",
    "open_items_of",
    "open_on",
    "overdue",
    "overdue_accounts",
    "overdue_rows",
    "owed",
    "paid_since",
    "plan_debts",
    "plan_total",
    "progress",
    "projection",
    "receivables_of_document",
    "running_plan",
    "settled_recently",
    "shielded",
    "standings_of_customer",
    "terms_of_account",
    "waiver_effect",
]
