"""The plan of a quarter by month and inspector; what I have to do; a visit outside the plan."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from denghuo.commerce.inspection import operations, queries
from denghuo.commerce.inspection.models import Visit, VisitKind
from denghuo.commerce.inspection.rules.cycles import Quarter
from denghuo.commerce.inspection.web.common import REFUSED, complain, now, visible_point
from denghuo.commerce.inspection.web.forms import AssignForm, SpecialForm
from denghuo.foundation.identity.models import OrganisationUnit
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui.access import require
from denghuo.kernel.periods import day_of

SHOWN_A_MONTH = 200


def _quarter(text: str, otherwise: Quarter) -> Quarter:
    try:
        return Quarter.parse(text)
    except ValueError:
        return otherwise


@require("inspection.view")
@require_GET
def board(request: StaffRequest) -> HttpResponse:
    on = day_of(now())
    here = Quarter.of(on)
    quarter = _quarter(request.GET.get("quarter", ""), here)
    inspector, kind = request.GET.get("inspector", ""), request.GET.get("kind", "")
    months, loads = queries.planning.board(request.user.scope, quarter, on=on, inspector=inspector, kind=kind)
    done, total = sum(load.done for load in loads), sum(load.total for load in loads)
    return render(
        request,
        "inspection/board.html",
        {
            "quarter": quarter,
            "tabs": [
                (str(q), str(q), f"{reverse('inspection:board')}?quarter={q}")
                for q in (here.shifted(-1), here, here.shifted(1))
            ],
            "months": [
                (
                    month,
                    [(visit, queries.planning.is_late(visit, on)) for visit in month.visits[:SHOWN_A_MONTH]],
                )
                for month in months
            ],
            "loads": loads,
            "done": done,
            "total": total,
            "late": sum(load.late for load in loads),
            "percent": done * 100 // total if total else 0,
            "kinds": [(code, label) for code, label in VisitKind.choices],
            "kind": kind,
            "inspector": inspector,
            "may_plan": request.user.may("inspection.plan"),
            "can_plan": quarter.end > on,
            "assign": AssignForm(scope=request.user.scope),
        },
    )


@require("inspection.plan")
@require_POST
def make(request: StaffRequest) -> HttpResponse:
    quarter = _quarter(request.POST.get("quarter", ""), Quarter.of(day_of(now())))
    unit = OrganisationUnit.objects.get(code=request.user.scope or request.user.unit_id)
    try:
        made = operations.plan_quarter(quarter=quarter, unit=unit, at=now(), actor=request.user)
    except REFUSED as error:
        messages.error(request, str(error))
    else:
        text = _("%(made)s visits planned, %(known)s were in the plan already.")
        messages.success(request, text % {"made": made.made, "known": made.known})
    return redirect(f"{reverse('inspection:board')}?quarter={quarter}")


@require("inspection.plan")
@require_POST
def assign(request: StaffRequest) -> HttpResponse:
    """Give the chosen visits to an inspector."""
    form = AssignForm(request.POST, scope=request.user.scope)
    back = f"{reverse('inspection:board')}?quarter={request.POST.get('quarter', '')[:6]}"
    wanted = [int(pk) for pk in request.POST.getlist("visit") if pk.isdigit()]
    if not form.is_valid():
        complain(request, form)
        return redirect(back)
    visits = Visit.objects.filter(pk__in=wanted, unit__code__startswith=request.user.scope)
    try:
        count = operations.assign(visits=visits, at=now(), actor=request.user, **form.cleaned_data)
    except REFUSED as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("%(count)s visits given to the inspector.") % {"count": count})
    return redirect(back)


@require("inspection.work")
@require_GET
def mine(request: StaffRequest) -> HttpResponse:
    on = day_of(now())
    visits = list(queries.planning.mine(request.user)[:200])
    notices = queries.rectifying.open_notices(request.user.scope).filter(inspector=request.user)[:50]
    return render(
        request,
        "inspection/mine.html",
        {
            "visits": [(visit, queries.planning.is_late(visit, on)) for visit in visits],
            "notices": [(notice, notice.due_date < on) for notice in notices],
        },
    )


@require("inspection.plan", "inspection.work")
@require_http_methods(["GET", "POST"])
def special(request: StaffRequest, pk: int) -> HttpResponse:
    """Plan a visit outside the plan."""
    point = visible_point(request, pk)
    form = SpecialForm(request.POST or None, scope=request.user.scope, initial={"on": day_of(now())})
    if request.method == "POST" and form.is_valid():
        try:
            visit = operations.plan_special(
                supply_point=point, at=now(), actor=request.user, **form.cleaned_data
            )
        except REFUSED as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The visit is planned."))
            return redirect("inspection:visit", visit.pk)
    return render(
        request,
        "inspection/form.html",
        {
            "page_title": _("Inspect outside the plan"),
            "point": point,
            "form": form,
            "back": reverse("supply:supply-point", args=[point.pk]),
            "button": _("Plan the visit"),
        },
        status=422 if form.errors else 200,
    )
