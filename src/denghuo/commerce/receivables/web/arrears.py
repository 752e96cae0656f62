"""The arrears view: what is open by age and by station, class, use …; the file holds what the screen shows."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import BadRequest
from django.http import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_GET

from denghuo.commerce.receivables import queries
from denghuo.commerce.receivables.models import PayerClass, ReceivableKind
from denghuo.commerce.receivables.rules.ageing import AGES
from denghuo.commerce.receivables.web.common import day_from, today
from denghuo.foundation.identity.models import OrganisationUnit
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui import charts
from denghuo.foundation.ui.access import require
from denghuo.foundation.ui.lists import Column, export
from denghuo.records.supply.models import TariffClass, UseNature

AGE_LABELS = {
    "not_due": gettext_lazy("Not due yet"),
    "1_30": gettext_lazy("1–30 days"),
    "31_60": gettext_lazy("31–60 days"),
    "61_90": gettext_lazy("61–90 days"),
    "91_180": gettext_lazy("91–180 days"),
    "181_365": gettext_lazy("181–365 days"),
    "over_365": gettext_lazy("Over a year"),
}
AGE_TONES = {
    "not_due": "neutral",
    "1_30": "info",
    "31_60": "accent",
    "61_90": "warning",
    "91_180": "warning",
    "181_365": "danger",
    "over_365": "danger",
}
AGE_COLOURS = {
    "not_due": "@flat",
    "1_30": "@valley",
    "31_60": "@info",
    "61_90": "@peak",
    "91_180": "@accent",
    "181_365": "@sharp",
    "over_365": "@deep",
}
OWN_GROUPS = (
    ("unit", gettext_lazy("Unit")),
    ("tariff_class", gettext_lazy("Tariff class")),
    ("use_nature", gettext_lazy("Nature of use")),
    ("payer_class", gettext_lazy("Payer class")),
    ("kind", gettext_lazy("Kind of debt")),
    ("cycle", gettext_lazy("Month of the bill")),
)
CHOICES: dict[str, dict[str, Any]] = {
    "tariff_class": dict(TariffClass.choices),
    "use_nature": dict(UseNature.choices),
    "payer_class": dict(PayerClass.choices),
    "kind": dict(ReceivableKind.choices),
}
UNKNOWN = pgettext_lazy("arrears", "Not known")
CHART_ROWS = 12


@require("receivables.view")
@require_GET
def arrears(request: StaffRequest) -> HttpResponseBase:
    on = day_from(request.GET.get("on", ""), today())
    group = request.GET.get("by", "unit")
    groups = [*OWN_GROUPS, *((item.code, item.label) for item in queries.groupings())]
    if group not in {code for code, _label in groups}:
        raise BadRequest("no such grouping")
    unit = request.GET.get("unit", "")
    rows = queries.arrears_by(group, on=on, today=today(), scope=request.user.scope, unit=unit)
    _name(rows, group)
    total = _total(rows)
    if kind := request.GET.get("export"):
        return _file(request, [*rows, total], kind, dict(groups)[group], total.total_fen)
    kept = {name: value for name, value in (("on", request.GET.get("on")), ("unit", unit)) if value}
    return render(
        request,
        "receivables/arrears.html",
        {
            "on": on,
            "past": on < today(),
            "group": group,
            "group_label": dict(groups)[group],
            "tabs": [(code, label, f"?{urlencode({**kept, 'by': code})}") for code, label in groups],
            "unit": unit,
            "units": OrganisationUnit.objects.filter(code__startswith=request.user.scope).order_by("code"),
            "ages": [(age.code, AGE_LABELS[age.code]) for age in AGES],
            "tiles": [
                (
                    AGE_LABELS[age.code],
                    total.by_age[age.code],
                    _list_url(on, unit, "", "", age.code),
                    AGE_TONES[age.code],
                )
                for age in AGES
            ],
            "rows": [_shown(row, total.total_fen, group, on, unit) for row in rows],
            "total": total,
            "export_url": f"?{urlencode({**kept, 'by': group})}",
            "chart": _chart(rows),
            "segments": [
                (AGE_LABELS[age.code], total.by_age[age.code] // 100, AGE_TONES[age.code]) for age in AGES
            ],
            "page_title": _("Arrears"),
        },
    )


def _name(rows: list[queries.ArrearsRow], group: str) -> None:
    """Labels for the keys of our own groupings."""
    labels = CHOICES.get(group, {})
    if group == "unit":
        labels = {row.code: row.name for row in OrganisationUnit.objects.filter(pk__in=[r.key for r in rows])}
    for row in rows:
        row.label = labels.get(row.key, row.label) or UNKNOWN


def _total(rows: list[queries.ArrearsRow]) -> queries.ArrearsRow:
    ages = {age.code: sum(row.by_age[age.code] for row in rows) for age in AGES}
    return queries.ArrearsRow("", _("Together"), ages, sum(row.accounts for row in rows))


def _list_url(on: date, unit: str, group: str, key: str, age: str) -> str:
    """The accounts behind a cell."""
    words = {"on": on.isoformat() if on != today() else "", "unit": unit, "age": age}
    if group in ("unit", *CHOICES, "cycle"):
        words[group] = key
    wanted = {name: value for name, value in words.items() if value}
    return f"{reverse('receivables:arrears-accounts')}?{urlencode(wanted)}"


def _shown(row: queries.ArrearsRow, total: int, group: str, on: date, unit: str) -> dict[str, Any]:
    linked = group in ("unit", *CHOICES, "cycle") and row.key
    return {
        "label": row.label,
        "cells": [
            (row.by_age[age.code], _list_url(on, unit, group, row.key, age.code) if linked else "")
            for age in AGES
        ],
        "total_fen": row.total_fen,
        "overdue_fen": row.overdue_fen,
        "accounts": row.accounts,
        "share": row.total_fen / total if total else 0,
        "url": _list_url(on, unit, group, row.key, "") if linked else "",
    }


def _chart(rows: list[queries.ArrearsRow]) -> dict[str, Any] | None:
    if not rows:
        return None
    drawn = rows[:CHART_ROWS]
    return charts.bars(
        [str(row.label) for row in drawn],
        {str(AGE_LABELS[age.code]): [row.by_age[age.code] / 100 for row in drawn] for age in AGES},
        unit=_("yuan"),
        stacked=True,
        colours={str(AGE_LABELS[age.code]): AGE_COLOURS[age.code] for age in AGES},
    )


def _file(
    request: StaffRequest, rows: list[queries.ArrearsRow], kind: str, label: Any, total: int
) -> HttpResponseBase:
    if kind not in ("csv", "xlsx"):
        raise BadRequest("an export is csv or xlsx")
    columns = [
        Column("label", label, value=lambda row: str(row.label)),
        Column("accounts", _("Accounts"), kind="number"),
        *(_age_column(age.code) for age in AGES),
        Column("overdue_fen", _("Overdue"), kind="money"),
        Column("total_fen", _("Arrears in total"), kind="money"),
        Column("share", _("Share"), value=lambda row: f"{row.total_fen / total:.1%}" if total else ""),
    ]
    export.announce(request, "arrears", kind)
    write = export.as_csv if kind == "csv" else export.as_xlsx
    return write(columns, rows, "arrears")


def _age_column(code: str) -> Column:
    return Column(f"age_{code}", AGE_LABELS[code], kind="money", value=lambda row: row.by_age[code])
