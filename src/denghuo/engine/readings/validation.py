"""Which readings look wrong: every rule is one expression over all readings of a file.

Sources: sanity checks of reading practice (negative, zero after use, ±30–50 % jump, periods against the total within
max(1 kWh, 0.2 %), reactive without active); tolerances are data (``Tolerances``), never constants in an expression.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from denghuo.engine.readings.advances import ABSENT, Advances, Bools, Ints, advances, energy
from denghuo.engine.readings.history import History, Typical, typical_daily

TOU = ("sharp", "peak", "flat", "valley", "deep")
_SCALE = 10_000


@dataclass(frozen=True)
class Tolerances:
    """Thresholds. Percentages are whole percent of the reference, ``tou_permille`` per thousand of the total."""

    jump_percent: int = 50
    jump_floor_kwh: int = 100
    zero_floor_kwh: int = 30
    tou_floor_kwh: int = 1
    tou_permille: int = 2
    rollover_top_percent: int = 10
    reactive_floor_kvarh: int = 10
    demand_percent: int = 120
    energy_percent: int = 120


@dataclass(frozen=True)
class ReadingColumns:
    """Readings to judge, one row each, with the reading each starts from.

    ``opening`` and ``closing`` map register names to 0.0001 kWh (``ABSENT`` where there is none); ``modulus`` in the
    same unit, ``multiplier`` whole, ``days`` since the previous reading, ``end_day`` days since 1970, ``capacity`` in
    0.01 kVA (``ABSENT`` where unknown), ``after_estimate``: the previous reading is an estimate. ``anchor_total`` and
    ``anchor_days`` belong to the last actual reading: use over an estimated stretch is judged as a whole.
    """

    opening: Mapping[str, Ints]
    closing: Mapping[str, Ints]
    modulus: Ints
    multiplier: Ints
    days: Ints
    end_day: Ints
    capacity: Ints
    after_estimate: Bools
    anchor_total: Ints
    anchor_days: Ints
    history: History = field(default_factory=History.empty)

    def __len__(self) -> int:
        return len(self.modulus)


@dataclass(frozen=True)
class Findings:
    """``broken`` maps rule codes to the rows that break them; ``rolled_over`` rows passed the highest value plausibly.

    ``energy`` of the total register in 0.01 kWh (over the roll-over where one is plausible, else negative where the
    register went back) and ``expected``: the usual energy over the same days, ``ABSENT`` where history does not tell.
    """

    broken: Mapping[str, Bools]
    rolled_over: Bools
    energy: Ints
    expected: Ints

    @property
    def any(self) -> Bools:
        return np.logical_or.reduce(list(self.broken.values()))


def judge(readings: ReadingColumns, tolerances: Tolerances) -> Findings:
    """Apply every rule to every reading."""
    moves = {
        name: advances(readings.opening[name], readings.closing[name], readings.modulus)
        for name in readings.closing
        if name != "max_demand"
    }
    total = moves["total"]
    typical = typical_daily(readings.history, len(readings), readings.end_day)
    below = np.logical_or.reduce([move.backwards for move in moves.values()])
    plausible = _plausible_rollover(readings, moves, tolerances)
    rolled = below & plausible
    way = np.where(total.backwards & ~rolled, total.moved - readings.modulus, total.moved)
    used = energy(way, readings.multiplier)
    expected = _over_days(typical.median, readings.days)
    since = energy(
        advances(readings.anchor_total, readings.closing["total"], readings.modulus).moved,
        readings.multiplier,
    )
    forwards = ~below | rolled
    broken = {
        "backwards": below & ~plausible & ~readings.after_estimate,
        "estimate_too_high": below & ~plausible & readings.after_estimate,
        "jump": forwards & (since > 0) & _jumps(since, typical, readings, tolerances),
        "zero_after_use": forwards & (since == 0) & (expected > tolerances.zero_floor_kwh * 100),
        "tou_sum": forwards & _tou_disagrees(moves, tolerances),
        "reactive_without_active": forwards & _reactive_alone(moves, readings, tolerances),
        "demand_over_capacity": _demand_over(readings, tolerances),
        "energy_over_capacity": forwards & _energy_over(used, readings, tolerances),
    }
    broken["rollover"] = rolled & (expected == ABSENT)
    return Findings(broken, rolled, used, expected)


def _over_days(daily: Ints, days: Ints) -> Ints:
    return np.where(daily == ABSENT, ABSENT, (np.where(daily == ABSENT, 0, daily) * days + 500) // 1000)


def _plausible_rollover(
    readings: ReadingColumns, moves: Mapping[str, Advances], tolerances: Tolerances
) -> Bools:
    """Every register that went down stood near its highest value and is now near zero."""
    near = readings.modulus * tolerances.rollover_top_percent // 100
    plausible = np.ones(len(readings), np.bool_)
    for move in moves.values():
        plausible &= ~move.backwards | (move.moved <= near)
    return plausible


def _jumps(used: Ints, typical: Typical, readings: ReadingColumns, tolerances: Tolerances) -> Bools:
    """Far from all that is known: the median, the last advance and the same month last year."""
    known = typical.median != ABSENT
    jump = known.copy()
    for daily in (typical.median, typical.last, typical.year_ago):
        reference = _over_days(daily, readings.anchor_days)
        reference = np.where(daily == ABSENT, 0, reference)
        distance = np.abs(used - reference)
        far = (distance * 100 > reference * tolerances.jump_percent) & (
            distance > tolerances.jump_floor_kwh * 100
        )
        jump &= (daily == ABSENT) | far
    return jump


def _tou_disagrees(moves: Mapping[str, Advances], tolerances: Tolerances) -> Bools:
    total = moves["total"].moved
    parts = [moves[name].moved for name in TOU if name in moves]
    rows = np.zeros(len(total), np.bool_)
    if not parts:
        return rows
    stacked = np.vstack(parts)
    known = stacked != ABSENT
    complete = known.sum(axis=0) >= 3
    if "flat" in moves:
        complete &= moves["flat"].moved != ABSENT
    summed = np.where(known, stacked, 0).sum(axis=0)
    whole = np.where(total == ABSENT, 0, total)
    allowed = np.maximum(tolerances.tou_floor_kwh * _SCALE, whole * tolerances.tou_permille // 1000)
    return complete & (total != ABSENT) & (np.abs(summed - whole) > allowed)


def _reactive_alone(moves: Mapping[str, Advances], readings: ReadingColumns, tolerances: Tolerances) -> Bools:
    reactive = moves.get("reactive_forward")
    if reactive is None:
        return np.zeros(len(readings), np.bool_)
    moved = energy(reactive.moved, readings.multiplier)
    return (moves["total"].moved == 0) & (moved != ABSENT) & (moved > tolerances.reactive_floor_kvarh * 100)


def _demand_over(readings: ReadingColumns, tolerances: Tolerances) -> Bools:
    demand = readings.closing.get("max_demand")
    if demand is None:
        return np.zeros(len(readings), np.bool_)
    known = (demand != ABSENT) & (readings.capacity != ABSENT) & (readings.capacity > 0)
    billed = np.where(known, demand, 0) * readings.multiplier // 100
    return known & (billed * 100 > np.where(known, readings.capacity, 0) * tolerances.demand_percent)


def _energy_over(used: Ints, readings: ReadingColumns, tolerances: Tolerances) -> Bools:
    """More than the capacity could deliver by running day and night."""
    known = (used != ABSENT) & (readings.capacity != ABSENT) & (readings.capacity > 0) & (readings.days > 0)
    most = np.where(known, readings.capacity, 0) * 24 * readings.days
    return known & (used * 100 > most * tolerances.energy_percent)
