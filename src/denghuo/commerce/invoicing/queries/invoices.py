"""Invoices, and bills that have none."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, QuerySet

from denghuo.commerce.billing.models import Bill, BillKind, BillState
from denghuo.commerce.invoicing.models import Invoice, InvoiceKind, InvoiceState
from denghuo.commerce.invoicing.rules import LIVE
from denghuo.records.customers.models import Account

INVOICED_KINDS = (BillKind.ORDINARY, BillKind.FINAL)
RED_WORK = (InvoiceState.CONFIRMATION, InvoiceState.REQUESTED, InvoiceState.EXPORTED, InvoiceState.REJECTED)


def invoices_in_scope(visible: str) -> QuerySet[Invoice]:
    """Invoices of units below ``visible``."""
    return Invoice.objects.filter(unit__code__startswith=visible)


def bills_to_invoice(visible: str) -> QuerySet[Bill]:
    """Issued bills of an amount above zero that have no live invoice."""
    live = Invoice.objects.filter(bill_id=OuterRef("pk"), kind=InvoiceKind.BLUE, state__in=LIVE)
    return Bill.objects.filter(
        ~Exists(live),
        unit__code__startswith=visible,
        state=BillState.ISSUED,
        kind__in=INVOICED_KINDS,
        total_fen__gt=0,
    )


def bill_invoices(bill: Bill) -> list[Invoice]:
    """Blue and red invoices of a bill, newest first."""
    return list(Invoice.objects.filter(bill=bill).order_by("-id"))


def account_invoices(account: Account, *, limit: int = 12) -> list[Invoice]:
    return list(Invoice.objects.filter(account=account).select_related("bill").order_by("-id")[:limit])


def waiting_red(visible: str) -> QuerySet[Invoice]:
    """Red-letter invoices that still need something done."""
    return invoices_in_scope(visible).filter(kind=InvoiceKind.RED, state__in=RED_WORK)
