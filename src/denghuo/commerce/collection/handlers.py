"""What collection hears."""

from __future__ import annotations

from datetime import datetime

from denghuo.commerce.collection import operations
from denghuo.commerce.receivables.events import AccountSettled


def close_case(event: AccountSettled, *, at: datetime) -> None:
    """Nothing overdue is left: the case is closed. Heard twice, nothing more happens."""
    operations.close_when_settled(account_id=event.account_id, at=event.settled_at)
