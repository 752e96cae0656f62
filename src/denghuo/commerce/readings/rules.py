"""When routes are read, which rules judge a reading, and what may be done about it. Plain data and short functions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from denghuo.kernel.periods import Cycle

HOLD = "hold"
"""Kept out of billing until a person decides."""
REFUSE = "refuse"
"""Not stored at all; whoever sent it learns why."""
RAISE = "raise"
"""No reading to hold: an exception on its own."""


@dataclass(frozen=True)
class Rule:
    """A named check; ``tolerance`` in words with the field of ``engine.readings.Tolerances``; ``basis``: where it comes from."""

    severity: str
    tolerance: str
    basis: str
    actions: tuple[str, ...] = ()


_DECIDE = ("reread", "accept", "estimate", "meter_fault")
_NEVER_AS_IS = ("reread", "estimate", "meter_fault")
_PRACTICE = "regulation §6.6 sanity checks (K)"
_RECORD = "identity of meter, point and day; no tolerance"

RULES: dict[str, Rule] = {
    "rollover": Rule(
        HOLD,
        "top and bottom rollover_top_percent of the display; held only without history",
        "regulation §6.6 status code 1 (翻转)",
        _DECIDE,
    ),
    "backwards": Rule(HOLD, "any register below its last reading, not a roll-over", _PRACTICE, _NEVER_AS_IS),
    "estimate_too_high": Rule(
        HOLD,
        "actual reading below an estimate",
        "regulation §6.6 estimated readings settle later",
        ("reread", "correct_estimate", "meter_fault"),
    ),
    "zero_after_use": Rule(HOLD, "zero_floor_kwh expected by history", _PRACTICE, _DECIDE),
    "jump": Rule(
        HOLD, "jump_percent and jump_floor_kwh against median, last advance and last year", _PRACTICE, _DECIDE
    ),
    "tou_sum": Rule(
        HOLD,
        "max(tou_floor_kwh, tou_permille of the total)",
        "regulation §6.6 (V2: max(1 kWh, 0.2 %))",
        _DECIDE,
    ),
    "reactive_without_active": Rule(HOLD, "reactive_floor_kvarh without active energy", _PRACTICE, _DECIDE),
    "demand_over_capacity": Rule(HOLD, "demand_percent of the capacity", "regulation §11.4 (K)", _DECIDE),
    "energy_over_capacity": Rule(HOLD, "energy_percent of capacity × 24 h × days", "physical limit", _DECIDE),
    "missing": Rule(
        RAISE,
        "no live reading after the reading day",
        "regulation §6.6 not readable",
        ("reread", "estimate", "meter_fault"),
    ),
    "duplicate": Rule(REFUSE, "other figures for a cycle that has a live reading", _RECORD),
    "future_date": Rule(REFUSE, "reading date after today", _RECORD),
    "out_of_order": Rule(REFUSE, "not after the last accepted reading", _RECORD),
    "unknown_point": Rule(REFUSE, "number not found in the sender's units", _RECORD),
    "no_meter": Rule(REFUSE, "no meter hung there on that day", _RECORD),
    "wrong_meter": Rule(REFUSE, "asset number of another meter", _RECORD),
    "register_missing": Rule(REFUSE, "the meter has a register that the reading lacks", _RECORD),
    "register_range": Rule(REFUSE, "negative, or more digits than the display", _RECORD),
}

CLOSING_KINDS = ("regular", "final")
"""Readings that end a billing period."""
NOTICE_AFTER_CYCLES = 6
"""Unread this many cycles in a row: notice of termination (1996 rules art. 83, regulation §6.6)."""
ROTATE_AFTER_MONTHS = 12
"""No reader keeps a route longer (轮岗)."""
READER_MAY_NOT_BE = frozenset({"billing_clerk", "cashier"})
"""Nobody reads and bills or collects the same customer (separation of duties)."""
ON_TIME_DAYS = 1
"""A reading counts as on time up to this many days from the scheduled day."""


def reading_date(cycle: Cycle, reading_day: int) -> date:
    """00:00 of which day ends ``cycle`` on a route with this reading day (抄表例日).

    Day 1 closes the calendar month and so falls on the first of the next one; any other day lies inside the month.
    """
    return cycle.period.end if reading_day == 1 else cycle.on_day(reading_day)


def cycle_of(day: date, reading_day: int) -> Cycle:
    """The first cycle whose reading date is ``day`` or later: where an exchange on ``day`` is billed."""
    cycle = Cycle.of(day).shifted(-1)
    while reading_date(cycle, reading_day) < day:
        cycle = cycle.shifted(1)
    return cycle


def reads_in(rhythm: str, cycle: Cycle) -> bool:
    """Whether a route of this rhythm is read in ``cycle``."""
    return rhythm == "monthly" or (rhythm == "odd") == bool(cycle.month % 2)


def months_between(earlier: date, later: date) -> int:
    """Whole months from one day to another."""
    months = (later.year - earlier.year) * 12 + later.month - earlier.month
    return months - (later.day < earlier.day)


def allowed_actions(rule: str) -> tuple[str, ...]:
    """What a person may do about an exception of ``rule``."""
    return RULES[rule].actions


def may_accept(rules: list[str]) -> bool:
    """Whether a reading that breaks all these rules may be accepted as it stands."""
    return all("accept" in RULES[rule].actions for rule in rules)
