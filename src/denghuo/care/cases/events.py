"""What others may hear about the matters customers bring."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar


@dataclass(frozen=True)
class CaseReceived:
    """A matter was taken in. ``kind``: enquiry, fault, complaint, suggestion, praise, tip_off, request …"""

    name: ClassVar[str] = "cases.received"
    case_id: int
    number: str
    kind: str
    unit_id: str
    customer_id: int | None
    received_at: datetime


@dataclass(frozen=True)
class FaultReported:
    """A customer says that there is no supply, or that something is dangerous."""

    name: ClassVar[str] = "cases.fault_reported"
    case_id: int
    transformer_area_id: int | None
    supply_point_id: int | None
    at: datetime


@dataclass(frozen=True)
class RepairMoved:
    """A repair went on: ``step`` is dispatched, accepted, arrived, found or restored. ``text``: what was found."""

    name: ClassVar[str] = "cases.repair_moved"
    case_id: int
    number: str
    customer_id: int | None
    step: str
    text: str
    at: datetime


@dataclass(frozen=True)
class CaseReplied:
    """The customer was given the answer."""

    name: ClassVar[str] = "cases.replied"
    case_id: int
    number: str
    kind: str
    customer_id: int | None
    at: datetime


@dataclass(frozen=True)
class CaseClosed:
    """``outcome``: solved, explained, withdrawn, merged, unfounded … ``satisfaction`` 1 to 5 where it was asked."""

    name: ClassVar[str] = "cases.closed"
    case_id: int
    number: str
    kind: str
    unit_id: str
    customer_id: int | None
    outcome: str
    satisfaction: int | None
    closed_at: datetime


@dataclass(frozen=True)
class ComplaintEscalated:
    """The same customer complains about the same matter again, or a limit is broken: a higher level has it now."""

    name: ClassVar[str] = "cases.complaint_escalated"
    case_id: int
    number: str
    unit_id: str
    level: int
    reason: str
    at: datetime


@dataclass(frozen=True)
class ComplaintDecided:
    """An investigated complaint was decided by a second person; ``admitted``: we were at fault."""

    name: ClassVar[str] = "cases.complaint_decided"
    case_id: int
    number: str
    unit_id: str
    customer_id: int | None
    admitted: bool
    cause: str
    at: datetime


@dataclass(frozen=True)
class ImprovementOpened:
    """An admitted complaint asks for a measure, with an owner and a day."""

    name: ClassVar[str] = "cases.improvement_opened"
    item_id: int
    case_id: int
    owner_id: int
    due_date: str
    at: datetime


@dataclass(frozen=True)
class MeterChecked:
    """A disputed meter was checked; ``right``: its error lies within the limit."""

    name: ClassVar[str] = "cases.meter_checked"
    case_id: int
    number: str
    supply_point_id: int
    customer_id: int | None
    right: bool
    at: datetime
