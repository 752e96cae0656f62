"""Money that goes back: ask with a preview, decide, pay out."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_POST

from denghuo.commerce.ledger.operations.posting import PeriodClosed
from denghuo.commerce.payments import operations, queries, rules
from denghuo.commerce.payments.models import Deposit, Payment, PaymentState, Refund, RefundState
from denghuo.commerce.payments.web.common import now, today, visible_account
from denghuo.commerce.payments.web.forms import RefundForm
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui import formats
from denghuo.foundation.ui.access import require
from denghuo.records.customers.models import Account

MOST_PAYMENTS = 20


def _sources(
    account: Account, standing: queries.Standing
) -> tuple[list[tuple[str, Any]], dict[int, Deposit]]:
    """Where the money may come from, each with what it holds."""
    sources: list[tuple[str, Any]] = []
    for source, label, fen in (
        ("prepayment", _("Prepayment"), standing.prepaid_fen),
        ("generation", _("Payment for generation"), standing.payable_fen),
    ):
        if fen > 0:
            sources.append((source, f"{label} ({formats.money(fen)})"))
    deposits = {one.pk: one for one in Deposit.objects.filter(account=account, held_fen__gt=0)}
    for one in deposits.values():
        label = _("Deposit %(number)s") % {"number": one.number}
        sources.append((f"deposit:{one.pk}", f"{label} · {one.purpose} ({formats.money(one.held_fen)})"))
    sources.append(("compensation", _("Compensation")))
    return sources, deposits


def _returnable(account: Account) -> list[tuple[Payment, str]]:
    """Payments whose channel can give them back, with what is left of each."""
    found = []
    recent = Payment.objects.filter(
        account=account, channel__in=rules.THROUGH_THE_CHANNEL, state=PaymentState.RECEIVED
    )
    for payment in recent.order_by("-id")[:MOST_PAYMENTS]:
        left = operations.refundable_fen(payment)
        if left > 0:
            label = _("Back through %(channel)s: %(number)s of %(day)s, at most %(yuan)s") % {
                "channel": payment.get_channel_display(),
                "number": payment.number,
                "day": f"{payment.business_date:%Y-%m-%d}",
                "yuan": formats.money(left),
            }
            found.append((payment, label))
    return found


@require("payments.refund")
def new_refund(request: StaffRequest, account: str) -> HttpResponse:
    """What the account holds; the form first shows the effect, then asks for approval."""
    found = visible_account(request, account)
    standing = queries.standing_of(found, on=today())
    sources, deposits = _sources(found, standing)
    payments = _returnable(found)
    initial = {
        "source": request.GET.get("source", ""),
        "amount_fen": f"{standing.prepaid_fen / 100:.2f}" if standing.prepaid_fen > 0 else "",
        "beneficiary": found.customer.name if found.customer.is_person is False else "",
    }
    form = RefundForm(request.POST or None, sources=sources, payments=payments, initial=initial)
    preview: dict[str, Any] | None = None
    if request.method == "POST" and form.is_valid():
        facts = form.facts(deposits, {payment.pk: payment for payment, _label in payments})
        held = operations.held_fen(found, facts["source"], facts["deposit"])
        if request.POST.get("step") == "ask":
            try:
                made = operations.ask_refund(account=found, actor=request.user, at=now(), **facts)
            except (operations.RefundImpossible, PeriodClosed) as error:
                form.add_error(None, str(error))
            else:
                messages.success(
                    request,
                    _("The refund may be paid out.")
                    if made.state == RefundState.APPROVED
                    else _("Another person must now approve the refund."),
                )
                return redirect("payments:refund", made.number)
        elif held is not None and facts["amount_fen"] > held:
            form.add_error("amount_fen", _("Only %(yuan)s is there.") % {"yuan": formats.money(held)})
        else:
            preview = {
                "before_fen": held,
                "after_fen": None if held is None else held - facts["amount_fen"],
                "amount_fen": facts["amount_fen"],
                "channel": dict(form.fields["way"].choices)[form.cleaned_data["way"]],  # type: ignore[attr-defined]
                "source": dict(sources)[form.cleaned_data["source"]],
            }
    return render(
        request,
        "payments/new_refund.html",
        {
            "account": found,
            "standing": standing,
            "form": form,
            "preview": preview,
            "page_title": pgettext("counter", "Refund"),
            "breadcrumbs": [(_("Refunds"), reverse("payments:refunds")), (found.number, None)],
        },
        status=422 if form.errors else 200,
    )


def _visible(request: StaffRequest, number: str) -> Refund:
    found = (
        Refund.objects.select_related(
            "account__customer", "payment", "deposit", "requested_by", "decided_by", "paid_by", "posting"
        )
        .filter(number=number, unit__code__startswith=request.user.scope)
        .first()
    )
    if found is None:
        raise Http404
    return found


@require("payments.view")
@require_GET
def refund_page(request: StaffRequest, number: str) -> HttpResponse:
    refund = _visible(request, number)
    user = request.user
    waiting = refund.state in (RefundState.APPROVED, RefundState.SENT)
    at_the_counter = refund.channel in ("cash", "card")
    held = operations.held_fen(refund.account, refund.source, refund.deposit)
    return render(
        request,
        "payments/refund.html",
        {
            "refund": refund,
            "held_fen": held,
            "after_fen": None if held is None else held - refund.amount_fen,
            "own": refund.requested_by_id == user.pk,
            "may_decide": refund.state == RefundState.REQUESTED and user.may("payments.approve"),
            "may_hand_out": waiting and at_the_counter and user.may("payments.take"),
            "may_mark": waiting and refund.channel == "transfer" and user.may("payments.send_refund"),
            "page_title": _("Refund %(number)s") % {"number": refund.number},
            "breadcrumbs": [(_("Refunds"), reverse("payments:refunds")), (refund.number, None)],
        },
    )


@require("payments.approve")
@require_POST
def decide_refund(request: StaffRequest, number: str) -> HttpResponse:
    refund = _visible(request, number)
    note = request.POST.get("reason", "")[:300]
    try:
        if request.POST.get("decision") == "approve":
            operations.approve_refund(refund=refund, actor=request.user, at=now(), note=note)
            messages.success(request, _("The refund may be paid out."))
        else:
            operations.reject_refund(refund=refund, actor=request.user, at=now(), note=note)
            messages.success(request, _("The money stays where it is."))
    except (operations.RefundCannotBeDecided, PeriodClosed) as error:
        messages.error(request, str(error))
    return redirect("payments:refund", number)


@require("payments.take", "payments.send_refund")
@require_POST
def pay_refund(request: StaffRequest, number: str) -> HttpResponse:
    """Cash and card by the cashier, a transfer by the accountant; or it could not be paid."""
    refund = _visible(request, number)
    reference = request.POST.get("reference", "")[:64]
    at_the_counter = refund.channel in ("cash", "card")
    if not request.user.may("payments.take" if at_the_counter else "payments.send_refund"):
        raise PermissionDenied
    if refund.channel not in ("cash", "card", "transfer"):
        raise PermissionDenied(_("This channel reports by itself."))
    try:
        if request.POST.get("outcome") == "failed":
            reason = request.POST.get("reason", "").strip()[:300] or _("Not paid out")
            operations.refund_failed(refund=refund, reason=reason, at=now(), actor=request.user)
            messages.success(request, _("The money is back on the account."))
        elif at_the_counter:
            operations.hand_out(refund=refund, at=now(), actor=request.user, reference=reference)
            messages.success(request, _("Paid out."))
        else:
            operations.mark_transferred(refund=refund, bank_reference=reference, at=now(), actor=request.user)
            messages.success(request, _("Marked as transferred."))
    except (operations.RefundDiffers, operations.NoOpenShift, PeriodClosed) as error:
        messages.error(request, str(error))
    return redirect("payments:refund", number)
