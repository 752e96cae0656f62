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


@dataclass(frozen=True)
class RefundPaid:
    """The money has left: by cash, by transfer or through its channel."""

    name: ClassVar[str] = "payments.refund_paid"
    refund_id: int
    account_id: int
    channel: str
    amount_fen: int
    paid_at: datetime


@dataclass(frozen=True)
class ChequeBounced:
    """A cheque came back unpaid; its payments were reversed (``PaymentReversed`` tells each of them)."""

    name: ClassVar[str] = "payments.cheque_bounced"
    cheque_id: int
    amount_fen: int
    bounced_at: datetime


@dataclass(frozen=True)
class PaymentsReceived:
    """The payments of a file were booked together: ``payments`` of them, numbered from ``first_number`` to ``last_number``.

    Those of accounts with overdue debts are told one by one (``PaymentReceived``).
    """

    name: ClassVar[str] = "payments.payments_received"
    channel: str
    first_number: str
    last_number: str
    payments: int
    total_fen: int
    received_at: datetime
