"""What a change does to the terms of a supply point: the bill facts before and after, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from denghuo.commerce.changes.rules import kinds
from denghuo.commerce.changes.rules.parameters import Figures
from denghuo.records.supply.rules import pf_standard

Terms = Mapping[str, Any]
KEPT_ON_SUSPENSION = ("capacity_kva", "billing_mode", "tariff", "demand_exempt", "contract_demand_kw")
"""What an ending change brings back as it was."""


def below_threshold(terms: Terms, capacity_kva: Decimal, figures: Figures) -> bool:
    """Whether so little is left that the single-part price of the class holds (发改办价格〔2016〕1583号)."""
    return (
        terms["tariff_class"] == "commercial_industrial"
        and terms["billing_mode"] != "single"
        and capacity_kva < figures.two_part_threshold_kva
    )


def with_capacity(
    terms: Terms, capacity_kva: Decimal, figures: Figures, *, single_tariff: str, power_factor: bool = True
) -> dict[str, Any]:
    """The terms that differ when ``capacity_kva`` remains: capacity, perhaps the single-part price, power-factor standard.

    A suspension (``power_factor`` false) leaves the power-factor standard; a standard that was set against the rule stays.
    """
    after: dict[str, Any] = {"capacity_kva": capacity_kva}
    if below_threshold(terms, capacity_kva, figures) and single_tariff:
        after |= {"billing_mode": "single", "tariff": single_tariff}
    if power_factor and terms["pf_standard"] == _standard(terms, terms["capacity_kva"]):
        after["pf_standard"] = _standard(terms, capacity_kva)
    return differing(terms, after)


def _standard(terms: Terms, capacity_kva: Decimal) -> int:
    return pf_standard(
        tariff_class=terms["tariff_class"],
        use_nature=terms["use_nature"],
        voltage=terms["voltage"],
        capacity_kva=capacity_kva,
        wholesale=terms.get("supply_relation") == "wholesale",
    )


def differing(terms: Terms, after: Terms) -> dict[str, Any]:
    """The part of ``after`` that is not so already."""
    return {name: value for name, value in after.items() if terms.get(name) != value}


def after(
    kind: str,
    terms: Terms,
    *,
    figures: Figures,
    taken_kva: Decimal = Decimal(0),
    capacity_kva: Decimal | None = None,
    asked: Terms | None = None,
    kept: Terms | None = None,
    single_tariff: str = "",
) -> dict[str, Any]:
    """The terms that ``kind`` changes.

    Args:
        taken_kva: capacity that is sealed, reduced, split off (or, merged, comes in).
        capacity_kva: the capacity of the transformer put in its place.
        asked: the terms that are asked for by name (class, voltage, relocation).
        kept: the terms before the restriction that now ends.
    """
    left = terms["capacity_kva"] - taken_kva
    if kind in kinds.ENDS:
        return differing(terms, dict(kept or {}))
    if kind in (kinds.SUSPEND, kinds.REMOVE) and (left <= 0 or kind == kinds.REMOVE):
        return differing(terms, {"demand_exempt": True})
    if kind == kinds.SUSPEND:
        return with_capacity(terms, left, figures, single_tariff=single_tariff, power_factor=False)
    if kind in (kinds.REDUCE, kinds.SPLIT):
        return with_capacity(terms, left + (capacity_kva or 0), figures, single_tariff=single_tariff)
    if kind == kinds.EXCHANGE:
        return differing(terms, {"capacity_kva": left + (capacity_kva or 0)})
    if kind == kinds.MERGE:
        return with_capacity(terms, terms["capacity_kva"] + taken_kva, figures, single_tariff=single_tariff)
    return differing(terms, dict(asked or {}))
