"""What channels do when something happens elsewhere."""

from __future__ import annotations

from datetime import datetime

from denghuo.commerce.channels import operations
from denghuo.commerce.payments.events import RefundApproved


def send_refund(event: RefundApproved, *, at: datetime) -> None:
    """An approved refund of WeChat Pay or Alipay is queued; the janitor sends it."""
    operations.prepare(refund_id=event.refund_id, at=at)
