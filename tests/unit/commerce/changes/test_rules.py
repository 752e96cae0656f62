"""What may be asked for: one table of rules a lawyer can read."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from denghuo.commerce.changes.rules import (
    Figures,
    Running,
    Spell,
    Standing,
    Unit,
    Wish,
    effects,
    judge,
    kinds,
)
from denghuo.commerce.changes.rules.judging import codes
from denghuo.commerce.changes.rules.processes import PROCESSES
from denghuo.foundation.identity.rules import ROLES
from denghuo.foundation.workflow.rules import diagrams

TODAY, NOTICE = date(2026, 3, 2), date(2026, 3, 9)
MILL = Standing(
    today=TODAY,
    state="active",
    tariff_class="commercial_industrial",
    voltage="1-10kv",
    billing_mode="capacity",
    capacity_kva=Decimal(630),
    notice_date=NOTICE,
    mode_notice_date=date(2026, 3, 23),
    demand_notice_date=NOTICE,
    units=(Unit(1, "1号", Decimal(400)), Unit(2, "2号", Decimal(230))),
)
BY_DEMAND = replace(MILL, billing_mode="contract_demand")
BOTH = frozenset({1, 2})
FIGURES = Figures()


def reduced(since: str) -> Standing:
    running = Running(7, "B1", kinds.REDUCE, date.fromisoformat(since), None, Decimal(230))
    return replace(MILL, running=(running,), units=(MILL.units[0], replace(MILL.units[1], state="sealed")))


def wish(start: str, until: str = "", units=BOTH, **how) -> Wish:
    end = date.fromisoformat(until) if until else None
    return Wish(date.fromisoformat(start), end, frozenset(units), **how)


@pytest.mark.parametrize(
    ("kind", "standing", "wished", "expected"),
    [
        ("suspend", MILL, wish("2026-03-09", "2026-06-09"), []),
        ("suspend", MILL, wish("2026-03-06", "2026-06-06"), ["notice"]),
        ("suspend", MILL, wish("2026-03-09", "2026-03-23"), ["too_short"]),
        ("suspend", MILL, wish("2026-03-09", "2026-03-24"), []),
        ("suspend", MILL, wish("2026-03-09", "2026-09-06"), ["year_days"]),
        ("suspend", MILL, wish("2026-03-09"), ["end_missing"]),
        ("suspend", MILL, wish("2026-03-09", "2026-06-09", units=()), ["transformers_missing"]),
        ("suspend", MILL, wish("2026-03-09", "2026-06-09", units=(1,), capacity_kva=Decimal(200)), ["whole_transformers"]),
        ("suspend", BY_DEMAND, wish("2026-03-09", "2026-06-09", units=(1,)), ["demand_whole_capacity"]),
        ("suspend", BY_DEMAND, wish("2026-03-09", "2026-06-09"), []),
        ("suspend", replace(MILL, open_number="B9"), wish("2026-03-09", "2026-06-09"), ["open_change"]),
        ("suspend", replace(MILL, spells=(Spell(date(2026, 1, 1), date(2026, 6, 25)),)), wish("2026-07-09", "2026-08-09"), ["year_used_up"]),
        ("reduce", MILL, wish("2026-03-09", units=(2,)), []),
        ("reduce", MILL, wish("2026-03-09"), ["nothing_remains"]),
        ("reduce", MILL, wish("2026-03-09", units=(1,), capacity_kva=Decimal(400)), ["smaller_one"]),
        ("restore", reduced("2024-03-09"), wish("2026-03-09"), []),
        ("restore", reduced("2024-03-08"), wish("2026-03-09"), ["restore_too_late"]),
        ("restore", MILL, wish("2026-03-09"), ["nothing_to_restore"]),
        ("exchange", MILL, wish("2026-03-09", "2026-05-09", capacity_kva=Decimal(800)), []),
        ("exchange", MILL, wish("2026-03-09", "2026-05-10", capacity_kva=Decimal(800)), ["exchange_too_long"]),
        ("exchange", replace(MILL, voltage="35kv"), wish("2026-03-09", "2026-06-09", capacity_kva=Decimal(800)), []),
        ("remove", MILL, wish("2026-03-09", "2026-09-09"), []),
        ("remove", MILL, wish("2026-03-09", "2026-09-10"), ["removal_too_long"]),
        ("rename", MILL, wish("2026-03-02", identity_changes=True), ["rename_is_transfer"]),
        ("transfer", MILL, wish("2026-03-02"), ["customer_missing"]),
        ("transfer", MILL, wish("2026-03-02", customer_id=5, own_customer_id=5), ["same_customer"]),
        ("transfer", MILL, wish("2026-03-01", customer_id=6, own_customer_id=5), ["in_the_past"]),
        ("split", MILL, wish("2026-03-02", customer_id=6, capacity_kva=Decimal(630)), ["split_capacity"]),
        ("voltage", MILL, wish("2026-03-02", voltage="1-10kv"), ["same_voltage"]),
        ("tariff_class", MILL, wish("2026-03-20", billing_mode="contract_demand", contract_demand_kw=Decimal(300)), ["mode_notice"]),
        ("tariff_class", MILL, wish("2026-03-23", billing_mode="contract_demand", contract_demand_kw=Decimal(252)), []),
        ("tariff_class", MILL, wish("2026-03-23", billing_mode="contract_demand", contract_demand_kw=Decimal(251)), ["demand_floor"]),
        ("tariff_class", replace(BY_DEMAND, last_mode_switch=date(2026, 1, 1)), wish("2026-03-31", billing_mode="capacity"), ["mode_too_soon"]),
        ("tariff_class", replace(BY_DEMAND, last_mode_switch=date(2026, 1, 1)), wish("2026-04-01", billing_mode="capacity"), []),
        ("tariff_class", MILL, wish("2026-03-23", billing_mode="single"), ["two_part_needed"]),
        ("close", replace(MILL, state="closed"), wish("2026-03-09"), ["closed"]),
        ("transfer", replace(MILL, state="suspended"), wish("2026-03-09", customer_id=6), ["suspended"]),
    ],
)  # fmt: skip
def test_each_rule_by_itself(kind, standing, wished, expected):
    assert codes(judge(kind, standing, wished, FIGURES)) == expected


def test_figures_of_the_bureau_decide():
    twice = Figures(times_a_year=2)
    spells = tuple(Spell(date(2026, month, 1), date(2026, month, 20)) for month in (1, 2))
    asked = wish("2026-03-09", "2026-06-09")
    assert codes(judge("suspend", replace(MILL, spells=spells), asked, twice)) == ["times_used_up"]
    by_month = Figures(demand_by_whole_month=True)
    assert codes(judge("suspend", BY_DEMAND, asked, by_month)) == ["demand_by_month"]


def test_a_refusal_says_the_figure_and_what_would_do():
    (refusal,) = judge("suspend", MILL, wish("2026-03-09", "2026-09-30"), FIGURES)
    assert refusal.figures == {"year": "2026", "used": "0", "limit": "180", "asked": "205"}
    assert refusal.allowed_date == date(2026, 9, 5) and refusal.basis


TERMS = {
    "tariff_class": "commercial_industrial", "use_nature": "industry", "voltage": "1-10kv", "billing_mode": "capacity",
    "tariff": "ci_two_part", "capacity_kva": Decimal(630), "pf_standard": 90, "demand_exempt": False,
}  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "left", "expected"),
    [
        ("suspend", 0, {"demand_exempt": True}),
        ("suspend", 400, {"capacity_kva": 400}),
        ("suspend", 314, {"capacity_kva": 314, "billing_mode": "single", "tariff": "ci_single"}),
        ("reduce", 315, {"capacity_kva": 315}),
        ("reduce", 160, {"capacity_kva": 160, "billing_mode": "single", "tariff": "ci_single", "pf_standard": 85}),
        ("reduce", 80, {"capacity_kva": 80, "billing_mode": "single", "tariff": "ci_single", "pf_standard": 0}),
        ("exchange", 250, {"capacity_kva": 250}),
        ("remove", None, {"demand_exempt": True}),
    ],
)  # fmt: skip
def test_what_the_terms_become(kind, left, expected):
    size = None if left is None else Decimal(left)
    assert effects.after(kind, TERMS, figures=FIGURES, left_kva=size, single_tariff="ci_single") == expected


def test_the_way_back_needs_the_threshold_again():
    low = {**TERMS, "capacity_kva": Decimal(100), "billing_mode": "single", "tariff": "ci_single"}
    kept = {"billing_mode": "capacity", "tariff": "ci_two_part", "demand_exempt": False}
    back = effects.after("resume", low, figures=FIGURES, left_kva=Decimal(630), kept=kept)
    assert back == {"capacity_kva": 630, "billing_mode": "capacity", "tariff": "ci_two_part"}
    part = effects.after("resume", low, figures=FIGURES, left_kva=Decimal(230), kept=kept)
    assert part == {"capacity_kva": 230}


@pytest.mark.parametrize("family", sorted(PROCESSES))
def test_the_diagrams_can_be_run(family):
    process = PROCESSES[family]
    diagram, tree = diagrams.parse(
        process.xml(), lanes=process.lanes, roles={role: role for role in ROLES}, handlers=frozenset()
    )
    assert diagram.problems == [] and tree is not None
    steps = {node.id for node in diagram.nodes.values() if node.kind in diagrams.HUMAN}
    assert {limit.step for limit in process.limits} <= steps | {""}


def test_every_kind_has_a_diagram_and_ends_what_it_says():
    assert set(kinds.FAMILY.values()) == set(PROCESSES)
    assert set(kinds.ENDS.values()) == kinds.RESTRICTIONS
