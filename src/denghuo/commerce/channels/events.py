"""What others may hear about orders at the channels."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar


@dataclass(frozen=True)
class OrderClosed:
    """An order ended without money: the customer did not pay in time, or it was closed."""

    name: ClassVar[str] = "channels.order_closed"
    order_id: int
    account_id: int
    amount_fen: int
    closed_at: datetime
