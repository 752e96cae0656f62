"""A waiver that waits, and its decision."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from denghuo.commerce.ledger.operations import PeriodClosed
from denghuo.commerce.receivables import operations, queries
from denghuo.commerce.receivables.models import LateFeeWaiver, WaiverState
from denghuo.commerce.receivables.web.common import now, today
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui.access import require


def _visible(request: StaffRequest, pk: int) -> LateFeeWaiver:
    rows = LateFeeWaiver.objects.select_related("receivable__account__customer", "requested_by", "decided_by")
    found = rows.filter(pk=pk, receivable__account__unit__code__startswith=request.user.scope).first()
    if found is None:
        raise Http404
    return found


@require("receivables.view")
@require_GET
def waiver_page(request: StaffRequest, pk: int) -> HttpResponse:
    found = _visible(request, pk)
    waiting = found.state == WaiverState.REQUESTED
    item = found.receivable
    return render(
        request,
        "receivables/waiver.html",
        {
            "waiver": found,
            "item": item,
            "waiting": waiting,
            "effect": queries.waiver_effect(item, found.from_date, found.to_date, on=today())
            if waiting
            else None,
            "own": found.requested_by_id == request.user.pk,
            "may_decide": waiting and request.user.may("receivables.approve"),
            "page_title": _("Waiver of late fee, %(number)s") % {"number": item.document_number},
            "breadcrumbs": [(_("Waivers"), reverse("receivables:waivers")), (item.document_number, None)],
        },
    )


@require("receivables.approve")
@require_POST
def decide_waiver(request: StaffRequest, pk: int) -> HttpResponse:
    found = _visible(request, pk)
    note = request.POST.get("reason", "")[:300]
    try:
        if request.POST.get("decision") == "approve":
            operations.approve_waiver(waiver=found, actor=request.user, at=now(), note=note)
            messages.success(request, _("The days are waived."))
        else:
            operations.reject_waiver(waiver=found, actor=request.user, at=now(), note=note)
            messages.success(request, _("The late fee stays as it is."))
    except (operations.WaiverRefused, PeriodClosed) as error:
        messages.error(request, str(error))
    return redirect("receivables:waiver", pk)
