"""From readings to billed energy: register advances, loss added, sub-meters deducted, spread over the pieces.

An advance is spread over its days: up to a day, energy × elapsed days ÷ days of the advance, half up to 0.01 kWh,
so that the last piece takes the rest and a cut that changes no price changes no energy.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from denghuo.engine.pricing.columns import NULL, Inputs, registers
from denghuo.engine.pricing.exact import Bools, Ints, half_up, product, share, times_over
from denghuo.engine.pricing.faults import Faults
from denghuo.engine.pricing.pieces import DAY_BITS, Pieces
from denghuo.engine.pricing.tou import PERIODS, day_of
from denghuo.engine.pricing.validate import MAX_ENERGY, Validator
from denghuo.engine.tables.pricing import MULTIPLIER_SCALE, REGISTERS
from denghuo.kernel.quantities import ENERGY_SCALE, READING_SCALE, unscaled

FLAT = 2
TO_ENERGY = 10 ** (READING_SCALE + MULTIPLIER_SCALE - ENERGY_SCALE)
# Which register takes the gap between the total and the sum of the periods: flat, else peak, valley, sharp, deep.
GAP_ORDER = (2, 1, 3, 0, 4)


@dataclass(frozen=True)
class Usage:
    """By point piece, 0.01 kWh: ``metered``, ``loss``, ``deducted`` and ``billed`` of slots total, sharp … deep
    (shape ``(n, 6)``; period slots are zero where ``by_tou`` is false), reactive energy with and of the loss."""

    metered: Ints
    loss: Ints
    deducted: Ints
    by_tou: Bools
    reactive: Ints
    reactive_loss: Ints
    reactive_known: Bools

    @property
    def gross(self) -> Ints:
        return self.metered + self.loss

    @property
    def billed(self) -> Ints:
        return self.metered + self.loss - self.deducted


def advance_energy(inputs: Inputs, faults: Faults) -> tuple[Ints, Bools]:
    """Energy of every register of every advance ``(rows, 8)`` in 0.01 kWh or kvarh, and which registers exist."""
    opening, closing = registers(inputs.advances, "opening"), registers(inputs.advances, "closing")
    known = (opening != NULL) & (closing != NULL)
    modulus = inputs.advances["modulus"][:, None]
    moved = np.where(known, closing, 0) - np.where(known, opening, 0)
    moved = np.where(moved < 0, moved + np.where(modulus == NULL, 0, modulus), moved)
    multiplier = inputs.advances["multiplier"][:, None]
    raw, left = product(moved, np.broadcast_to(multiplier, moved.shape))
    energy = np.where(left, MAX_ENERGY + 1, half_up(raw, TO_ENERGY))
    rows, register = np.nonzero(energy > MAX_ENERGY)
    validator = Validator(inputs, {}, faults)
    faults.add(
        "quantity_too_large",
        inputs.point_case[inputs.advance_point[rows]],
        lambda at: f"{validator.advance_path(int(rows[at]))}.closing_{REGISTERS[register[at]]}",
        lambda at: {
            "field": REGISTERS[register[at]],
            "found": unscaled(int(moved[rows[at], register[at]]), READING_SCALE),
        },
    )
    return np.where(energy > MAX_ENERGY, 0, energy), known


class Meter:
    """Works out the usage of one batch."""

    def __init__(
        self,
        inputs: Inputs,
        pieces: Pieces,
        minutes: Ints,
        by_tou: Bools,
        tolerances: tuple[Ints, Ints],
        faults: Faults,
    ) -> None:
        self.inputs, self.pieces, self.faults = inputs, pieces, faults
        self.minutes, self.by_tou = minutes, by_tou
        self.tolerance_kwh, self.tolerance_ratio = tolerances
        self.paths = Validator(inputs, {}, faults)

    def metered(self) -> tuple[Ints, Bools, Ints, Bools]:
        """Slots ``(n, 6)`` of the point pieces, which have period slots, reactive energy, whether it is known."""
        energy, known = advance_energy(self.inputs, self.faults)
        needs = self._overlapping(self.by_tou)
        required = self._overlapping_minutes() > 0
        slots, reconciled = self._reconcile(energy, known, needs, required)
        both = np.concatenate([slots, energy[:, 6:]], axis=1)
        spread = self._spread(both)
        total_from_periods = self._touching(reconciled)
        spread[:, 0] = np.where(total_from_periods, spread[:, 1:6].sum(axis=1), spread[:, 0])
        reactive_known = ~self._touching(~known[:, 6]) if len(known) else np.zeros(len(spread), bool)
        return spread[:, :6], total_from_periods, np.abs(spread[:, 6:]).sum(axis=1), reactive_known

    def _ranges(self) -> tuple[Ints, Ints]:
        """First point piece, and one past the last, that each advance overlaps."""
        if not hasattr(self, "_advance_ranges"):
            pieces, advances = self.pieces, self.inputs.advances
            if len(pieces.piece) == len(self.inputs.point_case):
                low = self.inputs.advance_point
                self._advance_ranges = low, low + 1
            else:
                code = pieces.point * DAY_BITS + pieces.start[pieces.piece]
                owner = self.inputs.advance_point * DAY_BITS
                low = np.searchsorted(code, owner + advances["start"], side="right") - 1
                high = np.searchsorted(code, owner + advances["end"] - 1, side="right")
                self._advance_ranges = low, high
        return self._advance_ranges

    def _overlapping(self, flags: Bools) -> Bools:
        """Advances that overlap a flagged point piece."""
        low, high = self._ranges()
        to_date = np.concatenate([[0], np.cumsum(flags)])
        return to_date[high] > to_date[low]

    def _overlapping_minutes(self) -> Ints:
        low, high = self._ranges()
        to_date = np.zeros((len(self.minutes) + 1, 5), np.int64)
        np.cumsum(self.minutes, axis=0, out=to_date[1:])
        return to_date[high] - to_date[low]

    def _touching(self, flags: Bools) -> Bools:
        """Point pieces that overlap a flagged advance."""
        low, high = self._ranges()
        change = np.zeros(len(self.pieces.point) + 1, np.int64)
        np.add.at(change, low[flags], 1)
        np.add.at(change, high[flags], -1)
        return np.cumsum(change)[:-1] > 0

    def _reconcile(self, energy: Ints, known: Bools, needs: Bools, required: Bools) -> tuple[Ints, Bools]:
        """Total and period registers that agree, where periods are needed; the rest keeps its total only."""
        inputs = self.inputs
        periods, has = energy[:, 1:6].copy(), known[:, 1:6]
        total, has_total = energy[:, 0], known[:, 0]
        parent_needs = self._parent_needs()[inputs.advance_point] & has.any(axis=1)
        wanted = needs | parent_needs
        derive = wanted & ~has[:, FLAT] & required[:, FLAT] & has_total & (has.any(axis=1))
        lacking = needs[:, None] & required & ~has
        lacking[:, FLAT] &= ~derive
        self._lacking(np.flatnonzero(lacking.any(axis=1)), lacking)
        others = np.where(has, periods, 0).sum(axis=1)
        periods[:, FLAT] = np.where(derive, total - others, periods[:, FLAT])
        has = has | (derive[:, None] & (np.arange(5) == FLAT))
        sums = np.where(has, periods, 0).sum(axis=1)
        periods = np.where(has, periods, 0)
        gap = np.where(wanted & has_total, total - sums, 0)
        owner = np.full(len(gap), 0)
        for period in reversed(GAP_ORDER):
            owner = np.where(has[:, period], period, owner)
        rows = np.arange(len(gap))
        filled = periods[rows, owner] + gap
        allowed = self._allowed(total)
        wrong = wanted & ((np.abs(gap) > allowed) | (filled < 0) | (periods[:, FLAT] < 0))
        wrong &= ~lacking.any(axis=1)
        self._mismatch(np.flatnonzero(wrong), sums, total)
        periods[rows, owner] = np.where(wanted, filled, periods[rows, owner])
        missing = np.flatnonzero(~has_total & ~known[:, 1:6].any(axis=1))
        self._no_total(missing)
        whole = np.where(has_total & ~wanted, total, periods.sum(axis=1))
        periods = np.where(wanted[:, None], periods, 0)
        return np.concatenate([whole[:, None], periods], axis=1), wanted

    def _parent_needs(self) -> Bools:
        """Points whose parent is priced by period."""
        point_needs = np.zeros(len(self.inputs.point_case), bool)
        point_needs[self.pieces.point[self.by_tou]] = True
        parent = self.inputs.parent
        return np.where(parent >= 0, point_needs[parent], False) if len(parent) else point_needs

    def _allowed(self, total: Ints) -> Ints:
        """Allowed gap in 0.01 kWh: so many kWh on the meter, or a share of the total."""
        case = self.inputs.point_case[self.inputs.advance_point]
        on_meter = self.tolerance_kwh[case] * self.inputs.advances["multiplier"] // 10**6
        return np.maximum(on_meter, times_over(np.abs(total), self.tolerance_ratio[case], 10**6))

    def _lacking(self, rows: Ints, lacking: Bools) -> None:
        inputs, pieces = self.inputs, self.pieces
        low, _ = self._ranges()
        self.faults.add(
            "tou_registers_missing",
            inputs.point_case[inputs.advance_point[rows]],
            lambda at: (
                f"{self.paths.advance_path(int(rows[at]))}"
                f".closing_{PERIODS[int(np.argmax(lacking[rows[at]]))]}"
            ),
            lambda at: {
                "register": ", ".join(str(PERIODS[k]) for k in np.flatnonzero(lacking[rows[at]])),
                "tariff": pieces.rate_sets[pieces.point_rates[low[rows[at]]]].tariff,
            },
        )

    def _mismatch(self, rows: Ints, sums: Ints, total: Ints) -> None:
        self.faults.add(
            "tou_sum_mismatch",
            self.inputs.point_case[self.inputs.advance_point[rows]],
            lambda at: f"{self.paths.advance_path(int(rows[at]))}.closing_total",
            lambda at: {
                "sum": unscaled(int(sums[rows[at]]), ENERGY_SCALE),
                "total": unscaled(int(total[rows[at]]), ENERGY_SCALE),
            },
        )

    def _no_total(self, rows: Ints) -> None:
        self.faults.add(
            "register_missing",
            self.inputs.point_case[self.inputs.advance_point[rows]],
            lambda at: f"{self.paths.advance_path(int(rows[at]))}.closing_total",
            lambda at: {"register": "total"},
        )

    def _spread(self, energy: Ints) -> Ints:
        """Advances over the point pieces, up to each piece's end less up to its start."""
        inputs, pieces = self.inputs, self.pieces
        count = len(pieces.point)
        out = np.zeros((count, energy.shape[1]), np.int64)
        if count == len(inputs.point_case):
            if np.array_equal(inputs.advance_point, np.arange(count)):
                return energy.copy()
            np.add.at(out, inputs.advance_point, energy)
            return out
        to_date = np.concatenate([np.zeros((1, energy.shape[1]), np.int64), np.cumsum(energy, axis=0)])
        start, end = inputs.advances["start"], inputs.advances["end"]
        metered = np.flatnonzero(np.diff(inputs.first_advance)[pieces.point] > 0)
        point, day = pieces.point[metered], pieces.end[pieces.piece[metered]]
        code = inputs.advance_point * DAY_BITS + start
        at = np.searchsorted(code, point * DAY_BITS + day, side="left") - 1
        part = times_over(energy[at], (day - start[at])[:, None], (end[at] - start[at])[:, None])
        reached = to_date[at] - to_date[inputs.first_advance[point]] + part
        before = np.zeros_like(reached)
        before[1:] = np.where((point[1:] == point[:-1])[:, None], reached[:-1], 0)
        out[metered] = reached - before
        return out


def charge_submeters(
    inputs: Inputs, pieces: Pieces, gross: Ints, by_tou: Bools, faults: Faults
) -> tuple[Ints, Ints, Bools]:
    """Energy of ratio and fixed sub-meters filled in, and what is deducted from each parent: slots ``(n, 6)``."""
    deducted = np.zeros_like(gross)
    if not (inputs.parent >= 0).any():
        return gross, deducted, by_tou
    local = pieces.piece - pieces.first_piece[pieces.case[pieces.piece]]
    parent = inputs.parent[pieces.point]
    above = np.where(parent >= 0, pieces.first_point_piece[parent] + local, -1)
    depth = _depths(inputs.parent)[pieces.point]
    for level in range(1, int(depth.max()) + 1):
        rows = np.flatnonzero((depth == level) & (above >= 0))
        gross = _estimate(inputs, pieces, rows, above[rows], gross)
        by_tou = _deduct(pieces, rows, above[rows], gross, deducted, by_tou)
    left = gross - deducted
    wrong = np.flatnonzero((left < 0).any(axis=1))
    names = ["total", *PERIODS]
    faults.add(
        "submeter_exceeds_parent",
        pieces.case[pieces.piece[wrong]],
        lambda at: (
            f"points[{pieces.point[wrong[at]] - inputs.first_point[pieces.case[pieces.piece[wrong[at]]]]}]"
        ),
        lambda at: {
            "deducted": unscaled(
                int(deducted[wrong[at]][slot := int(np.argmin(left[wrong[at]]))]), ENERGY_SCALE
            ),
            "available": unscaled(int(gross[wrong[at], slot]), ENERGY_SCALE),
            "tou": names[slot],
            "date": day_of(pieces.start[pieces.piece[wrong[at]]]),
        },
    )
    return gross, deducted, by_tou


def _depths(parent: Ints) -> Ints:
    depth = np.zeros(len(parent), np.int64)
    at = parent.copy()
    while (at >= 0).any():
        depth += at >= 0
        at = np.where(at >= 0, parent[at], -1)
    return depth


def _estimate(inputs: Inputs, pieces: Pieces, rows: Ints, above: Ints, gross: Ints) -> Ints:
    """Totals of ratio (of the parent's energy with loss) and fixed sub-meters (by days of the period)."""
    points, point = inputs.points, pieces.point[rows]
    ratio = points["measure"].equals("ratio")[point]
    fixed = points["measure"].equals("fixed")[point]
    at = rows[ratio]
    gross[at, 0] = times_over(gross[above[ratio], 0], points["ratio"][point[ratio]], 10**6)
    at = rows[fixed]
    piece = pieces.piece[at]
    first = inputs.cases["period_start"][pieces.case[piece]]
    whole = inputs.cases["period_end"][pieces.case[piece]] - first
    energy = points["fixed_energy"][point[fixed]]
    reached = times_over(energy, pieces.end[piece] - first, whole)
    gross[at, 0] = reached - times_over(energy, pieces.start[piece] - first, whole)
    return gross


def _deduct(pieces: Pieces, rows: Ints, above: Ints, gross: Ints, deducted: Ints, by_tou: Bools) -> Bools:
    """Take sub-meters off their parents: by register where they have them, else in proportion to what is left."""
    np.add.at(deducted[:, 0], above, gross[rows, 0])
    own = by_tou[rows] & by_tou[above]
    np.add.at(deducted[:, 1:], above[own], gross[rows[own], 1:])
    rest, parents = rows[~own], above[~own]
    by_tou = by_tou.copy()
    order = np.argsort(parents, kind="stable")
    rest, parents = rest[order], parents[order]
    rank = np.arange(len(rest)) - np.searchsorted(parents, parents)
    for turn in range(int(rank.max(initial=-1)) + 1):
        now = (rank == turn) & by_tou[parents]
        child, parent = rest[now], parents[now]
        left = np.maximum(gross[parent, 1:] - deducted[parent, 1:], 0)
        parts = share(gross[child, 0], left)
        short = parts.sum(axis=1) < gross[child, 0]
        parts[short, FLAT] += gross[child[short], 0] - parts[short].sum(axis=1)
        deducted[parent, 1:] += parts
        gross[child, 1:] = parts
        by_tou[child] = True
    return by_tou
