"""What others may hear about changes of an existing supply."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar


@dataclass(frozen=True)
class ChangeAsked:
    """A change was taken in; ``kind`` is one of ``rules.kinds.KINDS``."""

    name: ClassVar[str] = "changes.change_asked"
    change_id: int
    supply_point_id: int
    customer_id: int
    kind: str
    from_date: date
    asked_at: datetime


@dataclass(frozen=True)
class ChangeDecided:
    """A supervisor approved or refused it."""

    name: ClassVar[str] = "changes.change_decided"
    change_id: int
    customer_id: int
    kind: str
    approved: bool
    reason: str
    decided_at: datetime


@dataclass(frozen=True)
class ChangeTookEffect:
    """It has been carried out: bills follow it from ``effective_date`` on."""

    name: ClassVar[str] = "changes.change_took_effect"
    change_id: int
    supply_point_id: int
    customer_id: int
    kind: str
    effective_date: date
    done_at: datetime


@dataclass(frozen=True)
class RestrictionEndsSoon:
    """A suspension, temporary exchange or removal ends on ``until_date`` and nobody has asked for what follows."""

    name: ClassVar[str] = "changes.restriction_ends_soon"
    change_id: int
    customer_id: int
    kind: str
    until_date: date
    noticed_at: datetime
