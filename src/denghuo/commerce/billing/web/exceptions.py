"""The page of one exception, and what may be decided there."""

from __future__ import annotations

import json
from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from denghuo.commerce.billing import operations, queries
from denghuo.commerce.billing.models import BillingException
from denghuo.commerce.billing.queries import words
from denghuo.commerce.billing.web.common import next_url, now
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui.access import require

REFUSALS = (operations.ExceptionIsClosed, operations.NothingToRelease, operations.ReasonMissing)


def _visible(request: StaffRequest, pk: int) -> BillingException:
    found = (
        BillingException.objects.select_related("account__customer", "supply_point", "bill", "owner", "run")
        .filter(pk=pk, unit_id__startswith=request.user.scope)
        .first()
    )
    if found is None:
        raise Http404
    return found


@require("billing.view")
@require_GET
def exception_page(request: StaffRequest, pk: int) -> HttpResponse:
    found = _visible(request, pk)
    return render(
        request,
        "billing/exception.html",
        {
            "exception": found,
            "page_title": words.reason(found.rule),
            "note": words.RULE_NOTES.get(found.rule, ""),
            "details": words.detail_rows(found.rule, json.loads(found.detail)),
            "open": found.state in queries.WAITING_STATES,
            "may_decide": request.user.may("billing.release"),
            "months": queries.months_of_use([found.account_id], until=found.cycle)[found.account_id],
            "others": [
                (other, words.reason(other.rule))
                for other in BillingException.objects.filter(account_id=found.account_id, cycle=found.cycle)
                .exclude(pk=found.pk)
                .order_by("id")
            ],
            "breadcrumbs": [
                (_("Billing exceptions"), reverse("billing:exceptions") + "?state=waiting"),
                (words.reason(found.rule), None),
            ],
        },
    )


def _decide(
    request: StaffRequest, pk: int, act: Callable[[BillingException], object], done: str
) -> HttpResponse:
    found = _visible(request, pk)
    try:
        act(found)
    except REFUSALS as error:
        messages.error(request, str(error))
    else:
        messages.success(request, done)
    return redirect("billing:exception", pk)


@require("billing.release")
@require_POST
def claim(request: StaffRequest, pk: int) -> HttpResponse:
    return _decide(
        request,
        pk,
        lambda found: operations.claim(exception=found, actor=request.user, at=now()),
        _("The exception is yours."),
    )


@require("billing.release")
@require_POST
def release(request: StaffRequest, pk: int) -> HttpResponse:
    reason = request.POST.get("reason", "")[:300]
    return _decide(
        request,
        pk,
        lambda found: operations.release(exceptions=[found], actor=request.user, at=now(), reason=reason),
        _("Released. The bill can be approved when nothing else holds it."),
    )


@require("billing.release")
@require_POST
def reread(request: StaffRequest, pk: int) -> HttpResponse:
    reason = request.POST.get("reason", "")[:300]
    return _decide(
        request,
        pk,
        lambda found: operations.ask_reread(exception=found, actor=request.user, at=now(), reason=reason),
        _("The bill is taken back. Read the meter again; the next run bills the account."),
    )


@require("billing.release")
@require_POST
def bill_again(request: StaffRequest, pk: int) -> HttpResponse:
    reason = request.POST.get("reason", "")[:300]
    return _decide(
        request,
        pk,
        lambda found: operations.bill_again(exception=found, actor=request.user, at=now(), reason=reason),
        _("The bill is taken back; the next run of the cycle bills the account anew."),
    )


@require("billing.release")
@require_POST
def release_many(request: StaffRequest) -> HttpResponse:
    """Release the selected rows with one reason: all of them, or none."""
    back = next_url(request, reverse("billing:exceptions"))
    ids = [int(value) for value in request.POST.getlist("ids") if value.isdecimal()][:1_000]
    rows = list(
        BillingException.objects.filter(pk__in=ids, unit_id__startswith=request.user.scope).order_by("id")
    )
    try:
        count = operations.release(
            exceptions=rows, actor=request.user, at=now(), reason=request.POST.get("reason", "")[:300]
        )
    except REFUSALS as error:
        messages.error(request, str(error))
    else:
        messages.success(
            request, ngettext("%(n)d exception released.", "%(n)d exceptions released.", count) % {"n": count}
        )
    return redirect(back)
