"""What others may hear about stopping and restoring supply."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar


@dataclass(frozen=True)
class NoticeDelivered:
    """A notice of disconnection reached the customer; ``kind`` is first or second."""

    name: ClassVar[str] = "disconnection.notice_delivered"
    order_id: int
    account_id: int
    kind: str
    delivered_at: datetime


@dataclass(frozen=True)
class SupplyStopped:
    name: ClassVar[str] = "disconnection.supply_stopped"
    order_id: int
    account_id: int
    stopped_at: datetime


@dataclass(frozen=True)
class SupplyRestored:
    name: ClassVar[str] = "disconnection.supply_restored"
    order_id: int
    account_id: int
    late: bool
    restored_at: datetime


@dataclass(frozen=True)
class RestorationLate:
    """The time within which supply is restored has passed, and it is still off."""

    name: ClassVar[str] = "disconnection.restoration_late"
    order_id: int
    account_id: int
    unit_id: str
    noticed_at: datetime
