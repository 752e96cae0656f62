"""What the pages of this room share: the clock, what is visible, who is meant by a number."""

from __future__ import annotations

from datetime import date, datetime

from django.http import Http404
from django.utils import timezone

from denghuo.care.appointments import queries
from denghuo.care.appointments.models import Appointment
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.records.customers import queries as customers
from denghuo.records.customers.models import Customer
from denghuo.records.supply.models import SupplyPoint

TONES = {"booked": "info", "arrived": "accent", "done": "success", "missed": "danger", "cancelled": "neutral"}


def now() -> datetime:
    return timezone.now()


def visible(request: StaffRequest, number: str) -> Appointment:
    """The appointment, or 404 outside the data scope."""
    found = (
        queries.visible(request.user.scope)
        .select_related("service", "unit", "customer", "supply_point", "booked_by", "series")
        .filter(number=number)
        .first()
    )
    if found is None:
        raise Http404
    return found


def day_typed(text: str, default: date) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return default


def moment_typed(text: str) -> datetime | None:
    """An instant as a form carries it (ISO with its zone); None where it is none."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is not None else None


def who_is(text: str, scope: str) -> list[tuple[Customer, SupplyPoint | None]]:
    """Customers meant by a customer, account or supply point number or a telephone, with the place they named."""
    digits = text.strip().replace("-", "").replace(" ", "")
    if not (digits.isascii() and digits.isdigit() and len(digits) >= 5):
        return []
    points = SupplyPoint.objects.filter(unit__code__startswith=scope, number=digits)
    if point := points.select_related("customer", "unit").first():
        return [(point.customer, point)]
    if account := next(iter(customers.found_accounts(digits, scope=scope, limit=1)), None):
        return [(account.customer, account.supply_points.order_by("number").first())]
    return [
        (customer, customer.supply_points.order_by("number").first())
        for customer in customers.found_by_digits(text.strip(), scope=scope, limit=5)
    ]
