"""What a change does to the terms of a supply point: the bill facts before and after, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from denghuo.commerce.changes.rules import kinds
from denghuo.commerce.changes.rules.parameters import Figures
from denghuo.records.supply.rules import pf_standard

Terms = Mapping[str, Any]
BASIC_CHARGE_FIELDS = ("capacity_kva", "billing_mode", "tariff", "demand_exempt")
"""What a suspension takes away and its end brings back."""


def below_threshold(terms: Terms, capacity_kva: Decimal, figures: Figures) -> bool:
    """Whether so little is left that the single-part price of the class holds (发改办价格〔2016〕1583号)."""
    return (
        terms["tariff_class"] == "commercial_industrial"
        and terms["billing_mode"] != "single"
        and capacity_kva < figures.two_part_threshold_kva
    )


def differing(terms: Terms, after: Terms) -> dict[str, Any]:
    """The part of ``after`` that is not so already."""
    return {name: value for name, value in after.items() if terms.get(name) != value}


def after(
    kind: str,
    terms: Terms,
    *,
    figures: Figures,
    left_kva: Decimal | None = None,
    asked: Terms | None = None,
    kept: Terms | None = None,
    single_tariff: str = "",
) -> dict[str, Any]:
    """The terms that ``kind`` changes.

    Args:
        left_kva: capacity in operation once it is done.
        asked: terms asked for by name (class, voltage, relocation).
        kept: the terms before the restriction that now ends.
    """
    if kind in (kinds.REMOVE, kinds.REINSTALL) or left_kva is None:
        wanted: dict[str, Any] = dict(asked or {})
        if kind == kinds.REMOVE:
            wanted = {"demand_exempt": True}
        elif kind == kinds.REINSTALL:
            wanted = {"demand_exempt": (kept or {}).get("demand_exempt", False)}
        return differing(terms, wanted)
    if kind == kinds.SUSPEND and left_kva <= 0:
        return differing(terms, {"demand_exempt": True})
    return differing(terms, _with_capacity(kind, terms, left_kva, figures, kept or {}, single_tariff))


def _with_capacity(
    kind: str, terms: Terms, left_kva: Decimal, figures: Figures, kept: Terms, single_tariff: str
) -> dict[str, Any]:
    """Capacity, perhaps the single-part price or the way back from it, and the power-factor standard.

    A suspension or a temporary transformer leaves the power-factor standard; one that was set against the rule stays.
    """
    found: dict[str, Any] = {"capacity_kva": left_kva}
    if below_threshold(terms, left_kva, figures) and single_tariff and kind != kinds.EXCHANGE:
        found |= {"billing_mode": "single", "tariff": single_tariff}
    was_two_part = kept.get("billing_mode", "single") != "single"
    back = kind in kinds.ENDS and was_two_part and terms["billing_mode"] == "single"
    if back and not below_threshold({**terms, "billing_mode": kept["billing_mode"]}, left_kva, figures):
        found |= {"billing_mode": kept["billing_mode"], "tariff": kept["tariff"]}
    if kind == kinds.RESUME:
        found["demand_exempt"] = kept.get("demand_exempt", False)
    by_capacity = kind in (kinds.REDUCE, kinds.RESTORE, kinds.SPLIT, kinds.MERGE)
    if by_capacity and terms["pf_standard"] == _standard(terms, terms["capacity_kva"]):
        found["pf_standard"] = _standard(terms, left_kva)
    return found


def _standard(terms: Terms, capacity_kva: Decimal) -> int:
    return pf_standard(
        tariff_class=terms["tariff_class"],
        use_nature=terms["use_nature"],
        voltage=terms["voltage"],
        capacity_kva=capacity_kva,
        wholesale=terms.get("supply_relation") == "wholesale",
    )


def too_short_to_free(kept: Terms, during: Terms) -> dict[str, Any]:
    """The terms that come back for the days of a suspension that was too short to free the basic charge."""
    return {
        name: kept[name] for name in BASIC_CHARGE_FIELDS if name in kept and during.get(name) != kept[name]
    }
