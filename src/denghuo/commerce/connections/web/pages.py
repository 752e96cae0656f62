"""The page of an application: the strip, what comes next and its form, plan, fees, contract, meters, documents, case."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET

from denghuo.commerce.connections import queries, rules
from denghuo.commerce.connections.models import Application, DocumentState, RefusalState, SupplyPlan
from denghuo.commerce.connections.queries import words
from denghuo.commerce.connections.rules import fees as fee_rules
from denghuo.commerce.connections.web import forms as pages
from denghuo.commerce.connections.web.common import now, visible
from denghuo.commerce.fieldwork import queries as fieldwork
from denghuo.commerce.metering import queries as metering
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui.access import require
from denghuo.foundation.workflow.web.panel import panel
from denghuo.kernel.periods import day_of

REVIEWS = ("design", "mid", "completion")
WORKED = {
    "survey": "connections.survey", "plan": "connections.plan", "approve": "connections.approve", "answer": "connections.plan",
    "fees": "connections.apply", "contract": "connections.apply", "works": "connections.plan", "design": "connections.inspect",
    "mid": "connections.inspect", "completion": "connections.inspect", "install": "connections.survey",
}  # fmt: skip
"""Step → the permission that its form asks for."""


@require("connections.view")
@require_GET
def application_page(request: StaffRequest, pk: int) -> HttpResponse:
    return show(request, visible(request, pk))


def show(
    request: StaffRequest,
    application: Application,
    *,
    bound: Mapping[str, forms.Form] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page; ``bound`` holds a form that was refused, so that nothing typed is lost."""
    plan = queries.newest_plan(application)
    steps = [task.step for task in queries.open_steps([application.pk]).get(application.pk, [])]
    context = {
        "application": application,
        "page_title": application.number,
        "stages": queries.stages(application),
        "now": now(),
        "steps": steps,
        "step_labels": [words.stage_label(step) for step in steps],
        "plan": plan,
        "solar": getattr(application, "solar", None) if application.kind in rules.PV else None,
        "surveys": list(application.surveys.select_related("surveyed_by", "area")),
        "documents": _documents(application),
        "reviews": list(application.reviews.select_related("reviewed_by").prefetch_related("defects__fixed_in")),
        "fees": [(queries.fee_label(fee.code), fee) for fee in application.fees.all()],
        "unpaid_fen": queries.unpaid_fen(application),
        "meters": list(application.meters.select_related("meter", "issued_by").order_by("id")),
        "refusals": list(application.refusals.select_related("proposed_by", "decided_by")),
        "field_tasks": list(fieldwork.tasks_of(application)[:6]),
        "pause": queries.waiting_for_customer(application),
        "forms": {**_forms(request, application, plan, steps), **(bound or {})},
        "blocking": queries.before_power(application) if "install" in steps else [],
        "preview": archive_preview(application) if application.is_running else None,
        "breadcrumbs": [(_("Applications for supply"), reverse("connections:applications")), (application.number, None)],
        **_plan_context(plan),
        **panel(request, application),
    }  # fmt: skip
    return render(request, "connections/application.html", context, status=status)


def _plan_context(plan: SupplyPlan | None) -> dict[str, Any]:
    if plan is None:
        return {}
    tariffs = queries.tariff_names(plan.price_book)
    return {
        "plan_lines": queries.lines_of(plan, tariffs),
        "plan_voltage": queries.voltage_words(plan.voltage, plan.phases),
        "plan_tariff": tariffs.get(plan.tariff, plan.tariff),
        "plan_registers": queries.registers_label(plan.registers),
        "plan_sources": list(plan.sources.select_related("feeder__substation")),
        "plan_faults": queries.plan_faults(plan, on=day_of(plan.drafted_at)) if plan.state in ("draft", "submitted") else [],
        "plan_rate": None if plan.load_rate_after is None else f"{plan.load_rate_after:.1%}",
        "plan_rate_before": None if plan.load_rate_before is None else f"{plan.load_rate_before:.1%}",
    }  # fmt: skip


def _documents(application: Application) -> list[tuple[str, Any]]:
    return [
        (words.document_label(row.kind), row)
        for row in application.documents.select_related("file").order_by("id")
    ]


def _forms(request: StaffRequest, application: Application, plan: SupplyPlan | None, steps: list[str]) -> dict[str, Any]:  # fmt: skip
    """The forms of what this person may do now."""
    may = request.user.may
    if not application.is_running:
        return {}
    found: dict[str, Any] = {step: True for step in steps if may(WORKED.get(step, "connections.plan"))}
    if "survey" in found:
        found["survey"] = pages.SurveyForm(application=application)
    if {"survey", "install"} & set(steps) and may("connections.plan"):
        found["dispatch"] = pages.DispatchForm(application=application)
    if "approve" in found and plan is not None and plan.drafted_by_id != request.user.pk:
        found["approve"] = pages.DecideForm()
    elif "approve" in found:
        found["approve_other"] = found.pop("approve")
    if "fees" in found:
        due = queries.high_reliability_fen(application, day_of(now()))
        initial = {"code": "high_reliability", "amount_yuan": f"{due / 100:.2f}"} if due else {}
        found["fees"] = pages.FeesForm(initial=initial)
        found["forbidden"] = [(queries.fee_label(item.code), item.basis) for item in fee_rules.RULES.values() if not item.lawful]  # fmt: skip
    if "contract" in found:
        found["contract"] = pages.ContractForm(initial={"signed_date": day_of(now())})
    for kind in REVIEWS:
        if kind in found:
            found["review"] = pages.ReviewForm(application=application, kind=kind)
            found["review_kind"] = kind
            found["review_label"] = words.stage_label(kind)
    return found | _more_forms(request, application, steps)


def _more_forms(request: StaffRequest, application: Application, steps: list[str]) -> dict[str, Any]:
    may = request.user.may
    found: dict[str, Any] = {}
    live = queries.live_plan(application)
    if live is not None and application.energised_at is None and may("metering.edit"):
        places = meter_choices(application, live)
        if places:
            found["meter"] = pages.MeterForm(places=places)
    if "install" in steps and (may("connections.survey") or may("metering.edit")):
        found["install"] = install_form(application)
    if "completion" in steps and application.kind in rules.PV and may("connections.inspect"):
        row = application.solar
        held = [name for name in words.ABILITIES if getattr(row, name)]
        found["abilities"] = pages.AbilitiesForm(initial={"abilities": held})
    late = list(application.documents.filter(state=DocumentState.FOLLOWS).values_list("kind", flat=True))
    if late and may("connections.apply"):
        found["document"] = pages.DocumentForm(kinds=late)
    open_refusal = application.refusals.filter(state=RefusalState.PROPOSED).first()
    if open_refusal is None and may("connections.plan") and application.energised_at is None:
        found["refusal"] = pages.RefusalForm()
    if open_refusal is not None and may("connections.refuse"):
        found["decide"] = pages.DecideForm()
        found["decide_refusal"] = open_refusal
    if may("connections.apply") and application.energised_at is None:
        found["withdraw"] = pages.ReasonForm()
    if may("connections.apply") or may("connections.plan"):
        found["pause"] = pages.PauseForm(initial={"pause": "customer"})
    return found


def meter_choices(application: Application, plan: SupplyPlan) -> list[tuple[str, str]]:
    """Places that still need a meter: code and words."""
    taken = set(application.meters.filter(returned_at__isnull=True).values_list("role", "feeder"))
    places = [place for place in queries.needed_places(application, plan) if place not in taken]
    labels = {
        "purchase": pgettext("meter issue", "Purchase"),
        "feed_in": pgettext("meter issue", "Feed-in"),
        "generation": pgettext("meter issue", "Generation"),
    }
    several = len({feeder for _role, feeder in places}) > 1
    return [
        (
            f"{role}:{feeder}",
            labels[role] + (" · " + _("source %(number)s") % {"number": feeder} if several else ""),
        )
        for role, feeder in places
    ]


def install_form(application: Application, data: Any = None) -> pages.InstallForm:
    issues = queries.open_issues(application)
    old: dict[int, Any] = {}
    if application.kind in rules.INCREASES and application.supply_point is not None:
        for issue in issues:
            main = queries.main_point(application.supply_point, issue.feeder)
            hanging = metering.hanging(main) if main else None
            if hanging is not None:
                old[issue.pk] = hanging.meter
    return pages.InstallForm(data, issues=issues, old=old)


def archive_preview(application: Application) -> list[tuple[str, str]] | None:
    """What the archive will write, before it does."""
    plan = queries.live_plan(application)
    if plan is None:
        return None
    route = queries.route_for(application, plan)
    pv = application.kind in rules.PV
    rows = [
        (_("Customer"), application.customer.masked_name),
        (_("Account"), application.account.number if application.account else _("a new one")),
        (_("Supply point"), application.supply_point.number if application.supply_point else _("a new one")),
        (_("Tariff"), queries.tariff_names(plan.price_book).get(plan.tariff, plan.tariff)),
        (_("Multiplier"), str(plan.multiplier)),
        (_("Reading route"), f"{route.name} ({route.code})" if route else _("a new one")),
        (_("Metering points"), str(len(queries.needed_places(application, plan)))),
    ]
    if not pv:
        rows.insert(3, (_("Capacity"), f"{plan.capacity_kva.normalize():f} kVA"))
    return rows
