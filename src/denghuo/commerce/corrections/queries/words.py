"""Words for what corrections say in codes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from denghuo.commerce.billing.queries import words as billing
from denghuo.commerce.corrections.rules.effect import LineEffect
from denghuo.commerce.corrections.rules.facts import (
    AddEnergy,
    Fact,
    ReplaceLoss,
    ReplaceMultiplier,
    ReplaceReading,
    ReplaceTerms,
    ScaleEnergy,
    SwapMeters,
    UseBook,
)
from denghuo.records.supply.models import BillingMode, LossMethod, Market, SupplyPoint

Text = Any

PROBLEMS: dict[str, Text] = {
    "multiplier_not_billed": _("The bill of this month was not computed with the multiplier that is said to be wrong"),
    "point_not_billed": _("No such metering point was billed in this month"),
    "register_not_there": _("The meter has no such register"),
    "more_taken_than_used": _("More energy would be taken off than was recorded"),
    "several_meters": _("Several meters were billed: name the metering point"),
    "no_split_known": _("Nothing was recorded, so the split over the periods is not known: give the energy by period"),
    "loss_cannot_be_kept": _("The loss of this month cannot be kept apart: the point has sub-meters or its meter was exchanged"),
    "other_not_billed": _("The other customer has no issued bill of this month"),
    "periods_differ": _("The two bills of this month cover different days"),
    "bill_not_issued": _("The bill of this month is not issued yet: issue it or take it back first"),
    "no_archive": _("The inputs of this bill were not kept, so it cannot be priced again"),
}  # fmt: skip
WHYS: dict[str, Text] = {
    "energy": _("Energy (kWh)"),
    "power_factor": _("Power factor (%)"),
    "demand": _("Maximum demand (kW)"),
    "tier": _("Tier reached"),
    "prior_energy": _("Used before in the tier year (kWh)"),
}
REGISTERS: dict[str, Text] = {
    "total": pgettext_lazy("correction register", "total"),
    "sharp": pgettext_lazy("correction register", "sharp peak"),
    "peak": pgettext_lazy("correction register", "peak"),
    "flat": pgettext_lazy("correction register", "flat"),
    "valley": pgettext_lazy("correction register", "valley"),
    "deep": pgettext_lazy("correction register", "deep valley"),
    "reactive_forward": pgettext_lazy("correction register", "reactive forward"),
    "reactive_reverse": pgettext_lazy("correction register", "reactive reverse"),
    "max_demand": pgettext_lazy("correction register", "maximum demand"),
}
TERMS: dict[str, Text] = {
    "tariff": _("Tariff"),
    "voltage": _("Voltage"),
    "billing_mode": _("Billing mode"),
    "market": _("Market attribute"),
    "capacity": _("Capacity (kVA)"),
    "contract_demand": _("Contract demand (kW)"),
    "demand_exempt": _("Exempt from the basic charge"),
    "pf_standard": _("Power-factor standard"),
    "pf_no_reward": _("Power-factor surcharge only"),
}
REMINDERS: dict[str, Text] = {
    "scale_energy": _("The wiring must be put right in the field; the records do not change by themselves."),
    "add_energy": _("A meter that measures wrongly must be exchanged in metering; otherwise the next bill is wrong again."),
    "swap_meters": _("The two meters must be assigned to their right customers in metering before the next reading."),
    "use_book": _("The price book in force already holds the right price."),
}  # fmt: skip


def problem(code: str) -> Text:
    return PROBLEMS.get(code) or billing.reason(code)


def line_label(line: LineEffect) -> str:
    language = get_language() or "zh-hans"
    parts = [line.name_zh if language.startswith("zh") else line.name_en]
    if line.tier:
        parts.append(str(_("tier %(tier)s") % {"tier": line.tier}))
    if line.tou:
        parts.append(str(billing.PERIODS.get(line.tou, line.tou)))
    return " · ".join(parts)


def unit(line: LineEffect) -> Text:
    return billing.UNITS.get(line.unit, "")


def fact(item: Fact, tariffs: Mapping[str, Text] | None = None) -> tuple[Text, str]:
    """A fact as a label and a sentence."""
    names = tariffs or {}
    if isinstance(item, ReplaceMultiplier):
        return _("Multiplier"), f"{item.from_multiplier} → {item.to_multiplier}"
    if isinstance(item, ReplaceTerms):
        return _terms(item, names)
    if isinstance(item, ReplaceReading):
        shown = ", ".join(
            f"{REGISTERS[name]} {value.normalize():f}" for name, value in item.registers.items()
        )
        return _("Reading of %(day)s") % {"day": item.read_date}, shown
    if isinstance(item, AddEnergy):
        shown = ", ".join(f"{REGISTERS[name]} {value:+f}" for name, value in item.registers.items())
        flags = [str(_("not in the power factor"))] if not item.in_power_factor else []
        flags += [str(_("without loss"))] if not item.in_loss else []
        return _("Energy of %(cycle)s (kWh)") % {"cycle": item.cycle}, " · ".join([shown, *flags])
    if isinstance(item, ScaleEnergy):
        return _("Correction factor K"), f"{item.factor.normalize():f}"
    if isinstance(item, ReplaceLoss):
        return _("Loss"), str(LossMethod(item.method).label)
    if isinstance(item, SwapMeters):
        other = SupplyPoint.objects.filter(pk=item.other_supply_point_id).first()
        return _("Meter taken for that of"), other.number if other else "–"
    if isinstance(item, UseBook):
        return _("Price book version"), f"{item.book} #{item.version_id}"
    raise AssertionError(item)


def _terms(item: ReplaceTerms, names: Mapping[str, Text]) -> tuple[Text, str]:
    parts = []
    for name, value in item.values.items():
        text = str(value)
        if name == "tariff":
            text = str(names.get(value, value))
            if item.from_tariff:
                text = f"{names.get(item.from_tariff, item.from_tariff)} → {text}"
        elif name == "billing_mode":
            text = str(BillingMode(value).label)
        elif name == "market":
            text = str(Market(value).label)
        elif name == "pf_standard":
            text = f"0.{value}" if value else str(_("None"))
        elif isinstance(value, bool):
            text = str(_("yes") if value else _("no"))
        parts.append(f"{TERMS.get(name, name)}: {text}" if name != "tariff" or len(item.values) > 1 else text)
    if item.from_date or item.until_date:
        parts.append(f"{item.from_date or '…'} – {item.until_date or '…'}")
    return (_("Tariff") if "tariff" in item.values else _("Terms")), "; ".join(parts)
