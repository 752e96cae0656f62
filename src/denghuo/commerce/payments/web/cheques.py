"""A cheque and what became of it."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from denghuo.commerce.ledger.operations.posting import PeriodClosed
from denghuo.commerce.payments import operations
from denghuo.commerce.payments.models import Cheque
from denghuo.commerce.payments.web.common import now
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui.access import require


def _visible(request: StaffRequest, pk: int) -> Cheque:
    found = (
        Cheque.objects.select_related("basket__received_by", "decided_by", "posting")
        .filter(pk=pk, basket__unit__code__startswith=request.user.scope)
        .first()
    )
    if found is None:
        raise Http404
    return found


@require("payments.view")
@require_GET
def cheque_page(request: StaffRequest, pk: int) -> HttpResponse:
    cheque = _visible(request, pk)
    return render(
        request,
        "payments/cheque.html",
        {
            "cheque": cheque,
            "payments": cheque.basket.payments.select_related("account__customer"),
            "may_decide": cheque.state == "presented" and request.user.may("payments.confirm_cash_up"),
            "page_title": _("Cheque %(number)s") % {"number": cheque.number},
            "breadcrumbs": [(_("Cheques"), reverse("payments:cheques")), (cheque.number, None)],
        },
    )


@require("payments.confirm_cash_up")
@require_POST
def decide_cheque(request: StaffRequest, pk: int) -> HttpResponse:
    """The bank paid it, or it came back."""
    cheque = _visible(request, pk)
    try:
        if request.POST.get("decision") == "clear":
            operations.clear_cheque(cheque=cheque, at=now(), actor=request.user)
            messages.success(request, _("The cheque has cleared."))
        else:
            reason = request.POST.get("reason", "")[:200]
            operations.bounce_cheque(cheque=cheque, reason=reason, at=now(), actor=request.user)
            messages.success(request, _("The cheque bounced: its payments are undone, the debts open again."))
    except (operations.ChequeCannotBeDecided, operations.PaymentCannotBeReversed, PeriodClosed) as error:
        messages.error(request, str(error))
    return redirect("payments:cheque", pk)
