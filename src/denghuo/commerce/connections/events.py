"""What others may hear about applications for supply."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar


@dataclass(frozen=True)
class ApplicationAccepted:
    """An application was taken in; ``missing`` names documents that may follow (容缺受理), in words."""

    name: ClassVar[str] = "connections.application_accepted"
    application_id: int
    customer_id: int
    number: str
    missing: tuple[str, ...]
    accepted_at: datetime


@dataclass(frozen=True)
class PlanAnswered:
    """The supply plan was given to the customer (供电方案答复)."""

    name: ClassVar[str] = "connections.plan_answered"
    application_id: int
    customer_id: int
    number: str
    answered_at: datetime


@dataclass(frozen=True)
class FeesCharged:
    """Fees are payable; the text of each item and its basis are on the application."""

    name: ClassVar[str] = "connections.fees_charged"
    application_id: int
    customer_id: int
    number: str
    amount_fen: int
    charged_at: datetime


@dataclass(frozen=True)
class ReviewDone:
    """A design review, mid inspection or completion inspection has its result; ``kind``: design, mid, completion."""

    name: ClassVar[str] = "connections.review_done"
    application_id: int
    customer_id: int
    number: str
    kind: str
    round: int
    passed: bool
    defects: tuple[str, ...]
    reviewed_at: datetime


@dataclass(frozen=True)
class ApplicationRefused:
    """A named senior role refused; ``reason`` is what the customer is told."""

    name: ClassVar[str] = "connections.application_refused"
    application_id: int
    customer_id: int
    number: str
    reason: str
    basis: str
    refused_at: datetime


@dataclass(frozen=True)
class ApplicationWithdrawn:
    """The customer took the application back."""

    name: ClassVar[str] = "connections.application_withdrawn"
    application_id: int
    customer_id: int
    number: str
    withdrawn_at: datetime


@dataclass(frozen=True)
class SupplyEnergised:
    """Power is on at the new or enlarged supply."""

    name: ClassVar[str] = "connections.supply_energised"
    application_id: int
    customer_id: int
    number: str
    energised_at: datetime


@dataclass(frozen=True)
class ApplicationArchived:
    """The records are written: from here on the supply point is read and billed like any other."""

    name: ClassVar[str] = "connections.application_archived"
    application_id: int
    customer_id: int
    supply_point_id: int
    number: str
    archived_at: datetime
