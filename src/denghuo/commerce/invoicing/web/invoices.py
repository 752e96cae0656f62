"""One invoice: what was asked, what was answered, the copy; asking, cancelling, red letter."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override
from django.views.decorators.http import require_GET, require_POST

from denghuo.commerce.billing.models import BillSection, BillState
from denghuo.commerce.invoicing import operations, queries, rules
from denghuo.commerce.invoicing.models import Invoice, InvoiceKind, InvoiceState
from denghuo.commerce.invoicing.queries.document import shown_buyer, shown_remarks
from denghuo.commerce.invoicing.rules import parameters
from denghuo.commerce.invoicing.web.common import now, today, visible_bill, visible_invoice
from denghuo.commerce.invoicing.web.forms import ConfirmationForm, IssuedForm
from denghuo.commerce.invoicing.web.lists import TONES
from denghuo.foundation.documents import pdf
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.parameters import queries as parameter_queries
from denghuo.foundation.ui.access import require
from denghuo.kernel.masking import person_name
from denghuo.kernel.periods import day_of


@require("invoicing.view")
@require_GET
def invoice_page(request: StaffRequest, number: str) -> HttpResponse:
    return _page(request, visible_invoice(request, number))


def _page(request: StaffRequest, invoice: Invoice, **forms: Any) -> HttpResponse:
    may_issue, may_request = request.user.may("invoicing.issue"), request.user.may("invoicing.request")
    state = invoice.state
    reds = list(invoice.red_invoices.order_by("id"))
    live_red = any(red.state in rules.LIVE for red in reds)
    refused = any(form.errors for form in forms.values())
    return render(
        request,
        "invoicing/invoice.html",
        {
            "page_title": _("Invoice %(number)s") % {"number": invoice.number},
            "invoice": invoice,
            "tone": TONES[state],
            "buyer": shown_buyer(invoice),
            "remarks": shown_remarks(invoice),
            "document": queries.invoice_document(invoice),
            "lines": list(invoice.lines.all()),
            "reds": reds,
            "may_cancel": may_request
            and rules.may_become(state, InvoiceState.CANCELLED)
            and not (invoice.kind == InvoiceKind.RED and invoice.bill.state == BillState.CANCELLED),
            "may_ask_again": may_request and state == InvoiceState.REJECTED,
            "may_red": may_request
            and invoice.kind == InvoiceKind.BLUE
            and state == InvoiceState.ISSUED
            and not live_red,
            "confirmation_form": forms.get("confirmation_form", ConfirmationForm())
            if may_issue and state == InvoiceState.CONFIRMATION
            else None,
            "issued_form": forms.get("issued_form", IssuedForm(initial={"issued_date": today().isoformat()}))
            if may_issue and rules.may_become(state, InvoiceState.ISSUED)
            else None,
            "may_reject": may_issue and state == InvoiceState.EXPORTED,
            "breadcrumbs": [
                (_("Electronic invoices"), reverse("invoicing:invoices")),
                (invoice.number, None),
            ],
        },
        status=422 if refused else 200,
    )


@require("invoicing.view")
@require_GET
def invoice_pdf(request: StaffRequest, number: str) -> HttpResponse:
    """The printable copy. It is not the legal document: that is the XML of the tax platform."""
    invoice = visible_invoice(request, number)
    with override("zh-hans"):
        body = pdf.render(
            "invoicing/invoice.typ",
            {"invoice": queries.invoice_document(invoice)},
            created_at=invoice.requested_at,
        )
    response = HttpResponse(body, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{invoice.number}.pdf"'
    return response


@require("invoicing.request")
def request_invoice(request: StaffRequest, number: str) -> HttpResponse:
    """What the invoice of a bill would say; posting asks for it."""
    bill = visible_bill(request, number)
    problem = ""
    if request.method == "POST":
        try:
            made = operations.request(bill=bill, actor=request.user, at=now())
        except operations.InvoiceCannotBeRequested as error:
            problem = str(error)
        else:
            messages.success(request, _("The invoice has been asked for."))
            return redirect("invoicing:invoice", made.number)
    buyer = queries.buyer_of(bill.account)
    sections = list(BillSection.objects.filter(bill=bill).select_related("supply_point").order_by("id"))
    rate = parameter_queries.value(
        parameters.VAT_RATE, on=day_of(bill.issued_at) if bill.issued_at else today()
    )
    live = next(
        (item for item in queries.bill_invoices(bill) if item.kind == "blue" and item.state in rules.LIVE),
        None,
    )
    return render(
        request,
        "invoicing/request.html",
        {
            "page_title": _("Ask for the invoice of bill %(number)s") % {"number": bill.number},
            "bill": bill,
            "live": live,
            "problem": problem,
            "amounts": rules.split([bill.total_fen], rate)[0],
            "rate": rate * 100,
            "buyer": buyer,
            "buyer_name": person_name(buyer.name) if buyer.is_person else buyer.name,
            "seller": queries.seller_of(bill.unit_id),
            "points": [section.supply_point.number for section in sections],
            "breadcrumbs": [
                (_("Bills"), reverse("billing:bills")),
                (bill.number, reverse("billing:bill", args=[bill.number])),
                (_("Invoice"), None),
            ],
        },
        status=422 if problem else 200,
    )


@require("invoicing.request")
@require_POST
def request_many(request: StaffRequest) -> HttpResponse:
    ids = [int(text) for text in request.POST.getlist("ids") if text.isdecimal() and len(text) < 19]
    bills = queries.bills_to_invoice(request.user.scope).filter(pk__in=ids)
    made = operations.request_many(bills=bills, actor=request.user, at=now())
    count = len(made.invoices)
    if count:
        messages.success(
            request,
            ngettext("%(n)d invoice asked for.", "%(n)d invoices asked for.", count) % {"n": count},
        )
    for why, times in made.refused.items():
        messages.warning(request, f"{times} × {why}")
    return redirect(_back(request))


def _back(request: HttpRequest) -> str:
    return reverse("invoicing:invoices" if not request.POST.get("stay") else "invoicing:bills")


@require("invoicing.request")
@require_POST
def cancel(request: StaffRequest, number: str) -> HttpResponse:
    invoice = visible_invoice(request, number)
    try:
        operations.cancel(
            invoice=invoice, reason=request.POST.get("reason", "")[:300], actor=request.user, at=now()
        )
    except operations.InvoiceCannotBeCancelled as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The request is cancelled."))
    return redirect("invoicing:invoice", number)


@require("invoicing.request")
@require_POST
def ask_again(request: StaffRequest, number: str) -> HttpResponse:
    invoice = visible_invoice(request, number)
    try:
        operations.request_again(invoice=invoice, actor=request.user, at=now())
    except operations.InvoiceCannotBeRequested as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("It goes with the next file."))
    return redirect("invoicing:invoice", number)


@require("invoicing.request")
@require_POST
def raise_red(request: StaffRequest, number: str) -> HttpResponse:
    invoice = visible_invoice(request, number)
    try:
        red = operations.raise_red(
            invoice=invoice, reason=request.POST.get("reason", "")[:280], actor=request.user, at=now()
        )
    except operations.RedLetterRefused as error:
        messages.error(request, str(error))
        return redirect("invoicing:invoice", number)
    messages.success(request, _("The red-letter invoice waits for its confirmation."))
    return redirect("invoicing:invoice", red.number)


@require("invoicing.issue")
@require_POST
def confirm_red(request: StaffRequest, number: str) -> HttpResponse:
    invoice = visible_invoice(request, number)
    form = ConfirmationForm(request.POST)
    if form.is_valid():
        try:
            operations.confirm_red(
                invoice=invoice,
                confirmation_number=form.cleaned_data["confirmation_number"],
                actor=request.user,
                at=now(),
            )
        except operations.RedLetterRefused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("It goes with the next file."))
            return redirect("invoicing:invoice", number)
    return _page(request, invoice, confirmation_form=form)


@require("invoicing.issue")
@require_POST
def record_issued(request: StaffRequest, number: str) -> HttpResponse:
    invoice = visible_invoice(request, number)
    form = IssuedForm(request.POST)
    if form.is_valid():
        try:
            operations.record_issued(
                invoice=invoice,
                tax_number=form.cleaned_data["tax_number"],
                issued_date=form.cleaned_data["issued_date"],
                actor=request.user,
                at=now(),
            )
        except operations.AnswerRefused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The invoice is issued."))
            return redirect("invoicing:invoice", number)
    return _page(request, invoice, issued_form=form)


@require("invoicing.issue")
@require_POST
def record_rejected(request: StaffRequest, number: str) -> HttpResponse:
    invoice = visible_invoice(request, number)
    try:
        operations.record_rejected(
            invoice=invoice, rejection=request.POST.get("reason", "")[:300], actor=request.user, at=now()
        )
    except operations.AnswerRefused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The rejection is noted."))
    return redirect("invoicing:invoice", number)
