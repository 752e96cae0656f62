"""Half-open periods of days and the monthly billing cycle."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

BEIJING = ZoneInfo("Asia/Shanghai")


def day_of(at: datetime) -> date:
    """The day of an instant in China, which the books and every time limit count by."""
    return at.astimezone(BEIJING).date()


@dataclass(frozen=True, order=True)
class Period:
    """Days from ``start`` up to but not including ``end``."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise ValueError(f"period must end after it starts: {self.start} … {self.end}")

    @property
    def days(self) -> int:
        return (self.end - self.start).days

    def __contains__(self, day: date) -> bool:
        return self.start <= day < self.end

    def __str__(self) -> str:
        return f"[{self.start}, {self.end})"

    def split(self, at: Iterable[date]) -> list[Period]:
        """Cut at every date strictly inside; the parts join up to the whole."""
        cuts = sorted({day for day in at if self.start < day < self.end})
        edges = [self.start, *cuts, self.end]
        return [Period(start, end) for start, end in zip(edges, edges[1:], strict=False)]


@dataclass(frozen=True, order=True)
class Cycle:
    """A billing month (电费年月), written ``2026-08``."""

    year: int
    month: int

    def __post_init__(self) -> None:
        if not (1 <= self.month <= 12 and 1900 <= self.year <= 9998):
            raise ValueError(f"no such month: {self.year}-{self.month}")

    @classmethod
    def parse(cls, text: str) -> Cycle:
        """Read ``YYYY-MM``.

        Raises:
            ValueError: any other form.
        """
        year, dash, month = text.partition("-")
        if not (
            dash and len(year) == 4 and len(month) == 2 and (year + month).isdecimal() and text.isascii()
        ):
            raise ValueError(f"a cycle is written YYYY-MM, not {text!r}")
        return cls(int(year), int(month))

    @classmethod
    def of(cls, day: date) -> Cycle:
        return cls(day.year, day.month)

    @property
    def first(self) -> date:
        return date(self.year, self.month, 1)

    @property
    def period(self) -> Period:
        """The calendar month."""
        return Period(self.first, self.shifted(1).first)

    def shifted(self, months: int) -> Cycle:
        index = self.year * 12 + (self.month - 1) + months
        return Cycle(index // 12, index % 12 + 1)

    def on_day(self, day: int) -> date:
        """That day of the month, or its last day where the month is shorter."""
        return min(self.first + timedelta(days=day - 1), self.period.end - timedelta(days=1))

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"
