"""How soon a repair crew must be there, by the kind of settlement: what we promise, and what the law allows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

CITY, RURAL, REMOTE = "city", "rural", "remote"


@dataclass(frozen=True)
class ArrivalLimits:
    """Minutes by kind of settlement: ``promised`` and ``legal`` until arrival, ``restore`` from arrival to supply."""

    promised: Mapping[str, int]
    legal: Mapping[str, int]
    restore: Mapping[str, int]


@dataclass(frozen=True)
class Deadlines:
    arrive_due_at: datetime
    legal_due_at: datetime


def deadlines(*, settlement: str, called_at: datetime, limits: ArrivalLimits) -> Deadlines:
    """Until when the crew must be there. Minutes of the clock, day and night; they run from the call."""
    promised = limits.promised[settlement]
    legal = max(promised, limits.legal[settlement])
    return Deadlines(called_at + timedelta(minutes=promised), called_at + timedelta(minutes=legal))


def restore_due(*, settlement: str, arrived_at: datetime, limits: ArrivalLimits) -> datetime:
    return arrived_at + timedelta(minutes=limits.restore[settlement])


def settlement_of(unit_code: str, known: Mapping[str, str]) -> str:
    """The kind of a unit, or of the nearest unit above it that has one; city where nobody said."""
    codes = [code for code in known if unit_code.startswith(code)]
    return known[max(codes, key=len)] if codes else CITY
