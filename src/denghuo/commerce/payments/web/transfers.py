"""Prepayment to another account, generation against bills."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from denghuo.commerce.ledger.operations.posting import PeriodClosed
from denghuo.commerce.payments import operations, queries
from denghuo.commerce.payments.models import Transfer, TransferState
from denghuo.commerce.payments.web.common import now, today, visible_account
from denghuo.commerce.payments.web.forms import OffsetForm, TransferForm
from denghuo.commerce.receivables.operations.moving import NotEnoughPayable
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui.access import require
from denghuo.records.customers import queries as customers
from denghuo.records.customers.models import Account


@require("payments.refund")
def new_transfer(request: StaffRequest, account: str) -> HttpResponse:
    """First the effect on both accounts, then the transfer (or the request for it)."""
    source = visible_account(request, account)
    standing = queries.standing_of(source, on=today())
    form = TransferForm(request.POST or None)
    effect = target = None
    if request.method == "POST" and form.is_valid():
        target = (
            customers.accounts_in_scope(request.user.scope)
            .select_related("customer")
            .filter(number=form.cleaned_data["target"].strip())
            .first()
        )
        amount = form.cleaned_data["amount_fen"]
        if target is None:
            form.add_error("target", _("There is no such account."))
        elif amount > standing.prepaid_fen:
            form.add_error("amount_fen", _("That much is not prepaid."))
        elif request.POST.get("step") == "move":
            answer = _ask(request, form, source, target)
            if answer is not None:
                return answer
        else:
            effect = operations.preview_transfer(source=source, target=target, amount_fen=amount, on=today())
    others = (
        source.customer.accounts.exclude(pk=source.pk)
        .filter(closed_date__isnull=True, unit__code__startswith=request.user.scope)
        .order_by("number")[:12]
    )
    return render(
        request,
        "payments/new_transfer.html",
        {
            "account": source,
            "standing": standing,
            "others": others,
            "form": form,
            "effect": effect,
            "target": target,
            "page_title": _("Move prepayment"),
            "breadcrumbs": [(_("Transfers"), reverse("payments:transfers")), (source.number, None)],
        },
        status=422 if form.errors else 200,
    )


def _ask(request: StaffRequest, form: TransferForm, source: Account, target: Account) -> HttpResponse | None:
    try:
        made = operations.ask_transfer(
            source=source,
            target=target,
            amount_fen=form.cleaned_data["amount_fen"],
            reason=form.cleaned_data["reason"],
            at=now(),
            actor=request.user,
        )
    except (operations.TransferImpossible, PeriodClosed) as error:
        form.add_error(None, str(error))
        return None
    done = made.state == TransferState.DONE
    messages.success(
        request,
        _("The prepayment has moved.") if done else _("Another person must now approve the transfer."),
    )
    return redirect("payments:transfer", made.number)


def _visible(request: StaffRequest, number: str) -> Transfer:
    found = (
        Transfer.objects.select_related(
            "source__customer", "target__customer", "requested_by", "decided_by", "posting"
        )
        .filter(number=number, unit__code__startswith=request.user.scope)
        .first()
    )
    if found is None:
        raise Http404
    return found


@require("payments.view")
@require_GET
def transfer_page(request: StaffRequest, number: str) -> HttpResponse:
    transfer = _visible(request, number)
    waiting = transfer.state == TransferState.REQUESTED
    return render(
        request,
        "payments/transfer.html",
        {
            "transfer": transfer,
            "effect": operations.preview_transfer(
                source=transfer.source,
                target=transfer.target,
                amount_fen=transfer.amount_fen,
                on=today(),
            )
            if waiting
            else None,
            "own": transfer.requested_by_id == request.user.pk,
            "may_decide": waiting and request.user.may("payments.approve"),
            "page_title": _("Transfer %(number)s") % {"number": transfer.number},
            "breadcrumbs": [(_("Transfers"), reverse("payments:transfers")), (transfer.number, None)],
        },
    )


@require("payments.approve")
@require_POST
def decide_transfer(request: StaffRequest, number: str) -> HttpResponse:
    transfer = _visible(request, number)
    note = request.POST.get("reason", "")[:300]
    try:
        if request.POST.get("decision") == "approve":
            operations.approve_transfer(transfer=transfer, actor=request.user, at=now(), note=note)
            messages.success(request, _("The prepayment has moved."))
        else:
            operations.reject_transfer(transfer=transfer, actor=request.user, at=now(), note=note)
            messages.success(request, _("The money stays where it is."))
    except (operations.TransferCannotBeDecided, PeriodClosed) as error:
        messages.error(request, str(error))
    return redirect("payments:transfer", number)


@require("payments.refund")
def offset(request: StaffRequest, account: str) -> HttpResponse:
    """What is owed for generation pays the customer's own bills."""
    found = visible_account(request, account)
    standing = queries.standing_of(found, on=today())
    most = max(0, min(standing.payable_fen, standing.pays_all_fen))
    form = OffsetForm(request.POST or None, initial={"amount_fen": f"{most / 100:.2f}"})
    if request.method == "POST" and form.is_valid():
        try:
            operations.offset_generation(
                account=found, amount_fen=form.cleaned_data["amount_fen"], at=now(), actor=request.user
            )
        except (NotEnoughPayable, PeriodClosed) as error:
            form.add_error("amount_fen", str(error))
        else:
            messages.success(request, _("The payment for generation has paid the bills."))
            return redirect("customers:account", found.pk)
    return render(
        request,
        "payments/offset.html",
        {
            "account": found,
            "standing": standing,
            "form": form,
            "most_fen": most,
            "page_title": _("Generation against bills"),
            "breadcrumbs": [
                (found.number, reverse("customers:account", args=[found.pk])),
                (_("Offset"), None),
            ],
        },
        status=422 if form.errors else 200,
    )
