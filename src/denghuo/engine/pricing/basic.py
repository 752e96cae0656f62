"""基本电费: the charge for capacity (kVA·month) or demand (kW·month) of two-part customers.

A *regime* is a run of days with one billing mode, capacity and contract value. A regime that is the whole of a
period of full months is charged full months; any other its days ÷ 30, capped. A price change inside a regime
divides its charge by days.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from denghuo.engine.pricing.book import Form, Unit
from denghuo.engine.pricing.columns import NULL, Inputs
from denghuo.engine.pricing.exact import Bools, Ints, expand, group_sum, half_up, times_over
from denghuo.engine.pricing.faults import Faults
from denghuo.engine.pricing.lines import TO_FEN, Book, Lines, Vocabulary
from denghuo.engine.pricing.parameters import SETTINGS
from denghuo.engine.pricing.pieces import Pieces
from denghuo.engine.pricing.rates import DEMAND_SETTINGS, RateSet
from denghuo.engine.pricing.tou import day_of
from denghuo.engine.pricing.validate import BILLING_MODES
from denghuo.engine.tables.pricing import MULTIPLIER_SCALE
from denghuo.kernel.quantities import POWER_SCALE, RATIO_SCALE, READING_SCALE, scaled

SINGLE, CAPACITY, CONTRACT, ACTUAL = range(4)
RATIO = 10**RATIO_SCALE
TO_POWER = 10 ** (READING_SCALE + MULTIPLIER_SCALE - POWER_SCALE)
FEEDERS = 10_000


@dataclass(frozen=True)
class Regimes:
    """Runs of pieces with one mode, capacity and contract value; ``of_piece`` numbers them."""

    of_piece: Ints
    case: Ints
    start: Ints
    end: Ints
    mode: Ints
    capacity: Ints
    contract: Ints
    rates: Ints
    demand: Ints
    charged: Bools

    @property
    def days(self) -> Ints:
        return self.end - self.start


@dataclass(frozen=True)
class Demand:
    """By case: measured and billed demand (NULL where not billed by demand) and whether the price fell."""

    metered: Ints
    billed: Ints
    discounted: Bools


def settings_table(rate_sets: list[RateSet]) -> dict[str, Ints]:
    """The basic charge's parameters by rate set, numbers at six decimals, choices by position."""
    out: dict[str, Ints] = {}
    for name in DEMAND_SETTINGS:
        setting = SETTINGS[name]
        values = [dict(rates.settings).get(name, setting.default) for rates in rate_sets]
        if setting.choices:
            numbers = [setting.choices.index(value) for value in values]
        else:
            numbers = [scaled(value, RATIO_SCALE) for value in values]
        out[name] = np.array([*numbers, 0], np.int64)
    return out


def whole_months(start: Ints, end: Ints) -> tuple[Ints, Bools]:
    """Months that a period spans (rounded up), and whether it is exactly that many."""
    first, day = _month(start)
    months = _month(end)[0] - first
    reached = _shifted(first, day, months)
    count = np.maximum(np.where(reached >= end, months, months + 1), 1)
    return count, _shifted(first, day, count) == end


def _month(days: Ints) -> tuple[Ints, Ints]:
    stamps = days.astype("datetime64[D]")
    months = stamps.astype("datetime64[M]")
    return months.astype(np.int64), (stamps - months.astype("datetime64[D]")).astype(np.int64)


def _shifted(month: Ints, day: Ints, count: Ints) -> Ints:
    first = (month + count).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    following = (month + count + 1).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    return np.minimum(first + day, following - 1)


def regimes_of(inputs: Inputs, pieces: Pieces, faults: Faults) -> Regimes:
    """Group the pieces and check that the billing mode fits the tariff."""
    terms, term = inputs.terms, pieces.term
    codes = np.array([*(BILLING_MODES.index(v) for v in terms["billing_mode"].values), -1])
    mode = codes[terms["billing_mode"].codes[term]]
    columns = [
        pieces.case,
        mode,
        terms["capacity"][term],
        terms["contract_demand"][term],
        terms["demand_exempt"][term],
    ]
    opens = np.ones(len(term), bool)
    opens[1:] = np.any([column[1:] != column[:-1] for column in columns], axis=0)
    first = np.flatnonzero(opens)
    last = np.append(first[1:], len(term)) - 1
    two_part = np.array([*(r.form is Form.TWO_PART for r in pieces.rate_sets), False])
    usable = np.array([*(not r.fault for r in pieces.rate_sets), False])[pieces.rates]
    exempt = terms["demand_exempt"][term]
    for code, wrong in (
        ("billing_mode_missing", two_part[pieces.rates] & (mode == SINGLE) & ~exempt),
        ("billing_mode_unexpected", ~two_part[pieces.rates] & (mode != SINGLE)),
    ):
        _unfit_mode(inputs, pieces, code, np.flatnonzero(wrong & usable & opens), faults)
    charged = (mode[first] != SINGLE) & ~exempt[first] & two_part[pieces.rates[first]]
    out = Regimes(
        np.cumsum(opens) - 1, pieces.case[first], pieces.start[first], pieces.end[last], mode[first],
        columns[2][first], columns[3][first], pieces.rates[first], np.zeros(len(first), np.int64), charged,
    )  # fmt: skip
    return _measured(inputs, out, faults)


def _unfit_mode(inputs: Inputs, pieces: Pieces, code: str, rows: Ints, faults: Faults) -> None:
    term = pieces.term
    faults.add(
        code,
        pieces.case[rows],
        lambda at: f"terms[{term[rows[at]] - inputs.first_term[pieces.case[rows[at]]]}].billing_mode",
        lambda at: {
            "tariff": pieces.rate_sets[pieces.rates[rows[at]]].tariff,
            "found": inputs.terms["billing_mode"].text(int(term[rows[at]])),
        },
    )


def _measured(inputs: Inputs, regimes: Regimes, faults: Faults) -> Regimes:
    """Maximum demand of each regime: the greatest of each feeder, feeders summed."""
    billed = regimes.charged & (regimes.mode >= CONTRACT)
    lacking = np.flatnonzero(billed & (regimes.mode == CONTRACT) & (regimes.contract == NULL))
    faults.add("contract_demand_missing", regimes.case[lacking], "terms")
    if not billed.any():
        return regimes
    advances, point = inputs.advances, inputs.advance_point
    root = inputs.points["role"].equals("purchase") & (inputs.parent == -1)
    in_demand = np.zeros(inputs.count, bool)
    in_demand[regimes.case[billed]] = True
    rows = np.flatnonzero(root[point] & in_demand[inputs.point_case[point]])
    first = np.searchsorted(regimes.case, np.arange(inputs.count + 1))
    case = inputs.point_case[point[rows]]
    pair, regime = expand(first[case], first[case + 1] - first[case])
    row = rows[pair]
    meets = billed[regime] & (advances["start"][row] < regimes.end[regime])
    meets &= advances["end"][row] > regimes.start[regime]
    row, regime = row[meets], regime[meets]
    reading = advances["max_demand"][row]
    known = reading != NULL
    power = half_up(np.where(known, reading, 0) * advances["multiplier"][row], TO_POWER)
    keys, key = np.unique(regime * FEEDERS + inputs.points["feeder"][point[row]], return_inverse=True)
    highest = np.full(len(keys), -1, np.int64)
    np.maximum.at(highest, key, np.where(known, power, -1))
    unread = np.unique(regimes.case[keys[highest < 0] // FEEDERS])
    none = np.setdiff1d(np.flatnonzero(billed), keys // FEEDERS)
    unread = np.union1d(unread, regimes.case[none])
    faults.add("demand_missing", unread, "points")
    demand = group_sum(np.maximum(highest, 0), keys // FEEDERS, len(regimes.case))
    return replace(regimes, demand=demand)


def shares(inputs: Inputs, regimes: Regimes, settings: dict[str, Ints]) -> tuple[Ints, Ints]:
    """Months charged to each regime as numerator and denominator (6-decimal divisors are brought to integers)."""
    start, end = inputs.cases["period_start"][regimes.case], inputs.cases["period_end"][regimes.case]
    months, exact = whole_months(start, end)
    divisor = settings["basic_charge_day_divisor"][regimes.rates] // RATIO
    divisor = np.maximum(divisor, 1)
    cap = months * divisor
    together = settings["basic_charge_cap"][regimes.rates] == 1
    reached = np.minimum(regimes.end - start, cap)
    days = np.where(together, reached - np.minimum(regimes.start - start, cap), np.minimum(regimes.days, cap))
    whole = exact & (regimes.start == start) & (regimes.end == end)
    return np.where(whole, months, days), np.where(whole, 1, divisor)


def discounts(inputs: Inputs, regimes: Regimes, settings: dict[str, Ints], energy: Ints) -> Bools:
    """Cases whose monthly kWh per kVA reach the threshold for the lower demand price; ``energy`` by case."""
    start, end = inputs.cases["period_start"], inputs.cases["period_end"]
    months, exact = whole_months(start, end)
    kva_days = group_sum(regimes.capacity * regimes.days, regimes.case, inputs.count)
    limit = np.zeros(inputs.count, np.int64)
    at = np.flatnonzero(regimes.charged)
    limit[regimes.case[at]] = settings["demand_discount_kwh_per_kva"][regimes.rates[at]] // (RATIO // 100)
    left = energy * np.where(exact, end - start, 30) * 100
    return (limit > 0) & (kva_days > 0) & (left >= limit * np.where(exact, months, 1) * kva_days)


def charge(
    inputs: Inputs,
    pieces: Pieces,
    energy: Ints,
    standard: Ints,
    entries: Book,
    words: Vocabulary,
    faults: Faults,
) -> tuple[Lines, Demand]:
    """All basic-charge lines; ``energy`` (0.01 kWh with loss) by case, ``standard`` by piece."""
    regimes = regimes_of(inputs, pieces, faults)
    settings = settings_table(pieces.rate_sets)
    discounted = discounts(inputs, regimes, settings, energy)
    rows = _rows(pieces, regimes, standard)
    first, last, regime = rows
    counts = np.where(regimes.charged[regime], np.diff(entries.first)[pieces.rates[first]], 0)
    row, entry = expand(entries.first[pieces.rates[first]], counts)
    by_capacity = regimes.mode[regime[row]] == CAPACITY
    fits = entries.unit[entry] == np.where(by_capacity, words(str(Unit.KVA_MONTH)), words(str(Unit.KW_MONTH)))
    row, entry = row[fits], entry[fits]
    unpriced = np.setdiff1d(np.flatnonzero(regimes.charged[regime]), row[~entries.missing[entry]])
    _unpriced(inputs, pieces, regimes, (first, regime), unpriced, faults)
    owner = regime[row]
    quantity, excess = _quantities(regimes, settings, owner)
    price = entries.price[entry]
    cut = (regimes.mode[owner] >= CONTRACT) & discounted[regimes.case[owner]]
    factor = settings["demand_discount_factor"][regimes.rates[owner]]
    price = np.where(cut, times_over(price, factor, RATIO), price)
    months, parts = shares(inputs, regimes, settings)
    days = pieces.end[last[row]] - pieces.start[first[row]]
    undivided = days == regimes.days[owner]
    numerator = np.where(undivided, months[owner], months[owner] * days)
    denominator = np.where(undivided, parts[owner], parts[owner] * regimes.days[owner])
    order = np.arange(len(regimes.case)) - np.searchsorted(regimes.case, regimes.case) + 1
    made = []
    for amount, note in ((quantity, ""), (excess, "excess_demand")):
        kept = np.flatnonzero((amount != 0) & (numerator != 0) & ~entries.missing[entry])
        at, what = row[kept], entry[kept]
        fen = times_over(amount[kept] * numerator[kept], price[kept], TO_FEN * denominator[kept])
        ones = np.ones(len(kept), np.int64)
        made.append(
            Lines(
                pieces.case[first[at]], -ones, order[regime[at]], pieces.start[first[at]], pieces.end[last[at]], entries.component[what],
                entries.group[what], -ones, 0 * ones, amount[kept], entries.unit[what], price[kept], numerator[kept],
                denominator[kept], fen, entries.in_pf_base[what], entries.price_id[what], entries.book[what],
                ones * words(note), standard[first[at]],
            )
        )  # fmt: skip
    return Lines.concat(made), _summary(inputs, regimes, settings, discounted)


def _rows(pieces: Pieces, regimes: Regimes, standard: Ints) -> tuple[Ints, Ints, Ints]:
    """Pieces joined while regime, basic price and power-factor standard stay: first piece, last piece, regime."""
    known: dict[tuple, int] = {}
    content = [known.setdefault((r.basic, r.settings), len(known)) for r in pieces.rate_sets]
    price = np.array([*content, -1], np.int64)[pieces.rates]
    opens = np.ones(len(price), bool)
    same = (regimes.of_piece[1:] == regimes.of_piece[:-1]) & (price[1:] == price[:-1])
    opens[1:] = ~same | (standard[1:] != standard[:-1])
    first = np.flatnonzero(opens)
    return first, np.append(first[1:], len(price)) - 1, regimes.of_piece[first]


def _quantities(regimes: Regimes, settings: dict[str, Ints], owner: Ints) -> tuple[Ints, Ints]:
    """Billed kVA or kW of each regime row, and the excess over the contract value already multiplied."""
    rates, demand = regimes.rates[owner], regimes.demand[owner]
    floor = times_over(regimes.capacity[owner], settings["demand_floor_ratio"][rates], RATIO)
    agreed = np.maximum(np.where(regimes.contract[owner] == NULL, 0, regimes.contract[owner]), floor)
    limit = times_over(agreed, settings["demand_over_threshold"][rates], RATIO)
    over = np.maximum(demand - limit, 0)
    base = np.where((settings["demand_over_reading"][rates] == 1) & (over > 0), limit, agreed)
    excess = times_over(over, settings["demand_over_multiplier"][rates], RATIO)
    mode = regimes.mode[owner]
    quantity = np.select([mode == CAPACITY, mode == CONTRACT], [regimes.capacity[owner], base], demand)
    return quantity, np.where(mode == CONTRACT, excess, 0)


def _summary(inputs: Inputs, regimes: Regimes, settings: dict[str, Ints], discounted: Bools) -> Demand:
    billed = np.flatnonzero(regimes.charged & (regimes.mode >= CONTRACT))
    metered, charged = np.full(inputs.count, NULL), np.full(inputs.count, NULL)
    quantity, excess = _quantities(regimes, settings, billed)
    np.maximum.at(metered, regimes.case[billed], regimes.demand[billed])
    np.maximum.at(charged, regimes.case[billed], quantity + excess)
    return Demand(metered, charged, discounted & (metered != NULL))


def _unpriced(
    inputs: Inputs, pieces: Pieces, regimes: Regimes, rows: tuple[Ints, Ints], lacking: Ints, faults: Faults
) -> None:
    first, regime = rows
    faults.add(
        "missing_price",
        pieces.case[first[lacking]],
        lambda at: (
            f"terms[{pieces.term[first[lacking[at]]] - inputs.first_term[pieces.case[first[lacking[at]]]]}]"
        ),
        lambda at: {
            "component": "basic charge per kVA"
            if regimes.mode[regime[lacking[at]]] == CAPACITY
            else "basic charge per kW",
            "tariff": pieces.rate_sets[pieces.rates[first[lacking[at]]]].tariff,
            "voltage": inputs.terms["voltage"].text(int(pieces.term[first[lacking[at]]])),
            "tou": "all periods",
            "tier": "every tier",
            "date": day_of(pieces.start[first[lacking[at]]]),
            "book": pieces.rate_books[pieces.rates[first[lacking[at]]]],
        },
    )
