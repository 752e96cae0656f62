"""Protection of customers by decision."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from denghuo.commerce.collection import operations
from denghuo.commerce.collection.models import ProtectedCustomer, ProtectionState
from denghuo.commerce.collection.web.common import (
    act,
    form_page,
    now,
    submitted,
    today,
    visible,
    visible_account,
)
from denghuo.commerce.collection.web.forms import ProtectionForm
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui.access import require


def _visible(request: StaffRequest, pk: int) -> ProtectedCustomer:
    rows = ProtectedCustomer.objects.select_related("account__customer", "requested_by", "decided_by")
    return visible(rows, pk, request.user.scope, "account__unit")


@require("collection.work")
def new_protection(request: StaffRequest) -> HttpResponse:
    form = ProtectionForm(
        request.POST or None, initial={"account": request.GET.get("account", ""), "valid_from": today()}
    )

    def save(data: dict) -> ProtectedCustomer | None:
        account = visible_account(request, data.pop("account"))
        if account is None:
            form.add_error("account", _("There is no such account."))
            return None
        return operations.ask_protection(account=account, actor=request.user, at=now(), **data)

    made = submitted(form, save)
    if made is not None:
        messages.success(request, _("Another person must now approve it."))
        return redirect("collection:protection", made.pk)
    return form_page(
        request,
        form,
        title=_("Protect a customer"),
        save=_("Ask for approval"),
        back=reverse("collection:protections"),
        note=_(
            "While it holds the customer is dunned only by plans for protected customers, and not disconnected."
        ),
    )


@require("collection.view")
@require_GET
def protection_page(request: StaffRequest, pk: int) -> HttpResponse:
    found = _visible(request, pk)
    return render(
        request,
        "collection/protection.html",
        {
            "protection": found,
            "page_title": found.account.number,
            "waiting": found.state == ProtectionState.REQUESTED,
            "running": found.state == ProtectionState.APPROVED
            and found.valid_from <= today() <= found.valid_to,
            "own": found.requested_by_id == request.user.pk,
            "may_decide": request.user.may("collection.approve"),
            "breadcrumbs": [
                (_("Protected customers"), reverse("collection:protections")),
                (found.account.number, None),
            ],
        },
    )


@require("collection.approve")
@require_POST
def decide_protection(request: StaffRequest, pk: int) -> HttpResponse:
    found = _visible(request, pk)
    approve = request.POST.get("decision") == "approve"
    return act(
        request,
        lambda: operations.decide_protection(protection=found, approve=approve, actor=request.user, at=now()),
        _("Decided."),
        back=reverse("collection:protection", args=[pk]),
    )


@require("collection.approve")
@require_POST
def end_protection(request: StaffRequest, pk: int) -> HttpResponse:
    found = _visible(request, pk)
    return act(
        request,
        lambda: operations.end_protection(
            protection=found, reason=request.POST.get("reason", ""), actor=request.user, at=now()
        ),
        _("The protection ends today."),
        back=reverse("collection:protection", args=[pk]),
    )
