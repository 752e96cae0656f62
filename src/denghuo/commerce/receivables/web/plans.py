"""Instalment plans: propose with a preview, decide, follow."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from denghuo.commerce.ledger.operations import PeriodClosed
from denghuo.commerce.receivables import operations, queries, rules
from denghuo.commerce.receivables.models import InstalmentPlan, PlanState
from denghuo.commerce.receivables.web.common import now, today, visible_account
from denghuo.commerce.receivables.web.forms import PlanForm
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui.access import require


@require("receivables.instalments")
def propose(request: StaffRequest, account_pk: int) -> HttpResponse:
    """Choose debts and parts, see what it costs, ask for approval. ``preview`` only shows."""
    account = visible_account(request, account_pk)
    on = today()
    offered = [item for item in queries.plan_debts(account.pk) if item.principal_id is None]
    chosen = (
        {int(pk) for pk in request.POST.getlist("debts") if pk.isdecimal()}
        or {item.pk for item in offered if item.due_date < on or request.method == "POST"}
        or {item.pk for item in offered}
    )
    form = PlanForm(request.POST or None, initial={"first_date": on, "count": 3})
    debts = queries.plan_debts(account.pk, chosen)
    total = queries.plan_total(debts, on=on)
    projection = None
    parts: list[Any] = []
    if request.method == "POST" and form.is_valid() and debts:
        data = form.cleaned_data
        try:
            parts = data["custom"] or rules.equal_parts(total, data["count"], data["first_date"])
            projection = queries.projection(debts, parts, on=on, free_of_late_fee=data["free_of_late_fee"])
            if "preview" not in request.POST:
                made = operations.propose_plan(
                    account=account,
                    receivables=chosen,
                    parts=parts,
                    reason=data["reason"],
                    free_of_late_fee=data["free_of_late_fee"],
                    actor=request.user,
                    at=now(),
                )
                messages.success(request, _("Another person must now approve the plan."))
                return redirect("receivables:plan", made.pk)
        except (operations.PlanRefused, ValueError) as error:
            form.add_error(None, str(error))
    return render(
        request,
        "receivables/propose_plan.html",
        {
            "account": account,
            "form": form,
            "offered": [(item, item.pk in chosen) for item in offered],
            "total_fen": total,
            "running": queries.running_plan(account.pk),
            "projection": projection,
            "difference_fen": sum(part.amount_fen for part in parts) - total,
            "page_title": _("Pay in parts: %(number)s") % {"number": account.number},
            "breadcrumbs": [
                (_("Instalment plans"), reverse("receivables:plans")),
                (account.number, reverse("customers:account", args=[account.pk])),
                (_("Propose"), None),
            ],
        },
        status=422 if form.errors else 200,
    )


def _visible(request: StaffRequest, pk: int) -> InstalmentPlan:
    rows = InstalmentPlan.objects.select_related("account__customer", "requested_by", "decided_by")
    found = rows.filter(pk=pk, account__unit__code__startswith=request.user.scope).first()
    if found is None:
        raise Http404
    return found


@require("receivables.view")
@require_GET
def plan_page(request: StaffRequest, pk: int) -> HttpResponse:
    plan = _visible(request, pk)
    waiting = plan.state == PlanState.REQUESTED
    steps = queries.progress(plan, on=plan.ended_date or today())
    debts = list(plan.receivables.all())
    return render(
        request,
        "receivables/plan.html",
        {
            "plan": plan,
            "steps": steps,
            "paid_fen": sum(step.paid_fen for step in steps),
            "debts": debts,
            "projection": _projection(plan, debts) if waiting else None,
            "waiting": waiting,
            "own": plan.requested_by_id == request.user.pk,
            "may_decide": waiting and request.user.may("receivables.approve"),
            "page_title": _("Instalment plan of %(number)s") % {"number": plan.account.number},
            "breadcrumbs": [
                (_("Instalment plans"), reverse("receivables:plans")),
                (plan.account.number, None),
            ],
        },
    )


def _projection(plan: InstalmentPlan, debts: list[Any]) -> queries.Projection:
    parts = [rules.Part(row.due_date, row.amount_fen) for row in plan.instalments.all()]
    return queries.projection(debts, parts, on=today(), free_of_late_fee=plan.free_of_late_fee)


@require("receivables.approve")
@require_POST
def decide_plan(request: StaffRequest, pk: int) -> HttpResponse:
    plan = _visible(request, pk)
    note = request.POST.get("reason", "")[:300]
    try:
        if request.POST.get("decision") == "approve":
            operations.approve_plan(plan=plan, actor=request.user, at=now(), note=note)
            messages.success(request, _("The plan runs. It is judged every morning."))
        else:
            operations.reject_plan(plan=plan, actor=request.user, at=now(), note=note)
            messages.success(request, _("The plan is refused."))
    except (operations.PlanRefused, PeriodClosed) as error:
        messages.error(request, str(error))
    return redirect("receivables:plan", pk)
