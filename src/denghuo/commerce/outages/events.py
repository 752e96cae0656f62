"""What others may hear about outages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar


@dataclass(frozen=True)
class OutageApproved:
    """Planned works were approved by a second person; the affected supplies are frozen."""

    name: ClassVar[str] = "outages.approved"
    outage_id: int
    number: str
    unit_id: str
    approved_at: datetime


@dataclass(frozen=True)
class NoticeDue:
    """Customers are to be told of planned works now. ``audience``: all or important; ``round`` grows with each change."""

    name: ClassVar[str] = "outages.notice_due"
    outage_id: int
    notice_id: int
    audience: str
    round: int
    noticed_at: datetime


@dataclass(frozen=True)
class OutageStarted:
    """Supply is off. ``kind``: planned, temporary or fault."""

    name: ClassVar[str] = "outages.started"
    outage_id: int
    number: str
    kind: str
    unit_id: str
    started_at: datetime


@dataclass(frozen=True)
class FaultConfirmed:
    """Calls or meter events are one outage of common equipment; ``case_ids`` are the cases that reported it so far."""

    name: ClassVar[str] = "outages.fault_confirmed"
    outage_id: int
    number: str
    case_ids: tuple[int, ...]
    expected_end_at: datetime | None
    confirmed_at: datetime


@dataclass(frozen=True)
class OutageDelayed:
    """The end is later than was said."""

    name: ClassVar[str] = "outages.delayed"
    outage_id: int
    number: str
    delay_id: int
    delayed_at: datetime


@dataclass(frozen=True)
class OutageCancelled:
    """Announced works do not take place."""

    name: ClassVar[str] = "outages.cancelled"
    outage_id: int
    number: str
    noticed: bool
    cancelled_at: datetime


@dataclass(frozen=True)
class OutageRestored:
    """Everybody has supply again. ``case_ids``: the cases that reported it."""

    name: ClassVar[str] = "outages.restored"
    outage_id: int
    number: str
    kind: str
    case_ids: tuple[int, ...]
    restored_at: datetime
