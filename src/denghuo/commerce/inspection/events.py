"""What others may hear about inspections, notices to rectify, breach of use and theft."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar


@dataclass(frozen=True)
class RectificationIssued:
    """A customer was told in writing what is wrong and until when to put it right."""

    name: ClassVar[str] = "inspection.rectification_issued"
    rectification_id: int
    supply_point_id: int
    customer_id: int
    account_id: int
    due_date: date
    issued_at: datetime


@dataclass(frozen=True)
class RectificationReported:
    """What was not put right in time was reported to the power administration."""

    name: ClassVar[str] = "inspection.rectification_reported"
    rectification_id: int
    customer_id: int
    account_id: int
    reported_at: datetime


@dataclass(frozen=True)
class RectificationClosed:
    name: ClassVar[str] = "inspection.rectification_closed"
    rectification_id: int
    customer_id: int
    account_id: int
    late: bool
    closed_at: datetime


@dataclass(frozen=True)
class BreachCharged:
    """A case of breach or theft was approved: both parts are receivable since ``charged_at``."""

    name: ClassVar[str] = "inspection.breach_charged"
    case_id: int
    kind: str
    customer_id: int
    account_id: int
    backbill_fen: int
    breach_fen: int
    due_date: date
    charged_at: datetime


@dataclass(frozen=True)
class TheftConfirmed:
    """A theft is established. ``credit_report``: its amount is above what is told to credit reporting."""

    name: ClassVar[str] = "inspection.theft_confirmed"
    case_id: int
    customer_id: int
    account_id: int
    supply_point_id: int
    amount_fen: int
    credit_report: bool
    confirmed_at: datetime


@dataclass(frozen=True)
class BreachRevoked:
    """A case that was charged was taken back (appeal, court, error); so is what was told about it."""

    name: ClassVar[str] = "inspection.breach_revoked"
    case_id: int
    kind: str
    customer_id: int
    account_id: int
    revoked_at: datetime
