"""The draft of a supply plan (供电方案): from grid records and the application to lines that explain themselves.

Pure: the caller brings what the records say. Distances are not known (grid records carry no coordinates), so "nearest"
is the area of the neighbour the applicant named, else areas of the same unit by what is left of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal

from denghuo.records.supply import rules as supply

LOW_VOLTAGE = "lt1kv"
ROOT3 = Decimal("1.732")
CT_STEPS_A = (50, 75, 100, 150, 200, 250, 300, 400, 500, 600, 750, 800, 1000, 1200, 1500, 2000)
HV_CT_STEPS_A = (5, 10, 15, 20, 30, 40, 50, 75, 100, 150, 200, 300, 400, 500, 600, 800, 1000, 1200)
NOMINAL_KV = {"lt1kv": Decimal("0.38"), "1-10kv": Decimal(10), "20kv": Decimal(20), "35kv": Decimal(35), "110kv": Decimal(110), "220kv": Decimal(220)}  # fmt: skip
HIGH_METERED_FROM_KVA = Decimal(315)
METERING_RULE = "DL/T 448-2016《电能计量装置技术管理规程》"
VOLTAGE_RULE = "《供电营业规则》(2024)、规则表 §1.8"


@dataclass(frozen=True)
class Figures:
    """The parameters of a day."""

    coincidence_home: Decimal = Decimal("0.30")
    coincidence_other: Decimal = Decimal("0.60")
    load_rate_limit: Decimal = Decimal("0.80")
    single_phase_kw: Decimal = Decimal(12)
    low_voltage_kva: Decimal = Decimal(160)
    direct_meter_a: int = 60
    pv_hosting_rate: Decimal = Decimal("0.80")


@dataclass(frozen=True)
class Area:
    """A transformer area with what its supply points have contracted; ``near``: the area of the neighbour named."""

    code: str
    rated_kva: Decimal
    homes_kva: Decimal = Decimal(0)
    others_kva: Decimal = Decimal(0)
    pv_kw: Decimal = Decimal(0)
    near: bool = False


@dataclass(frozen=True)
class Line:
    """One thing the plan says, and why: ``why`` is a code whose words are in queries.words, with ``detail``."""

    item: str
    value: str
    why: str
    basis: str
    detail: dict[str, str]
    confidence: str = "K"


@dataclass(frozen=True)
class Wanted:
    """What was asked for, as far as a plan depends on it."""

    capacity_kva: Decimal
    tariff_class: str
    use_nature: str
    kind: str = ""


def estimated_load_kva(area: Area, figures: Figures) -> Decimal:
    """What the area carries at its peak, by contracted capacity: no measurement, and said so."""
    return area.homes_kva * figures.coincidence_home + area.others_kva * figures.coincidence_other


def added_load_kva(wanted: Wanted, figures: Figures) -> Decimal:
    home = wanted.tariff_class == "residential" and wanted.use_nature == "household"
    return wanted.capacity_kva * (figures.coincidence_home if home else figures.coincidence_other)


def load_rate(area: Area, figures: Figures, added_kva: Decimal = Decimal(0)) -> Decimal:
    """Load over rated capacity, four decimals."""
    if not area.rated_kva:
        return Decimal(0)
    return rounded((estimated_load_kva(area, figures) + added_kva) / area.rated_kva)


def headroom_kva(area: Area, figures: Figures) -> Decimal:
    """What may still be added (coincident) before the limit is reached; below zero where it is passed already."""
    return area.rated_kva * figures.load_rate_limit - estimated_load_kva(area, figures)


def choose_area(areas: Iterable[Area], wanted: Wanted, figures: Figures) -> Area | None:
    """The neighbour's area where it has room; else the one with room that ends at the lowest load rate.

    None where no area has room: then a new transformer or more capacity is needed, which a person plans.
    """
    added = added_load_kva(wanted, figures)
    fitting = [area for area in areas if headroom_kva(area, figures) >= added]
    near = next((area for area in fitting if area.near), None)
    return near or min(fitting, key=lambda area: (load_rate(area, figures, added), area.code), default=None)


def voltage_for(wanted: Wanted, figures: Figures) -> tuple[str, int]:
    """(voltage, phases) by capacity: 220 V single phase, 380 V, or the usual high voltage."""
    if wanted.capacity_kva <= figures.single_phase_kw:
        return LOW_VOLTAGE, 1
    if wanted.capacity_kva <= figures.low_voltage_kva:
        return LOW_VOLTAGE, 3
    usual = [voltage for voltage in supply.voltages_for(wanted.capacity_kva) if voltage != LOW_VOLTAGE]
    return (usual[0] if usual else "1-10kv"), 3


@dataclass(frozen=True)
class Metering:
    """``ct_primary_a`` / ``ct_secondary_a`` and ``pt_ratio`` are 1 where the meter is connected directly."""

    mode: str
    registers: str
    ct_primary_a: int
    ct_secondary_a: int
    pt_ratio: int
    current_a: Decimal
    accuracy: str
    why: str

    @property
    def multiplier(self) -> int:
        return self.ct_primary_a // self.ct_secondary_a * self.pt_ratio


def current_a(capacity_kva: Decimal, voltage: str, phases: int) -> Decimal:
    """The current at full capacity: S / U on one phase (0.22 kV), S / (√3 U) on three."""
    if phases == 1:
        return rounded(capacity_kva / Decimal("0.22"), 2)
    return rounded(capacity_kva / (ROOT3 * NOMINAL_KV[voltage]), 2)


def metering_for(wanted: Wanted, voltage: str, phases: int, figures: Figures) -> Metering:
    """How it is measured: mode, registers, transformers and accuracy, from voltage and current."""
    capacity = wanted.capacity_kva
    business = wanted.tariff_class == "commercial_industrial"
    if voltage == LOW_VOLTAGE:
        amperes = current_a(capacity, voltage, phases)
        registers = "tou" if business else "total"
        if amperes <= figures.direct_meter_a:
            return Metering("low_low", registers, 1, 1, 1, amperes, "2", "direct")
        return Metering(
            "low_low", registers, step_up(amperes, CT_STEPS_A), 5, 1, amperes, "1", "current_transformer"
        )
    reactive = "tou_reactive_demand" if business else "tou"
    if voltage in ("1-10kv", "20kv") and capacity < HIGH_METERED_FROM_KVA:
        amperes = current_a(capacity, LOW_VOLTAGE, 3)
        return Metering("high_low", reactive, step_up(amperes, CT_STEPS_A), 5, 1, amperes, "1", "metered_low")
    amperes = current_a(capacity, voltage, 3)
    pt_ratio = int(NOMINAL_KV[voltage] * 1000 / 100)
    return Metering("high_high", reactive, step_up(amperes, HV_CT_STEPS_A), 5, pt_ratio, amperes, "0.5S", "metered_high")  # fmt: skip


def step_up(amperes: Decimal, steps: Sequence[int]) -> int:
    """The smallest transformer whose primary current is not below ``amperes``, a multiple of 5 A."""
    found = next((step for step in steps if step >= amperes), None)
    return found or int((amperes / 100).to_integral_value(ROUND_CEILING) * 100)


@dataclass(frozen=True)
class Tariff:
    tariff: str
    billing_mode: str
    pf_standard: int
    market: str
    demand_exempt: bool
    why: str


def tariff_for(wanted: Wanted, voltage: str, phases: int = 3) -> Tariff:
    """Which tariff of the price book, in which form, with which power-factor standard.

    发改价格〔2023〕526号: single-part below 315 kVA unless the customer chooses, two-part from 315 kVA; charging
    stations at high voltage are free of the basic charge until 2030.
    """
    capacity, cls = wanted.capacity_kva, wanted.tariff_class
    standard = supply.pf_standard(tariff_class=cls, use_nature=wanted.use_nature, voltage=voltage, capacity_kva=capacity)  # fmt: skip
    if cls == "residential":
        tiered = wanted.use_nature == "household"
        return Tariff("residential" if tiered else "residential_shared", "single", 0, "list", False, "tiers" if tiered else "no_tiers")  # fmt: skip
    if cls == "agricultural":
        return Tariff("agricultural", "single", standard, "list", False, "agricultural")
    forms = supply.tariff_forms(cls, capacity)
    exempt = wanted.use_nature == "ev_charging" and voltage != LOW_VOLTAGE
    if supply.SINGLE_PART not in forms:
        return Tariff("ci_two_part", "capacity", standard, "agent", exempt, "two_part")
    touched = capacity >= supply.PF_FROM_KVA
    return Tariff("ci_single_tou" if touched else "ci_single", "single", standard, "agent", False, "single_tou" if touched else "single")  # fmt: skip


@dataclass(frozen=True)
class Draft:
    """A plan as the rules propose it; ``area`` is None where none has room or none is needed."""

    voltage: str
    phases: int
    source: str
    area: Area | None
    rate_before: Decimal | None
    rate_after: Decimal | None
    external_works: bool
    metering: Metering
    tariff: Tariff
    lines: tuple[Line, ...]


def draft(wanted: Wanted, areas: Sequence[Area], figures: Figures, *, sources: int = 1) -> Draft:
    """The whole plan with its explanation, line by line."""
    voltage, phases = voltage_for(wanted, figures)
    metering = metering_for(wanted, voltage, phases, figures)
    tariff = tariff_for(wanted, voltage, phases)
    high = voltage != LOW_VOLTAGE
    area = None if high else choose_area(areas, wanted, figures)
    added = added_load_kva(wanted, figures)
    before = load_rate(area, figures) if area else None
    after = load_rate(area, figures, added) if area else None
    lines = [_voltage_line(wanted, voltage, phases, figures)]
    if not high:
        lines.append(_area_line(area, areas, wanted, figures))
        if area:
            lines.append(
                Line("load_rate", f"{after:.2%}", "load_rate", "U", {
                    "rated": plain(area.rated_kva), "homes": plain(area.homes_kva), "others": plain(area.others_kva),
                    "home_factor": plain(figures.coincidence_home), "other_factor": plain(figures.coincidence_other),
                    "added": plain(added), "before": f"{before:.2%}", "limit": f"{figures.load_rate_limit:.0%}",
                }, "U")
            )  # fmt: skip
    else:
        lines.append(
            Line("source", "dedicated_transformer", "dedicated", VOLTAGE_RULE, {"sources": str(sources)})
        )
    lines.append(metering_line(metering, voltage))
    lines.append(_tariff_line(tariff, wanted))
    return Draft(
        voltage, phases, "dedicated_transformer" if high else "public_transformer", area, before, after,
        high or area is None, metering, tariff, tuple(lines),
    )  # fmt: skip


def _voltage_line(wanted: Wanted, voltage: str, phases: int, figures: Figures) -> Line:
    why = "single_phase" if phases == 1 else "three_phase" if voltage == LOW_VOLTAGE else "high_voltage"
    limit = figures.single_phase_kw if phases == 1 else figures.low_voltage_kva
    value = f"{voltage}/{phases}"
    detail = {"capacity": plain(wanted.capacity_kva), "limit": plain(limit)}
    return Line("voltage", value, why, VOLTAGE_RULE, detail, "U" if phases == 1 else "K")


def _area_line(area: Area | None, areas: Sequence[Area], wanted: Wanted, figures: Figures) -> Line:
    detail = {"areas": str(len(areas)), "added": plain(added_load_kva(wanted, figures))}
    if area is None:
        return Line("area", "", "no_headroom", "U", detail, "U")
    detail["headroom"] = plain(rounded(headroom_kva(area, figures), 1))
    near = next((item for item in areas if item.near), None)
    why = "neighbour" if area.near else "neighbour_full" if near else "lowest_rate"
    if near and not area.near:
        detail["near"] = near.code
    return Line("area", area.code, why, "U", detail, "U")


def metering_line(metering: Metering, voltage: str) -> Line:
    detail = {
        "current": plain(metering.current_a), "ct": f"{metering.ct_primary_a}/{metering.ct_secondary_a}",
        "pt": str(metering.pt_ratio), "multiplier": str(metering.multiplier), "class": metering.accuracy,
    }  # fmt: skip
    return Line("metering", metering.mode, metering.why, METERING_RULE, detail)


def _tariff_line(tariff: Tariff, wanted: Wanted) -> Line:
    detail = {"capacity": plain(wanted.capacity_kva), "pf": f"{Decimal(tariff.pf_standard) / 100:.2f}"}
    basis = supply.BASIS_CLASSES if tariff.billing_mode == "single" and tariff.market == "list" else supply.BASIS_TWO_PART  # fmt: skip
    return Line("tariff", tariff.tariff, tariff.why, basis, detail)


def plain(value: Decimal) -> str:
    """Without zeros behind the point that say nothing."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def rounded(value: Decimal, places: int = 4) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
