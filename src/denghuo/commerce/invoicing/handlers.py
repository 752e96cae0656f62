"""What invoices do when others tell."""

from __future__ import annotations

from datetime import datetime

from denghuo.commerce.billing.events import BillReversed
from denghuo.commerce.billing.models import Bill
from denghuo.commerce.invoicing import operations


def on_bill_reversed(event: BillReversed, *, at: datetime) -> None:
    """Cancel the request of a reversed bill, or raise the red letter of its issued invoice. Safe to hear twice."""
    reversal = Bill.objects.get(pk=event.reversal_id)
    bill = Bill.objects.get(pk=event.bill_id)
    reason = f"账单冲正 {reversal.number}：{reversal.reason}"[:300]
    operations.bill_was_reversed(bill=bill, reason=reason, at=at)
