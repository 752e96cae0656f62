"""The life of a bill: which state may follow which, and when an issued bill is due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

TRANSITIONS: dict[str, frozenset[str]] = {
    "draft": frozenset({"held", "approved", "cancelled"}),
    "held": frozenset({"draft", "cancelled"}),
    "approved": frozenset({"draft", "issued", "cancelled"}),
    "issued": frozenset({"cancelled"}),
    "cancelled": frozenset(),
}
LIVE = ("draft", "held", "approved", "issued")
IMMUTABLE = ("approved", "issued", "cancelled")


def may_become(state: str, wanted: str) -> bool:
    """Whether a bill in ``state`` may go to ``wanted``. The trigger of migration 0002 holds the same table."""
    return wanted in TRANSITIONS[state]


@dataclass(frozen=True)
class DueDate:
    """When an issued bill is due: ``days`` after the day of issue, or on ``day_of_month`` where that is given.

    A fixed day that is not after the day of issue is that day of the next month; in a shorter month it is
    the last day. Utilities print the date on the bill (regulation 11.1: issued 4 September, due 9 September).
    """

    days: int = 15
    day_of_month: int | None = None

    def __post_init__(self) -> None:
        if self.days < 1 or (self.day_of_month is not None and not 1 <= self.day_of_month <= 31):
            raise ValueError("a bill is due at least one day after its issue, on a day from 1 to 31")

    def of(self, issued: date) -> date:
        if self.day_of_month is None:
            return issued + timedelta(days=self.days)
        year, month = issued.year, issued.month
        while True:
            after = date(year + month // 12, month % 12 + 1, 1)
            due = min(date(year, month, 1) + timedelta(days=self.day_of_month - 1), after - timedelta(days=1))
            if due > issued:
                return due
            year, month = after.year, after.month
