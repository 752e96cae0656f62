"""Receipts: the page after the counter, and the paper."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from denghuo.commerce.payments import operations, queries
from denghuo.commerce.payments.models import Basket, Payment, ReceiptPrint
from denghuo.commerce.payments.queries.standing import prepaid_by
from denghuo.commerce.payments.web.common import now
from denghuo.foundation.documents import pdf, qr
from denghuo.foundation.identity.models import OrganisationUnit
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui.access import require
from denghuo.kernel.capital_amount import chinese_capital_amount


def visible_basket(request: StaffRequest, number: str) -> Basket:
    """A receipt of the person's units, or one whose every payment is of them."""
    found = Basket.objects.select_related("shift", "received_by", "unit").filter(number=number).first()
    scope = request.user.scope
    if found is None or not (
        found.unit_id.startswith(scope) or not found.payments.exclude(unit__code__startswith=scope).exists()
    ):
        raise Http404
    return found


@require("payments.view")
@require_GET
def receipt(request: StaffRequest, number: str) -> HttpResponse:
    """What was paid, for whom, and the button that prints it."""
    basket = visible_basket(request, number)
    payments = list(basket.payments.select_related("account__customer").order_by("id"))
    return render(
        request,
        "payments/receipt.html",
        {
            "basket": basket,
            "rows": [(payment, _settled(payment)) for payment in payments],
            "capital": chinese_capital_amount(basket.total_fen),
            "prints": basket.prints.select_related("printed_by"),
            "cheque": getattr(basket, "cheque", None),
            "own": basket.received_by_id == request.user.pk,
            "page_title": _("Receipt %(number)s") % {"number": basket.number},
            "breadcrumbs": [(_("Payments"), reverse("payments:payments")), (basket.number, None)],
        },
    )


def _settled(payment: Payment) -> list[dict[str, Any]]:
    """What the payment did, line by line, as receipts say it."""
    lines = []
    for row in queries.settled_by([payment]):
        item = row.receivable
        principal = item.principal
        lines.append(
            {
                "label": item.get_kind_display(),
                "document": principal.document_number if principal is not None else item.document_number,
                "cycle": (principal or item).cycle,
                "amount_fen": row.amount_fen,
            }
        )
    if prepaid := prepaid_by(payment):
        lines.append({"label": _("Prepayment"), "document": "", "cycle": "", "amount_fen": prepaid})
    return lines


def _on_paper(line: dict[str, Any]) -> dict[str, Any]:
    return {key: value if isinstance(value, int) else str(value) for key, value in line.items()}


def _part(payment: Payment) -> dict[str, Any]:
    return {
        "number": payment.number,
        "account": payment.account.number,
        "customer": payment.account.customer.masked_name,
        "amount_fen": payment.amount_fen,
        "reversed": payment.state == "reversed",
        "lines": [_on_paper(line) for line in _settled(payment)],
    }


def utility_of(unit_id: str) -> str:
    """The name of the bureau above a unit, as it stands on paper."""
    return OrganisationUnit.objects.values_list("name", flat=True).filter(code=unit_id[:2]).first() or ""


@translation.override("zh-hans")
def _paper(made: ReceiptPrint, basket: Basket | None, payment: Payment | None) -> bytes:
    head: Any = basket or payment
    payments = (
        list(basket.payments.select_related("account__customer").order_by("id")) if basket else [payment]
    )
    total = basket.total_fen if basket else head.amount_fen
    received = localtime(head.received_at)
    data = {
        "utility": utility_of(head.unit_id),
        "unit": head.unit.name,
        "number": head.number,
        "received": f"{received:%Y-%m-%d %H:%M}",
        "channel": str(head.get_channel_display()),
        "clerk": head.received_by.name if head.received_by else "",
        "parts": [_part(one) for one in payments if one is not None],
        "total_fen": total,
        "capital": chinese_capital_amount(total),
        "tendered_fen": basket.tendered_fen if basket else None,
        "change_fen": basket.change_fen if basket else 0,
        "copy": made.copy,
        "printed": f"{localtime(made.printed_at):%Y-%m-%d %H:%M}",
        "printed_by": made.printed_by.name if made.printed_by else "",
        "qr": qr.svg(f"DENGHUO:{head.number}:{total}", scale=3, border=0),
    }
    template = "payments/receipt_80mm.typ" if made.form == "80mm" else "payments/receipt_a4.typ"
    return pdf.render(template, data, created_at=head.received_at)


def _answer(body: bytes, name: str) -> HttpResponse:
    response = HttpResponse(body, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return response


@require("payments.view")
@require_POST
def print_basket(request: StaffRequest, number: str, form: str) -> HttpResponse:
    """The paper of a receipt. Every print is counted; after the first it is marked as a copy."""
    basket = visible_basket(request, number)
    if form not in operations.RECEIPT_FORMS:
        raise Http404
    made = operations.print_receipt(basket=basket, form=form, at=now(), actor=request.user)
    return _answer(_paper(made, basket, None), f"{basket.number}-{made.copy}")


@require("payments.view")
@require_POST
def print_payment(request: StaffRequest, number: str, form: str) -> HttpResponse:
    """The paper of a payment that came without a basket (transfer, code, bank)."""
    payment = (
        Payment.objects.select_related("unit", "received_by", "account__customer")
        .filter(number=number, unit__code__startswith=request.user.scope)
        .first()
    )
    if payment is None or form not in operations.RECEIPT_FORMS:
        raise Http404
    made = operations.print_receipt(payment=payment, form=form, at=now(), actor=request.user)
    return _answer(_paper(made, None, payment), f"{payment.number}-{made.copy}")
