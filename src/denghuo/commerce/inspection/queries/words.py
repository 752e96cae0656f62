"""How codes of this room are said to people."""

from __future__ import annotations

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, pgettext_lazy

from denghuo.commerce.inspection.rules.charges import ClaimRefused

AREAS: dict[str, str | Promise] = {
    "supply": pgettext_lazy("finding area", "Power sources"),
    "emergency": pgettext_lazy("finding area", "Own emergency power"),
    "equipment": pgettext_lazy("finding area", "Equipment"),
    "room": pgettext_lazy("finding area", "Switch room"),
    "people": pgettext_lazy("finding area", "People and plans"),
    "metering": pgettext_lazy("finding area", "Metering and contract"),
}
ANSWERS: dict[str, str | Promise] = {
    "ok": pgettext_lazy("checklist", "In order"),
    "fault": pgettext_lazy("checklist", "Fault"),
    "na": pgettext_lazy("checklist", "Does not apply"),
}
METHODS: dict[str, str | Promise] = {
    "capacity": gettext_lazy("Capacity of the private equipment × time"),
    "meter": gettext_lazy("Rated current of the meter × time"),
    "evidence": gettext_lazy("Energy proven by evidence"),
}
FAULTS: dict[str, str | Promise] = {
    "none": gettext_lazy("No own emergency power"),
    "too_small": gettext_lazy("Own emergency power is below 120 % of the security load"),
    "too_slow": gettext_lazy("Own emergency power starts after the longest allowed break"),
    "not_tested": gettext_lazy("Own emergency power was not tested within its cycle"),
}
LINES: dict[str, str | Promise] = {
    "energy": pgettext_lazy("breach line", "Energy not paid for"),
    "difference": pgettext_lazy("breach line", "Difference of the prices"),
    "basic": pgettext_lazy("breach line", "Basic charge of the capacity"),
    "multiple": pgettext_lazy("breach line", "Breach charge as a multiple"),
    "capacity": pgettext_lazy("breach line", "Breach charge by capacity"),
    "sealed": pgettext_lazy("breach line", "Breach charge by capacity and time"),
    "device": pgettext_lazy("breach line", "Breach charge for each time"),
    "source": pgettext_lazy("breach line", "Breach charge by power of the source"),
    "quota_power": pgettext_lazy("breach line", "Power above the quota"),
    "quota_energy": pgettext_lazy("breach line", "Energy above the quota"),
}
UNITS: dict[str, str | Promise] = {
    "yuan": gettext_lazy("yuan"),
    "times": pgettext_lazy("breach line", "times"),
}
_REFUSALS: dict[str, str | Promise] = {
    "behaviour": gettext_lazy("Choose what was found."),
    "times": gettext_lazy("At least once."),
    "dates_in_disorder": gettext_lazy("It ends before it begins."),
    "after_it_was_found": gettext_lazy("It ends after the day on which it was found."),
    "start_is_needed": gettext_lazy("Say since when: without evidence of the days this cannot be computed."),
    "multiplier_above": gettext_lazy("The law allows at most %(maximum)s times."),
    "multiplier_fixed": gettext_lazy("Before June 2024 the law asked for exactly %(maximum)s times."),
    "multiplier_reason": gettext_lazy("Less than %(maximum)s times needs a reason."),
    "no_price": gettext_lazy(
        "The price book has no complete price for %(day)s. Enter the price with its basis."
    ),
    "price_basis": gettext_lazy("Say where the price comes from."),
    "due_tariff": gettext_lazy("Choose the tariff that belongs to the load."),
    "capacity_is_needed": gettext_lazy("Enter the capacity."),
    "current_is_needed": gettext_lazy("Enter the rated current of the meter."),
    "phases": gettext_lazy("A meter has one or three phases, and a ratio of at least 1."),
    "evidence_is_needed": gettext_lazy("Enter the energy and the evidence for it."),
    "hours": gettext_lazy("A day has up to 24 hours."),
    "method": gettext_lazy("Choose how the energy is found."),
    "nothing_left": gettext_lazy("Nothing is left to charge."),
    "no_difference": gettext_lazy(
        "The tariff that belongs to the load is not dearer: %(due)s against %(billed)s."
    ),
    "quota_is_gone": gettext_lazy("This row is not in the rules since June 2024."),
    "no_terms": gettext_lazy("The supply point has no terms on the day it was found."),
    "number": gettext_lazy("This is no date or number: %(text)s"),
}


def sentence(error: ClaimRefused) -> str:
    """Why a claim cannot be computed."""
    text = _REFUSALS.get(error.code)
    return str(text) % {name: str(value) for name, value in error.detail.items()} if text else error.code


def line_label(code: str) -> Any:
    return LINES.get(code, code)


def unit_label(code: str) -> Any:
    return UNITS.get(code, code)
