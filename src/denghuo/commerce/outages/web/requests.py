"""Asking for works: the form, what they would clash with, whom they would affect."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from denghuo.commerce.outages import operations, queries
from denghuo.commerce.outages.models import Outage, OutageState
from denghuo.commerce.outages.rules import notices, priority
from denghuo.commerce.outages.web.common import level_label, now, offered
from denghuo.commerce.outages.web.forms import RequestForm
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui.access import require
from denghuo.kernel.periods import day_of

FIRST = 12


@require("outages.plan")
def new(request: StaffRequest) -> HttpResponse:
    """The form; ``?equipment=`` fills it in from a page of the grid."""
    scope = request.user.scope
    form = RequestForm(
        request.POST or None, scope=scope, initial={"equipment": request.GET.get("equipment", "")}
    )
    if request.method == "POST" and form.is_valid():
        outage = _asked(request, form)
        if outage is not None:
            return redirect("outages:outage", number=outage.number)
    return render(
        request,
        "outages/request.html",
        {"page_title": _("Request works"), "form": form, "offered": offered(scope)},
        status=422 if form.errors else 200,
    )


def _asked(request: StaffRequest, form: RequestForm) -> Outage | None:
    number = request.POST.get("merge_into", "")
    host = queries.visible(request.user.scope).filter(number=number).first() if number else None
    try:
        outage = operations.request(**form.cleaned_data, at=now(), actor=request.user, merge_into=host)
    except operations.OutageRefused as error:
        form.add_error(None, str(error))
        return None
    if outage.state == OutageState.REFUSED:
        messages.error(request, _("Refused: %(why)s") % {"why": outage.decision_note})
    elif outage.state == OutageState.MERGED:
        messages.success(request, _("Merged into %(number)s.") % {"number": number})
    else:
        messages.success(request, _("The works wait for approval by somebody else."))
    return outage


@require("outages.plan")
@require_GET
def check(request: StaffRequest) -> HttpResponse:
    """What the form would do, while it is being filled in."""
    form = RequestForm(request.GET, scope=request.user.scope)
    form.is_valid()
    data = form.cleaned_data
    equipment, begins_at, ends_at = data.get("equipment"), data.get("begins_at"), data.get("ends_at")
    context: dict[str, Any] = {"equipment": equipment}
    if equipment is not None:
        context |= _preview(equipment, begins_at, data.get("kind", "planned"))
    if equipment is not None and begins_at and ends_at and ends_at > begins_at:
        found = queries.clashes(equipment, begins_at, ends_at)
        context["clashes"] = [(clash, operations.said(clash)) for clash in found]
        context["checked"] = True
    return render(request, "outages/parts/check.html", context)


def _preview(equipment: queries.Equipment, begins_at: Any, kind: str) -> dict[str, Any]:
    at = now()
    affected = queries.affected(equipment, on=day_of(begins_at or at))
    context: dict[str, Any] = {
        "place": queries.place_of(equipment),
        "level": level_label(queries.level_of(equipment)),
        "affected": affected,
        "supplies": len(affected.rows),
        "first": [row for row in affected.rows if row.rank < priority.ORDINARY][:FIRST],
    }
    if begins_at:
        figures = queries.figures(day_of(at))
        latest = notices.latest_approval(
            kind,
            begins_at,
            days=figures["notice_days"],
            hours=figures["temporary_notice_hours"],
            important=bool(affected.important),
        )
        context |= {"latest": latest, "too_late": latest < at, "soon": latest - at < timedelta(days=2)}
    return context
