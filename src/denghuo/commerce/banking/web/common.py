"""What the banking pages share."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.http import Http404
from django.utils import timezone

from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.records.customers import queries as customers
from denghuo.records.customers.models import Account
from denghuo.records.supply.models import SupplyPoint


def now() -> datetime:
    return timezone.now()


def today() -> date:
    return timezone.localdate()


def visible(request: StaffRequest, rows: Any, pk: int, scope: str = "unit__code") -> Any:
    """The row, or 404 outside the data scope."""
    found = rows.filter(pk=pk, **{f"{scope}__startswith": request.user.scope}).first()
    if found is None:
        raise Http404
    return found


def account_of(number: str, scope: str) -> Account | None:
    """The account with this number, or of the supply point with it, in the data scope."""
    number = number.strip()
    found = customers.accounts_in_scope(scope).filter(number=number).first()
    if found is None and (
        point := SupplyPoint.objects.filter(number=number, unit__code__startswith=scope).first()
    ):
        found = point.account
    return found
