"""What others may hear about supply points."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar


@dataclass(frozen=True)
class SupplyPointOpened:
    name: ClassVar[str] = "supply.supply_point_opened"
    supply_point_id: int
    opened_at: datetime


@dataclass(frozen=True)
class TermsChanged:
    """Terms differ from ``from_date`` on, until ``until_date`` (None: from then on)."""

    name: ClassVar[str] = "supply.terms_changed"
    supply_point_id: int
    from_date: date
    until_date: date | None
    fields: tuple[str, ...]
    changed_at: datetime


@dataclass(frozen=True)
class LossTermsChanged:
    name: ClassVar[str] = "supply.loss_terms_changed"
    supply_point_id: int
    from_date: date
    changed_at: datetime


@dataclass(frozen=True)
class SupplyPointSuspended:
    name: ClassVar[str] = "supply.supply_point_suspended"
    supply_point_id: int
    from_date: date
    suspended_at: datetime


@dataclass(frozen=True)
class SupplyPointResumed:
    name: ClassVar[str] = "supply.supply_point_resumed"
    supply_point_id: int
    from_date: date
    resumed_at: datetime


@dataclass(frozen=True)
class SupplyPointClosed:
    name: ClassVar[str] = "supply.supply_point_closed"
    supply_point_id: int
    closed_date: date
    closed_at: datetime


@dataclass(frozen=True)
class PayerChanged:
    """Another account pays (and perhaps another customer uses) the supply point (过户)."""

    name: ClassVar[str] = "supply.payer_changed"
    supply_point_id: int
    from_account_id: int
    to_account_id: int
    changed_at: datetime
