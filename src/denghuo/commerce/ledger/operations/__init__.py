"""Everything that writes to the ledger."""

from denghuo.commerce.ledger.operations.batch import Group, post_many
from denghuo.commerce.ledger.operations.periods import (
    PeriodCannotBeClosed,
    close_period,
    examine_before_closing,
)
from denghuo.commerce.ledger.operations.posting import PeriodClosed, post, reverse

__all__ = [
    "Group",
    "post_many",
    "PeriodCannotBeClosed",
    "PeriodClosed",
    "close_period",
    "examine_before_closing",
    "post",
    "reverse",
]
