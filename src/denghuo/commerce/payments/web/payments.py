"""One payment: what it settled, its entries, its receipts, and undoing it."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from denghuo.commerce.ledger.models import Entry
from denghuo.commerce.ledger.operations.posting import PeriodClosed
from denghuo.commerce.ledger.queries.words import account_name
from denghuo.commerce.payments import operations, queries, rules
from denghuo.commerce.payments.models import Payment, PaymentState
from denghuo.commerce.payments.queries.standing import prepaid_by
from denghuo.commerce.payments.web.common import now, today
from denghuo.commerce.payments.web.forms import ReasonForm
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui.access import require


def visible_payment(request: StaffRequest, number: str) -> Payment:
    """Raises Http404 outside the person's scope."""
    found = (
        Payment.objects.select_related(
            "account__customer", "unit", "basket__shift", "received_by", "posting", "reversal"
        )
        .filter(number=number, unit__code__startswith=request.user.scope)
        .first()
    )
    if found is None:
        raise Http404
    return found


def may_reverse(request: StaffRequest, payment: Payment) -> bool:
    """A cashier undoes what he took himself today; anything else needs ``payments.approve``."""
    if payment.state != PaymentState.RECEIVED or payment.channel not in rules.UNDONE_BY_HAND:
        return False
    own_today = payment.received_by_id == request.user.pk and payment.business_date == today()
    return request.user.may("payments.approve") or (own_today and request.user.may("payments.take"))


def _crumbs(payment: Payment, last: str | None = None) -> list[tuple[str, str | None]]:
    crumbs: list[tuple[str, str | None]] = [(_("Payments"), reverse("payments:payments"))]
    if last is None:
        return [*crumbs, (payment.number, None)]
    return [*crumbs, (payment.number, reverse("payments:payment", args=[payment.number])), (last, None)]


@require("payments.view")
@require_GET
def payment_page(request: StaffRequest, number: str) -> HttpResponse:
    payment = visible_payment(request, number)
    postings = [one for one in (payment.posting_id, payment.reversal_id) if one]
    entries = Entry.objects.filter(posting__in=postings).select_related("account").order_by("posting", "id")
    return render(
        request,
        "payments/payment.html",
        {
            "payment": payment,
            "new": "new" in request.GET,
            "settled": queries.settled_by([payment]),
            "prepaid_fen": prepaid_by(payment),
            "entries": [
                (
                    entry,
                    account_name(entry.ledger_account),
                    max(entry.amount_fen, 0),
                    max(-entry.amount_fen, 0),
                )
                for entry in entries
            ],
            "prints": payment.prints.select_related("printed_by"),
            "refunds": payment.refunds.all(),
            "may_reverse": may_reverse(request, payment),
            "page_title": _("Payment %(number)s") % {"number": payment.number},
            "breadcrumbs": _crumbs(payment),
        },
    )


@require("payments.take", "payments.approve")
def reverse_payment(request: StaffRequest, number: str) -> HttpResponse:
    """Preview of the effect; posting undoes the payment."""
    payment = visible_payment(request, number)
    if not may_reverse(request, payment):
        raise PermissionDenied(_("Ask the supervisor: you may undo only what you took yourself today."))
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            operations.reverse(
                payment=payment, at=now(), reason=form.cleaned_data["reason"], actor=request.user
            )
        except (operations.PaymentCannotBeReversed, PeriodClosed) as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The payment is undone; what it settled is open again."))
            return redirect("payments:payment", number)
    return render(
        request,
        "payments/reverse.html",
        {
            "payment": payment,
            "effect": queries.effect_of_reversal(payment),
            "form": form,
            "page_title": _("Undo payment %(number)s") % {"number": payment.number},
            "breadcrumbs": _crumbs(payment, _("Undo")),
        },
        status=422 if form.errors else 200,
    )
