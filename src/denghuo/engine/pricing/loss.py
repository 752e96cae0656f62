"""Transformer and line loss added where the meter sits below the transformer (高供低计).

Coefficient method: iron loss = P₀ × hours, copper loss = k × kWh; reactive iron = Q₀ × hours, reactive copper =
copper × K_q. Physical method: copper loss = P_k × (P² + Q²) ÷ (S_n² × T) × K. Line loss: a share of the kWh.
Iron loss goes to the time-of-use periods by their hours (or energy, a parameter), copper and line loss by energy.
"""

from __future__ import annotations

import numpy as np

from denghuo.engine.pricing.columns import Inputs
from denghuo.engine.pricing.exact import Bools, Ints, group_sum, half_up, share, times_over
from denghuo.engine.pricing.pieces import Pieces
from denghuo.engine.tables.pricing import HOURS_SCALE, LOSS_POWER_SCALE
from denghuo.kernel.money import divide_half_up
from denghuo.kernel.quantities import ENERGY_SCALE

TO_ENERGY = 10 ** (LOSS_POWER_SCALE + HOURS_SCALE - ENERGY_SCALE)
RATIO = 10**6


def added(
    inputs: Inputs,
    pieces: Pieces,
    metered: Ints,
    reactive: Ints,
    by_tou: Bools,
    minutes: Ints,
    by_hours: Bools,
) -> tuple[Ints, Ints]:
    """Active loss by slot ``(n, 6)`` and reactive loss ``(n,)`` of every point piece, 0.01 kWh and kvarh.

    ``by_hours`` by case: iron loss goes by hours.
    """
    loss = np.zeros_like(metered)
    reactive_loss = np.zeros(len(metered), np.int64)
    has_loss = ~inputs.points["loss_method"].equals("none")
    rows = np.flatnonzero(has_loss[pieces.point])
    if not len(rows):
        return loss, reactive_loss
    points = np.flatnonzero(has_loss)
    dense = np.zeros(len(has_loss), np.int64)
    dense[points] = np.arange(len(points))
    owner = dense[pieces.point[rows]]
    energy = group_sum(metered[rows, 0], owner, len(points))
    kvarh = group_sum(reactive[rows], owner, len(points))
    iron, copper, line, reactive_iron, reactive_copper = _whole(inputs, points, energy, kvarh)
    piece = pieces.piece[rows]
    case = pieces.case[piece]
    start = inputs.cases["period_start"][case]
    days = (pieces.start[piece] - start, pieces.end[piece] - start, inputs.cases["period_end"][case] - start)
    used = np.cumsum(metered[rows, 0])
    used -= (used - metered[rows, 0])[np.searchsorted(owner, owner)]
    by_energy = (used - metered[rows, 0], used, np.where(energy == 0, 1, energy)[owner])
    iron_part = _between(iron[owner], *days)
    load_part = _between((copper + line)[owner], *by_energy)
    reactive_loss[rows] = _between(reactive_iron[owner], *days) + _between(reactive_copper[owner], *by_energy)
    loss[rows, 0] = iron_part + load_part
    slots = metered[rows, 1:]
    clock = minutes[rows]
    iron_weights = np.where((by_hours[case] & (clock.sum(axis=1) > 0))[:, None], clock, slots)
    iron_weights = np.where((iron_weights.sum(axis=1) == 0)[:, None], clock, iron_weights)
    split = share(iron_part, iron_weights) + share(load_part, slots)
    missing = loss[rows, 0] - split.sum(axis=1)
    split[:, 2] += missing
    loss[rows, 1:] = np.where(by_tou[rows][:, None], split, 0)
    return loss, reactive_loss


def _between(total: Ints, low: Ints, high: Ints, whole: Ints) -> Ints:
    """The part of ``total`` that falls between two positions of ``whole``; parts add up without loss."""
    return times_over(total, high, whole) - times_over(total, low, whole)


def _whole(inputs: Inputs, points: Ints, energy: Ints, kvarh: Ints) -> tuple[Ints, ...]:
    """Loss of the whole period by point: iron, copper, line, reactive iron, reactive copper."""
    given = {name: values[points] for name, values in inputs.points.items() if isinstance(values, np.ndarray)}
    method = inputs.points["loss_method"].take(points)
    transformer = method.equals("coefficient") | method.equals("physical")
    iron = np.where(transformer, half_up(given["iron_kw"] * given["hours"], TO_ENERGY), 0)
    reactive_iron = np.where(transformer, half_up(given["no_load_kvar"] * given["hours"], TO_ENERGY), 0)
    copper = np.where(method.equals("coefficient"), times_over(energy, given["copper_ratio"], RATIO), 0)
    for row in np.flatnonzero(method.equals("physical")):
        copper[row] = _physical(
            {name: int(values[row]) for name, values in given.items()}, energy[row], kvarh[row]
        )
    line = times_over(energy, given["line_loss_ratio"], RATIO)
    return iron, copper, line, reactive_iron, times_over(copper, given["kq"], RATIO)


def _physical(given: dict[str, int], energy: int, kvarh: int) -> int:
    """Copper loss in 0.01 kWh by the load formula, with Python integers (the squares leave int64).

    P_k [1e-4 kW] × (P² + Q²) [1e-4 kWh²] × K [1e-6] ÷ (S² [1e-4 kVA²] × T [1e-2 h]) is in 1e-8 kWh.
    """
    squares = int(energy) ** 2 + int(kvarh) ** 2
    numerator = given["load_loss_kw"] * squares * given["shift_factor"]
    denominator = given["rated_kva"] ** 2 * given["hours"]
    return divide_half_up(numerator, denominator * 10**6)
