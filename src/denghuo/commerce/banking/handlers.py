"""What banking hears."""

from __future__ import annotations

from datetime import datetime

from denghuo.commerce.banking import operations
from denghuo.commerce.payments.events import PaymentReversed


def receipt_is_open_again(event: PaymentReversed, *, at: datetime) -> None:
    """A payment made from a receipt was reversed somewhere else: its money waits in suspense again."""
    operations.note_reversed(payment_id=event.payment_id, at=event.reversed_at)
