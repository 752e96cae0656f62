"""The engine agrees with the Decimal oracle to the fen, on every tariff form.

Each example is a batch: Hypothesis draws a seed, the seed makes the customers. A failure prints the one case.
"""

from __future__ import annotations

import json
from random import Random

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from denghuo.engine.pricing import price
from tests.oracles import pricing as oracle
from tests.unit.engine.pricing import compare, world

BATCH = 100
SEEDS = st.integers(0, 2**32 - 1)
PROFILE = settings(deadline=None, suppress_health_check=list(HealthCheck), print_blob=True)


def customers(kind, seed: int, count: int = BATCH) -> list[dict]:
    random = Random(seed)
    return [kind(random, random.choice(sorted(world.BOOKS))) for _ in range(count)]


@pytest.mark.parametrize("kind", [world.household, world.business])
@given(seed=SEEDS)
@settings(PROFILE, max_examples=25)
def test_every_line_agrees_with_the_oracle(kind, seed):
    cases = customers(kind, seed)
    priced_lines, priced = compare.engine_lines(cases)
    refused = {row["case_id"]: row["code"] for row in priced.exceptions.to_pylist()}
    assert len(refused) <= BATCH // 20, refused
    for number, case in enumerate(cases, 1):
        try:
            expected = compare.oracle_lines(case)
        except oracle.Unpriced:
            expected = "unpriced"
        found = "unpriced" if number in refused else priced_lines[number]
        assert found == expected, f"seed {seed}: {json.dumps(case)}"


def both_kinds(seed: int) -> list[dict]:
    return customers(world.household, seed, 20) + customers(world.business, seed, 20)


def rows(table: pa.Table) -> list[dict]:
    return table.to_pylist()


@given(seed=SEEDS)
@settings(PROFILE, max_examples=5)
def test_the_total_is_the_sum_of_the_lines_and_periods_sum_to_the_total(seed):
    tables = compare.tables_of(both_kinds(seed))
    priced = price(tables, compare.COMPILED, compare.CALENDAR)
    amounts: dict[int, int] = {}
    for line in rows(priced.lines):
        amounts[line["case_id"]] = amounts.get(line["case_id"], 0) + line["amount_fen"]
    for section in rows(priced.sections):
        assert section["total_fen"] == amounts.get(section["case_id"], 0)
        assert section["total_fen"] == section["purchase_fen"] + section["feed_in_fen"]
    for used in rows(priced.point_usage):
        assert used["billed"] == used["metered"] + used["loss"] - used["deducted"]
        if used["by_tou"]:
            assert used["billed"] == sum(used[f"billed_{tou}"] for tou in world.PERIODS)


@given(seed=SEEDS)
@settings(PROFILE, max_examples=5)
def test_splitting_the_batch_and_shuffling_its_rows_change_nothing(seed):
    tables = compare.tables_of(both_kinds(seed))
    whole = price(tables, compare.COMPILED, compare.CALENDAR)
    ids = tables.case_ids
    parts = [price(tables.filter(part), compare.COMPILED, compare.CALENDAR) for part in (ids[:13], ids[13:])]
    for name in ("lines", "sections", "point_usage", "exceptions"):
        assert rows(getattr(whole, name)) == [row for part in parts for row in rows(getattr(part, name))]
    mixed = price(shuffled(tables, Random(seed)), compare.COMPILED, compare.CALENDAR)

    def key(line: dict) -> str:
        return json.dumps(line, sort_keys=True, default=str)

    for name in ("lines", "sections", "point_usage"):
        assert sorted(map(key, rows(getattr(mixed, name)))) == sorted(map(key, rows(getattr(whole, name))))


def shuffled(tables, random: Random):
    def mix(table: pa.Table) -> pa.Table:
        order = list(range(table.num_rows))
        random.shuffle(order)
        return table.take(order)

    return type(tables)(
        cases=mix(tables.cases),
        terms=mix(tables.terms),
        points=stable_points(mix, tables.points),
        advances=mix(tables.advances),
        adjustments=tables.adjustments,
        contract_prices=tables.contract_prices,
    )


def stable_points(mix, points: pa.Table) -> pa.Table:
    """Sub-meters of one parent are deducted in their given order, so only whole cases are mixed."""
    ids = points["case_id"].unique().to_pylist()
    order = mix(pa.table({"case_id": ids}))["case_id"].to_pylist()
    return pa.concat_tables([points.filter(pa.compute.equal(points["case_id"], one)) for one in order])
