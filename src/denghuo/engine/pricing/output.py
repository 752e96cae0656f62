"""The engine's answer as Arrow tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from denghuo.engine.pricing.basic import Demand
from denghuo.engine.pricing.columns import NULL, Inputs, Labels
from denghuo.engine.pricing.exact import Bools, Ints, group_sum, times_over
from denghuo.engine.pricing.lines import Lines, UsageRows, Vocabulary
from denghuo.engine.pricing.pieces import Pieces
from denghuo.engine.pricing.power_factor import Assessment
from denghuo.engine.pricing.rates import CompiledBook
from denghuo.engine.pricing.tiers import UNBOUNDED
from denghuo.engine.pricing.tou import PERIODS
from denghuo.engine.pricing.usage import Usage
from denghuo.engine.tables.pricing import (
    LINES,
    MAX_TIERS,
    OUTPUT_SCHEMAS,
    POINT_USAGE,
    SECTIONS,
    PricedTables,
)
from denghuo.kernel.quantities import PRICE_SCALE


@dataclass(frozen=True)
class Tiers:
    """Tier figures of the usage rows that have them."""

    rows: Ints
    energy: Ints
    bounds: Ints
    before: Ints


def empty(books: Mapping[str, CompiledBook]) -> PricedTables:
    return PricedTables(
        **{name: schema.empty_table() for name, schema in OUTPUT_SCHEMAS.items()}, books=books
    )


def _labels(codes: Ints, values: list[str]) -> pa.Array:
    indices = pa.array(codes.astype(np.int32), mask=codes < 0)
    return pa.DictionaryArray.from_arrays(indices, pa.array(values, pa.string()))


def _numbers(values: Ints, kind: pa.DataType, null: Bools | None = None) -> pa.Array:
    if null is not None:
        values = np.where(null, 0, values)
    return pa.array(values, mask=null).cast(kind)


def _days(values: Ints) -> pa.Array:
    return pa.array(values.astype(np.int32)).cast(pa.date32())


def _table(schema: pa.Schema, columns: dict[str, pa.Array]) -> pa.Table:
    return pa.table([columns[name] for name in schema.names], schema=schema)


def lines_table(inputs: Inputs, lines: Lines, words: Vocabulary) -> pa.Table:
    """Lines in the order given; texts share one dictionary."""
    values = words.values
    point_id = inputs.points["point_id"]
    columns = {
        "case_id": pa.array(inputs.cases["case_id"][lines.case]),
        "point_id": _numbers(
            point_id[lines.point] if len(point_id) else lines.point, pa.int64(), lines.point < 0
        ),
        "segment": _numbers(lines.segment, pa.int16()),
        "start": _days(lines.start),
        "end": _days(lines.end),
        "component": _labels(lines.component, values),
        "group": _labels(lines.group, values),
        "tou": _labels(lines.tou, [str(tou) for tou in PERIODS]),
        "tier": _numbers(lines.tier, pa.int16(), lines.tier == 0),
        "quantity": pa.array(lines.quantity),
        "unit": _labels(lines.unit, values),
        "price": pa.array(lines.price),
        "numerator": _numbers(lines.numerator, pa.int32()),
        "denominator": _numbers(lines.denominator, pa.int32()),
        "amount_fen": pa.array(lines.amount),
        "in_pf_base": pa.array(lines.in_pf_base),
        "price_id": _labels(lines.price_id, values),
        "book": _labels(lines.book, values),
        "note": _labels(lines.note, values),
    }
    return _table(LINES, columns)


Facts = tuple[Ints, UsageRows, Tiers, UsageRows | None, Demand, Assessment]


def sections_table(inputs: Inputs, lines: Lines, words: Vocabulary, facts: Facts, good: Bools) -> pa.Table:
    """One row for every priced case."""
    energy, rows, tiers, free, demand, assessment = facts
    count = inputs.count
    sold = lines.group == words("feed_in")
    feed_in_fen = group_sum(np.where(sold, lines.amount, 0), lines.case, count)
    total = group_sum(lines.amount, lines.case, count)
    feeds = np.flatnonzero(inputs.points["role"].equals("feed_in")[rows.point])
    columns: dict[str, pa.Array] = {
        "case_id": pa.array(inputs.cases["case_id"]),
        "energy": pa.array(energy),
        "feed_in_energy": pa.array(group_sum(-rows.slots[feeds, 0], rows.case[feeds], count)),
        "metered_demand": _numbers(demand.metered, pa.int64(), demand.metered == NULL),
        "billed_demand": _numbers(demand.billed, pa.int64(), demand.billed == NULL),
        "demand_discounted": pa.array(demand.discounted),
        "purchase_fen": pa.array(total - feed_in_fen),
        "feed_in_fen": pa.array(feed_in_fen),
        "total_fen": pa.array(total),
        "average_price": _numbers(
            times_over(total - feed_in_fen, 10**PRICE_SCALE, np.where(energy == 0, 1, energy)),
            pa.int64(),
            energy == 0,
        ),
        "estimated": pa.array(_estimated(inputs)),
        "free_energy": pa.array(
            np.zeros(count, np.int64) if free is None else group_sum(-free.slots[:, 0], free.case, count)
        ),
    }
    columns |= _tier_columns(rows, tiers, count) | _factor_columns(lines, words, assessment, count)
    return _table(SECTIONS, columns).filter(pa.array(good))


def _estimated(inputs: Inputs) -> Bools:
    out = np.zeros(inputs.count, bool)
    out[inputs.point_case[inputs.advance_point[inputs.advances["estimated"]]]] = True
    return out


def _tier_columns(rows: UsageRows, tiers: Tiers, count: int) -> dict[str, pa.Array]:
    case = rows.case[tiers.rows]
    columns = {}
    for tier in range(MAX_TIERS):
        columns[f"tier{tier + 1}_energy"] = pa.array(group_sum(tiers.energy[:, tier], case, count))
    for tier in range(MAX_TIERS - 1):
        bound = np.full(count, UNBOUNDED)
        bound[case] = tiers.bounds[:, tier]
        columns[f"tier{tier + 1}_bound"] = _numbers(bound, pa.int64(), bound >= UNBOUNDED)
    prior = np.full(count, UNBOUNDED)
    np.minimum.at(prior, case, tiers.before)
    return columns | {"tier_prior": _numbers(prior, pa.int64(), prior >= UNBOUNDED)}


def _factor_columns(lines: Lines, words: Vocabulary, found: Assessment, count: int) -> dict[str, pa.Array]:
    """Power-factor figures; a case assessed twice in its period shows the last standard, sums both amounts."""
    last = {name: np.full(count, NULL) for name in ("factor", "standard", "rate")}
    for name, values in last.items():
        values[found.case] = getattr(found, name)
    undefined = np.zeros(count, bool)
    undefined[found.case] = found.active == 0
    adjustment = lines.component == words("power_factor")
    return {
        "active": pa.array(group_sum(found.active, found.case, count)),
        "reactive": pa.array(group_sum(found.reactive, found.case, count)),
        "power_factor": _numbers(last["factor"], pa.int16(), (last["factor"] == NULL) | undefined),
        "pf_standard": _numbers(last["standard"], pa.int16(), last["standard"] == NULL),
        "pf_rate": _numbers(last["rate"], pa.int32(), last["rate"] == NULL),
        "pf_base_fen": pa.array(group_sum(found.base, found.case, count)),
        "pf_fen": pa.array(group_sum(np.where(adjustment, lines.amount, 0), lines.case, count)),
    }


def usage_table(inputs: Inputs, pieces: Pieces, used: Usage, rows: UsageRows, good: Bools) -> pa.Table:
    """Energy of every point and segment: metered, loss, deducted, billed by period."""
    count = len(rows.case)

    def total(values: Ints) -> pa.Array:
        return pa.array(values if count == len(values) else group_sum(values, rows.of_piece, count))

    own: Labels = inputs.points["tariff"]
    main: Labels = inputs.terms["tariff"]
    values = [*main.values, *own.values]
    first_piece = np.searchsorted(rows.of_piece, np.arange(count))
    term = pieces.term[pieces.piece[first_piece]]
    tariff = np.where(own.codes[rows.point] < 0, main.codes[term], own.codes[rows.point] + len(main.values))
    columns = {
        "case_id": pa.array(inputs.cases["case_id"][rows.case]),
        "point_id": pa.array(inputs.points["point_id"][rows.point]),
        "segment": _numbers(rows.segment, pa.int16()),
        "start": _days(rows.start),
        "end": _days(rows.end),
        "tariff": _labels(tariff, values),
        "metered": total(used.metered[:, 0]),
        "loss": total(used.loss[:, 0]),
        "deducted": total(used.deducted[:, 0]),
        "billed": total(used.billed[:, 0]),
        **{f"billed_{tou}": total(used.billed[:, 1 + at]) for at, tou in enumerate(PERIODS)},
        "by_tou": pa.array(rows.by_tou),
        "reactive": total(used.reactive),
        "reactive_loss": total(used.reactive_loss),
    }
    return _table(POINT_USAGE, columns).filter(pa.array(good[rows.case]))
