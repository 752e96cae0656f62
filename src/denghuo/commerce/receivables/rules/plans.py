"""Paying in parts: how a sum is split, what has been met, when a plan is kept or broken."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True)
class Part:
    """One instalment as agreed, in fen."""

    due_date: date
    amount_fen: int


@dataclass(frozen=True)
class Progress:
    """One instalment and what of it has been paid; ``late`` when it was missed beyond the days of grace."""

    part: Part
    paid_fen: int
    late: bool

    @property
    def open_fen(self) -> int:
        return self.part.amount_fen - self.paid_fen

    @property
    def state(self) -> str:
        if not self.open_fen:
            return "met"
        return "missed" if self.late else "waiting"


def equal_parts(total_fen: int, count: int, first: date) -> list[Part]:
    """``count`` parts on the same day of following months; what does not divide is in the last part.

    Raises:
        ValueError: fewer than one part, or less than a fen for each.
    """
    if count < 1 or total_fen < count:
        raise ValueError(f"{total_fen} fen in {count} parts")
    each = total_fen // count
    amounts = [each] * (count - 1) + [total_fen - each * (count - 1)]
    return [Part(_months_later(first, step), fen) for step, fen in enumerate(amounts)]


def _months_later(day: date, months: int) -> date:
    year, month = divmod(day.month - 1 + months, 12)
    year += day.year
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def progress(parts: Sequence[Part], paid_fen: int, *, on: date, grace_days: int) -> list[Progress]:
    """The parts met in their order by what has been paid."""
    found = []
    left = max(paid_fen, 0)
    for part in parts:
        met = min(left, part.amount_fen)
        left -= met
        late = met < part.amount_fen and part.due_date + timedelta(days=grace_days) < on
        found.append(Progress(part, met, late))
    return found


def verdict(found: Sequence[Progress]) -> str:
    """``kept`` when every part is met, ``broken`` when one was missed, else ``active``."""
    if all(item.open_fen == 0 for item in found):
        return "kept"
    return "broken" if any(item.late for item in found) else "active"
