"""What happens to appointments; appointments are known by their number."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar


@dataclass(frozen=True)
class AppointmentBooked:
    name: ClassVar[str] = "appointments.booked"
    appointment_id: int
    customer_id: int | None
    service: str
    starts_at: datetime
    booked_at: datetime


@dataclass(frozen=True)
class AppointmentMoved:
    name: ClassVar[str] = "appointments.moved"
    appointment_id: int
    customer_id: int | None
    before: datetime
    starts_at: datetime
    moved_at: datetime


@dataclass(frozen=True)
class AppointmentEnded:
    """``outcome``: done, missed or cancelled."""

    name: ClassVar[str] = "appointments.ended"
    appointment_id: int
    customer_id: int | None
    outcome: str
    ended_at: datetime
