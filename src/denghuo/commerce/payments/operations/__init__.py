"""Everything that moves a customer's money."""

from denghuo.commerce.payments.operations.batch import Row, receive_file
from denghuo.commerce.payments.operations.receiving import (
    PaymentCannotBeReversed,
    PaymentDiffers,
    money_leg,
    receive,
    reverse,
)
from denghuo.commerce.payments.operations.refunding import (
    RefundCannotBeDecided,
    RefundDiffers,
    RefundImpossible,
    approve_refund,
    ask_refund,
    held_fen,
    refund_failed,
    refund_paid,
    refund_sent,
    refundable_fen,
    reject_refund,
)

__all__ = [
    "Row",
    "receive_file",
    "PaymentCannotBeReversed",
    "PaymentDiffers",
    "RefundCannotBeDecided",
    "RefundDiffers",
    "RefundImpossible",
    "approve_refund",
    "ask_refund",
    "held_fen",
    "money_leg",
    "receive",
    "refund_failed",
    "refund_paid",
    "refund_sent",
    "refundable_fen",
    "reject_refund",
    "reverse",
]
