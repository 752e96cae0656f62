"""Words of the price pages: marks, periods, voltages, groups, and why something cannot be priced or saved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from denghuo.commerce.tariffs import queries
from denghuo.engine.pricing.book import Name

CONFIDENCE: dict[str, tuple[Promise, str]] = {
    "V1": (_("Read in the official text"), "success"),
    "V2": (_("From a secondary source"), "info"),
    "C": (_("Computed from published figures"), "info"),
    "K": (_("Field knowledge"), "neutral"),
    "U": (_("Uncertain: to be confirmed"), "warning"),
}
PERIODS: dict[str, Promise] = {
    "sharp": pgettext_lazy("price", "Sharp peak"),
    "peak": pgettext_lazy("price", "Peak"),
    "flat": pgettext_lazy("price", "Flat"),
    "valley": pgettext_lazy("price", "Valley"),
    "deep": pgettext_lazy("price", "Deep valley"),
}
VOLTAGES: dict[str, Promise] = {
    "lt1kv": _("Below 1 kV"),
    "1-10kv": _("1–10 kV"),
    "20kv": _("20 kV"),
    "35kv": _("35 kV"),
    "66kv": _("66 kV"),
    "110kv": _("110 kV"),
    "220kv": _("220 kV and above"),
}
VOLTAGE_GROUPS: dict[tuple[str, ...], Promise] = {
    ("1-10kv", "20kv"): _("1–10 (20) kV"),
    ("66kv", "110kv"): _("110 (66) kV"),
    ("35kv", "66kv", "110kv"): _("35–110 kV"),
    ("35kv", "66kv", "110kv", "220kv"): _("35 kV and above"),
}
GROUPS: dict[str, Promise] = {
    "list": _("List price"),
    "energy": _("Energy charge"),
    "loss": _("Line loss"),
    "transmission": _("Transmission and distribution"),
    "basic": _("Basic charge"),
    "system": _("System operation"),
    "fund": _("Government funds"),
    "feed_in": _("Feed-in"),
    "adjustment": _("Adjustments"),
    "power_factor": _("Power factor"),
}
CLASSES: dict[str, Promise] = {
    "residential": _("Residential"),
    "agricultural": _("Agricultural production"),
    "commercial_industrial": _("Commercial and industrial"),
    "generation": _("Generation"),
}
TRIGGERS: dict[str, Promise] = {
    "hot_day": _("Hot day (35 °C)"),
    "deep_holiday": _("Deep-valley holiday"),
    "rest_day": _("Rest day"),
}
ACTIONS: dict[str, Promise] = {
    "tariffs.version.drafted": _("Price book version drafted"),
    "tariffs.version.amended": _("Price book draft amended"),
    "tariffs.version.approved": _("Price book version approved"),
    "tariffs.version.rejected": _("Price book version rejected"),
    "tariffs.version.put_in_force": _("Price book version put in force"),
    "tariffs.version.superseded": _("Price book version superseded"),
    "tariffs.day.set": _("Special day declared"),
    "tariffs.day.cleared": _("Special day taken back"),
    "tariffs.contract_price.set": _("Contract price set"),
    "tariffs.adjustment.added": _("Adjustment line added"),
}
SECTIONS: dict[str, Promise] = {
    "book": _("Book"),
    "documents": _("Documents"),
    "components": _("Components"),
    "tariffs": _("Tariffs"),
    "prices": _("Prices"),
    "tier_schemes": _("Tier schemes"),
    "tou_schemes": _("Time-of-use schemes"),
    "parameters": _("Parameters"),
}
CASES: dict[str, Promise] = {
    "household": _("Household, 200 kWh a month"),
    "shop": _("Shop, 1,500 kWh a month, below 1 kV"),
    "factory": _("Factory, 100,000 kWh a month, 10 kV, 630 kVA"),
}
FIELDS: dict[str, Promise] = {
    "price": _("price"),
    "confidence": _("mark"),
    "note": _("note"),
    "valid_from": _("from"),
    "valid_to": _("until"),
    "basis": _("basis"),
    "tariffs": _("tariffs"),
    "voltages": _("voltages"),
    "tou": _("period"),
    "tier": _("tier"),
    "component": _("component"),
    "name": _("name"),
    "value": _("value"),
    "seasons": _("seasons"),
    "ratios": _("ratios"),
    "day_rules": _("day rules"),
    "many_person": _("households of many persons"),
    "floats": _("floating components"),
    "components": _("components"),
    "title": _("title"),
    "number": _("number"),
    "date": _("date of issue"),
    "area": _("area"),
    "applicability": _("applies to"),
}
DAY_KINDS: dict[str, Promise] = {
    "all": _("every day"),
    "workday": _("working days"),
    "weekend": _("rest days"),
}
UNITS: dict[str, Promise] = {
    "kwh": _("yuan/kWh"),
    "kva_month": _("yuan/kVA·month"),
    "kw_month": _("yuan/kW·month"),
}
PARAMETERS: dict[str, Promise] = {
    "demand_over_threshold": _("Demand above this multiple of the contract value is excess"),
    "demand_over_multiplier": _("How many times the excess is charged"),
    "demand_over_reading": _("Reading of the rule on excess demand"),
    "demand_floor_ratio": _("Least contract demand as a share of capacity"),
    "demand_discount_kwh_per_kva": _("Monthly kWh per kVA from which the demand price falls"),
    "demand_discount_factor": _("Factor of the demand price above that"),
    "basic_charge_day_divisor": _("Days of a month for a part month's basic charge"),
    "basic_charge_cap": _("Cap of a part month's basic charge"),
    "free_energy_mode": _("How free energy is given"),
    "agent_price_penalty": _("Multiple of the agent price for penalty customers"),
    "pf_zero_active": _("Reactive energy without active energy"),
    "two_part_min_kva": _("Two-part from this capacity (kVA)"),
    "two_part_optional_from": _("Two-part may be chosen above this capacity (kVA)"),
    "vat": _("Value added tax inside the prices"),
}
EXCEPTIONS: dict[str, Promise] = {
    "missing_price": _("The book has no price of “%(component)s” on %(date)s."),
    "contract_price_missing": _("Direct trade needs the contract's own price of “%(component)s”."),
    "power_factor_standard_missing": _("A capacity of %(capacity)s kVA needs a power-factor standard."),
    "reactive_missing": _("The power factor needs reactive energy; fill in the power factor."),
    "contract_demand_missing": _("Billing by contract demand needs the contract value."),
    "demand_missing": _("Billing by demand needs the maximum demand."),
    "billing_mode_missing": _("A two-part tariff needs a way to bill the basic charge."),
    "billing_mode_unexpected": _("A single-part tariff has no basic charge."),
    "tariff_not_in_force": _("The tariff is not in force on %(date)s."),
    "tariff_unknown": _("The book has no such tariff."),
    "tou_scheme_missing": _("The time-of-use scheme is not in force on %(date)s."),
    "tier_scheme_missing": _("The tier scheme is not in force on %(date)s."),
    "tou_registers_missing": _("Fill in the energy of each time-of-use period."),
    "quantity_too_large": _("A quantity is too large to be priced."),
    "value_out_of_range": _("%(field)s must be between %(low)s and %(high)s."),
    "tariff_role": _("A feed-in tariff cannot price purchases."),
    "free_energy_exceeds": _("Free energy needs a residential tariff."),
}
BASIC_CHARGES: dict[str, Promise] = {
    "basic charge per kVA": _("Capacity charge"),
    "basic charge per kW": _("Demand charge"),
}
PROBLEMS: dict[str, Promise] = {
    "missing": _("This field is needed."),
    "extra_forbidden": _("There is no such field."),
    "duplicate": _("The code or id is used twice."),
    "overlap": _("Two rows hold for the same thing at the same time."),
    "empty_validity": _("The end must be after the start."),
    "unknown_code": _("The code it refers to does not exist."),
    "outside_tariff": _("The tariff is not in force then."),
    "tiers_incomplete": _("Not every tier has a price."),
    "adders_differ": _("A tier must add the same in every time-of-use period."),
    "hours_overlap": _("Hours overlap."),
    "hours": _("Hours are written HH:MM on the quarter hour."),
    "months_missing": _("Some months have no rule."),
    "months_twice": _("Some months have more than one rule."),
    "ratios_missing": _("Prices float but there is no ratio."),
    "ratios_overlap": _("A customer would match two ratio rules."),
    "basic_in_single_part": _("A single-part tariff has no basic charge."),
    "not_json": _("This is not a JSON document."),
    "parameter_value": _("The parameter does not take this value."),
    "decimal_max_places": _("Too many decimals."),
    "decimal_parsing": _("This is not a number."),
    "value_error": _("The value is not written as expected."),
    "enum": _("The value is not one of those allowed."),
    "date_from_datetime_parsing": _("A date is written YYYY-MM-DD."),
    "date_parsing": _("A date is written YYYY-MM-DD."),
    "string_pattern_mismatch": _("A code has lower-case letters, digits, points and dashes only."),
}


def local(name: Name, language: str) -> str:
    """The Chinese or English name, by the language of the page."""
    return name.en if language.startswith("en") else name.zh


def voltage_label(voltages: Sequence[str]) -> str:
    """1–10 (20) kV; "any voltage" for none."""
    key = tuple(str(voltage) for voltage in voltages)
    if not key:
        return gettext("Any voltage")
    if key in VOLTAGE_GROUPS:
        return str(VOLTAGE_GROUPS[key])
    labels: list[str] = []
    at = 0
    while at < len(key):
        for group in sorted(VOLTAGE_GROUPS, key=len, reverse=True):
            if key[at : at + len(group)] == group:
                labels.append(str(VOLTAGE_GROUPS[group]))
                at += len(group)
                break
        else:
            labels.append(str(VOLTAGES[key[at]]))
            at += 1
    return gettext(", ").join(labels)


def months_label(months: Sequence[int]) -> str:
    """Runs of months: "2–6, 9–11"; December runs on into January."""
    if len(set(months)) == 12:
        return gettext("All year")
    have = set(months)
    starts = [month for month in sorted(have) if (month - 2) % 12 + 1 not in have]
    runs = []
    for start in starts:
        end = start
        while end % 12 + 1 in have:
            end = end % 12 + 1
        runs.append(f"{start}" if start == end else f"{start}–{end}")
    return gettext("Months %(months)s") % {"months": gettext(", ").join(runs)}


def exception_text(code: str, parameters: Mapping[str, str], fallback: str, names: Mapping[str, str]) -> str:
    """Why a case cannot be priced, in the language of the page; ``names`` are the book's component names."""
    if code not in EXCEPTIONS:
        return fallback
    shown = {**parameters}
    if "component" in shown:
        shown["component"] = names.get(shown["component"]) or str(
            BASIC_CHARGES.get(shown["component"], shown["component"])
        )
    try:
        return str(EXCEPTIONS[code]) % shown
    except KeyError:
        return fallback


def problem_text(code: str, message: str) -> tuple[str, str]:
    """What is wrong in the language of the page, and the detail as the checks wrote it."""
    known = PROBLEMS.get(code)
    return (str(known), message) if known else (message, "")


def rows_label(count: int) -> str:
    return ngettext("%(count)d row", "%(count)d rows", count) % {"count": count}


def book_of_terms(terms: Any, code: str) -> str:
    """The name of a price book in force, or its code."""
    try:
        book = queries.book_in_force(code).book
    except queries.NoBookInForce:
        return code
    return local(book.name, get_language() or "")


def tariff_of_terms(terms: Any, code: str) -> str:
    """The name of a tariff in the price book of the terms, or its code."""
    try:
        book = queries.book_in_force(terms.price_book).book
    except queries.NoBookInForce:
        return code
    name = next((tariff.name for tariff in book.tariffs if tariff.code == code), None)
    return local(name, get_language() or "") if name is not None else code
