"""力调电费: the monthly power factor, its table, and the adjustment line.

cos φ = P ÷ √(P² + Q²), half up to two decimals; P and Q are the purchase points' energy with loss added, Q counts
forward and reverse reactive energy. Source of the table: (83)水电财字第215号, shipped as package data.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources

import numpy as np

from denghuo.engine.pricing.columns import NULL, Inputs
from denghuo.engine.pricing.exact import Bools, Ints, group_sum, times_over
from denghuo.engine.pricing.faults import Faults
from denghuo.engine.pricing.lines import Lines, Vocabulary
from denghuo.engine.pricing.pieces import Pieces
from denghuo.engine.pricing.usage import Usage
from denghuo.kernel.quantities import ENERGY_SCALE, POWER_SCALE, PRICE_SCALE, scaled, unscaled

STANDARDS = (90, 85, 80)
STEP_BELOW_TABLE = 200
RATE_SCALE = 4


@cache
def table() -> Ints:
    """Rates in 0.01 % by standard (90, 85, 80) and power factor 0.00 … 1.00: shape ``(3, 101)``."""
    text = resources.files(__package__).joinpath("data/power_factor_adjustment.csv").read_text("utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    out = np.full((3, 101), NULL, np.int64)
    for row in csv.DictReader(lines):
        for at, standard in enumerate(STANDARDS):
            out[at, scaled(row["pf"], 2)] = scaled(row[f"std_0.{standard}_pct"], 2)
    lowest = int(np.flatnonzero(out[0] != NULL)[0])
    for factor in range(lowest - 1, -1, -1):
        out[:, factor] = out[:, factor + 1] + STEP_BELOW_TABLE
    return out


def factor_of(active: Ints, reactive: Ints) -> Ints:
    """Power factor in hundredths, half up, exact; 100 where both are zero."""
    with np.errstate(invalid="ignore"):
        ratio = 100.0 * active / np.hypot(active.astype(np.float64), reactive.astype(np.float64))
    ratio = np.where((active == 0) & (reactive == 0), 100.0, ratio)
    nearest = np.floor(ratio + 0.5).astype(np.int64)
    close = np.abs(ratio + 0.5 - np.round(ratio + 0.5)) < 1e-7
    for row in np.flatnonzero(close & (active > 0)):
        nearest[row] = _exact_factor(int(active[row]), int(reactive[row]), int(nearest[row]))
    return nearest


def _exact_factor(active: int, reactive: int, guess: int) -> int:
    """The largest f near ``guess`` with (f − ½)/100 ≤ P/√(P²+Q²), compared as squares of integers."""
    apparent = active * active + reactive * reactive
    for factor in (guess + 1, guess, guess - 1):
        if factor >= 1 and (2 * factor - 1) ** 2 * apparent <= 40_000 * active * active:
            return factor
    return guess - 1


def standards(inputs: Inputs, pieces: Pieces, faults: Faults) -> Ints:
    """Power-factor standard of every time piece: 0 where none applies."""
    given = inputs.terms["pf_standard"][pieces.term]
    limit = pieces.attribute("pf_from")[pieces.rates]
    capacity = inputs.terms["capacity"][pieces.term]
    rows = np.flatnonzero((given == NULL) & (limit >= 0) & (capacity >= limit))
    faults.add(
        "power_factor_standard_missing",
        pieces.case[rows],
        lambda at: f"terms[{pieces.term[rows[at]] - inputs.first_term[pieces.case[rows[at]]]}].pf_standard",
        lambda at: {"capacity": unscaled(int(capacity[rows[at]]), POWER_SCALE)},
    )
    return np.where(given == NULL, 0, given)


@dataclass(frozen=True)
class Assessment:
    """One row for every case and standard that is assessed."""

    case: Ints
    standard: Ints
    active: Ints
    reactive: Ints
    factor: Ints
    rate: Ints
    base: Ints
    start: Ints
    end: Ints


def assess(
    inputs: Inputs, pieces: Pieces, usage: Usage, standard: Ints, review: Bools, faults: Faults
) -> Assessment:
    """Power factor and rate of every case and standard; ``review`` by case: no active energy goes to a human."""
    at_pieces = np.flatnonzero(standard > 0)
    code = pieces.case[at_pieces] * 128 + standard[at_pieces]
    groups, group = np.unique(code, return_inverse=True)
    of_piece = np.full(len(pieces.case), -1, np.int64)
    of_piece[at_pieces] = group
    root = (inputs.points["role"].equals("purchase") & (inputs.parent == -1))[pieces.point]
    rows = np.flatnonzero(root & (of_piece[pieces.piece] >= 0))
    owner = of_piece[pieces.piece[rows]]
    unknown = rows[~usage.reactive_known[rows]]
    faults.add(
        "reactive_missing",
        pieces.case[pieces.piece[unknown]],
        lambda at: (
            f"points[{pieces.point[unknown[at]] - inputs.first_point[pieces.case[pieces.piece[unknown[at]]]]}]"
        ),
    )
    active = group_sum(usage.gross[rows, 0], owner, len(groups))
    reactive = group_sum(usage.reactive[rows] + usage.reactive_loss[rows], owner, len(groups))
    case, wanted = groups // 128, groups % 128
    undefined = active == 0
    human = np.flatnonzero(undefined & (reactive > 0) & review[case])
    faults.add(
        "power_factor_undefined",
        case[human],
        "points",
        lambda at: {"reactive": unscaled(int(reactive[human[at]]), ENERGY_SCALE)},
    )
    factor = np.where(undefined, 0, factor_of(active, reactive))
    column = np.array([STANDARDS.index(s) if s in STANDARDS else 0 for s in range(101)])[wanted]
    rate = np.where(undefined, 0, table()[column, factor])
    start, end, unrewarded = _span(inputs, pieces, at_pieces, group, len(groups))
    rate = np.where(unrewarded, np.maximum(rate, 0), rate)
    return Assessment(case, wanted, active, reactive, factor, rate, np.zeros(len(case), np.int64), start, end)


def _span(
    inputs: Inputs, pieces: Pieces, at_pieces: Ints, group: Ints, count: int
) -> tuple[Ints, Ints, Bools]:
    start, end = np.full(count, 2**40), np.zeros(count, np.int64)
    np.minimum.at(start, group, pieces.start[at_pieces])
    np.maximum.at(end, group, pieces.end[at_pieces])
    unrewarded = np.zeros(count, bool)
    unrewarded[group[inputs.terms["pf_no_reward"][pieces.term[at_pieces]]]] = True
    return start, end, unrewarded


def adjust(
    assessment: Assessment, parts: list[Lines], words: Vocabulary, book: Ints
) -> tuple[Assessment, Lines]:
    """The base of every assessment and its line; a rate of zero makes no line. ``book`` by case."""
    code = assessment.case * 128 + assessment.standard
    base = np.zeros(len(code), np.int64)
    for lines in parts:
        in_base = np.flatnonzero(lines.in_pf_base & (lines.standard > 0))
        wanted = lines.case[in_base] * 128 + lines.standard[in_base]
        base += group_sum(lines.amount[in_base], np.searchsorted(code, wanted), len(code))
    done = replace(assessment, base=base)
    rows = np.flatnonzero((assessment.rate != 0) & (base != 0))
    case, rate = assessment.case[rows], assessment.rate[rows]
    ones = np.ones(len(rows), np.int64)
    amount = times_over(base[rows], rate, 10**RATE_SCALE)
    texts = {name: ones * words(name) for name in ("power_factor", "adjustment", "fen", "")}
    line = Lines(
        case, -ones, ones, assessment.start[rows], assessment.end[rows], texts["power_factor"],
        texts["adjustment"], -ones, 0 * ones, base[rows], texts["fen"],
        rate * 10 ** (PRICE_SCALE - RATE_SCALE), ones, ones, amount, np.zeros(len(rows), bool), texts[""],
        book[case], texts[""], 0 * ones,
    )  # fmt: skip
    return done, line
