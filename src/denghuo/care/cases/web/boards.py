"""Boards: complaints under the three taboos, repairs by the minute, measures by their day."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_GET

from denghuo.care.cases import queries
from denghuo.care.cases.models import ImprovementState
from denghuo.care.cases.rules import watch
from denghuo.care.cases.web.common import now
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui.access import require
from denghuo.foundation.workflow import rules as flow
from denghuo.kernel.periods import day_of

TABOOS = {
    watch.PASSED: gettext_lazy("Passed around"),
    watch.NO_CONTACT: gettext_lazy("Nobody called"),
    watch.OVERDUE: gettext_lazy("Dragged on"),
}
YEAR = timedelta(days=365)


@require("cases.view")
@require_GET
def complaints(request: StaffRequest) -> HttpResponse:
    """Running complaints, those first that break one of the three taboos."""
    at, scope = now(), request.user.scope
    found = queries.watched(scope, at=at)
    only = request.GET.get("only", "")
    rows = [row for row in found if not only or only in row.taboos]
    figures = queries.complaint_figures(scope, since=at - YEAR)
    counted = {code: sum(code in row.taboos for row in found) for code in TABOOS}
    return render(
        request,
        "cases/complaints.html",
        {
            "page_title": _("Complaints"),
            "rows": [(row, [(code, TABOOS[code]) for code in row.taboos], _step(row)) for row in rows],
            "tabs": [("", pgettext("complaints", "Running"), "?", len(found))]
            + [(code, label, f"?only={code}", counted[code]) for code, label in TABOOS.items()],
            "current": only,
            "figures": figures,
            "in_time": f"{figures.in_time} / {figures.answered}" if figures.answered else "–",
            "causes": _causes(queries.causes_counted(scope, since=at - YEAR)),
            "now": at,
        },
    )


def _step(row: queries.Watched) -> str:
    if row.step is None:
        return ""
    return str(flow.label(row.step.instance.process, row.step.step, row.step.name))


def _causes(counted: list[tuple[str, int]]) -> list[tuple[Any, ...]]:
    most = max((count for _name, count in counted), default=1)
    return [(name, str(count), count, most) for name, count in counted]


@require("cases.view")
@require_GET
def repairs(request: StaffRequest) -> HttpResponse:
    """Repairs under way with the minutes that are left until the crew must be there."""
    at = now()
    rows = list(queries.repairs(request.user.scope)[:200])
    waiting = [row for row in rows if row.dispatched_at is None and not row.by_outage]
    under_way = [row for row in rows if row.dispatched_at is not None and row.arrived_at is None]
    return render(
        request,
        "cases/repairs.html",
        {
            "page_title": _("Emergency repairs"),
            "rows": rows,
            "waiting": len(waiting),
            "under_way": len(under_way),
            "on_site": sum(row.arrived_at is not None for row in rows),
            "late": sum(row.arrived_at is None and row.arrive_due_at < at for row in rows),
            "now": at,
        },
    )


@require("cases.view")
@require_GET
def improvements(request: StaffRequest) -> HttpResponse:
    """Measures from admitted complaints: open, done, verified."""
    found = queries.improvements(request.user.scope)
    current = request.GET.get("state", "open")
    current = current if current in ImprovementState.values else "open"
    counts = {state: found.filter(state=state).count() for state in ImprovementState.values}
    return render(
        request,
        "cases/improvements.html",
        {
            "page_title": _("Improvements"),
            "rows": list(found.filter(state=current).order_by("due_date", "id")[:200]),
            "tabs": [
                (str(value), label, f"?state={value}", counts[value])
                for value, label in ImprovementState.choices
            ],
            "current": current,
            "today": day_of(now()),
        },
    )
