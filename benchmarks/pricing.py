"""Price engine against the Decimal oracle, and its cost per bill at 10⁴, 10⁵ and 10⁶ cases.

    python benchmarks/pricing.py --cases 100000

The customers are the random ones of the property tests (nine households to one business), so every tariff form,
price change, exchange, sub-meter and loss is in them. The oracle prices a sample of the same cases in the same run;
the bar is 20 times its speed at the median.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from dataclasses import fields
from datetime import date
from pathlib import Path
from random import Random

import numpy as np
import pyarrow as pa

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.oracles import pricing as oracle
from tests.unit.engine.pricing import compare, world

from denghuo.engine.pricing import CaseTables, price

BAR = 20
TEMPLATES = 2_000
ROUNDS = 5


def templates(seed: int) -> list[dict]:
    """Different customers; the few that cannot be priced are left out."""
    random = Random(seed)
    cases = []
    while len(cases) < TEMPLATES:
        kind = world.business if len(cases) % 10 == 9 else world.household
        cases.append(kind(random, random.choice(sorted(world.BOOKS))))
    refused = set(
        price(compare.tables_of(cases), compare.COMPILED, compare.CALENDAR).exceptions["case_id"].to_pylist()
    )
    return [case for number, case in enumerate(cases, 1) if number not in refused]


def plain(seed: int) -> CaseTables:
    """Customers with nothing special: a calendar month, one meter, no event; nine households to one business."""
    random, cases = Random(seed), []
    for number in range(TEMPLATES):
        business = number % 10 == 9
        shape = {"tariff": "ci-two", "market": "agent", "voltage": "1-10kv", "billing_mode": "capacity"}
        shape |= {"capacity_kva": "630", "power_factor_standard": 90}
        terms = shape if business else {"tariff": random.choice(["res-month", "res-year", "res-shared"])}
        kind = {
            "by_tou": business,
            "scale": 900 if business else 120,
            "reactive": business,
            "demand": business,
        }
        first, last = date(2026, 5, 1), date(2026, 6, 1)
        points = [{"id": 1, "advances": world.advances(random, first, last, exchange=0, **kind)}]
        month = {"period_start": first.isoformat(), "period_end": last.isoformat(), "prior_kwh": "1000"}
        cases.append({"book": "east", **month, "terms": [terms], "points": points})
    return compare.tables_of(cases)


def tiled(tables: CaseTables, count: int) -> CaseTables:
    """The templates over and over under new case numbers."""
    size = tables.cases.num_rows
    copies = -(-count // size)
    parts = {}
    for item in fields(CaseTables):
        table = getattr(tables, item.name).combine_chunks()
        many = pa.concat_tables([table] * copies).combine_chunks()
        ids = np.tile(table["case_id"].to_numpy(), copies) + np.repeat(
            np.arange(copies) * size, table.num_rows
        )
        kept = ids <= count
        many = many.set_column(0, table.schema.field("case_id"), pa.array(ids))
        parts[item.name] = many.filter(pa.array(kept))
    return CaseTables(**parts)


def oracle_seconds(cases: list[dict]) -> float:
    """Median seconds a case, over rounds of the sample; the first round fills the oracle's own caches."""
    rounds = []
    for _ in range(ROUNDS):
        begun = time.process_time()
        for case in cases:
            oracle.bill(world.BOOKS[case["book"]], {**case, "days": world.DAYS})
        rounds.append((time.process_time() - begun) / len(cases))
    return statistics.median(rounds)


def engine_seconds(tables: CaseTables, rounds: int) -> tuple[float, int]:
    """Median seconds a case, and lines made."""
    times, lines = [], 0
    for _ in range(rounds):
        begun = time.process_time()
        priced = price(tables, compare.COMPILED, compare.CALENDAR)
        times.append((time.process_time() - begun) / tables.cases.num_rows)
        lines = priced.lines.num_rows
    return statistics.median(times), lines


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cases", type=int, default=100_000, help="largest number of cases (default 100000)")
    parser.add_argument("--sample", type=int, default=200, help="cases the oracle prices (default 200)")
    parser.add_argument("--seed", type=int, default=20_260_801)
    parser.add_argument("--release", action="store_true", help="1,000,000 cases")
    options = parser.parse_args()
    if options.release:
        options.cases = 1_000_000
    cases = templates(options.seed)
    base = compare.tables_of(cases)
    floor = oracle_seconds(cases[: options.sample])
    print(f"seed {options.seed}; {len(cases)} different cases; oracle {floor * 1e6:,.0f} µs a bill")
    sizes = sorted({min(size, options.cases) for size in (10_000, 100_000, 1_000_000)} | {options.cases})
    costs = []
    for size in sizes:
        tables = tiled(base, size)
        cost, lines = engine_seconds(tables, ROUNDS if size <= 100_000 else 2)
        costs.append(cost)
        per_bill = f"{cost * 1e6:8.2f} µs a bill, {lines / size:.1f} lines a bill, {cost * size:7.2f} s"
        print(f"{size:>9,} cases: {per_bill}, {floor / cost:,.0f} times the oracle")
    simple = tiled(plain(options.seed), options.cases)
    cost, lines = engine_seconds(simple, 2)
    per_bill = f"{cost * 1e6:8.2f} µs a bill, {lines / options.cases:.1f} lines a bill, {cost * options.cases:7.2f} s"
    print(f"{options.cases:>9,} plain: {per_bill}")
    print(f"scaling: the largest batch costs {costs[-1] / costs[0]:.2f} of the smallest, a bill")
    ratio = floor / statistics.median(costs)
    print(
        f"ratio to the oracle at the median: {ratio:,.0f} (bar {BAR}): {'met' if ratio >= BAR else 'NOT MET'}"
    )
    return 0 if ratio >= BAR else 1


if __name__ == "__main__":
    sys.exit(main())
