"""What the pages of receivables share."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.http import Http404
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from denghuo.commerce.receivables.models import Receivable
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.records.customers.models import Account


def now() -> datetime:
    return timezone.now()


def today() -> date:
    return timezone.localdate()


def day_from(text: str, default: date) -> date:
    """A day of the URL; the default where it is none."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return default
    return found if date(2000, 1, 1) <= found <= date(2100, 1, 1) else default


def visible_receivable(request: StaffRequest, pk: int) -> Receivable:
    """The receivable, or 404 outside the data scope."""
    rows = Receivable.objects.select_related("account__customer", "unit", "principal")
    found = rows.filter(pk=pk, account__unit__code__startswith=request.user.scope).first()
    if found is None:
        raise Http404
    return found


def visible_account(request: StaffRequest, pk: int) -> Account:
    """The account, or 404 outside the data scope."""
    rows = Account.objects.select_related("customer", "unit")
    found = rows.filter(pk=pk, unit__code__startswith=request.user.scope).first()
    if found is None:
        raise Http404
    return found


def document_url(item: Receivable) -> str:
    """The page of the document that made the debt, where there is one."""
    if item.document_type == "billing.bill":
        return reverse("billing:bill", args=[item.document_number])
    return ""


def cashier_url(account: Any) -> str:
    """Where the account is paid; empty while there is no such desk."""
    try:
        return f"{reverse('payments:cashier')}?account={account.number}"
    except NoReverseMatch:
        return ""
