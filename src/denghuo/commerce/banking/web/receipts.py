"""Remittances: the receipt, whose it may be, matching, undoing, sending back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from denghuo.commerce.banking import operations, queries
from denghuo.commerce.banking.models import (
    BankReceipt,
    MatchRule,
    ReceiptMatch,
    ReceiptState,
    SendBack,
    SendBackState,
)
from denghuo.commerce.banking.web.common import account_of, now, today, visible
from denghuo.commerce.banking.web.forms import PartFormSet, ReasonForm
from denghuo.commerce.ledger.operations import PeriodClosed
from denghuo.commerce.payments import operations as payments
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui.access import require
from denghuo.kernel.money import fen, yuan
from denghuo.records.customers.models import Account

REFUSALS = (
    operations.ReceiptCannotBeMatched,
    operations.SendBackRefused,
    payments.PaymentCannotBeReversed,
    payments.PaymentDiffers,
    PeriodClosed,
)


def _receipt(request: StaffRequest, pk: int) -> BankReceipt:
    return visible(request, BankReceipt.objects.select_related("unit"), pk)


@require("banking.view")
@require_GET
def receipt_page(request: StaffRequest, pk: int) -> HttpResponse:
    return _page(request, _receipt(request, pk), None)


def _page(request: StaffRequest, receipt: BankReceipt, parts: Any) -> HttpResponse:
    may = request.user.may("banking.match") and receipt.state == ReceiptState.OPEN
    asked = receipt.send_backs.filter(state=SendBackState.REQUESTED).select_related("requested_by").first()
    proposals = queries.proposals(receipt, on=today()) if receipt.open_fen else []
    accounts = Account.objects.select_related("customer").in_bulk([item.account_id for item in proposals])
    if parts is None:
        first = proposals[0] if proposals else None
        initial = (
            [{"account": accounts[first.account_id].number, "amount": yuan(receipt.open_fen)}]
            if first
            else []
        )
        parts = PartFormSet(initial=initial, prefix="parts")
    context = {
        "receipt": receipt,
        "proposals": [
            (accounts[item.account_id], item, [MatchRule(rule).label for rule in item.rules])
            for item in proposals
            if item.account_id in accounts
        ],
        "matches": receipt.matches.select_related("account__customer", "payment", "matched_by"),
        "send_backs": receipt.send_backs.select_related("requested_by", "decided_by"),
        "asked": asked,
        "may_match": may and asked is None,
        "may_undo": request.user.may("banking.match"),
        "may_decide": asked is not None
        and request.user.may("payments.approve")
        and asked.requested_by_id != request.user.pk,
        "parts": parts,
        "form": ReasonForm(),
        "page_title": _("Receipt %(reference)s") % {"reference": receipt.reference},
        "breadcrumbs": [(_("Remittances"), reverse("banking:receipts")), (receipt.reference, None)],
    }
    return render(request, "banking/receipt.html", context, status=422 if parts.is_bound else 200)


@require("banking.match")
@require_POST
def match(request: StaffRequest, pk: int) -> HttpResponse:
    """Give the receipt to the accounts named, in parts."""
    receipt = _receipt(request, pk)
    forms = PartFormSet(request.POST, prefix="parts")
    if not forms.is_valid():
        return _page(request, receipt, forms)
    parts = []
    for form in forms:
        data = form.cleaned_data
        if not data.get("account"):
            continue
        account = account_of(data["account"], request.user.scope)
        if account is None:
            form.add_error("account", _("There is no such number."))
        else:
            parts.append((account, fen(data["amount"])))
    if not any(form.errors for form in forms):
        try:
            operations.match(
                receipt=receipt, parts=parts, at=now(), actor=request.user, rule=_rule(receipt, parts)
            )
        except REFUSALS as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("The receipt is matched."))
            return redirect("banking:receipt", pk)
    return _page(request, receipt, forms)


def _rule(receipt: BankReceipt, parts: list[tuple[Account, int]]) -> str:
    """The rule that proposed the account, where the clerk followed one."""
    if len(parts) == 1:
        for proposal in queries.proposals(receipt, on=today()):
            if proposal.account_id == parts[0][0].pk:
                return proposal.rule
    return MatchRule.CLERK


@require("banking.match")
@require_POST
def undo(request: StaffRequest, pk: int) -> HttpResponse:
    """Take back a wrong match."""
    found = visible(request, ReceiptMatch.objects.select_related("payment"), pk, "receipt__unit__code")
    try:
        operations.unmatch(
            found=found, reason=request.POST.get("reason", "")[:300], at=now(), actor=request.user
        )
    except REFUSALS as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The match is undone; the money waits again."))
    return redirect("banking:receipt", found.receipt_id)


@require("banking.match")
@require_POST
def ask_send_back(request: StaffRequest, pk: int) -> HttpResponse:
    receipt = _receipt(request, pk)
    try:
        operations.ask_send_back(
            receipt=receipt, reason=request.POST.get("reason", "")[:300], at=now(), actor=request.user
        )
    except REFUSALS as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Sending it back has been asked for."))
    return redirect("banking:receipt", pk)


@require("payments.approve")
@require_POST
def decide_send_back(request: StaffRequest, pk: int) -> HttpResponse:
    asked = visible(request, SendBack.objects.select_related("receipt"), pk, "receipt__unit__code")
    approve = request.POST.get("decision") == "approve"
    try:
        operations.decide_send_back(asked=asked, approve=approve, at=now(), actor=request.user)
    except REFUSALS as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Decided."))
    return redirect("banking:receipt", asked.receipt_id)
