"""What others may hear about debts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar


@dataclass(frozen=True)
class AccountSettled:
    """Nothing overdue is left on an account that had overdue debts before this moment."""

    name: ClassVar[str] = "receivables.account_settled"
    account_id: int
    on: date
    settled_at: datetime


@dataclass(frozen=True)
class PlanEnded:
    """An instalment plan has been kept, or broken: then its protection is over."""

    name: ClassVar[str] = "receivables.plan_ended"
    plan_id: int
    account_id: int
    kept: bool
    ended_at: datetime
