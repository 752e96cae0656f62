"""What is known when a step is judged. Nothing here is looked up: the caller gathers it, the rules read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from denghuo.commerce.disconnection.rules.states import ARREARS, IMPORTANT
from denghuo.foundation.calendars.rules import is_working


@dataclass(frozen=True)
class Limits:
    """The figures of ``rules.parameters`` as they hold on a day."""

    overdue_days: int = 30
    demand_days: int = 3
    notice_days: int = 7
    notice_full_days: bool = True
    notice_valid_days: int = 30
    second_notice_minutes: int = 30
    second_notice_window_minutes: int = 120
    night_from_hour: int = 17
    night_until_hour: int = 8
    quiet_holidays: bool = True
    quiet_eves: bool = True
    quiet_weekends: bool = True
    protected_care: frozenset[str] = frozenset(
        {"medical", "elderly", "disabled", "low_income", "five_guarantees"}
    )
    bureau_decides_above_fen: int = 5_000_000
    record_within_hours: int = 48
    report_hours: int = 24
    restore_hours: int = 24
    remote_minutes: int = 30
    restore_needs_late_fee: bool = True


@dataclass(frozen=True)
class Calendar:
    """The days ``[…, until)`` as far as they are known.

    ``worked``: days that differ from Monday to Friday (调休); ``holidays``: days off of a statutory holiday by name;
    ``closed``: days on which the bureau cuts nobody off (weather, examinations), with the reason; ``unknown_years``:
    years whose holidays are not published, in which nobody can say that a day is none.
    """

    until: date
    worked: Mapping[date, bool] = field(default_factory=dict)
    holidays: Mapping[date, str] = field(default_factory=dict)
    closed: Mapping[date, str] = field(default_factory=dict)
    unknown_years: frozenset[int] = frozenset()

    def is_worked(self, day: date) -> bool:
        return is_working(day, self.worked)

    def is_eve(self, day: date) -> bool:
        """The day before the first day of a statutory holiday."""
        return day not in self.holidays and day + timedelta(days=1) in self.holidays


@dataclass(frozen=True)
class Facts:
    """An account that may be cut off, and how far its order has come; money in fen.

    ``overdue_fen`` is past its due date and not under dispute, ``late_fee_fen`` the charged late fee that is open.
    ``demanded_date`` is the first demand after the oldest of these debts fell due. ``window`` are the first and last
    day for which the stop was approved. ``residential_low_voltage``: a home below 1 kV is among its supply points.
    """

    reason: str = ARREARS
    state: str = ""
    importance: str = "ordinary"
    special_care: str = ""
    protected: str = ""
    residential_low_voltage: bool = False
    overdue_fen: int = 0
    late_fee_fen: int = 0
    oldest_due_date: date | None = None
    demanded_date: date | None = None
    disputed: bool = False
    in_plan: bool = False
    requested_by: int | None = None
    approved_at: datetime | None = None
    window: tuple[date, date] | None = None
    notice_at: datetime | None = None
    authority_copied_at: datetime | None = None
    second_notice_at: datetime | None = None
    executed_at: datetime | None = None

    @property
    def is_important(self) -> bool:
        return self.importance in IMPORTANT


@dataclass(frozen=True)
class Refusal:
    """Why a step may not be taken: a code, what the law is, what was expected, and when this obstacle ends.

    ``allowed_from`` is None where time alone does not help.
    """

    code: str
    basis: str
    detail: Mapping[str, str | int] = field(default_factory=dict)
    allowed_from: datetime | None = None
