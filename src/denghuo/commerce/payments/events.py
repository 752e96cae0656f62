"""What others may hear about money."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar


@dataclass(frozen=True)
class PaymentReceived:
    name: ClassVar[str] = "payments.payment_received"
    payment_id: int
    account_id: int
    amount_fen: int
    channel: str
    received_at: datetime


@dataclass(frozen=True)
class PaymentReversed:
    """A payment was undone: a cheque bounced, or it was booked to the wrong account."""

    name: ClassVar[str] = "payments.payment_reversed"
    payment_id: int
    account_id: int
    amount_fen: int
    channel: str
    reversed_at: datetime


@dataclass(frozen=True)
class RefundApproved:
    """A refund may be paid out; the channel it names does so."""

    name: ClassVar[str] = "payments.refund_approved"
    refund_id: int
    channel: str
    amount_fen: int
    approved_at: datetime
