"""Mandates: recorded, signed, suspended, ended; the bank account shown after a reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from denghuo.commerce.banking import operations
from denghuo.commerce.banking.models import LIVE, Mandate, MandateState
from denghuo.commerce.banking.web.common import account_of, now, today, visible
from denghuo.commerce.banking.web.forms import MandateForm, ReasonForm
from denghuo.foundation.audit import operations as audit
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui.access import require
from denghuo.records.customers import queries as customers


def _mandate(request: StaffRequest, pk: int) -> Mandate:
    return visible(request, Mandate.objects.select_related("account__customer", "unit", "created_by"), pk)


@require("banking.mandates")
def new_mandate(request: StaffRequest) -> HttpResponse:
    """The form of an agreement; ``?account=`` names the account."""
    chosen = (
        customers.accounts_in_scope(request.user.scope).filter(number=request.GET.get("account", "")).first()
    )
    initial = {"valid_from": today().isoformat()}
    if chosen is not None:
        initial |= {"account": chosen.number, "holder": chosen.customer.name}
    form = MandateForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        account = account_of(data["account"], request.user.scope)
        if account is None:
            form.add_error("account", _("There is no such number."))
        else:
            try:
                made = operations.record_mandate(
                    account=account,
                    bank=data["bank"],
                    holder=data["holder"],
                    bank_account=data["bank_account"],
                    number=data["number"],
                    limit_fen=form.limit_fen(),
                    valid_from=data["valid_from"],
                    valid_to=data["valid_to"],
                    at=now(),
                    actor=request.user,
                )
            except operations.MandateRefused as error:
                form.add_error(None, str(error))
            else:
                messages.success(
                    request, _("The mandate is recorded. It debits nothing before the bank confirms.")
                )
                return redirect("banking:mandate", made.pk)
    trail = [(_("Mandates"), reverse("banking:mandates")), (_("New mandate"), None)]
    context = {"form": form, "page_title": _("New mandate"), "breadcrumbs": trail}
    return render(request, "banking/new_mandate.html", context, status=422 if form.errors else 200)


@require("banking.view", "banking.mandates")
@require_GET
def mandate_page(request: StaffRequest, pk: int) -> HttpResponse:
    mandate = _mandate(request, pk)
    may = request.user.may("banking.mandates")
    context = {
        "mandate": mandate,
        "page_title": _("Mandate %(number)s") % {"number": mandate.number},
        "items": mandate.items.select_related("batch", "payment").order_by("-id")[:24],
        "may_sign": may and mandate.state in (MandateState.PENDING, MandateState.SUSPENDED),
        "may_suspend": may and mandate.state == MandateState.ACTIVE,
        "may_end": may and mandate.state in LIVE,
        "may_reveal": request.user.may("customers.reveal"),
        "form": ReasonForm(),
        "breadcrumbs": [(_("Mandates"), reverse("banking:mandates")), (mandate.number, None)],
    }
    return render(request, "banking/mandate.html", context)


def _step(request: StaffRequest, pk: int, verb: Callable[..., Any], done: str, **how: Any) -> HttpResponse:
    try:
        verb(mandate=_mandate(request, pk), at=now(), actor=request.user, **how)
    except operations.MandateCannotChange as error:
        messages.error(request, str(error))
    else:
        messages.success(request, done)
    return redirect("banking:mandate", pk)


@require("banking.mandates")
@require_POST
def sign(request: StaffRequest, pk: int) -> HttpResponse:
    return _step(request, pk, operations.sign, _("The mandate is in force."))


@require("banking.mandates")
@require_POST
def suspend(request: StaffRequest, pk: int) -> HttpResponse:
    reason = request.POST.get("reason", "")[:300]
    return _step(request, pk, operations.suspend, _("The mandate is suspended."), reason=reason)


@require("banking.mandates")
@require_POST
def end(request: StaffRequest, pk: int) -> HttpResponse:
    reason = request.POST.get("reason", "")[:300]
    return _step(request, pk, operations.end, _("The mandate has ended."), reason=reason)


@require("customers.reveal")
@require_POST
@never_cache
def reveal(request: StaffRequest, pk: int) -> HttpResponse:
    """The bank account in clear after a reason; the look is recorded and limited."""
    mandate = _mandate(request, pk)
    answer, status = mandate.bank_account, 200
    try:
        audit.record_view(
            subject=mandate,
            fields=["bank_account"],
            reason=request.POST.get("reason", "").replace("\x00", "")[:300],
            at=now(),
            actor=request.user,
            subject_label=mandate.number,
        )
    except audit.ReasonMissing:
        answer, status = _("Please give a reason."), 422
    except audit.QuotaUsedUp as error:
        answer, status = (
            _("You have looked at %(quota)d records today; that is the limit.") % {"quota": error.quota},
            429,
        )
    return HttpResponse(escape(answer), status=status)
