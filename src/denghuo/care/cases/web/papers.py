"""The explanation of a rise: as a page for the clerk and as a paper for the customer."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from denghuo.care.cases import queries
from denghuo.care.cases.models import Case, DisputeResult
from denghuo.care.cases.queries import words
from denghuo.care.cases.web.common import now, visible_case
from denghuo.foundation.documents import pdf
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui import charts, formats
from denghuo.foundation.ui.access import require
from denghuo.kernel.periods import Cycle, day_of

REASONS = {
    "more_than_last_month": "日均用电量高于上月。",
    "longer_period": "本期账单覆盖天数多于上期。",
    "higher_tier": "年累计用电量已进入更高档次，超出部分按更高电价计费。",
    "price_changed": "两期账单之间电价有调整。",
    "estimated_before": "上期为估抄，本期按实抄数一并结清。",
    "more_than_last_year": "日均用电量高于去年同月。",
    "less_than_last_year": "日均用电量未高于去年同月，主要为季节性变化。",
    "as_usual": "用电量与上月相当。",
}


def _found(request: StaffRequest, pk: int) -> tuple[Case, queries.Explanation]:
    case = visible_case(request, pk)
    if case.supply_point is None:
        raise Http404
    until = queries.last_billed_cycle(case.supply_point) or str(_this_month(case))
    return case, queries.explanation(case.supply_point, until=until)


def _this_month(case: Case) -> Cycle:
    on = day_of(case.received_at)
    return Cycle(on.year, on.month)


@require("cases.view")
@require_GET
def explanation(request: StaffRequest, pk: int) -> HttpResponse:
    """Thirteen months of bills and why the last one differs."""
    case, found = _found(request, pk)
    return render(
        request,
        "cases/explanation.html",
        {
            "page_title": _("Why the use rose"),
            "case": case,
            "found": found,
            "reasons": [words.REASONS[code] for code in found.reasons],
            "chart": _chart(found),
            "breadcrumbs": [
                (case.number, reverse("cases:case", args=[case.pk])),
                (_("Why the use rose"), None),
            ],
        },
    )


def _chart(found: queries.Explanation) -> Any:
    return charts.bars(
        [month.cycle for month in found.months],
        {_("Energy"): [month.energy_kwh for month in found.months]},
        unit="kWh",
    )


@require("cases.view")
@require_GET
def explanation_pdf(request: StaffRequest, pk: int) -> HttpResponse:
    """The same as a paper for the customer."""
    case, found = _found(request, pk)
    dispute = getattr(case, "dispute", None)
    checked = dispute if dispute is not None and dispute.result == DisputeResult.RIGHT else None
    body = pdf.render(
        "cases/explanation.typ",
        {
            "case": {
                "unit": case.unit.name,
                "number": case.number,
                "customer": case.caller_name or (case.customer.name if case.customer else ""),
                "point": case.supply_point.number if case.supply_point else "",
                "address": case.address,
                "checked": formats.day(day_of(checked.checked_at)) if checked else "",
                "error": f"{checked.error_percent:+f}%" if checked else "",
                "limit": f"±{checked.limit_percent.normalize():f}%" if checked else "",
                "certificate": checked.certificate if checked else "",
                "reasons": [REASONS[code] for code in found.reasons],
                "months": [
                    [
                        month.cycle,
                        str(month.days),
                        formats.energy(month.energy_kwh),
                        formats.energy(month.a_day_kwh),
                        str(month.tier or "–"),
                        formats.money(month.total_fen),
                    ]
                    for month in found.months
                ],
                "on": formats.day(day_of(now())),
            }
        },
        created_at=case.received_at,
    )
    response = HttpResponse(body, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{case.number}-explanation.pdf"'
    return response
