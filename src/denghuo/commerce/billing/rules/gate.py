"""The plausibility gate: what looks wrong about a priced supply point, and how much money is at stake.

Every rule is one row of ``RULES``: a vectorised condition over the facts of many supply points and a vectorised
amount at risk. The thresholds are data (``DEFAULT_GATE``; a utility overrides them in its settings). A rule that
*holds* keeps the bill back until a person has released it with a reason; a rule that *notes* only marks it.
See docs/domain/plausibility-gate.md.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
ABSENT = np.iinfo(np.int64).min


@dataclass(frozen=True)
class Facts:
    """One row a supply point and period, as equally long columns.

    Energy in 0.01 kWh, capacity and demand in 0.01 kVA or kW, money in fen, power factor in percent, prices in
    1e-8 yuan per kWh, ``days`` of the period. ``ABSENT`` stands for a figure that there is none of. ``usual_tier``
    is the highest tier reached in the bills compared with.
    """

    energy: Ints
    days: Ints
    total_fen: Ints
    average_price: Ints
    last_energy: Ints
    last_days: Ints
    last_total_fen: Ints
    year_ago_energy: Ints
    year_ago_days: Ints
    power_factor: Ints
    pf_standard: Ints
    pf_fen: Ints
    capacity: Ints
    demand: Ints
    tier: Ints
    usual_tier: Ints
    two_part: Flags
    residential: Flags
    estimated: Flags
    last_estimated: Flags

    def __len__(self) -> int:
        return len(self.energy)


@dataclass(frozen=True)
class GateSetting:
    """How one rule is applied; ``thresholds`` are exact decimals by name."""

    severity: str
    thresholds: Mapping[str, Decimal] = field(default_factory=dict)
    enabled: bool = True


@dataclass(frozen=True)
class Finding:
    """The supply points (row numbers) that broke one rule, what was compared, and the fen at risk."""

    rule: str
    severity: str
    rows: NDArray[np.intp]
    money_at_risk_fen: Ints
    detail: list[dict[str, str]]


Thresholds = Mapping[str, Decimal]
Verdict = tuple[Flags, NDArray[np.float64] | Ints, dict[str, NDArray]]


def _known(column: Ints) -> Flags:
    return column != ABSENT


def _daily(energy: Ints, days: Ints) -> NDArray[np.float64]:
    """kWh a day; a float is enough to compare, money is never made of it."""
    return np.where(_known(energy) & (days > 0), energy / 100 / np.maximum(days, 1), np.nan)


def _jump(facts: Facts, then: Ints, days: Ints, limits: Thresholds) -> Verdict:
    now, before = _daily(facts.energy, facts.days), _daily(then, days)
    factor = float(limits["ratio"])
    floor = float(limits["kwh_a_day"])
    with np.errstate(invalid="ignore", divide="ignore"):
        big = np.abs(now - before) >= floor
        up, down = now > before * factor, now * factor < before
        hit = big & (up | down) & (before > 0) & (now > 0)
        share = np.abs(now - before) / np.maximum(now, 1e-9)
    risk = np.abs(facts.total_fen) * np.nan_to_num(np.minimum(share, 10))
    return hit, risk, {"kwh_a_day": now, "kwh_a_day_before": before}


def _jump_last_month(facts: Facts, limits: Thresholds) -> Verdict:
    return _jump(facts, facts.last_energy, facts.last_days, limits)


def _jump_last_year(facts: Facts, limits: Thresholds) -> Verdict:
    return _jump(facts, facts.year_ago_energy, facts.year_ago_days, limits)


def _zero_after_use(facts: Facts, limits: Thresholds) -> Verdict:
    before = _daily(facts.last_energy, facts.last_days)
    with np.errstate(invalid="ignore"):
        hit = (facts.energy == 0) & (before >= float(limits["kwh_a_day"]))
    risk = np.where(_known(facts.last_total_fen), facts.last_total_fen, 0)
    return hit, risk, {"kwh_a_day_before": before}


def _power_factor_low(facts: Facts, limits: Thresholds) -> Verdict:
    rated = (facts.pf_standard > 0) & _known(facts.power_factor)
    hit = rated & (facts.power_factor < int(limits["percent"]))
    return hit, np.abs(facts.pf_fen), {"power_factor": facts.power_factor, "pf_standard": facts.pf_standard}


def _power_factor_money(facts: Facts, limits: Thresholds) -> Verdict:
    hit = facts.pf_fen > int(limits["surcharge_fen"])
    return hit, np.abs(facts.pf_fen), {"pf_fen": facts.pf_fen, "power_factor": facts.power_factor}


def _capacity_against_tariff(facts: Facts, limits: Thresholds) -> Verdict:
    large = facts.capacity >= int(limits["kva"] * 100)
    small = (facts.capacity > 0) & (facts.capacity < int(limits["two_part_kva"] * 100))
    hit = ~facts.residential & ((large & ~facts.two_part) | (small & facts.two_part))
    return hit, np.abs(facts.total_fen), {"capacity_kva": facts.capacity / 100}


def _demand_over_capacity(facts: Facts, limits: Thresholds) -> Verdict:
    with np.errstate(invalid="ignore"):
        hit = (
            _known(facts.demand)
            & (facts.capacity > 0)
            & (facts.demand > facts.capacity * float(limits["ratio"]))
        )
    return (
        hit,
        np.abs(facts.total_fen),
        {"demand_kw": facts.demand / 100, "capacity_kva": facts.capacity / 100},
    )


def _energy_over_capacity(facts: Facts, limits: Thresholds) -> Verdict:
    possible = facts.capacity * 24 * facts.days * float(limits["ratio"])
    hit = (facts.capacity > 0) & (facts.energy > possible)
    with np.errstate(invalid="ignore", divide="ignore"):
        surplus = np.where(hit, (facts.energy - possible) / np.maximum(facts.energy, 1), 0)
    detail = {"energy_kwh": facts.energy / 100, "possible_kwh": possible / 100}
    return hit, np.abs(facts.total_fen) * surplus, detail


def _tier_against_history(facts: Facts, limits: Thresholds) -> Verdict:
    known = _known(facts.tier) & _known(facts.usual_tier)
    hit = known & (facts.tier >= facts.usual_tier + int(limits["tiers"])) & _known(facts.last_energy)
    before = np.where(_known(facts.last_total_fen), facts.last_total_fen, 0)
    return hit, np.abs(facts.total_fen - before), {"tier": facts.tier, "usual_tier": facts.usual_tier}


def _negative_total(facts: Facts, limits: Thresholds) -> Verdict:
    return facts.total_fen < -int(limits["fen"]), np.abs(facts.total_fen), {"total_fen": facts.total_fen}


def _average_price(facts: Facts, limits: Thresholds) -> Verdict:
    priced = _known(facts.average_price) & (facts.energy >= int(limits["from_kwh"] * 100))
    low, high = (int(limits[name] * 10**8) for name in ("low_yuan", "high_yuan"))
    hit = priced & ((facts.average_price < low) | (facts.average_price > high))
    return hit, np.abs(facts.total_fen), {"average_price": facts.average_price / 1e8}


def _estimated_again(facts: Facts, limits: Thresholds) -> Verdict:
    del limits
    hit = facts.estimated & facts.last_estimated
    return hit, np.abs(facts.total_fen), {"energy_kwh": facts.energy / 100}


RULES: dict[str, Callable[[Facts, Thresholds], Verdict]] = {
    "jump_last_month": _jump_last_month,
    "jump_last_year": _jump_last_year,
    "zero_after_use": _zero_after_use,
    "power_factor_low": _power_factor_low,
    "power_factor_surcharge": _power_factor_money,
    "capacity_against_tariff": _capacity_against_tariff,
    "demand_over_capacity": _demand_over_capacity,
    "energy_over_capacity": _energy_over_capacity,
    "tier_against_history": _tier_against_history,
    "negative_total": _negative_total,
    "average_price": _average_price,
    "estimated_again": _estimated_again,
}

DEFAULT_GATE: dict[str, GateSetting] = {
    # Regulation 6.6 names ±30–50 % as the field's usual alarm; season and holidays of homes need a wider band.
    "jump_last_month": GateSetting("hold", {"ratio": Decimal(3), "kwh_a_day": Decimal(10)}),
    "jump_last_year": GateSetting("note", {"ratio": Decimal(3), "kwh_a_day": Decimal(10)}),
    "zero_after_use": GateSetting("hold", {"kwh_a_day": Decimal(1)}),
    "power_factor_low": GateSetting("hold", {"percent": Decimal(60)}),
    "power_factor_surcharge": GateSetting("note", {"surcharge_fen": Decimal(500_000)}),
    # 发改价格〔2023〕526号: from 315 kVA two-part; regulation 1.3, 11.4.
    "capacity_against_tariff": GateSetting("note", {"kva": Decimal(315), "two_part_kva": Decimal(100)}),
    "demand_over_capacity": GateSetting("hold", {"ratio": Decimal("1.2")}),
    "energy_over_capacity": GateSetting("hold", {"ratio": Decimal(1)}),
    "tier_against_history": GateSetting("note", {"tiers": Decimal(2)}),
    "negative_total": GateSetting("hold", {"fen": Decimal(0)}),
    "average_price": GateSetting(
        "hold", {"low_yuan": Decimal("0.2"), "high_yuan": Decimal(3), "from_kwh": Decimal(10)}
    ),
    "estimated_again": GateSetting("note"),
}


def _text(value: object) -> str:
    number = float(value)  # type: ignore[arg-type]
    return str(int(number)) if number == int(number) else f"{number:.3f}".rstrip("0").rstrip(".")


def evaluate(facts: Facts, settings: Mapping[str, GateSetting] = DEFAULT_GATE) -> list[Finding]:
    """Every rule that some supply point broke, in the order of ``RULES``."""
    findings = []
    for rule, judge in RULES.items():
        setting = settings.get(rule, DEFAULT_GATE[rule])
        if not setting.enabled or not len(facts):
            continue
        limits = {**DEFAULT_GATE[rule].thresholds, **setting.thresholds}
        hit, risk, detail = judge(facts, limits)
        rows = np.flatnonzero(hit)
        if not len(rows):
            continue
        money = np.rint(np.asarray(risk, dtype=np.float64)[rows]).astype(np.int64)
        shown = [
            {
                **{name: _text(column[row]) for name, column in detail.items() if np.isfinite(column[row])},
                **{f"limit_{name}": format(value, "f") for name, value in limits.items()},
            }
            for row in rows
        ]
        findings.append(Finding(rule, setting.severity, rows, money, shown))
    return findings
