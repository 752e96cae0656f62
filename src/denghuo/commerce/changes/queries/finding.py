"""Supply points by any number that a customer may have at hand."""

from __future__ import annotations

from django.db.models import Q

from denghuo.foundation.database.text_index import starts_with
from denghuo.records.supply import queries as supply
from denghuo.records.supply.models import SupplyPoint

_LEAST = 4


def supply_points(text: str, *, scope: str, limit: int = 20) -> list[SupplyPoint]:
    """By supply point, account, customer, telephone or meter number, else by a part of the address."""
    text = text.strip()
    if len(text) < 2:
        return []
    if not text.isascii() or not any(letter.isdigit() for letter in text):
        return supply.found_by_address(text, scope=scope, limit=limit)
    if len(text) < _LEAST:
        return []
    hanging = Q(
        metering_points__installations__meter__asset_number=text,
        metering_points__installations__removed_date__isnull=True,
    )
    found = supply.in_scope(scope).filter(
        starts_with("number", text)
        | Q(account__number=text)
        | Q(customer__number=text)
        | Q(customer__phone=text)
        | hanging
    )
    return list(found.select_related("customer", "account").distinct().order_by("number")[:limit])
