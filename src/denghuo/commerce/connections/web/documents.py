"""Papers: the answer with the supply plan (供电方案答复单), the supply contract, the notice of a review."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.utils import translation
from django.views.decorators.http import require_GET

from denghuo.commerce.connections import queries
from denghuo.commerce.connections.models import Application, SupplyPlan
from denghuo.commerce.connections.web.common import visible
from denghuo.foundation.documents import pdf
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui import formats
from denghuo.foundation.ui.access import require
from denghuo.kernel.periods import day_of


def _sent(name: str, template: str, data: dict[str, Any], at: Any) -> HttpResponse:
    body = pdf.render(template, {"paper": data}, created_at=at)
    response = HttpResponse(body, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return response


@require("connections.view")
@require_GET
def plan_paper(request: StaffRequest, pk: int) -> HttpResponse:
    """The answer to the customer; of a plan that is not answered yet it says that it is a draft."""
    application = visible(request, pk)
    plan = queries.newest_plan(application)
    if plan is None:
        raise Http404
    with translation.override("zh-hans"):
        data = {**_head(application), **_plan(application, plan)}
    return _sent(
        f"{application.number}-plan", "connections/plan.typ", data, plan.answered_at or plan.drafted_at
    )


@require("connections.view")
@require_GET
def contract_paper(request: StaffRequest, pk: int) -> HttpResponse:
    application = visible(request, pk)
    plan = queries.live_plan(application)
    if plan is None:
        raise Http404
    with translation.override("zh-hans"):
        data = {**_head(application), **_plan(application, plan)}
        data["contract"] = application.contract_number or "（签订时编号）"
        data["signed"] = (
            formats.day(application.contract_signed_date) if application.contract_signed_date else ""
        )
        data["temporary"] = formats.day(application.temporary_until) if application.temporary_until else ""
    return _sent(f"{application.number}-contract", "connections/contract.typ", data, plan.answered_at or plan.drafted_at)  # fmt: skip


def _head(application: Application) -> dict[str, Any]:
    return {
        "number": application.number,
        "unit": application.unit.name,
        "customer": application.customer.name,
        "customer_number": application.customer.number,
        "address": application.address,
        "kind": str(application.get_kind_display()),
        "accepted": formats.day(day_of(application.accepted_at)),
        "contact": application.contact_name,
        "importance": ""
        if application.importance == "ordinary"
        else str(application.get_importance_display()),
    }


def _plan(application: Application, plan: SupplyPlan) -> dict[str, Any]:
    tariffs = queries.tariff_names(plan.price_book)
    return {
        "revision": plan.revision,
        "draft": plan.answered_at is None,
        "answered": formats.day(day_of(plan.answered_at)) if plan.answered_at else "",
        "valid_until": formats.day(plan.valid_until) if plan.valid_until else "",
        "capacity": f"{plan.capacity_kva.normalize():f}",
        "voltage": queries.voltage_words(plan.voltage, plan.phases),
        "source": str(plan.get_supply_source_display()),
        "area": f"{plan.area.name}（{plan.area.code}）" if plan.area else "",
        "rate": f"{plan.load_rate_after:.2%}" if plan.load_rate_after is not None else "",
        "works": plan.external_works,
        "metering": str(plan.get_metering_mode_display()),
        "registers": queries.registers_label(plan.registers),
        "ct": "直接接入" if plan.ct_primary_a == 1 else f"{plan.ct_primary_a}/{plan.ct_secondary_a} A",
        "pt": "" if plan.pt_ratio == 1 else str(plan.pt_ratio),
        "multiplier": str(plan.multiplier),
        "tariff": tariffs.get(plan.tariff, plan.tariff),
        "billing": str(plan.get_billing_mode_display()),
        "pf": "不执行" if not plan.pf_standard else f"{plan.pf_standard / 100:.2f}",
        "sources": [
            [str(row.position), row.feeder.substation.name, row.feeder.name, row.bus_section or "—", f"{row.capacity_kva.normalize():f}"]
            for row in plan.sources.select_related("feeder__substation")
        ],
        "lines": [[line.label, line.value, line.why] for line in queries.lines_of(plan, tariffs)],
        "edited": plan.edit_reason,
        "fees": [[queries.fee_label(fee.code), fee.amount_fen, fee.basis] for fee in application.fees.all()],
        "missing": [queries.document_label(row.kind) for row in application.documents.filter(state="follows")],
    }  # fmt: skip
