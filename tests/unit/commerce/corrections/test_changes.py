"""Facts applied to the engine's tables: only what the fact says moves."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from denghuo.commerce.corrections.frames import apply, energies
from denghuo.commerce.corrections.rules.facts import (
    AddEnergy,
    ReplaceMultiplier,
    ReplaceReading,
    ReplaceTerms,
    ScaleEnergy,
    SwapMeters,
)
from denghuo.engine.tables.pricing import CaseTables
from tests.oracles.corrections import half_up

START, END = date(2026, 1, 1), date(2026, 2, 1)


def tables(case: int = 1, *, total: int = 100, multiplier: int = 20, tou: bool = False) -> CaseTables:
    registers = {"total": total}
    if tou:
        registers |= {"peak": total // 2, "flat": total - total // 2 - total // 4, "valley": total // 4}
    advance = {
        "case_id": case,
        "point_id": case * 10,
        "start": START,
        "end": END,
        "multiplier": multiplier * 100,
    }
    for name, value in registers.items():
        advance |= {f"opening_{name}": 0, f"closing_{name}": value * 10_000}
    return CaseTables.from_rows(
        cases=[{"case_id": case, "book": "b", "cycle": "2026-01", "period_start": START, "period_end": END}],
        terms=[
            {
                "case_id": case,
                "start": START,
                "end": END,
                "tariff": "old",
                "voltage": "lt1kv",
                "market": "list",
            }
        ],
        points=[{"case_id": case, "point_id": case * 10}],
        advances=[advance],
    )


def nothing():
    raise AssertionError("the base is not needed")


def changed(given_tables: CaseTables, *facts, cycle: str = "2026-01", **how) -> CaseTables:
    applied = apply(given_tables, facts, cases=given_tables.case_ids, cycle=cycle, base=nothing, **how)
    assert not applied.problems, {case: problem.code for case, problem in applied.problems.items()}
    return applied.tables


def test_no_fact_changes_nothing():
    before = tables()
    assert changed(before).to_ipc() == before.to_ipc()


def test_only_the_named_cases_change():
    both = CaseTables.concat([tables(1), tables(2)])
    applied = apply(
        both,
        [ReplaceMultiplier(from_multiplier=20, to_multiplier=40)],
        cases=[2],
        cycle="2026-01",
        base=nothing,
    )
    found = {row["case_id"]: row["multiplier"] for row in applied.tables.advances.to_pylist()}
    assert found == {1: 2000, 2: 4000}


def test_a_change_in_the_middle_of_the_month_splits_the_terms():
    found = changed(
        tables(), ReplaceTerms(tariff="new", from_date=date(2026, 1, 10), until_date=date(2026, 1, 20))
    )
    assert [(row["start"].day, row["tariff"]) for row in found.terms.to_pylist()] == [
        (1, "old"), (10, "new"), (20, "old"),
    ]  # fmt: skip


def test_a_tariff_that_was_not_billed_stays():
    before = tables()
    assert changed(before, ReplaceTerms(from_tariff="other", tariff="new")).terms.equals(before.terms)


def test_a_reading_closes_one_month_and_opens_the_next():
    fact = ReplaceReading(read_date=END, registers={"total": Decimal(90)})
    row = changed(tables(), fact).advances.to_pylist()[0]
    assert (row["opening_total"], row["closing_total"]) == (0, 900_000)
    opening = ReplaceReading(read_date=START, registers={"total": Decimal(5)})
    assert changed(tables(), opening).advances.to_pylist()[0]["opening_total"] == 50_000


@given(
    st.integers(0, 5_000), st.integers(1, 400), st.booleans(),
    st.decimals("-1000", "1000", places=2),
)  # fmt: skip
def test_added_energy_is_added_exactly(total, multiplier, tou, added):
    before = tables(total=total, multiplier=multiplier, tou=tou)
    was = energies(before.advances.to_pylist()[0])
    fact = AddEnergy(cycle="2026-01", registers={"total": added})
    applied = apply(before, [fact], cases=[1], cycle="2026-01", base=nothing)
    row = applied.tables.advances.to_pylist()[0]
    if applied.problems:
        assert applied.problems[1].code in ("more_taken_than_used", "no_split_known")
        assert energies(row) == was, "a fact that does not fit changes nothing"
        return
    now = energies(row)
    assert now["total"] - was["total"] == added * 100
    if tou:
        assert now["peak"] + now["flat"] + now["valley"] == now["total"]


@given(st.integers(1, 5_000), st.integers(1, 400), st.fractions(0, 5, max_denominator=1000))
def test_scaled_energy_is_the_product(total, multiplier, factor):
    exact = Decimal(factor.numerator * 10**9 // factor.denominator).scaleb(-9)
    row = changed(
        tables(total=total, multiplier=multiplier, tou=True), ScaleEnergy(factor=exact)
    ).advances.to_pylist()[0]
    found = energies(row)
    assert Fraction(found["total"], 100) == half_up(Fraction(total * multiplier) * Fraction(exact))
    assert found["peak"] + found["flat"] + found["valley"] == found["total"]


def test_another_month_is_not_added_to():
    before = tables()
    fact = AddEnergy(cycle="2026-02", registers={"total": Decimal(5)})
    assert changed(before, fact).to_ipc() == before.to_ipc()


def test_swapped_meters_bring_their_multiplier_too():
    found = changed(
        tables(1, total=100, multiplier=1),
        SwapMeters(other_supply_point_id=2),
        others={2: tables(2, total=70, multiplier=30)},
    )
    row = found.advances.to_pylist()[0]
    assert (row["case_id"], row["point_id"], row["closing_total"], row["multiplier"]) == (
        1,
        10,
        700_000,
        3000,
    )


@pytest.mark.parametrize(
    "fact, code",
    [
        (ReplaceMultiplier(from_multiplier=7, to_multiplier=8), "multiplier_not_billed"),
        (ReplaceMultiplier(point_id=99, from_multiplier=20, to_multiplier=8), "point_not_billed"),
        (ReplaceReading(read_date=END, registers={"sharp": Decimal(1)}), "register_not_there"),
        (AddEnergy(cycle="2026-01", registers={"total": Decimal(-5000)}), "more_taken_than_used"),
        (SwapMeters(other_supply_point_id=9), "other_not_billed"),
    ],
)
def test_a_fact_that_cannot_be_true_says_why(fact, code):
    applied = apply(tables(), [fact], cases=[1], cycle="2026-01", base=nothing)
    assert applied.problems[1].code == code
