"""Invoice titles of accounts, and the bureau as the seller."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from denghuo.commerce.invoicing import operations, queries
from denghuo.commerce.invoicing.models import BuyerProfile, SellerProfile
from denghuo.commerce.invoicing.operations.profiles import BUYER_FIELDS, SELLER_FIELDS
from denghuo.commerce.invoicing.web.common import now, visible_account
from denghuo.commerce.invoicing.web.forms import BuyerForm, SellerForm
from denghuo.foundation.identity.models import OrganisationUnit
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui.access import require


@require("invoicing.request")
def buyer(request: StaffRequest, number: str) -> HttpResponse:
    """The invoice title of an account."""
    account = visible_account(request, number)
    profile = BuyerProfile.objects.filter(account=account).first()
    person = account.customer.is_person
    default = queries.buyer_of(account, profile)
    initial: dict[str, Any] = {name: getattr(default, name) for name in (*BUYER_FIELDS, "special")}
    form = BuyerForm(request.POST or None, initial=initial, person=person)
    if request.method == "POST" and form.is_valid():
        try:
            operations.set_buyer(
                account=account,
                fields=form.texts(),
                special=form.special_wanted,
                actor=request.user,
                at=now(),
            )
        except operations.ProfileInvalid as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            messages.success(request, _("Saved. It holds for the invoices asked for from now on."))
            return redirect("customers:account", account.pk)
    return render(
        request,
        "invoicing/buyer.html",
        {
            "page_title": _("Invoice title"),
            "account": account,
            "form": form,
            "person": person,
            "given": profile is not None,
            "breadcrumbs": [
                (account.number, reverse("customers:account", args=[account.pk])),
                (_("Invoice title"), None),
            ],
        },
        status=422 if form.errors else 200,
    )


@require("invoicing.issue")
def seller(request: StaffRequest) -> HttpResponse:
    """The bureau of the user as it stands on invoices."""
    unit = OrganisationUnit.objects.filter(code=request.user.scope).first()
    if unit is None:
        raise Http404
    profile = SellerProfile.objects.filter(unit=unit).first()
    initial = {name: getattr(profile, name) for name in SELLER_FIELDS} if profile else {"name": unit.name}
    form = SellerForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            operations.set_seller(unit=unit, fields=form.texts(), actor=request.user, at=now())
        except operations.ProfileInvalid as error:
            form.add_error(error.field, str(error))
        else:
            messages.success(request, _("Saved. It holds for the invoices asked for from now on."))
            return redirect("invoicing:seller")
    return render(
        request,
        "invoicing/seller.html",
        {
            "page_title": _("The seller on invoices"),
            "form": form,
            "unit": unit,
            "profile": profile,
        },
        status=422 if form.errors else 200,
    )
