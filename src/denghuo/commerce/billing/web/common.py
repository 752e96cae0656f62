"""What the billing pages share."""

from __future__ import annotations

from datetime import date, datetime

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from denghuo.commerce.billing.rules import DueDate


def now() -> datetime:
    return timezone.now()


def today() -> date:
    return timezone.localdate()


def due_rule() -> DueDate:
    """The utility's rule: ``DUE_DAYS`` days after issue, or on ``DUE_DAY_OF_MONTH`` (settings)."""
    return DueDate(days=settings.DUE_DAYS, day_of_month=settings.DUE_DAY_OF_MONTH)


def next_url(request: HttpRequest, default: str) -> str:
    """Where the form asked to go back to, if that is one of our own pages."""
    wanted = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if wanted and safe else default
