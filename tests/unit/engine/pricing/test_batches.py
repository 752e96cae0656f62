"""Cases priced together do not touch each other, whatever mixture of meters a batch holds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from denghuo.engine.pricing import Case, CaseTables, compile, parse, price

BOOK = parse(Path("src/denghuo/commerce/tariffs/books/cn-gx.json").read_bytes())
BOOKS = {"cn-gx": compile(BOOK)}
FEBRUARY = {"book": "cn-gx", "prior_kwh": "0", "period_start": "2026-02-01", "period_end": "2026-03-01"}


def household(*advances: tuple[str, str, str, str]) -> dict:
    return {
        **FEBRUARY,
        "terms": [{"tariff": "residential", "voltage": "lt1kv", "market": "list"}],
        "points": [
            {
                "id": 1,
                "advances": [
                    {"start": start, "end": end, "opening": {"total": opening}, "closing": {"total": closing}}
                    for start, end, opening, closing in advances
                ],
            }
        ],
    }


EXCHANGED = household(("2026-02-01", "2026-02-16", "7882", "7960"), ("2026-02-16", "2026-03-01", "0", "72"))
PLAIN = household(("2026-02-01", "2026-03-01", "100", "311"))
SHARED = {
    **FEBRUARY,
    "terms": [{"tariff": "residential_shared", "voltage": "lt1kv", "market": "list"}],
    "points": [
        {"id": 1, "advances": [{"start": "2026-02-01", "end": "2026-03-01", "opening": {"total": "0"}, "closing": {"total": "1000"}}]},
        {"id": 2, "parent": 1, "measure": "ratio", "ratio": "0.1", "tariff": "residential"},
    ],
}  # fmt: skip


def energies(cases: list[dict]) -> dict[int, list[int]]:
    tables = CaseTables.concat([Case.model_validate(case).to_tables(at) for at, case in enumerate(cases, 1)])
    priced = price(tables, BOOKS)
    assert priced.exceptions.num_rows == 0, json.dumps(priced.exceptions.to_pylist(), default=str)
    found: dict[int, list[int]] = {}
    for row in priced.point_usage.to_pylist():
        found.setdefault(row["case_id"], []).append(row["billed"])
    return found


@pytest.mark.parametrize(
    "order", [[EXCHANGED, PLAIN, SHARED], [SHARED, PLAIN, EXCHANGED], [PLAIN, EXCHANGED, PLAIN, SHARED]]
)
def test_an_exchange_beside_a_point_without_a_meter_keeps_every_case_its_own_energy(order):
    alone = {id(case): energies([case])[1] for case in (EXCHANGED, PLAIN, SHARED)}
    assert energies(order) == {at: alone[id(case)] for at, case in enumerate(order, 1)}
    assert alone[id(EXCHANGED)] == [150_00]
    assert alone[id(SHARED)] == [900_00, 100_00]
