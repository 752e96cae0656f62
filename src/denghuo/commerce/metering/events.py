"""What others may hear of meters."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar


@dataclass(frozen=True)
class MeterInstalled:
    name: ClassVar[str] = "metering.meter_installed"

    installation_id: int
    metering_point_id: int
    on: date
    at: datetime


@dataclass(frozen=True)
class MeterRemoved:
    name: ClassVar[str] = "metering.meter_removed"

    installation_id: int
    metering_point_id: int
    on: date
    at: datetime
    reason: str


@dataclass(frozen=True)
class MeterExchanged:
    """Told once for an exchange and for a change of ratio (the meter is then the same)."""

    name: ClassVar[str] = "metering.meter_exchanged"

    old_installation_id: int
    new_installation_id: int
    metering_point_id: int
    on: date
    at: datetime
    reason: str
