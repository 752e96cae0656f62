"""Pure judgement about supply terms: which tariff form, power-factor standard and voltage a customer may have.

Each rule is a table or a short function with its legal basis. Capacities are kVA. Where provinces may differ the
figure is a parameter with the national value as default.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Protocol

SINGLE_PART, TWO_PART = "single_part", "two_part"
TWO_PART_OPTIONAL_ABOVE_KVA = Decimal(100)
TWO_PART_FROM_KVA = Decimal(315)
PF_FROM_KVA = Decimal(100)
PF_INDUSTRY_ABOVE_KVA = Decimal(160)
PF_IRRIGATION_FROM_KVA = Decimal(3200)

BASIS_TWO_PART = "发改价格〔2023〕526号"
BASIS_POWER_FACTOR = "(83)水电财字第215号"
BASIS_CLASSES = "发改价格〔2013〕973号"
BASIS_LIST_PRICE = "发改价格〔2021〕1439号"
BASIS_VOLTAGE = "供电营业规则(2024)"
BASIS_IMPORTANT = "GB/T 29328-2018"
BASIS_LOSS = "供电营业规则(2024)"

INDUSTRY = frozenset({"industry", "large_industry"})
HIGH_VOLTAGES = frozenset({"1-10kv", "20kv", "35kv", "110kv", "220kv"})
TERM_STATES = {
    "planned": frozenset({"active", "closed"}),
    "active": frozenset({"suspended", "closed"}),
    "suspended": frozenset({"active", "closed"}),
    "closed": frozenset(),
}


def may_become(state: str, new_state: str) -> bool:
    """Whether a supply point in ``state`` may get ``new_state``."""
    return new_state in TERM_STATES[state]


def tariff_forms(
    tariff_class: str, capacity_kva: Decimal, *, kept_single_part: bool = False
) -> frozenset[str]:
    """The tariff forms a customer may have (发改价格〔2023〕526号).

    Commercial and industrial: up to 100 kVA single-part only; above 100 and below 315 kVA the customer chooses; from
    315 kVA two-part, unless the customer was on single-part before and kept it. Every other class is single-part.
    """
    if tariff_class != "commercial_industrial" or capacity_kva <= TWO_PART_OPTIONAL_ABOVE_KVA:
        return frozenset({SINGLE_PART})
    if capacity_kva < TWO_PART_FROM_KVA or kept_single_part:
        return frozenset({SINGLE_PART, TWO_PART})
    return frozenset({TWO_PART})


def pf_standard(
    *, tariff_class: str, use_nature: str, voltage: str, capacity_kva: Decimal, wholesale: bool = False
) -> int:
    """The power-factor standard in hundredths; 0 where none applies ((83)水电财字第215号).

    0.90: industry at high voltage above 160 kVA, irrigation at high voltage from 3,200 kVA. 0.85: other industry,
    commerce and irrigation from 100 kVA. 0.80: agriculture and wholesale from 100 kVA. None: residential, or below
    100 kVA.
    """
    if tariff_class in ("residential", "generation") or capacity_kva < PF_FROM_KVA:
        return 0
    if wholesale:
        return 80
    high_voltage = voltage in HIGH_VOLTAGES
    if tariff_class == "agricultural":
        return 90 if high_voltage and capacity_kva >= PF_IRRIGATION_FROM_KVA else 80
    if use_nature in INDUSTRY and high_voltage and capacity_kva > PF_INDUSTRY_ABOVE_KVA:
        return 90
    return 85


VOLTAGE_BANDS: Sequence[tuple[Decimal, tuple[str, ...]]] = (
    (Decimal(160), ("lt1kv",)),
    (Decimal(5_000), ("1-10kv", "20kv")),
    (Decimal(10_000), ("1-10kv", "20kv", "35kv")),
    (Decimal(20_000), ("20kv", "35kv")),
    (Decimal(40_000), ("35kv", "110kv")),
    (Decimal(100_000), ("110kv",)),
)


def voltages_for(capacity_kva: Decimal) -> tuple[str, ...]:
    """Supply voltages that suit a capacity, the usual one first (guide values of 供电营业规则 and 三零 practice)."""
    return next((voltages for limit, voltages in VOLTAGE_BANDS if capacity_kva <= limit), ("220kv",))


@dataclass(frozen=True)
class Finding:
    """Something about the terms that a person should look at: ``code`` names it, ``fields`` point at it."""

    code: str
    fields: tuple[str, ...]
    basis: str
    expected: str = ""


def findings(terms: Mapping[str, Any]) -> list[Finding]:
    """Where the five classifications, voltage, capacity and tariff inputs do not agree with each other.

    ``terms`` holds the fields of supply terms by name. Nothing is refused here: existing customers and provincial
    rules make exceptions, so each finding is shown for a decision.
    """
    return [finding for check in _CHECKS for finding in check(terms)]


def _form(terms: Mapping[str, Any]) -> Iterable[Finding]:
    chosen = SINGLE_PART if terms["billing_mode"] == "single" else TWO_PART
    allowed = tariff_forms(
        terms["tariff_class"], terms["capacity_kva"], kept_single_part=terms.get("kept_single_part", False)
    )
    if chosen not in allowed:
        code = "two_part_needed" if chosen == SINGLE_PART else "two_part_not_open"
        yield Finding(code, ("billing_mode", "capacity_kva"), BASIS_TWO_PART, " / ".join(sorted(allowed)))


def _power_factor(terms: Mapping[str, Any]) -> Iterable[Finding]:
    expected = pf_standard(
        tariff_class=terms["tariff_class"],
        use_nature=terms["use_nature"],
        voltage=terms["voltage"],
        capacity_kva=terms["capacity_kva"],
        wholesale=terms.get("supply_relation") == "wholesale",
    )
    if terms.get("pf_standard", 0) != expected:
        yield Finding("pf_standard_differs", ("pf_standard",), BASIS_POWER_FACTOR, str(expected))


def _class_against_use(terms: Mapping[str, Any]) -> Iterable[Finding]:
    tariff_class, use = terms["tariff_class"], terms["use_nature"]
    if tariff_class == "residential" and use not in ("household", "education"):
        yield Finding("residential_price_for_other_use", ("tariff_class", "use_nature"), BASIS_CLASSES)
    if tariff_class == "agricultural" and use != "farming":
        yield Finding("agricultural_price_for_other_use", ("tariff_class", "use_nature"), BASIS_CLASSES)
    if tariff_class == "commercial_industrial" and use == "household":
        yield Finding("household_on_commercial_price", ("tariff_class", "use_nature"), BASIS_CLASSES)


def _market(terms: Mapping[str, Any]) -> Iterable[Finding]:
    listed = terms.get("market", "list") == "list"
    if listed != (terms["tariff_class"] != "commercial_industrial"):
        yield Finding("market_does_not_fit_class", ("market", "tariff_class"), BASIS_LIST_PRICE)


def _voltage(terms: Mapping[str, Any]) -> Iterable[Finding]:
    usual = voltages_for(terms["capacity_kva"])
    high = terms["voltage"] in HIGH_VOLTAGES
    if usual == ("lt1kv",):
        return
    if not high:
        yield Finding(
            "voltage_low_for_capacity", ("voltage", "capacity_kva"), BASIS_VOLTAGE, " / ".join(usual)
        )


def _metering(terms: Mapping[str, Any]) -> Iterable[Finding]:
    high = terms["voltage"] in HIGH_VOLTAGES
    mode = terms.get("metering_mode", "low_low")
    if high == (mode == "low_low"):
        yield Finding("metering_mode_does_not_fit_voltage", ("metering_mode", "voltage"), BASIS_LOSS)


def _source(terms: Mapping[str, Any]) -> Iterable[Finding]:
    source, area = terms.get("supply_source", "public_transformer"), terms.get("area_id")
    if source == "public_transformer" and not area:
        yield Finding("public_supply_without_area", ("supply_source", "area"), BASIS_VOLTAGE)
    if source == "dedicated_transformer" and area:
        yield Finding("dedicated_supply_in_an_area", ("supply_source", "area"), BASIS_VOLTAGE)


def _importance(terms: Mapping[str, Any]) -> Iterable[Finding]:
    if (
        terms.get("importance", "ordinary") in ("special", "first", "second")
        and terms["voltage"] not in HIGH_VOLTAGES
    ):
        yield Finding("important_at_low_voltage", ("importance", "voltage"), BASIS_IMPORTANT)


_CHECKS = (_form, _power_factor, _class_against_use, _market, _voltage, _metering, _source, _importance)


class Dated(Protocol):
    valid_from: date
    valid_to: date | None


def gaps_and_overlaps(rows: Sequence[Dated]) -> list[tuple[str, date]]:
    """Where consecutive rows do not join up: ("gap" | "overlap", the day it begins)."""
    faults = []
    for row, following in zip(rows, rows[1:], strict=False):
        if row.valid_to is None or row.valid_to > following.valid_from:
            faults.append(("overlap", following.valid_from))
        elif row.valid_to < following.valid_from:
            faults.append(("gap", row.valid_to))
    return faults


LOSS_NEEDS: Mapping[str, tuple[str, ...]] = {
    "none": (),
    "coefficient": ("iron_loss_kw", "copper_ratio"),
    "physical": ("iron_loss_kw", "load_loss_kw", "rated_capacity_kva", "shift_factor"),
    "percent": ("line_loss_ratio",),
}
"""The figures each loss method cannot do without (regulation 6.5)."""
