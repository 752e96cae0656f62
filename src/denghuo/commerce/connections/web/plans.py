"""The plan editor: every figure with what the draft rests on beside it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from denghuo.commerce.connections import operations, queries
from denghuo.commerce.connections.models import SupplyPlan
from denghuo.commerce.connections.web.common import now, put_errors, visible
from denghuo.commerce.connections.web.forms import PlanForm
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui.access import require


@require("connections.plan")
def edit(request: StaffRequest, pk: int) -> HttpResponse:
    """Change a draft, with the reason."""
    application = visible(request, pk)
    plan = queries.newest_plan(application)
    if plan is None or plan.state != "draft":
        raise Http404
    form = PlanForm(
        request.POST or None, application=application, book=plan.price_book, initial=_initial(plan)
    )
    if request.method == "POST" and form.is_valid():
        try:
            changes = {name: form.cleaned_data[name] for name in operations.EDITABLE}
            changes["contract_demand_kw"] = changes["contract_demand_kw"] if changes["billing_mode"] == "contract_demand" else None  # fmt: skip
            operations.edit_plan(
                plan=plan, at=now(), actor=request.user, reason=form.cleaned_data["reason"], sources=_sources(plan, form), **changes
            )  # fmt: skip
        except ValidationError as error:
            put_errors(form, error)
        except (operations.ActRefused, operations.NotInThisStep) as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The draft is changed."))
            return redirect("connections:application", application.pk)
    return render(
        request,
        "connections/plan.html",
        {
            "page_title": _("Supply plan of %(number)s") % {"number": application.number},
            "application": application,
            "plan": plan,
            "form": form,
            "plan_lines": queries.lines_of(plan, queries.tariff_names(plan.price_book)),
            "breadcrumbs": [
                (_("Applications for supply"), reverse("connections:applications")),
                (application.number, reverse("connections:application", args=[application.pk])),
                (_("Supply plan"), None),
            ],
        },
        status=422 if form.errors else 200,
    )


def _initial(plan: SupplyPlan) -> dict[str, Any]:
    found: dict[str, Any] = {name: getattr(plan, name) for name in operations.EDITABLE}
    for row in plan.sources.all():
        found |= {f"feeder_{row.position}": row.feeder_id, f"bus_{row.position}": row.bus_section, f"kva_{row.position}": row.capacity_kva}  # fmt: skip
    found["reason"] = plan.edit_reason
    return found


def _sources(plan: SupplyPlan, form: PlanForm) -> list[operations.SourceGiven] | None:
    """The sources as typed, where they differ from those of the draft."""
    if not form.sources:
        return None
    given = [operations.SourceGiven(feeder, kva, bus) for feeder, kva, bus in form.given_sources()]
    present = [
        (row.feeder_id, row.capacity_kva, row.bus_section) for row in plan.sources.order_by("position")
    ]
    return given if [(row.feeder.pk, row.capacity_kva, row.bus_section) for row in given] != present else None
