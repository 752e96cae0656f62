"""A case that cannot be priced says why, and where; it is never zero and never half a bill."""

from __future__ import annotations

import string
from copy import deepcopy

import pytest

from denghuo.engine.pricing import CaseTables, TableInvalid, price
from denghuo.engine.pricing.faults import MESSAGES, MESSAGES_ZH
from tests.unit.engine.pricing import compare, world
from tests.unit.engine.pricing.samples import bill, household, refusals, with_terms, works


def changed(case: dict, path: str, value) -> dict:
    """A copy with one value replaced (or removed, ``...``); the path is written points.0.advances.0.closing."""
    out = deepcopy(case)
    at = out
    *steps, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    for step in steps:
        at = at[step]
    if value is ...:
        del at[last]
    else:
        at[last] = value
    return out


ADVANCE = "points.0.advances.0"
PLACE = "points[0].advances[0]"


@pytest.mark.parametrize(
    "case, expected",
    [
        (changed(household(), f"{ADVANCE}.closing.total", "99"), ("reading_backwards", f"{PLACE}.closing_total")),
        (changed(household(), f"{ADVANCE}.closing", {}), ("register_incomplete", f"{PLACE}.closing_total")),
        (changed(household(), f"{ADVANCE}.end", "2026-05-30"), ("readings_gap", f"{PLACE}.end")),
        (changed(household(), f"{ADVANCE}.start", "2026-05-02"), ("readings_gap", f"{PLACE}.start")),
        (changed(household(), "points.0.advances", []), ("readings_missing", "points[0].advances")),
        (changed(household(), f"{ADVANCE}.rollover_at", "500"), ("reading_beyond_register", f"{PLACE}.closing_total")),
        (changed(household(), "terms.0.tariff", "res-none"), ("tariff_unknown", "points[0]")),
        (changed(household(), "terms.0.end", "2026-05-20"), ("terms_gap", "terms[0].end")),
        (with_terms(household(), tariff="res-year"), ("prior_energy_missing", "prior_energy")),
        (with_terms(household(), tariff="pv"), ("tariff_role", "points[0].tariff")),
        (with_terms(household(), tariff="res-float"), ("tou_registers_missing", f"{PLACE}.closing_peak")),
        (with_terms(works(), market="list"), ("market_unfit", "points[0]")),
        (household(free_kwh="10", terms=[{"tariff": "agri"}]), ("free_energy_exceeds", "free_energy")),
        (with_terms(works(), billing_mode="single"), ("billing_mode_missing", "terms[0].billing_mode")),
        (with_terms(works(), tariff="ci-tou"), ("billing_mode_unexpected", "terms[0].billing_mode")),
        (with_terms(works(), power_factor_standard=None), ("power_factor_standard_missing", "terms[0].pf_standard")),
        (with_terms(works(), billing_mode="contract_demand"), ("contract_demand_missing", "terms")),
        (with_terms(works(), voltage="35kv"), ("missing_price", "points[0]")),
        (with_terms(works(), market="direct"), ("contract_price_missing", "contract_prices")),
        (changed(works(), f"{ADVANCE}.closing.reactive_forward", ...), ("register_incomplete", f"{PLACE}.closing_reactive_forward")),
        (changed(works(), f"{ADVANCE}.max_demand_kw", None) | {"terms": [works()["terms"][0] | {"billing_mode": "actual_demand"}]}, ("demand_missing", "points")),
        (changed(works(), f"{ADVANCE}.closing.total", "150") | {}, ("register_incomplete", f"{PLACE}.closing_total")),
        (works(contract_prices=[{"component": "loss-of-hope", "price": "1"}]), ("contract_price_unused", "contract_prices[0]")),
        (works(contract_prices=[{"component": "loss", "price": "1"}] * 2), ("contract_price_twice", "contract_prices[1]")),
        (household(period_start="2019-05-01", period_end="2019-06-01"), ("tariff_not_in_force", "points[0]")),
    ],
)  # fmt: skip
def test_what_cannot_be_priced_is_an_exception_with_its_place(case, expected):
    assert expected in refusals(case)


def test_no_reactive_register_means_no_power_factor():
    case = works()
    for side in ("opening", "closing"):
        del case["points"][0]["advances"][0][side]["reactive_forward"]
    assert refusals(case) == [("reactive_missing", "points[0]")]


def test_period_registers_must_sum_to_the_total_within_tolerance():
    case = works()
    case["points"][0]["advances"][0]["opening"]["total"] = "0"
    for total, expected in (("100.9", []), ("101.5", [("tou_sum_mismatch", f"{PLACE}.closing_total")])):
        case["points"][0]["advances"][0]["closing"]["total"] = total
        assert refusals(case) == expected


def test_a_gap_within_tolerance_goes_to_the_flat_period():
    case = works()
    case["points"][0]["advances"][0]["opening"]["total"] = "0"
    case["points"][0]["advances"][0]["closing"]["total"] = "100.5"
    used = bill(case).points[0].segments[0]
    assert (used.billed_kwh, used.by_tou["flat"]) == (10050, 4050)


def test_energy_in_a_period_without_a_price_is_not_lost():
    """From July the city scheme has no deep valley; a deep register that moves has no price."""
    case = works(period_start="2026-08-01", period_end="2026-08-10")
    case["points"][0]["advances"][0]["closing"]["deep"] = "1"
    assert ("missing_price", "points[0]") in refusals(case)


def test_a_submeter_cannot_use_more_than_its_parent():
    case = household()
    case["points"].append(
        {"id": 8, "parent": 7, "measure": "fixed", "fixed_kwh": "600.01", "tariff": "res-shared"}
    )
    assert refusals(case) == [("submeter_exceeds_parent", "points[0]")]


def test_an_overflowing_register_is_refused_and_a_huge_one_is_exact():
    case = household(terms=[{"tariff": "res-shared"}])
    advance = case["points"][0]["advances"][0]
    advance |= {"multiplier": "9999999", "closing": {"total": "9999999999"}}
    assert refusals(case) == [("quantity_too_large", f"{PLACE}.closing_total")]
    advance |= {"multiplier": "10", "closing": {"total": "9000000100"}}
    trace = bill(case)
    assert trace.lines[0].amount_yuan == trace.lines[0].quantity * trace.lines[0].price


def test_exceptions_of_one_case_leave_the_others_alone():
    good, bad = household(), changed(household(), f"{ADVANCE}.closing.total", "1")
    tables = compare.tables_of([bad, good, bad])
    priced = price(tables, compare.COMPILED)
    assert set(priced.lines["case_id"].to_pylist()) == {2}
    assert priced.sections["case_id"].to_pylist() == [2]
    assert priced.exceptions["case_id"].to_pylist() == [1, 3]


def test_tables_that_do_not_hang_together_are_refused():
    tables = compare.tables_of([household()])
    lost = tables.terms.set_column(0, tables.terms.schema.field("case_id"), [[99]])
    with pytest.raises(TableInvalid, match="terms: a row belongs to no case"):
        price(CaseTables(tables.cases, lost, tables.points, tables.advances), compare.COMPILED)
    with pytest.raises(TableInvalid, match=r"cases\.cycle: the column is missing"):
        CaseTables(tables.cases.drop(["cycle"]), tables.terms, tables.points, tables.advances)
    with pytest.raises(TableInvalid, match="cut short"):
        CaseTables.from_ipc(tables.to_ipc()[:-40])


def test_stored_tables_come_back_the_same():
    tables = compare.tables_of([household(), works()])
    assert CaseTables.from_ipc(tables.to_ipc()) == tables
    priced = price(tables, compare.COMPILED)
    again = type(priced).from_ipc(priced.to_ipc())
    assert again.lines.to_pylist() == priced.lines.to_pylist()


def test_every_code_has_a_message_in_both_languages_with_the_same_figures():
    def fields(text: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    assert MESSAGES.keys() == MESSAGES_ZH.keys()
    for code, text in MESSAGES.items():
        assert fields(text) == fields(MESSAGES_ZH[code]), code


def test_an_unknown_book_and_a_bad_cycle_are_named():
    tables = compare.tables_of([household()])
    assert price(tables, {}).exceptions["code"].to_pylist() == ["book_unknown"]
    assert world.BOOKS.keys() == {"east", "west"}
