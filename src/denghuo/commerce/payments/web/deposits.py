"""Deposits: taken, drawn on, given back."""

from __future__ import annotations

import secrets

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from denghuo.commerce.ledger.operations.posting import PeriodClosed
from denghuo.commerce.payments import operations, queries
from denghuo.commerce.payments.models import Channel, Deposit
from denghuo.commerce.payments.web.common import now, today, visible_account
from denghuo.commerce.payments.web.forms import DepositForm, DrawForm
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui.access import require


@require("payments.take")
def new_deposit(request: StaffRequest, account: str) -> HttpResponse:
    found = visible_account(request, account)
    form = DepositForm(request.POST or None, initial={"key": secrets.token_hex(12), "channel": "cash"})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            made = operations.take_deposit(
                account=found,
                amount_fen=data["amount_fen"],
                purpose=data["purpose"],
                channel=data["channel"],
                external_id=f"D-{data['key']}" if data["channel"] == Channel.CASH else data["reference"],
                at=now(),
                actor=request.user,
            )
        except (operations.DepositImpossible, operations.NoOpenShift, PeriodClosed) as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The deposit is booked."))
            return redirect("payments:deposit", made.number)
    return render(
        request,
        "payments/new_deposit.html",
        {
            "account": found,
            "form": form,
            "shift": queries.open_shift_of(request.user),
            "page_title": _("Take a deposit"),
            "breadcrumbs": [(_("Deposits"), reverse("payments:deposits")), (found.number, None)],
        },
        status=422 if form.errors else 200,
    )


def _visible(request: StaffRequest, number: str) -> Deposit:
    found = (
        Deposit.objects.select_related("account__customer", "taken_by", "posting")
        .filter(number=number, unit__code__startswith=request.user.scope)
        .first()
    )
    if found is None:
        raise Http404
    return found


@require("payments.view")
@require_GET
def deposit_page(request: StaffRequest, number: str) -> HttpResponse:
    return _page(request, _visible(request, number), DrawForm())


def _page(request: StaffRequest, deposit: Deposit, form: DrawForm) -> HttpResponse:
    standing = queries.standing_of(deposit.account, on=today())
    most = min(deposit.held_fen, standing.pays_all_fen)
    return render(
        request,
        "payments/deposit.html",
        {
            "deposit": deposit,
            "standing": standing,
            "most_fen": most,
            "form": form,
            "refunds": deposit.refunds.all(),
            "may_draw": most > 0 and request.user.may("payments.refund"),
            "page_title": _("Deposit %(number)s") % {"number": deposit.number},
            "breadcrumbs": [(_("Deposits"), reverse("payments:deposits")), (deposit.number, None)],
        },
        status=422 if form.errors else 200,
    )


@require("payments.refund")
@require_POST
def draw(request: StaffRequest, number: str) -> HttpResponse:
    """Let part of the deposit pay what is owed."""
    deposit = _visible(request, number)
    form = DrawForm(request.POST)
    if form.is_valid():
        try:
            operations.draw_deposit(deposit=deposit, at=now(), actor=request.user, **form.cleaned_data)
        except (operations.DepositImpossible, PeriodClosed) as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The deposit has paid what was owed."))
            return redirect("payments:deposit", number)
    return _page(request, deposit, form)
