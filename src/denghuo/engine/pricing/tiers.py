"""阶梯: how much of a row's energy falls into each tier.

Energy fills the tiers in time order, on top of what the tier year has already used. A bound belongs to the lower
tier. Bounds of yearly schemes shrink with the months in use; bounds of monthly schemes add up over the months of
the bill, each with its own season.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from denghuo.engine.pricing.book import TierScheme
from denghuo.engine.pricing.columns import NULL, Inputs
from denghuo.engine.pricing.exact import Ints, half_up
from denghuo.engine.pricing.faults import Faults
from denghuo.engine.pricing.rates import CompiledBook
from denghuo.engine.pricing.validate import cycle_number
from denghuo.engine.tables.pricing import MAX_TIERS
from denghuo.kernel.quantities import ENERGY_SCALE, scaled

UNBOUNDED = 1 << 58
MONTHS = 12


def bound_table(scheme: TierScheme) -> Ints:
    """Upper bounds in 0.01 kWh by month of the year and tier ``(12, 5)``; beyond the last: unbounded."""
    table = np.full((MONTHS, MAX_TIERS - 1), UNBOUNDED, np.int64)
    for season in scheme.seasons:
        for month in season.months or range(1, MONTHS + 1):
            for at, bound in enumerate(season.bounds_kwh):
                table[month - 1, at] = scaled(bound, ENERGY_SCALE)
    return table


def bounds_of(scheme: TierScheme, inputs: Inputs, case: Ints, faults: Faults) -> Ints:
    """Upper bounds ``(n, 5)`` of rows of these cases."""
    table = bound_table(scheme)
    months = inputs.cases["tier_months"][case]
    if scheme.period == "year":
        months = np.where(months == NULL, MONTHS, months)
        bounds = np.broadcast_to(table[0], (len(case), MAX_TIERS - 1))
        part = half_up(np.where(bounds == UNBOUNDED, 0, bounds) * months[:, None], MONTHS)
        bounds = np.where(bounds == UNBOUNDED, UNBOUNDED, part)
    else:
        months = np.where(months == NULL, 1, months)
        bounds = _monthly(table, inputs, case, months, faults)
    return _enlarged(scheme, bounds, inputs.cases["persons"][case], months)


def _monthly(table: Ints, inputs: Inputs, case: Ints, months: Ints, faults: Faults) -> Ints:
    cycle = inputs.cases["cycle"]
    last = np.array([*(cycle_number(value) or 0 for value in cycle.values), 0], np.int64)[cycle.codes[case]]
    bounds = np.zeros((len(case), MAX_TIERS - 1), np.int64)
    count = (table < UNBOUNDED).sum(axis=1)
    mixed = np.zeros(len(case), bool)
    for back in range(int(months.max(initial=1))):
        month = (last - back) % MONTHS
        used = months > back
        bounds += np.where(used[:, None], table[month], 0)
        mixed |= used & (count[month] != count[last % MONTHS])
    faults.add("tier_season_mixed", np.unique(case[mixed]), "tier_months")
    return np.minimum(bounds, UNBOUNDED)


def _enlarged(scheme: TierScheme, bounds: Ints, persons: Ints, months: Ints) -> Ints:
    """Bounds of households with many persons."""
    rule = scheme.many_person
    if rule is None:
        return bounds
    extra = scaled(rule.extra_kwh_per_month, ENERGY_SCALE) * months
    width = {"all": np.ones(5, int), "first": np.array([1, 0, 0, 0, 0]), "each": np.arange(1, 6)}[
        rule.applies_to
    ]
    more = np.where(persons >= rule.persons, extra, 0)[:, None] * width[None, :]
    enlarged = np.where(bounds == UNBOUNDED, UNBOUNDED, bounds + more)
    return np.maximum.accumulate(enlarged, axis=1)


def fill(
    inputs: Inputs,
    books: Mapping[str, CompiledBook],
    rows: tuple[Ints, Ints, Ints, Ints],
    schemes: list[tuple[str, int]],
    faults: Faults,
) -> tuple[Ints, Ints, Ints]:
    """Tier energy ``(n, 6)``, bounds ``(n, 5)`` and the energy before each row.

    ``rows`` is (case, start day, energy, scheme number) of rows priced by tiers; ``schemes`` names the book and
    position of each scheme number.
    """
    case, start, energy, scheme_of = rows
    bounds = np.full((len(case), MAX_TIERS - 1), UNBOUNDED, np.int64)
    yearly = np.zeros(len(case), bool)
    for number, (book, position) in enumerate(schemes):
        mine = np.flatnonzero(scheme_of == number)
        scheme = books[book].book.tier_schemes[position]
        bounds[mine] = bounds_of(scheme, inputs, case[mine], faults)
        yearly[mine] = scheme.period == "year"
    prior = inputs.cases["prior_energy"][case]
    faults.add("prior_energy_missing", np.unique(case[yearly & (prior == NULL)]), "prior_energy")
    prior = np.where(yearly & (prior != NULL), prior, 0)
    before = prior + earlier(case, start, energy)
    low = np.concatenate([np.zeros((len(case), 1), np.int64), bounds], axis=1)
    high = np.concatenate([bounds, np.full((len(case), 1), 2 * UNBOUNDED)], axis=1)
    reached = np.clip((before + energy)[:, None], low, high)
    return reached - np.clip(before[:, None], low, high), bounds, before


def earlier(case: Ints, start: Ints, energy: Ints) -> Ints:
    """Energy of the same case in earlier rows (by start day, then in the given order)."""
    if len(case) < 2 or np.all(case[1:] > case[:-1]):
        return np.zeros(len(case), np.int64)
    order = np.argsort(case * 2**20 + start, kind="stable")
    sorted_case, sorted_energy = case[order], energy[order]
    reached = np.cumsum(sorted_energy)
    before = reached - sorted_energy
    before -= before[np.searchsorted(sorted_case, sorted_case)]
    out = np.empty(len(case), np.int64)
    out[order] = before
    return out
