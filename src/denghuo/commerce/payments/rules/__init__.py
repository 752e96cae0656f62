"""Where the money of a channel is kept, what a till takes, and what may be refunded."""

from __future__ import annotations

from collections.abc import Mapping

from denghuo.commerce.ledger.rules.chart import BANK, CASH, CHEQUES, CLEARING
from denghuo.commerce.payments.rules.refunds import (
    BY_HAND,
    OVER,
    SECOND_PERSON_ABOVE_YUAN,
    THROUGH_THE_CHANNEL,
    may_become,
    needs_second_person,
)
from denghuo.commerce.payments.rules.till import (
    AT_THE_COUNTER,
    DENOMINATIONS_FEN,
    UNDONE_BY_HAND,
    CountInvalid,
    change_fen,
    counted_fen,
    counts_of,
    counts_text,
    difference_fen,
)

__all__ = [
    "AT_THE_COUNTER",
    "BY_HAND",
    "DENOMINATIONS_FEN",
    "MONEY_ACCOUNT",
    "OVER",
    "SECOND_PERSON_ABOVE_YUAN",
    "THROUGH_THE_CHANNEL",
    "UNDONE_BY_HAND",
    "CountInvalid",
    "change_fen",
    "counted_fen",
    "counts_of",
    "counts_text",
    "difference_fen",
    "may_become",
    "needs_second_person",
]

MONEY_ACCOUNT: Mapping[str, str] = {
    "cash": CASH,
    "card": CLEARING,
    "cheque": CHEQUES,
    "wechat": CLEARING,
    "alipay": CLEARING,
    "bank_debit": BANK,
    "lockbox": BANK,
    "transfer": BANK,
}
"""Channel → ledger account. The detail of cash is the clerk, of cheques none, of anything else the channel."""
