"""Words for the codes of the rules: documents, fees, stages, faults, and the sentence behind each line of a plan."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from denghuo.commerce.connections.models import SupplyPlan
from denghuo.commerce.metering.models import RegisterSet
from denghuo.records.grid.models import Voltage
from denghuo.records.supply.models import MeteringMode, SupplySource

DOCUMENTS: Mapping[str, Any] = {
    "identity": gettext_lazy("Identity card"),
    "licence": gettext_lazy("Business licence"),
    "property": gettext_lazy("Proof of the property or lease"),
    "load_list": gettext_lazy("List of the loads"),
    "project_approval": gettext_lazy("Approval of the project"),
    "important_load": gettext_lazy("Statement of the important loads"),
    "property_consent": gettext_lazy("Consent of the property management"),
    "parking": gettext_lazy("Proof of the parking place"),
    "land_permit": gettext_lazy("Permit for the building site"),
    "pv_filing": gettext_lazy("Filing of the PV project"),
    "roof": gettext_lazy("Right to the roof"),
    "bank_account": gettext_lazy("Bank account of the owner"),
}
FEES: Mapping[str, Any] = {
    "high_reliability": pgettext_lazy("fee", "High-reliability supply (extra feeders)"),
    "customer_works": pgettext_lazy("fee", "Works on the customer's side, commissioned by the customer"),
    "network_entry": pgettext_lazy("fee", "Network entry"),
    "meter_box": pgettext_lazy("fee", "Low-voltage meter box"),
    "temporary_connection": pgettext_lazy("fee", "Temporary connection"),
    "design_review": pgettext_lazy("fee", "Design review"),
    "test": pgettext_lazy("fee", "Tests"),
    "energising": pgettext_lazy("fee", "Energising"),
    "pv_connection": pgettext_lazy("fee", "Connection of a PV plant"),
}
STAGES: Mapping[str, Any] = {
    "accepted": pgettext_lazy("stage", "Accepted"),
    "survey": pgettext_lazy("stage", "Survey on site"),
    "plan": pgettext_lazy("stage", "Supply plan"),
    "approve": pgettext_lazy("stage", "Approval of the plan"),
    "answer": pgettext_lazy("stage", "Answer to the customer"),
    "fees": pgettext_lazy("stage", "Fees"),
    "contract": pgettext_lazy("stage", "Contract"),
    "works": pgettext_lazy("stage", "Works outside the premises"),
    "design": pgettext_lazy("stage", "Design review"),
    "mid": pgettext_lazy("stage", "Mid inspection"),
    "completion": pgettext_lazy("stage", "Completion inspection"),
    "install": pgettext_lazy("stage", "Meter and power on"),
    "archived": pgettext_lazy("stage", "Connected and archived"),
}
FAULTS: Mapping[str, Any] = {
    "same_feeder_twice": gettext_lazy("Two sources come from the same feeder."),
    "too_few_sources": gettext_lazy("A customer of this grade needs more sources."),
    "one_substation": gettext_lazy("The sources must come from different substations."),
    "third_source_preferred": gettext_lazy("For the special grade a third source is preferred."),
    "bus_section_unknown": gettext_lazy("Both sources leave one substation: name the bus sections."),
    "one_bus_section": gettext_lazy("Both sources leave the same bus section."),
    "second_circuit_when_possible": gettext_lazy("A second circuit or a generator car where possible."),
    "own_power_unknown": gettext_lazy("How large the own emergency power is has not been said."),
    "own_power_too_small": gettext_lazy("The own emergency power is below 120 % of the security load."),
    "enterprise_as_person": gettext_lazy("An enterprise must not apply as a natural person."),
    "person_as_enterprise": gettext_lazy("A natural person applies as a household."),
    "voltage_not_open": gettext_lazy("This form may not be connected at this voltage."),
    "capacity_above_limit": gettext_lazy("The capacity lies above the limit of this form."),
    "full_feed_in_closed": gettext_lazy("Full feed-in is not open to this form."),
    "surplus_needs_spot_market": gettext_lazy(
        "Large business feeds in its surplus only where a spot market runs."
    ),
    "own_use_share_unknown": gettext_lazy("The share of own use has not been declared."),
    "own_use_share_too_small": gettext_lazy("The share of own use lies below that of the province."),
    "red_zone": gettext_lazy("The hosting capacity of this zone is used up (red zone)."),
    "hosting_rate_above_limit": gettext_lazy("The PV behind the transformer would exceed its hosting limit."),
    "no_area": gettext_lazy("No transformer area is chosen."),
    "no_source": gettext_lazy("No feeder is chosen."),
    "over_load_limit": gettext_lazy("The load rate of the area lies above the limit; say why in the reason."),
    "loss_unknown": gettext_lazy("Metered at low voltage: the losses of the transformer are missing."),
    "voltage_for_low": gettext_lazy("This is a low-voltage application; the plan names a high voltage."),
}
ABILITIES: Mapping[str, Any] = {
    "observable": pgettext_lazy("PV", "Observable"),
    "measurable": pgettext_lazy("PV", "Measurable"),
    "adjustable": pgettext_lazy("PV", "Adjustable"),
    "controllable": pgettext_lazy("PV", "Controllable"),
}
ITEMS: Mapping[str, Any] = {
    "voltage": pgettext_lazy("plan line", "Voltage"),
    "area": pgettext_lazy("plan line", "Transformer area"),
    "load_rate": pgettext_lazy("plan line", "Load rate after connection"),
    "source": pgettext_lazy("plan line", "Supply source"),
    "metering": pgettext_lazy("plan line", "Metering"),
    "tariff": pgettext_lazy("plan line", "Tariff"),
    "hosting": pgettext_lazy("plan line", "PV behind the transformer"),
    "feed_in": pgettext_lazy("plan line", "Feed-in"),
}
WHY: Mapping[str, Any] = {
    "single_phase": gettext_lazy("%(capacity)s kVA is at most %(limit)s: 220 V, one phase."),
    "three_phase": gettext_lazy("%(capacity)s kVA is at most %(limit)s kVA: 380 V, three phases."),
    "high_voltage": gettext_lazy(
        "%(capacity)s kVA is above %(limit)s kVA: the usual high voltage of that size."
    ),
    "neighbour": gettext_lazy(
        "The area of the neighbour or of the survey; it has room for %(headroom)s kVA, %(added)s kVA are added."
    ),
    "neighbour_full": gettext_lazy(
        "The area next door (%(near)s) has no room for %(added)s kVA; of %(areas)s areas of the unit this one stays lowest (room %(headroom)s kVA)."
    ),
    "lowest_rate": gettext_lazy(
        "No neighbour was named and the records have no coordinates: of %(areas)s areas of the unit this one stays lowest (room %(headroom)s kVA for %(added)s kVA)."
    ),
    "no_headroom": gettext_lazy(
        "None of %(areas)s areas has room for %(added)s kVA: a transformer must be planned."
    ),
    "load_rate": gettext_lazy(
        "Contracted: homes %(homes)s kVA × %(home_factor)s, others %(others)s kVA × %(other_factor)s; plus %(added)s kVA, over %(rated)s kVA. Before: %(before)s; limit %(limit)s. Estimated, not measured."
    ),
    "dedicated": gettext_lazy("High voltage: the customer's own transformers, %(sources)s source(s)."),
    "direct": gettext_lazy("%(current)s A at full capacity: a directly connected meter, class %(class)s."),
    "current_transformer": gettext_lazy(
        "%(current)s A at full capacity: current transformers %(ct)s, multiplier %(multiplier)s, class %(class)s."
    ),
    "metered_low": gettext_lazy(
        "Below 315 kVA it may be metered at low voltage: %(current)s A, current transformers %(ct)s, multiplier %(multiplier)s. Transformer losses are added."
    ),
    "metered_high": gettext_lazy(
        "Metered at high voltage: %(current)s A, current transformers %(ct)s, voltage transformers %(pt)s, multiplier %(multiplier)s, class %(class)s."
    ),
    "tiers": gettext_lazy("A home with a meter of its own: tiers."),
    "no_tiers": gettext_lazy("Residential price without tiers."),
    "agricultural": gettext_lazy("Agricultural production at list price; power-factor standard %(pf)s."),
    "single": gettext_lazy("%(capacity)s kVA: single-part tariff, agent purchase."),
    "single_tou": gettext_lazy(
        "%(capacity)s kVA: single-part by time of use, agent purchase; power-factor standard %(pf)s. Two-part may be chosen above 100 kVA."
    ),
    "two_part": gettext_lazy(
        "%(capacity)s kVA is 315 or more: two-part tariff by capacity; power-factor standard %(pf)s."
    ),
    "hosting": gettext_lazy(
        "PV in the area with this plant %(pv)s kW over %(rated)s kVA; limit %(limit)s. PV that other records do not know is not counted."
    ),
    "feed_in": gettext_lazy("Two-way metering; what is fed in is not netted against what is bought."),
    "full_own": gettext_lazy("Full own use: only the generation is metered, nothing may be fed in."),
}


@dataclass(frozen=True)
class ShownLine:
    """A line of a plan as a page prints it."""

    label: str
    value: str
    why: str
    basis: str
    uncertain: bool


def document_label(code: str) -> str:
    return str(DOCUMENTS.get(code, code))


def fee_label(code: str) -> str:
    return str(FEES.get(code, code))


def stage_label(code: str) -> str:
    return str(STAGES.get(code, code))


def registers_label(code: str) -> str:
    return str(dict(RegisterSet.choices).get(code, code))


def fault_text(code: str, basis: str) -> str:
    """A fault as a sentence, with what it rests on."""
    name, _colon, rest = code.partition(":")
    if name == "abilities_missing":
        names = "、".join(str(ABILITIES[ability]) for ability in rest.split(","))
        return f"{_('Still missing of the four abilities: %(names)s.') % {'names': names}} ({basis})"
    return f"{FAULTS.get(name, name)} ({basis})" if basis else str(FAULTS.get(name, name))


def lines_of(plan: SupplyPlan, tariffs: Mapping[str, str]) -> list[ShownLine]:
    """The draft's lines in words. ``tariffs``: code → name."""
    found = []
    for line in json.loads(plan.lines):
        detail = line["detail"]
        why = WHY.get(line["why"])
        found.append(
            ShownLine(
                str(ITEMS.get(line["item"], line["item"])),
                _value(line["item"], line["value"], tariffs),
                str(why) % detail if why else line["why"],
                "" if line["basis"] == "U" else line["basis"],
                line["confidence"] == "U",
            )
        )
    return found


def _value(item: str, code: str, tariffs: Mapping[str, str]) -> str:
    if item == "voltage":
        voltage, _slash, phases = code.partition("/")
        return voltage_words(voltage, int(phases or 1))
    if item == "metering":
        return str(dict(MeteringMode.choices).get(code, code))
    if item == "source":
        return str(dict(SupplySource.choices).get(code, code))
    if item == "tariff":
        return tariffs.get(code, code)
    return code or "–"


def voltage_words(voltage: str, phases: int) -> str:
    if voltage == Voltage.LT1KV:
        return "220 V" if phases == 1 else "380 V"
    return {"1-10kv": "10 kV", "20kv": "20 kV", "35kv": "35 kV", "110kv": "110 kV", "220kv": "220 kV"}.get(voltage, voltage)  # fmt: skip
