"""How far a supply point is billed, and which reading closes what is left."""

from __future__ import annotations

from datetime import date

from django.db.models import Max

from denghuo.commerce.billing.models import BillSection
from denghuo.commerce.readings.models import Reading, ReadingState
from denghuo.commerce.readings.rules import CLOSING_KINDS
from denghuo.records.supply.models import SupplyPoint


def billed_until(supply_point: SupplyPoint) -> date | None:
    """The day up to which live bills reach."""
    found: date | None = (
        BillSection.objects.filter(supply_point=supply_point, bill__kind__in=("ordinary", "final"))
        .exclude(bill__state="cancelled")
        .aggregate(day=Max("period_end"))["day"]
    )
    return found


def billed_to(supply_point: SupplyPoint, on: date) -> bool:
    """Whether live bills reach ``on``."""
    until = billed_until(supply_point)
    return until is not None and until >= on


def unbilled_before(supply_point: SupplyPoint, on: date) -> str:
    """The first cycle before the one of ``on`` that was read but is not billed; empty where there is none."""
    until = billed_until(supply_point)
    found = (
        Reading.objects.filter(
            metering_point__supply_point=supply_point,
            state=ReadingState.ACCEPTED,
            kind__in=CLOSING_KINDS,
            read_date__lt=on,
        )
        .filter(**({"read_date__gt": until} if until else {}))
        .order_by("read_date")
        .values_list("cycle", flat=True)
        .first()
    )
    return found or ""


def closing_cycle(supply_point: SupplyPoint, on: date) -> str | None:
    """The cycle that the accepted closing reading of ``on`` belongs to; None while it is held."""
    return (
        Reading.objects.filter(
            metering_point__supply_point=supply_point,
            state=ReadingState.ACCEPTED,
            kind__in=CLOSING_KINDS,
            read_date=on,
        )
        .order_by("-id")
        .values_list("cycle", flat=True)
        .first()
    )
