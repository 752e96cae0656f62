"""Debts by age (账龄): how long past their due date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True)
class Age:
    """Days past due, both ends included; ``last`` None is open-ended. ``not_due`` holds what is due today or later."""

    code: str
    first: int | None
    last: int | None

    def due_dates(self, on: date) -> tuple[date | None, date | None]:
        """The due dates of this age on ``on``: (first, last), None where there is no bound."""
        oldest = on - timedelta(days=self.last) if self.last is not None else None
        newest = on - timedelta(days=self.first) if self.first is not None else None
        return oldest, newest


AGES = (
    Age("not_due", None, 0),
    Age("1_30", 1, 30),
    Age("31_60", 31, 60),
    Age("61_90", 61, 90),
    Age("91_180", 91, 180),
    Age("181_365", 181, 365),
    Age("over_365", 366, None),
)
BY_CODE = {age.code: age for age in AGES}


def age_of(due_date: date, on: date) -> str:
    """The code of the age of a debt that was due on ``due_date``."""
    days = (on - due_date).days
    for age in AGES:
        if age.last is None or days <= age.last:
            return age.code
    raise AssertionError("the last age has no end")
