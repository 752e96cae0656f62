"""What the pages of the channels share."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import quote

from django.conf import settings
from django.http import Http404
from django.utils import timezone

from denghuo.commerce.channels.models import PaymentOrder
from denghuo.foundation.identity.web.requests import StaffRequest


def now() -> datetime:
    return timezone.now()


def visible_order(request: StaffRequest, number: str) -> PaymentOrder:
    """The order, or 404 outside the data scope."""
    found = (
        PaymentOrder.objects.select_related("account__customer", "payment", "created_by")
        .filter(out_trade_no=number, unit__code__startswith=request.user.scope)
        .first()
    )
    if found is None:
        raise Http404
    return found


def phone_url(order: PaymentOrder) -> str:
    """Where the emulator plays the customer's phone; empty with the real channels."""
    if not settings.EMULATOR_URL or not order.code_url:
        return ""
    if order.product in ("wap", "page", "h5"):
        return order.code_url
    return f"{settings.EMULATOR_URL}/phone/?code={quote(order.code_url, safe='')}"
