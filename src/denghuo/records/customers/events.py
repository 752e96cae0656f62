"""What others may hear about customers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar


@dataclass(frozen=True)
class CustomerRegistered:
    name: ClassVar[str] = "customers.registered"
    customer_id: int
    registered_at: datetime


@dataclass(frozen=True)
class CustomerAmended:
    """``fields`` names what changed; the values are in the audit trail."""

    name: ClassVar[str] = "customers.amended"
    customer_id: int
    fields: tuple[str, ...]
    amended_at: datetime


@dataclass(frozen=True)
class ConsentChanged:
    name: ClassVar[str] = "customers.consent_changed"
    customer_id: int
    purpose: str
    given: bool
    changed_at: datetime


@dataclass(frozen=True)
class AccountOpened:
    name: ClassVar[str] = "customers.account_opened"
    account_id: int
    opened_at: datetime


@dataclass(frozen=True)
class AccountClosed:
    name: ClassVar[str] = "customers.account_closed"
    account_id: int
    closed_at: datetime
