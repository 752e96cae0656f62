"""Codes of billing in words, for pages, prints and the command line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from denghuo.engine.pricing import message

Text = str | Promise

GROUPS: dict[str, Text] = {
    "list": _("List price"),
    "energy": _("Energy charge"),
    "loss": _("Line loss"),
    "transmission": _("Transmission and distribution"),
    "basic": _("Basic charge"),
    "system": _("System operation"),
    "fund": _("Government funds and surcharges"),
    "adjustment": _("Adjustments"),
    "power_factor": _("Power-factor adjustment"),
    "feed_in": _("Feed-in energy"),
}
PERIODS: dict[str, Text] = {
    "sharp": _("Sharp peak"),
    "peak": _("Peak"),
    "flat": _("Flat"),
    "valley": _("Valley"),
    "deep": _("Deep valley"),
}
REGISTERS: dict[str, Text] = {
    "total": _("Total"),
    **PERIODS,
    "reactive_forward": _("Reactive forward"),
    "reactive_reverse": _("Reactive reverse"),
}
CLASSES: dict[str, Text] = {
    "residential": _("Residential"),
    "agricultural": _("Agricultural production"),
    "commercial_industrial": _("Commercial and industrial"),
    "generation": _("Generation"),
}
UNITS: dict[str, str] = {"kwh": "kWh", "kva_month": "kVA", "kw_month": "kW", "fen": "", "amount": ""}
RULES: dict[str, Text] = {
    "jump_last_month": _("Use jumped against last month"),
    "jump_last_year": _("Use jumped against the same month last year"),
    "zero_after_use": _("No use after months of use"),
    "power_factor_low": _("Power factor very low"),
    "power_factor_surcharge": _("Large power-factor surcharge"),
    "capacity_against_tariff": _("Capacity does not fit the tariff"),
    "demand_over_capacity": _("Demand above capacity"),
    "energy_over_capacity": _("More energy than the capacity can carry"),
    "tier_against_history": _("Tier far above the usual"),
    "negative_total": _("Negative amount"),
    "average_price": _("Average price out of the usual band"),
    "estimated_again": _("Estimated twice in a row"),
}
RULE_NOTES: dict[str, Text] = {
    "jump_last_month": _("Daily use is several times more, or several times less, than in the bill before."),
    "jump_last_year": _("Daily use is several times more, or several times less, than a year ago."),
    "zero_after_use": _("The meter stands still although the supply point used energy in the month before."),
    "power_factor_low": _(
        "So low a power factor points to a wrong reactive reading or a missing compensator."
    ),
    "power_factor_surcharge": _("The surcharge is large enough to be explained to the customer first."),
    "capacity_against_tariff": _("From 315 kVA two-part is compulsory; below 100 kVA it does not exist."),
    "demand_over_capacity": _("The demand register shows more than the transformer in service can deliver."),
    "energy_over_capacity": _("Even at full load day and night the capacity would not give this energy."),
    "tier_against_history": _("The household has climbed more tiers than it usually does."),
    "negative_total": _("The bill would pay money to the customer."),
    "average_price": _("Amount divided by energy is far from what anybody pays."),
    "estimated_again": _("Two estimated readings follow each other: somebody should go and look."),
}
THRESHOLDS: dict[str, Text] = {
    "ratio": _("Times as much"),
    "kwh_a_day": _("From kWh a day"),
    "percent": _("Below percent"),
    "surcharge_fen": _("Surcharge from (fen)"),
    "kva": _("Two-part from kVA"),
    "two_part_kva": _("No two-part below kVA"),
    "tiers": _("Tiers above the usual"),
    "fen": _("Tolerated (fen)"),
    "low_yuan": _("Lowest (yuan/kWh)"),
    "high_yuan": _("Highest (yuan/kWh)"),
    "from_kwh": _("From kWh"),
}
PROBLEMS: dict[str, Text] = {
    "reading_missing": _("Not read yet"),
    "reading_held": _("Reading held for checking"),
    "no_period": _("No reading starts or ends the period"),
    "no_terms": _("No supply terms in the period"),
    "no_price_book": _("Price book not in force"),
    "already_billed": _("Already billed"),
    "nothing_due": _("Nothing due in this cycle"),
    "missing_price": _("A price is missing"),
    "readings_missing": _("The metering point has no reading"),
    "readings_gap": _("Readings do not join up"),
    "reading_backwards": _("A register ran backwards"),
    "terms_gap": _("Supply terms have a gap"),
    "terms_missing": _("No supply terms in the period"),
    "tou_sum_mismatch": _("Period registers do not add up to the total"),
    "tou_registers_missing": _("The meter lacks a period register"),
    "tariff_unknown": _("Unknown tariff"),
    "tariff_not_in_force": _("Tariff not in force"),
    "power_factor_standard_missing": _("Power-factor standard not set"),
    "power_factor_undefined": _("Power factor cannot be computed"),
    "reactive_missing": _("The meter lacks a reactive register"),
    "demand_missing": _("Maximum demand not read"),
    "contract_price_missing": _("Contract price missing"),
    "contract_demand_missing": _("Contract demand missing"),
    "submeter_exceeds_parent": _("Sub-meters used more than their main meter"),
    "billing_mode_missing": _("Billing mode missing"),
    "free_energy_exceeds": _("Free energy without a residential tariff"),
}
DETAILS: dict[str, Text] = {
    "kwh_a_day": _("kWh a day now"),
    "kwh_a_day_before": _("kWh a day before"),
    "power_factor": _("Power factor (%)"),
    "pf_standard": _("Standard (%)"),
    "pf_fen": _("Surcharge (fen)"),
    "capacity_kva": _("Capacity (kVA)"),
    "demand_kw": _("Demand (kW)"),
    "energy_kwh": _("Energy (kWh)"),
    "possible_kwh": _("Possible at most (kWh)"),
    "tier": _("Tier now"),
    "usual_tier": _("Usual tier"),
    "total_fen": _("Amount (fen)"),
    "average_price": _("Average price (yuan/kWh)"),
    "metering_point": _("Metering point"),
    "price_book": _("Price book"),
}
CAUSES: dict[str, tuple[Text, Text, Text]] = {
    "quantity": (_("Energy used"), _("more energy was used"), _("less energy was used")),
    "price": (_("Price"), _("prices went up"), _("prices went down")),
    "tier": (_("Tier"), _("more energy fell into higher tiers"), _("less energy fell into higher tiers")),
    "time_of_use": (
        _("Time of use"),
        _("more energy was used in dear hours"),
        _("more energy was used in cheap hours"),
    ),
    "basic": (_("Basic charge"), _("the basic charge rose"), _("the basic charge fell")),
    "power_factor": (
        _("Power factor"),
        _("the power-factor adjustment rose"),
        _("the power-factor adjustment fell"),
    ),
    "other": (_("Other"), _("adjustments added"), _("adjustments took off")),
}


def reason(code: str) -> Text:
    """What an exception, a parked or a skipped account is about."""
    return RULES.get(code) or PROBLEMS.get(code) or code


def detail_rows(code: str, detail: Mapping[str, str]) -> list[tuple[Text, Any]]:
    """The figures behind an exception as label and value; the engine's own words where there is no label."""
    shown: list[tuple[Text, Any]] = [
        (label, detail[name]) for name, label in DETAILS.items() if name in detail
    ]
    limits = {
        name.removeprefix("limit_"): value for name, value in detail.items() if name.startswith("limit_")
    }
    shown += [
        (_("Limit: %(name)s") % {"name": THRESHOLDS.get(name, name)}, value) for name, value in limits.items()
    ]
    if not shown and detail:
        parameters = {name: value for name, value in detail.items() if name != "path"}
        try:
            shown = [(_("What the engine says"), message(code, parameters))]
        except KeyError:
            shown = list(parameters.items())
    return shown


def line_label(names: Any, *, tou: str, tier: int | None, language: str) -> str:
    """A bill line by its component, period and tier."""
    name = names.zh if language.startswith("zh") else names.en
    parts = [str(name)]
    if tier:
        parts.append(str(_("tier %(tier)s") % {"tier": tier}))
    if tou:
        parts.append(str(PERIODS.get(tou, tou)))
    return " · ".join(parts)
