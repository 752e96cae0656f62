"""Hidden dangers counted, with a chart and a file of the same figures."""

from __future__ import annotations

import csv
from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET

from denghuo.commerce.inspection import queries
from denghuo.commerce.inspection.rules.cycles import Quarter, add_months
from denghuo.commerce.inspection.web.common import now
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui import charts
from denghuo.foundation.ui.access import require
from denghuo.kernel.periods import day_of

GROUPS = ("level", "area", "unit", "grade")
MONTHS = 12


def _labels() -> dict[str, str]:
    return {
        "level": _("By level of danger"),
        "area": _("By area of the finding"),
        "unit": _("By unit"),
        "grade": _("By grade of the customer"),
    }


def _period(on: date) -> tuple[date, date]:
    first = on.replace(day=1)
    return add_months(first, 1 - MONTHS), add_months(first, 1)


@require("inspection.view")
@require_GET
def page(request: StaffRequest) -> HttpResponse:
    on = day_of(now())
    scope = request.user.scope
    start, end = _period(on)
    groups = [
        (label, queries.statistics.dangers(scope, start, end, by=by, on=on))
        for by, label in _labels().items()
    ]
    levels = groups[0][1]
    total, closed = sum(row.total for row in levels), sum(row.closed for row in levels)
    found = queries.statistics.by_month(scope, start, end)
    months = [add_months(start, offset) for offset in range(MONTHS)]
    done, owed = queries.rectifying.duty_share(scope, on)
    inspected, planned = queries.statistics.plan_progress(scope, str(Quarter.of(on)))
    chart: dict[str, Any] = charts.bars(
        [f"{month:%Y-%m}" for month in months],
        {
            pgettext("inspection", "Put right"): [found.get(month, (0, 0))[1] for month in months],
            pgettext("inspection", "Still open"): [
                found.get(month, (0, 0))[0] - found.get(month, (0, 0))[1] for month in months
            ],
        },
        stacked=True,
        colours={
            pgettext("inspection", "Put right"): "@success",
            pgettext("inspection", "Still open"): "@warning",
        },
    )
    return render(
        request,
        "inspection/statistics.html",
        {
            "groups": groups,
            "total": total,
            "closed": closed,
            "open": total - closed,
            "overdue": sum(row.overdue for row in levels),
            "percent": closed * 100 // total if total else None,
            "duty_percent": done * 100 // owed if owed else None,
            "inspected": inspected,
            "planned": planned,
            "chart": chart,
            "start": start,
            "end": end,
            "export": reverse("inspection:statistics-file"),
        },
    )


@require("inspection.view")
@require_GET
def file(request: StaffRequest) -> HttpResponse:
    """The counts as CSV, with the mark that spreadsheets look for."""
    on = day_of(now())
    start, end = _period(on)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="hidden-dangers-{on:%Y%m%d}.csv"'
    response.write("\ufeff")
    out = csv.writer(response)
    out.writerow(
        [
            _("Group"),
            _("Value"),
            _("Total"),
            pgettext("inspection", "Put right"),
            pgettext("inspection", "Still open"),
            _("Overdue"),
            "%",
        ]
    )
    for by, label in _labels().items():
        for row in queries.statistics.dangers(request.user.scope, start, end, by=by, on=on):
            out.writerow([label, row.label, row.total, row.closed, row.open, row.overdue, row.closed_percent])
    return response
