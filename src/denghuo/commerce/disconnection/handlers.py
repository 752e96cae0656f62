"""What this room does when something happens elsewhere."""

from __future__ import annotations

from datetime import datetime

from denghuo.commerce.disconnection import operations
from denghuo.commerce.receivables.events import AccountSettled


def account_settled(event: AccountSettled, *, at: datetime) -> None:
    """A pending order is cancelled, a stopped supply restored; the clock runs from the settlement."""
    operations.settle(account_id=event.account_id, settled_at=event.settled_at, at=at)
