"""Meters and metering points as people ask about them."""

from __future__ import annotations

from datetime import date

from django.db.models import Q, QuerySet

from denghuo.commerce.metering.models import Installation, Meter, MeteringPoint, MeterState
from denghuo.records.supply.models import SupplyPoint

_LEAST_DIGITS = 4


def meters_in(scope: str) -> QuerySet[Meter]:
    """Meters of the units that start with ``scope``."""
    return Meter.objects.filter(unit__code__startswith=scope).select_related("unit")


def points_in(scope: str) -> QuerySet[MeteringPoint]:
    """Metering points of supply points in the units that start with ``scope``."""
    return MeteringPoint.objects.filter(supply_point__unit__code__startswith=scope).select_related(
        "supply_point__customer", "supply_point__unit"
    )


def hanging(point: MeteringPoint) -> Installation | None:
    """What hangs at a metering point now."""
    return point.installations.filter(removed_date__isnull=True).select_related("meter").first()


def installed_at(point: MeteringPoint, on: date) -> Installation | None:
    """What hung at a metering point on a day."""
    return (
        point.installations.filter(installed_date__lte=on)
        .filter(Q(removed_date__isnull=True) | Q(removed_date__gt=on))
        .select_related("meter")
        .order_by("-installed_date", "-id")
        .first()
    )


def installations_of(meter: Meter) -> QuerySet[Installation]:
    """Where a meter hung, latest first."""
    return meter.installations.select_related("metering_point__supply_point__customer").order_by(
        "-installed_date", "-id"
    )


def points_of(supply_point: SupplyPoint) -> list[tuple[MeteringPoint, Installation | None]]:
    """The metering points of a supply point, sub-meters after their main point, each with what hangs there."""
    points = list(
        supply_point.metering_points.select_related("parent").prefetch_related("children").order_by("number")
    )
    now = {
        one.metering_point_id: one
        for one in Installation.objects.filter(
            metering_point__in=points, removed_date__isnull=True
        ).select_related("meter")
    }
    points.sort(key=lambda point: (point.parent.number if point.parent else point.number, bool(point.parent)))
    return [(point, now.get(point.pk)) for point in points]


def history_of(supply_point: SupplyPoint) -> QuerySet[Installation]:
    """Every meter that ever hung at a supply point, latest first."""
    return (
        Installation.objects.filter(metering_point__supply_point=supply_point)
        .select_related("meter", "metering_point")
        .order_by("-installed_date", "-id")
    )


def due_for_verification(scope: str, before: date) -> QuerySet[Meter]:
    """Installed meters whose verification ends before a day."""
    return meters_in(scope).filter(state=MeterState.INSTALLED, verification_due_date__lt=before)


def found_meters(text: str, *, scope: str, limit: int) -> list[Meter]:
    """Meters by the start of the asset number, or the whole communication address or factory number."""
    if len(text) < _LEAST_DIGITS:
        return []
    return list(
        meters_in(scope).filter(
            Q(asset_number__gte=text, asset_number__lt=text + "￿")
            | Q(communication_address=text)
            | Q(factory_number=text)
        )[:limit]
    )


def found_points(text: str, *, scope: str, limit: int) -> list[MeteringPoint]:
    """Metering points by the start of their number."""
    if len(text) < _LEAST_DIGITS:
        return []
    return list(points_in(scope).filter(number__gte=text, number__lt=text + "￿")[:limit])
