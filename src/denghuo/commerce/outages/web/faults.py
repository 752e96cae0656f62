"""Faults by hand: confirmed from reports or from what a dispatcher knows; reports that are no outage."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from denghuo.commerce.fieldwork import operations as fieldwork_operations
from denghuo.commerce.fieldwork import queries as fieldwork
from denghuo.commerce.outages import operations
from denghuo.commerce.outages.models import FaultSignal
from denghuo.commerce.outages.web.common import now, offered
from denghuo.commerce.outages.web.forms import FaultForm
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui.access import require


@require("outages.run")
def new(request: StaffRequest) -> HttpResponse:
    """A fault outage; ``?equipment=`` comes from a suggestion of the board."""
    scope = request.user.scope
    form = FaultForm(
        request.POST or None,
        scope=scope,
        crews=fieldwork.workers(scope),
        initial={"equipment": request.GET.get("equipment", "")},
    )
    if request.method == "POST" and form.is_valid():
        number = _confirmed(request, form)
        if number:
            messages.success(request, _("The outage runs; a crew is sent and customers are told."))
            return redirect("outages:outage", number=number)
    return render(
        request,
        "outages/fault.html",
        {"page_title": _("Fault outage"), "form": form, "offered": offered(scope)},
        status=422 if form.errors else 200,
    )


def _confirmed(request: StaffRequest, form: FaultForm) -> str:
    data: dict[str, Any] = form.cleaned_data
    try:
        made = operations.confirm_fault(**data, at=now(), actor=request.user)
    except (operations.OutageRefused, fieldwork_operations.CrewNotSuitable) as error:
        form.add_error(None, str(error))
        return ""
    return made.number


@require("outages.run")
@require_POST
def dismiss(request: StaffRequest, pk: int) -> HttpResponse:
    """A report that is no outage of ours."""
    found = FaultSignal.objects.filter(pk=pk, unit__pk__startswith=request.user.scope).first()
    if found is None:
        raise Http404
    try:
        operations.dismiss(
            signals=[found], reason=request.POST.get("reason", ""), at=now(), actor=request.user
        )
    except operations.OutageRefused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The report is put aside."))
    return redirect("outages:board")
