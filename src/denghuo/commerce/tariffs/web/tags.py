"""``{% load tariffs %}``: how prices, marks, tiers and hours are drawn."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from denghuo.commerce.tariffs import rules
from denghuo.commerce.tariffs.queries.notice import Table
from denghuo.commerce.tariffs.web import texts
from denghuo.engine.pricing.book import Name
from denghuo.foundation.ui import formats

register = template.Library()
BAR_WIDTH = 600


@register.filter
def local(name: Name) -> str:
    return texts.local(name, get_language() or "zh-hans")


@register.filter
def price(value: Any) -> str:
    """A price in yuan with at least four decimals and none that is not zero hidden."""
    return formats.amount(value, 4)


@register.filter
def charge(value: Any) -> str:
    """A price per kVA or kW."""
    return formats.amount(value, 2)


@register.filter
def tier_range(limits: tuple[Decimal, Decimal | None]) -> str:
    """0–3,120 kWh; the last tier begins above the bound before it."""
    low, high = limits
    if high is None:
        return f"> {formats.energy(low)} kWh"
    return f"{formats.energy(low)}–{formats.energy(high)} kWh"


@register.filter
def voltages(values: Iterable[str]) -> str:
    return texts.voltage_label(list(values))


@register.filter
def months(values: Iterable[int] | None) -> str:
    return texts.months_label(list(values or range(1, 13)))


@register.filter
def word(code: Any, kind: str) -> Any:
    """The label of a code: ``{{ period|word:"period" }}``."""
    table: Mapping[str, Any] = {
        "period": texts.PERIODS,
        "group": texts.GROUPS,
        "class": texts.CLASSES,
        "trigger": texts.TRIGGERS,
        "section": texts.SECTIONS,
        "case": texts.CASES,
        "unit": texts.UNITS,
        "days": texts.DAY_KINDS,
        "field": texts.FIELDS,
        "voltage": texts.VOLTAGES,
    }[kind]
    return table.get(str(code), code)


@register.simple_tag
def confidence(mark: str, always: bool = True) -> SafeString:
    """The mark of a figure with its meaning; quiet ones are left out unless ``always``."""
    mark = str(mark)
    if not always and mark != "U":
        return SafeString("")
    label, tone = texts.CONFIDENCE[mark]
    return format_html('<span class="mark-of mark-{}" title="{}"><span aria-hidden="true">{}</span><span class="visually-hidden">{}</span></span>', tone, label, mark, label)  # fmt: skip


@register.inclusion_tag("tariffs/parts/shares.html")
def shares_bar(shares: Mapping[str, int]) -> dict[str, Any]:
    """How many figures carry each mark, as one bar."""
    total = sum(shares.values()) or 1
    parts, at = [], 0.0
    for mark in rules.CONFIDENCES:
        width = shares.get(mark, 0) / total * BAR_WIDTH
        if width:
            label, tone = texts.CONFIDENCE[mark]
            parts.append({"x": f"{at:.2f}", "width": f"{width:.2f}", "tone": tone, "mark": mark, "label": label, "count": shares[mark]})  # fmt: skip
        at += width
    certain = total - shares.get("U", 0)
    return {
        "parts": parts,
        "width": BAR_WIDTH,
        "percent": round(100 * certain / total),
        "uncertain": shares.get("U", 0),
        "total": total,
    }


@register.inclusion_tag("tariffs/parts/tier_bar.html")
def tier_bar(table: Table) -> dict[str, Any]:
    """The tiers of a tariff as a bar; the last tier is open and drawn a third longer than its bound."""
    rows = [row for row in table.rows if row.energy_kwh]
    seen: dict[int, Any] = {}
    for row in rows:
        if row.tier is not None:
            seen.setdefault(row.tier, row)
    steps = list(seen.values())
    bounds = [row.energy_kwh[1] for row in steps if row.energy_kwh[1] is not None]
    reach = (bounds[-1] if bounds else Decimal(1)) * Decimal("1.35")
    parts = []
    for row in steps:
        low, high = row.energy_kwh
        x, end = low / reach * BAR_WIDTH, (high or reach) / reach * BAR_WIDTH
        cell = next(iter(row.cells.values()))
        parts.append({
            "x": f"{x:.2f}", "width": f"{end - x:.2f}", "middle": f"{(x + end) / 2:.2f}", "end": f"{end:.2f}",
            "tier": row.tier, "price": cell.price, "bound": high,
        })  # fmt: skip
    return {"parts": parts, "width": BAR_WIDTH, "scheme": table.scheme, "season": table.season}


@register.filter
def band(limits: tuple[Decimal | None, Decimal | None] | None) -> str:
    """A capacity band: "< 100 kVA", "≥ 100 kVA"."""
    if limits is None:
        return ""
    low, high = limits
    parts = [f"≥ {formats.energy(low)}"] if low is not None else []
    parts += [f"< {formats.energy(high)}"] if high is not None else []
    return f"{' … '.join(parts)} kVA" if parts else ""


@register.filter
def lookup(mapping: Mapping[str, Any], key: Any) -> Any:
    return mapping.get(key)


@register.filter
def parameter(code: str) -> str:
    """What a parameter decides."""
    return str(texts.PARAMETERS.get(code, code))


@register.filter
def brief(value: Any) -> str:
    """A JSON value of a difference in one line."""
    if value is None or value == "":
        return formats.NOTHING
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 160 else f"{text[:160]}…"
