"""Invoices of bills for other systems."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Query, Router, Schema

from denghuo.commerce.billing.models import Bill
from denghuo.commerce.invoicing import operations, queries
from denghuo.commerce.invoicing.models import Invoice, InvoiceKind, InvoiceState
from denghuo.foundation.identity.api import (
    DecimalText,
    Page,
    Paging,
    Problem,
    Token,
    idempotent,
    keyset_page,
    yuan_text,
)

router = Router(tags=["invoicing"])


class InvoiceOut(Schema):
    """``tax_number`` is the 20-digit number of the tax platform, null before issue."""

    number: str
    kind: InvoiceKind
    state: InvoiceState
    special: bool
    bill: str
    account: str
    total_yuan: str
    ex_tax_yuan: str
    tax_yuan: str
    vat_rate: DecimalText
    tax_number: str | None
    issued_date: date | None
    original: str | None
    rejection: str


class InvoiceFilter(Paging):
    bill: str = Field("", max_length=18, description="Number of a bill")
    account: str = Field("", max_length=14, description="Number of an account")


class RequestIn(Schema):
    bill: str = Field(..., max_length=18, description="Number of an issued bill")


def _invoice(invoice: Invoice) -> InvoiceOut:
    return InvoiceOut(
        number=invoice.number,
        kind=InvoiceKind(invoice.kind),
        state=InvoiceState(invoice.state),
        special=invoice.special,
        bill=invoice.bill.number,
        account=invoice.account.number,
        total_yuan=yuan_text(invoice.total_fen),
        ex_tax_yuan=yuan_text(invoice.ex_tax_fen),
        tax_yuan=yuan_text(invoice.tax_fen),
        vat_rate=invoice.vat_rate.normalize(),
        tax_number=invoice.tax_number,
        issued_date=invoice.issued_date,
        original=invoice.original.number if invoice.original else None,
        rejection=invoice.rejection,
    )


@router.get("/invoices", response=Page[InvoiceOut], auth=Token("billing.view"))
def invoices(request: HttpRequest, query: Query[InvoiceFilter]) -> Any:
    """Invoices in the order they were asked for; of one bill or account where it is named."""
    client: Any = request.auth  # type: ignore[attr-defined]
    rows = queries.invoices_in_scope(client.scope).select_related("bill", "account", "original")
    if query.bill:
        rows = rows.filter(bill__number=query.bill)
    if query.account:
        rows = rows.filter(account__number=query.account)
    page = keyset_page(rows, query)
    return {"items": [_invoice(row) for row in page.rows], "next_cursor": page.next_cursor}


@router.post("/invoices", response={201: InvoiceOut}, auth=Token("billing.view", "payments.take"))
@idempotent
def request_invoice(request: HttpRequest, body: RequestIn) -> tuple[int, InvoiceOut]:
    """Ask for the invoice of a bill; the tax platform issues it later."""
    client: Any = request.auth  # type: ignore[attr-defined]
    bill = Bill.objects.filter(number=body.bill, unit__code__startswith=client.scope).first()
    if bill is None:
        raise Problem(404, "not_found", "there is no such bill, or it is not yours to see")
    try:
        made = operations.request(bill=bill, actor=None, at=timezone.now())
    except operations.InvoiceCannotBeRequested as error:
        raise Problem(409, "conflict", str(error)) from error
    return 201, _invoice(
        queries.invoices_in_scope(client.scope).select_related("bill", "account", "original").get(pk=made.pk)
    )
