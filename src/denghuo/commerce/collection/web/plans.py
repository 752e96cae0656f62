"""Plans: seen, changed into a new version, tried on real accounts before."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from denghuo.commerce.collection import operations, queries, rules
from denghuo.commerce.collection.models import CaseState, DunningPlan
from denghuo.commerce.collection.queries import facts
from denghuo.commerce.collection.rules import plans as plan_rules
from denghuo.commerce.collection.web.common import act, now, today
from denghuo.commerce.collection.web.forms import PlanForm, StepFormSet
from denghuo.commerce.receivables import queries as receivables
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui.access import require

SAMPLE = {
    "name": "王*英",
    "account": "4500********0017",
    "amount": "1,202.40",
    "late_fee": "2.40",
    "due_date": "2026-03-02",
    "days": "1",
    "unit": "城东供电所",
    "today": "2026-03-03",
}


@require("collection.view")
@require_GET
def plan_page(request: StaffRequest, pk: int) -> HttpResponse:
    plan = get_object_or_404(DunningPlan, pk=pk)
    return render(
        request,
        "collection/plan.html",
        {
            "plan": plan,
            "page_title": plan.name,
            "steps": [(step, rules.fill(step.text, SAMPLE)) for step in plan.steps.all()],
            "versions": list(DunningPlan.objects.filter(code=plan.code).order_by("-version")),
            "cases": plan.cases.exclude(state=CaseState.CLOSED)
            .filter(unit__code__startswith=request.user.scope)
            .count(),
            "may_edit": request.user.may("collection.plans"),
            "breadcrumbs": [(_("Dunning plans"), reverse("collection:plans")), (plan.name, None)],
        },
    )


def _initial(plan: DunningPlan | None) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    if plan is None:
        return {"valid_from": today(), "priority": 10}, []
    head = {
        name: getattr(plan, name)
        for name in ("code", "name", "payer_class", "tariff_class", "grade", "for_protected", "priority")
    }
    head["from_yuan"] = Decimal(plan.from_fen) / 100 if plan.from_fen is not None else None
    head["below_yuan"] = Decimal(plan.below_fen) / 100 if plan.below_fen is not None else None
    head["valid_from"] = today()
    steps = [
        {
            "days": step.days,
            "channel": step.channel,
            "text": step.text,
            "least_yuan": Decimal(step.least_fen) / 100 if step.least_fen else None,
        }
        for step in plan.steps.all()
    ]
    return head, steps


@require("collection.plans")
def edit_plan(request: StaffRequest, pk: int | None = None) -> HttpResponse:
    """A new plan, or the next version of one; ``preview`` shows what it would do and saves nothing."""
    plan = get_object_or_404(DunningPlan, pk=pk) if pk else None
    head, steps = _initial(plan)
    form = PlanForm(request.POST or None, initial=head)
    step_forms = StepFormSet(request.POST or None, initial=steps, prefix="steps")
    preview = None
    if request.method == "POST" and form.is_valid() and step_forms.is_valid():
        given = sorted(
            (item.step() for item in step_forms if item.cleaned_data and not item.cleaned_data.get("DELETE")),
            key=lambda step: step["days"],
        )
        if "preview" in request.POST:
            preview = _preview(request, form, given)
        else:
            data = form.cleaned_data
            try:
                saved = operations.save_plan(
                    code=data["code"], name=data["name"], conditions=form.conditions(), steps=given,
                    valid_from=data["valid_from"], actor=request.user, at=now(),
                )  # fmt: skip
            except operations.PlanCannotBeSaved as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, _("Saved as version %(n)s.") % {"n": saved.version})
                return redirect("collection:plan", saved.pk)
    return render(
        request,
        "collection/plan_edit.html",
        {
            "form": form,
            "steps": step_forms,
            "plan": plan,
            "preview": preview,
            "placeholders": [f"{{{name}}}" for name in rules.PLACEHOLDERS],
            "page_title": plan.name if plan else _("New plan"),
            "breadcrumbs": [(_("Dunning plans"), reverse("collection:plans")), (_("Edit"), None)],
        },
        status=422 if request.method == "POST" and preview is None else 200,
    )


def _preview(request: StaffRequest, form: PlanForm, steps: list[dict[str, Any]]) -> dict[str, Any]:
    """Whom the plan would concern today, and what its texts look like."""
    on = today()
    rows = {row.account_id: row for row in receivables.overdue(on=on, scope=request.user.scope)[:5000]}
    protections = queries.protected(rows, on=on)
    debtors = facts.debtors(rows, protections, on)
    scope = plan_rules.Scope(
        plan_id=0,
        code=form.cleaned_data["code"],
        valid_from=on,
        **form.conditions(),
    )
    others = [plan for plan in facts.plan_scopes(on) if plan.code != scope.code]
    fitting = [a for a, debtor in debtors.items() if plan_rules.fits(scope, debtor, on)]
    chosen = [a for a in fitting if plan_rules.choose([scope, *others], debtors[a], on) == 0]
    return {
        "fitting": len(fitting),
        "chosen": len(chosen),
        "fen": sum(rows[account].overdue_fen for account in chosen),
        "texts": [{**step, "shown": rules.fill(step["text"], SAMPLE)} for step in steps],
    }


@require("collection.plans")
@require_POST
def end_plan(request: StaffRequest, pk: int) -> HttpResponse:
    plan = get_object_or_404(DunningPlan, pk=pk)
    return act(
        request,
        lambda: operations.end_plan(plan=plan, on=today(), actor=request.user, at=now()),
        _("No new case is opened under this plan."),
        back=reverse("collection:plan", args=[pk]),
    )


@require("collection.plans")
@require_POST
def load_shipped(request: StaffRequest) -> HttpResponse:
    made = operations.load_shipped_plans(valid_from=today(), at=now(), actor=request.user)
    messages.success(request, _("%(n)s plans taken over.") % {"n": len(made)})
    return redirect("collection:plans")
