"""What others may hear of readings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar


@dataclass(frozen=True)
class ReadingsRecorded:
    name: ClassVar[str] = "readings.readings_recorded"

    cycle: str
    accepted: int
    held: int
    at: datetime


@dataclass(frozen=True)
class ReadingReplaced:
    """A reading that was accepted before is no longer the one that counts."""

    name: ClassVar[str] = "readings.reading_replaced"

    reading_id: int
    replacement_id: int
    metering_point_id: int
    cycle: str
    at: datetime


@dataclass(frozen=True)
class MeterFaultOrdered:
    name: ClassVar[str] = "readings.meter_fault_ordered"

    exception_id: int
    metering_point_id: int
    order_reference: str
    at: datetime
