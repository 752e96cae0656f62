"""Who may have which tariff form, power-factor standard and voltage; what does not fit together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pytest

from denghuo.records.supply import rules

BOTH = {"single_part", "two_part"}


@pytest.mark.parametrize(
    "tariff_class, capacity_kva, kept, forms",
    [
        ("commercial_industrial", "50", False, {"single_part"}),
        ("commercial_industrial", "100", False, {"single_part"}),
        ("commercial_industrial", "100.01", False, BOTH),
        ("commercial_industrial", "314.99", False, BOTH),
        ("commercial_industrial", "315", False, {"two_part"}),
        ("commercial_industrial", "315", True, BOTH),
        ("commercial_industrial", "31500", False, {"two_part"}),
        ("residential", "630", False, {"single_part"}),
        ("agricultural", "630", False, {"single_part"}),
    ],
)
def test_tariff_forms_by_capacity(tariff_class, capacity_kva, kept, forms):
    assert rules.tariff_forms(tariff_class, Decimal(capacity_kva), kept_single_part=kept) == forms


@pytest.mark.parametrize(
    "tariff_class, use, voltage, capacity_kva, standard",
    [
        ("commercial_industrial", "industry", "1-10kv", "161", 90),
        ("commercial_industrial", "industry", "1-10kv", "160", 85),
        ("commercial_industrial", "industry", "lt1kv", "200", 85),
        ("commercial_industrial", "large_industry", "110kv", "31500", 90),
        ("commercial_industrial", "health", "1-10kv", "1600", 85),
        ("commercial_industrial", "shop", "lt1kv", "100", 85),
        ("commercial_industrial", "shop", "lt1kv", "99.99", 0),
        ("agricultural", "farming", "1-10kv", "100", 80),
        ("agricultural", "farming", "1-10kv", "3199", 80),
        ("agricultural", "farming", "1-10kv", "3200", 90),
        ("agricultural", "farming", "lt1kv", "3200", 80),
        ("agricultural", "farming", "1-10kv", "99", 0),
        ("residential", "household", "1-10kv", "630", 0),
    ],
)
def test_power_factor_standard(tariff_class, use, voltage, capacity_kva, standard):
    found = rules.pf_standard(
        tariff_class=tariff_class, use_nature=use, voltage=voltage, capacity_kva=Decimal(capacity_kva)
    )
    assert found == standard


def test_wholesale_from_100_kva_has_080():
    found = rules.pf_standard(
        tariff_class="commercial_industrial",
        use_nature="industry",
        voltage="35kv",
        capacity_kva=Decimal(8000),
        wholesale=True,
    )
    assert found == 80


@pytest.mark.parametrize(
    "capacity_kva, usual",
    [
        (8, "lt1kv"),
        (160, "lt1kv"),
        (161, "1-10kv"),
        (10_000, "1-10kv"),
        (20_000, "20kv"),
        (31_500, "35kv"),
        (90_000, "110kv"),
        (200_000, "220kv"),
    ],
)
def test_usual_voltage_by_capacity(capacity_kva, usual):
    assert rules.voltages_for(Decimal(capacity_kva))[0] == usual


HOME = {
    "tariff_class": "residential",
    "use_nature": "household",
    "voltage": "lt1kv",
    "capacity_kva": Decimal(8),
    "billing_mode": "single",
    "pf_standard": 0,
    "market": "list",
    "supply_source": "public_transformer",
    "area_id": 1,
}
MILL = {
    "tariff_class": "commercial_industrial",
    "use_nature": "large_industry",
    "voltage": "1-10kv",
    "metering_mode": "high_low",
    "capacity_kva": Decimal(630),
    "billing_mode": "capacity",
    "pf_standard": 90,
    "market": "agent",
    "supply_source": "dedicated_transformer",
    "transformer_id": 1,
}


@pytest.mark.parametrize("terms", [HOME, MILL])
def test_terms_that_agree_have_no_finding(terms):
    assert rules.findings(terms) == []


@pytest.mark.parametrize(
    "terms, change, code",
    [
        (MILL, {"billing_mode": "single"}, "two_part_needed"),
        (
            MILL,
            {"capacity_kva": Decimal(100), "pf_standard": 85, "billing_mode": "capacity"},
            "two_part_not_open",
        ),
        (MILL, {"pf_standard": 85}, "pf_standard_differs"),
        (HOME, {"use_nature": "shop"}, "residential_price_for_other_use"),
        (HOME, {"tariff_class": "agricultural"}, "agricultural_price_for_other_use"),
        (HOME, {"tariff_class": "commercial_industrial", "market": "agent"}, "household_on_commercial_price"),
        (HOME, {"market": "agent"}, "market_does_not_fit_class"),
        (MILL, {"market": "list"}, "market_does_not_fit_class"),
        (
            MILL,
            {"voltage": "lt1kv", "metering_mode": "low_low", "pf_standard": 85},
            "voltage_low_for_capacity",
        ),
        (MILL, {"metering_mode": "low_low"}, "metering_mode_does_not_fit_voltage"),
        (HOME, {"area_id": None}, "public_supply_without_area"),
        (MILL, {"area_id": 1}, "dedicated_supply_in_an_area"),
        (HOME, {"importance": "first"}, "important_at_low_voltage"),
    ],
)
def test_one_disagreement_gives_one_finding_with_its_basis(terms, change, code):
    (finding,) = rules.findings({**terms, **change})
    assert finding.code == code
    assert finding.basis and finding.fields


def test_a_customer_who_kept_single_part_is_no_finding():
    assert rules.findings({**MILL, "billing_mode": "single", "kept_single_part": True}) == []


@pytest.mark.parametrize(
    "state, new_state, allowed",
    [
        ("active", "suspended", True),
        ("suspended", "active", True),
        ("active", "closed", True),
        ("closed", "active", False),
        ("planned", "suspended", False),
        ("active", "active", False),
    ],
)
def test_states(state, new_state, allowed):
    assert rules.may_become(state, new_state) is allowed


@dataclass
class Row:
    valid_from: date
    valid_to: date | None


def test_gaps_and_overlaps_are_named_with_their_first_day():
    jan, feb, mar, apr = (date(2026, month, 1) for month in (1, 2, 3, 4))
    assert rules.gaps_and_overlaps([Row(jan, feb), Row(feb, None)]) == []
    assert rules.gaps_and_overlaps([Row(jan, feb), Row(mar, None)]) == [("gap", feb)]
    assert rules.gaps_and_overlaps([Row(jan, mar), Row(feb, apr), Row(apr, None)]) == [("overlap", feb)]
    assert rules.gaps_and_overlaps([Row(jan, None), Row(feb, None)]) == [("overlap", feb)]
