"""Everything that moves a customer's money."""

from denghuo.commerce.payments.operations.batch import Row, receive_file
from denghuo.commerce.payments.operations.cheques import ChequeCannotBeDecided, bounce_cheque, clear_cheque
from denghuo.commerce.payments.operations.counter import (
    BasketDiffers,
    BasketImpossible,
    BasketRow,
    ChequeFacts,
    take,
)
from denghuo.commerce.payments.operations.deposits import DepositImpossible, draw_deposit, take_deposit
from denghuo.commerce.payments.operations.receipts import FORMS as RECEIPT_FORMS
from denghuo.commerce.payments.operations.receipts import print_receipt
from denghuo.commerce.payments.operations.receiving import (
    PaymentCannotBeReversed,
    PaymentDiffers,
    money_leg,
    receive,
    reverse,
)
from denghuo.commerce.payments.operations.refund_payouts import hand_out, mark_transferred
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
from denghuo.commerce.payments.operations.till import (
    NoOpenShift,
    ShiftCannotBeConfirmed,
    ShiftCannotBeCounted,
    ShiftCannotBeOpened,
    confirm_shift,
    count_shift,
    open_shift,
    send_back,
)
from denghuo.commerce.payments.operations.transfers import (
    TransferCannotBeDecided,
    TransferEffect,
    TransferImpossible,
    approve_transfer,
    ask_transfer,
    offset_generation,
    preview_transfer,
    reject_transfer,
)

__all__ = [
    "RECEIPT_FORMS",
    "BasketDiffers",
    "BasketImpossible",
    "BasketRow",
    "ChequeCannotBeDecided",
    "ChequeFacts",
    "DepositImpossible",
    "NoOpenShift",
    "PaymentCannotBeReversed",
    "PaymentDiffers",
    "RefundCannotBeDecided",
    "RefundDiffers",
    "RefundImpossible",
    "Row",
    "ShiftCannotBeConfirmed",
    "ShiftCannotBeCounted",
    "ShiftCannotBeOpened",
    "TransferCannotBeDecided",
    "TransferEffect",
    "TransferImpossible",
    "approve_refund",
    "approve_transfer",
    "ask_refund",
    "ask_transfer",
    "bounce_cheque",
    "clear_cheque",
    "confirm_shift",
    "count_shift",
    "draw_deposit",
    "hand_out",
    "held_fen",
    "mark_transferred",
    "money_leg",
    "offset_generation",
    "open_shift",
    "preview_transfer",
    "print_receipt",
    "receive",
    "receive_file",
    "refund_failed",
    "refund_paid",
    "refund_sent",
    "refundable_fen",
    "reject_refund",
    "reject_transfer",
    "reverse",
    "send_back",
    "take",
    "take_deposit",
]
