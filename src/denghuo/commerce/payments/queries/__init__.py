"""Payments, receipts and what stands behind them."""

from denghuo.commerce.payments.queries.consistency import inconsistencies
from denghuo.commerce.payments.queries.finding import accounts_named
from denghuo.commerce.payments.queries.standing import (
    ClosedAccount,
    Standing,
    closed_accounts_with_money,
    effect_of_reversal,
    prepaid_by,
    settled_by,
    standing_of,
)
from denghuo.commerce.payments.queries.tills import (
    ShiftTotals,
    baskets_of,
    expected_fen,
    open_shift_of,
    till_fen,
    totals_of,
)

__all__ = [
    "ClosedAccount",
    "ShiftTotals",
    "Standing",
    "accounts_named",
    "baskets_of",
    "closed_accounts_with_money",
    "effect_of_reversal",
    "expected_fen",
    "inconsistencies",
    "open_shift_of",
    "prepaid_by",
    "settled_by",
    "standing_of",
    "till_fen",
    "totals_of",
]
