"""What the pages of invoices share."""

from __future__ import annotations

from datetime import date, datetime

from django.http import Http404
from django.utils import timezone

from denghuo.commerce.billing.models import Bill
from denghuo.commerce.invoicing.models import Invoice
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.records.customers.models import Account


def now() -> datetime:
    return timezone.now()


def today() -> date:
    return timezone.localdate()


def visible_invoice(request: StaffRequest, number: str) -> Invoice:
    """The invoice, or 404 outside the data scope."""
    found = (
        Invoice.objects.select_related(
            "bill", "account__customer", "unit", "original", "export", "requested_by"
        )
        .filter(number=number, unit__code__startswith=request.user.scope)
        .first()
    )
    if found is None:
        raise Http404
    return found


def visible_bill(request: StaffRequest, number: str) -> Bill:
    """The bill, or 404 outside the data scope."""
    found = (
        Bill.objects.select_related("account__customer", "unit")
        .filter(number=number, unit__code__startswith=request.user.scope)
        .first()
    )
    if found is None:
        raise Http404
    return found


def visible_account(request: StaffRequest, number: str) -> Account:
    """The account, or 404 outside the data scope."""
    found = (
        Account.objects.select_related("customer", "unit")
        .filter(number=number, unit__code__startswith=request.user.scope)
        .first()
    )
    if found is None:
        raise Http404
    return found
