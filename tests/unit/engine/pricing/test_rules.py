"""The rules an accountant checks by hand: demand, proration, power factor, loss, sub-meters, tiers."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest

from denghuo.engine.pricing.power_factor import factor_of, table
from tests.oracles.pricing import table_rate
from tests.unit.engine.pricing import world
from tests.unit.engine.pricing.samples import amounts, bill, book_with, household, with_terms, works


def contract(demand_kw: str, agreed: str, **changes) -> dict:
    case = with_terms(works(**changes), billing_mode="contract_demand", contract_demand_kw=agreed)
    case["points"][0]["advances"][0] |= {"multiplier": "100", "max_demand_kw": str(Decimal(demand_kw) / 100)}
    return case


@pytest.mark.parametrize(
    "demand, agreed, reading, yuan",
    [
        ("700", "700", "A", ["25270.00"]),
        ("735", "700", "A", ["25270.00"]),
        ("736", "700", "A", ["25270.00", "72.20"]),
        ("736", "700", "B", ["26533.50", "72.20"]),
        ("500", "300", "A", ["14440.00", "5776.00"]),
    ],
)
def test_demand_above_105_percent_is_charged_double_and_the_contract_has_a_floor(
    demand, agreed, reading, yuan
):
    """36.1 yuan per kW in May; 1000 kVA, so a contract of 300 kW is raised to 400 kW."""
    trace = bill(contract(demand, agreed), book_with(("demand_over_reading", reading)))
    assert amounts(trace, "demand") == [Decimal(y) for y in yuan]


def test_the_demand_price_falls_from_260_kwh_per_kva():
    case = contract("100", "400")
    for energy, price in (("259999", "36.1"), ("260000", "32.49")):
        case["points"][0]["advances"][0]["multiplier"] = "1"
        case["points"][0]["advances"][0]["closing"] |= {
            "sharp": "0",
            "peak": "0",
            "flat": energy,
            "valley": "0",
        }
        line = next(line for line in bill(case).lines if line.component == "demand")
        assert line.price == Decimal(price), energy


def test_feeders_are_measured_one_by_one_and_summed():
    case = with_terms(works(), billing_mode="actual_demand")
    second = {**case["points"][0], "id": 2, "feeder": 2}
    case["points"] += [second, {**second, "id": 3}]
    assert bill(case).demand.metered_kw == 800


@pytest.mark.parametrize(
    "start, end, change, shares",
    [
        ("2026-05-01", "2026-06-01", None, [(1, 1)]),
        ("2026-02-01", "2026-03-01", None, [(1, 1)]),
        ("2026-03-10", "2026-04-10", None, [(1, 1)]),
        ("2026-05-11", "2026-06-01", None, [(21, 30)]),
        ("2026-05-01", "2026-06-01", "2026-05-11", [(10, 30), (21, 30)]),
        ("2026-05-02", "2026-06-01", None, [(30, 30)]),
        ("2026-03-01", "2026-05-01", None, [(2, 1)]),
    ],
)
def test_the_basic_charge_is_whole_months_or_days_of_thirty(start, end, change, shares):
    case = works(period_start=start, period_end=end)
    if change:
        first = case["terms"][0]
        case["terms"] = [{**first, "end": change}, {**first, "start": change, "capacity_kva": "500"}]
    found = [(line.numerator, line.denominator) for line in bill(case).lines if line.component == "capacity"]
    assert found == shares


def test_suspended_capacity_costs_nothing_from_the_day_of_sealing():
    case = works()
    first = case["terms"][0]
    case["terms"] = [{**first, "end": "2026-05-16"}, {**first, "start": "2026-05-16", "capacity_kva": "0"}]
    assert amounts(bill(case), "capacity") == [Decimal("11250.00")]  # 1000 kVA × 22.5 × 15/30


def test_a_price_change_divides_the_basic_charge_by_days_and_not_by_thirty():
    case = works(period_start="2026-06-01", period_end="2026-07-01")
    lines = [line for line in bill(case).lines if line.component == "capacity"]
    assert [(line.numerator, line.denominator, line.amount_yuan) for line in lines] == [
        (15, 30, Decimal("11250.00")),
        (15, 30, Decimal("13150.00")),
    ]


def test_regimes_of_a_long_month_can_be_capped_together():
    case = works()
    first = case["terms"][0]
    case["terms"] = [{**first, "end": "2026-05-11"}, {**first, "start": "2026-05-11", "capacity_kva": "500"}]
    lines = [
        line
        for line in bill(case, book_with(("basic_charge_cap", "month"))).lines
        if line.component == "capacity"
    ]
    assert [line.numerator for line in lines] == [10, 20]


@pytest.mark.parametrize("standard", [80, 85, 90])
def test_the_shipped_power_factor_table_is_the_rule_of_1983(standard):
    column = [90, 85, 80].index(standard)
    for factor in range(40, 101):
        assert table()[column, factor] == table_rate(standard, Decimal(factor) / 100) * 100, factor


@pytest.mark.parametrize(
    "active, reactive, factor",
    [
        (945, 327_07, 3),
        (100, 0, 100),
        (0, 100, 0),
        (0, 0, 100),
        (895_000, 446_063, 90),  # 0.8950 goes up
        (4, 3, 80),
        (3, 4, 60),
    ],
)
def test_the_power_factor_is_rounded_half_up(active, reactive, factor):
    assert factor_of(np.array([active]), np.array([reactive])).tolist() == [factor]


def test_a_power_factor_on_the_edge_is_decided_exactly():
    """cos φ = 0.375 = 3/√(9 + 55): √55 is irrational, so the exact edge needs 15²(P²+Q²) = 40² P²."""
    for active, reactive, factor in ((7, 24, 28), (28, 96, 28), (119, 120, 70), (20, 21, 69), (33, 56, 51)):
        large = 10**9
        assert factor_of(np.array([active * large]), np.array([reactive * large])).tolist() == [factor]


def test_a_customer_at_the_standard_pays_no_adjustment_and_a_waived_reward_stays_a_surcharge():
    case = works()
    closing = case["points"][0]["advances"][0]["closing"]
    closing["reactive_forward"] = "48.43"  # cos φ of 100 and 48.43 is 0.9000
    assert amounts(bill(case), "power_factor") == []
    closing["reactive_forward"] = "0"
    assert amounts(bill(case), "power_factor")[0] < 0
    assert amounts(bill(with_terms(case, power_factor_reward=False)), "power_factor") == []


def test_no_active_energy_is_no_adjustment_or_a_case_for_a_human():
    case = works()
    case["points"][0]["advances"][0]["closing"] |= {"sharp": "0", "peak": "0", "flat": "0", "valley": "0"}
    trace = bill(case)
    assert trace.power_factor.factor is None
    assert amounts(trace, "power_factor") == []
    refused = bill(case, book_with(("pf_zero_active", "review")))
    assert [item.code for item in refused.exceptions] == ["power_factor_undefined"]


def test_transformer_loss_is_added_iron_by_hours_and_copper_by_energy():
    """1 kW × 744 h iron, 1.5 % of 10,000 kWh copper; reactive 5 kvar × 744 h and 3 × copper."""
    case = works()
    case["points"][0]["loss"] = {
        "method": "coefficient",
        "iron_kw": "1",
        "copper_ratio": "0.015",
        "hours": "744",
        "no_load_kvar": "5",
        "kq": "3",
    }
    used = bill(case).points[0].segments[0]
    assert (used.metered_kwh, used.loss_kwh, used.reactive_loss_kvarh) == (10000, 744 + 150, 3720 + 450)
    assert sum(used.by_tou.values()) == used.billed_kwh == 10894


def test_submeters_share_what_is_left_and_lose_nothing():
    case = works()
    case["points"] += [
        {"id": 2, "parent": 1, "measure": "ratio", "ratio": "0.1", "tariff": "res-shared"},
        {"id": 3, "parent": 1, "measure": "fixed", "fixed_kwh": "333.33", "tariff": "agri"},
    ]
    trace = bill(case)
    billed = {point.point_id: point.segments[0].billed_kwh for point in trace.points}
    assert billed == {1: Decimal("8666.67"), 2: Decimal("1000.00"), 3: Decimal("333.33")}
    assert sum(trace.points[0].segments[0].by_tou.values()) == billed[1]


@pytest.mark.parametrize(
    "applies_to, bounds", [("all", ["360", "700"]), ("first", ["360", "600"]), ("each", ["360", "800"])]
)
def test_many_persons_enlarge_the_tiers(applies_to, bounds):
    book = world.book("east")
    scheme = {**book["tier_schemes"][0]}
    scheme["many_person"] = {**scheme["many_person"], "applies_to": applies_to}
    book["tier_schemes"] = [scheme, *book["tier_schemes"][1:]]
    assert bill(household(persons=5), book).tiers.bounds_kwh == [Decimal(b) for b in bounds]
    assert bill(household(persons=4), book).tiers.bounds_kwh == [260, 600]


def test_free_energy_comes_off_tier_one_or_is_credited():
    for mode, yuan in (("deduct", "364.51"), ("credit", "364.51")):
        trace = bill(household(free_kwh="10"), book_with(("free_energy_mode", mode)))
        assert trace.total_yuan == Decimal(yuan), mode
    assert [line.note for line in trace.lines] == ["", "", "free_energy"]


def test_feed_in_is_a_credit_of_its_own_and_not_netted():
    case = household()
    case["points"].append(
        {
            "id": 8,
            "role": "feed_in",
            "tariff": "pv",
            "advances": [{"opening": {"total": "0"}, "closing": {"total": "1000"}}],
        }
    )
    trace = bill(case)
    assert (trace.purchase_yuan, trace.feed_in_yuan) == (Decimal("370.40"), Decimal("-420.70"))
    assert trace.total_yuan == Decimal("-50.30")
    assert (trace.energy_kwh, trace.feed_in_kwh) == (600, 1000)


def test_a_meter_exchange_and_a_rollover_join_into_one_energy():
    case = household()
    case["points"][0]["advances"] = [
        {
            "end": "2026-05-11",
            "opening": {"total": "99950"},
            "closing": {"total": "50"},
            "rollover_at": "100000",
        },
        {"start": "2026-05-11", "opening": {"total": "3"}, "closing": {"total": "503"}},
    ]
    assert bill(case).energy_kwh == 600


def test_a_price_change_splits_energy_by_days_and_the_last_part_takes_the_rest():
    case = household(period_start="2026-06-01", period_end="2026-07-01")
    case["points"][0]["advances"][0]["closing"]["total"] = "200"
    parts = bill(case).points[0].segments
    assert [(str(p.start), p.billed_kwh) for p in parts] == [
        ("2026-06-01", Decimal("33.33")),
        ("2026-06-11", Decimal("66.67")),
    ]


def test_a_reading_on_the_day_of_the_change_wins_over_days():
    case = household(period_start="2026-06-01", period_end="2026-07-01")
    case["points"][0]["advances"] = [
        {"end": "2026-06-11", "opening": {"total": "0"}, "closing": {"total": "90"}},
        {"start": "2026-06-11", "opening": {"total": "90"}, "closing": {"total": "100"}},
    ]
    assert [part.billed_kwh for part in bill(case).points[0].segments] == [90, 10]


def test_the_trace_names_the_ratio_and_the_rules_behind_a_line():
    trace = bill(with_terms(works(), tariff="ci-tou", billing_mode="single", capacity_kva="100"))
    wires = {line.tou: line for line in trace.lines if line.component == "wires"}
    assert {tou: line.ratio for tou, line in wires.items()} == {
        "sharp": Decimal("1.92"),
        "peak": Decimal("1.6"),
        "flat": 1,
        "valley": Decimal("0.4"),
    }
    assert [(rule.kind, rule.code) for rule in wires["peak"].rules] == [("tou", "city-tou")]
    adjustment = next(line for line in trace.lines if line.component == "power_factor")
    assert adjustment.rules[0].number == "(83)水电财字第215号"
    assert [rule.kind for line in bill(household()).lines for rule in line.rules] == ["tiers", "tiers"]
