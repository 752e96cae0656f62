"""The plausibility gate, rule by rule: each fires on its case and on nothing else."""

from __future__ import annotations

from dataclasses import fields
from decimal import Decimal

import numpy as np
import pytest

from denghuo.commerce.billing.rules import DEFAULT_GATE, Facts, GateSetting, evaluate
from denghuo.commerce.billing.rules.gate import ABSENT, RULES

QUIET = {
    "energy": 300_00,
    "days": 31,
    "total_fen": 160_00,
    "average_price": 53_000_000,
    "last_energy": 280_00,
    "last_days": 31,
    "last_total_fen": 150_00,
    "year_ago_energy": 310_00,
    "year_ago_days": 31,
    "power_factor": ABSENT,
    "pf_standard": 0,
    "pf_fen": 0,
    "capacity": 8_00,
    "demand": ABSENT,
    "tier": 1,
    "usual_tier": 1,
    "two_part": False,
    "residential": True,
    "estimated": False,
    "last_estimated": False,
}
BOOLEANS = {"two_part", "residential", "estimated", "last_estimated"}


def facts(*rows: dict) -> Facts:
    return Facts(
        **{
            item.name: np.array(
                [{**QUIET, **row}[item.name] for row in rows], bool if item.name in BOOLEANS else np.int64
            )
            for item in fields(Facts)
        }
    )


CASES = {
    "jump_last_month": {"energy": 2_000_00, "total_fen": 1_060_00, "year_ago_energy": ABSENT},
    "jump_last_year": {"energy": 1_500_00, "last_energy": 1_500_00, "total_fen": 800_00},
    "zero_after_use": {"energy": 0, "total_fen": 0, "average_price": ABSENT},
    "power_factor_low": {"power_factor": 45, "pf_standard": 90, "pf_fen": 2_000_00, "residential": False},
    "power_factor_surcharge": {"power_factor": 80, "pf_standard": 90, "pf_fen": 6_000_00, "residential": False},
    "capacity_against_tariff": {"capacity": 400_00, "residential": False},
    "demand_over_capacity": {"capacity": 630_00, "demand": 800_00, "two_part": True, "residential": False},
    "energy_over_capacity": {
        "capacity": 1_00, "energy": 800_00, "last_energy": 800_00, "year_ago_energy": 800_00, "total_fen": 424_00,
    },
    "tier_against_history": {"tier": 3},
    "negative_total": {"total_fen": -1_00},
    "average_price": {"average_price": 320_000_000},
    "estimated_again": {"estimated": True, "last_estimated": True},
}  # fmt: skip


@pytest.mark.parametrize("rule", CASES)
def test_a_rule_fires_on_its_case_and_leaves_its_neighbours_alone(rule):
    findings = evaluate(facts({}, CASES[rule], {}))
    assert [(finding.rule, finding.rows.tolist()) for finding in findings] == [(rule, [1])]
    assert findings[0].severity == DEFAULT_GATE[rule].severity
    assert findings[0].money_at_risk_fen[0] >= 0


def test_every_rule_has_a_case_and_a_default():
    assert set(CASES) == set(RULES) == set(DEFAULT_GATE)


def test_an_ordinary_month_passes():
    assert evaluate(facts({})) == []
    assert evaluate(facts()) == []


def test_a_first_bill_has_nothing_to_be_compared_with():
    first = {
        "last_energy": ABSENT, "last_days": 0, "last_total_fen": ABSENT, "year_ago_energy": ABSENT, "year_ago_days": 0,
        "usual_tier": ABSENT, "tier": 3, "energy": 5_000_00,
    }  # fmt: skip
    assert evaluate(facts(first)) == []


def test_money_at_risk_of_a_jump_is_the_share_above_the_usual():
    (finding,) = evaluate(facts({"energy": 2_800_00, "total_fen": 1_500_00, "year_ago_energy": ABSENT}))
    assert finding.money_at_risk_fen.tolist() == [135_000]  # nine tenths of 1,500 yuan
    assert finding.detail[0]["kwh_a_day_before"] == "9.032"


def test_the_utility_may_switch_a_rule_off_or_widen_it():
    jump = facts(CASES["jump_last_month"])
    assert evaluate(jump, {**DEFAULT_GATE, "jump_last_month": GateSetting("hold", enabled=False)}) == []
    wide = GateSetting("hold", {"ratio": Decimal(20)})
    assert evaluate(jump, {**DEFAULT_GATE, "jump_last_month": wide}) == []
