"""Which plates a sheet holds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from denghuo.commerce.readings.models import ReadingRoute, RouteStop
from denghuo.records.grid.models import TransformerArea
from denghuo.records.supply.models import SupplyPoint, SupplyTerms


@dataclass(frozen=True)
class Label:
    """What a plate says in clear: the number, and the line and area it hangs on. No name, no address."""

    point: SupplyPoint
    area: str
    line: str


def of_area(area: TransformerArea, *, on: date) -> list[Label]:
    """Plates of everybody behind a transformer area."""
    terms = SupplyTerms.objects.filter(_holding(on), area=area).values_list("supply_point_id", flat=True)
    return _labels(SupplyPoint.objects.filter(pk__in=terms).order_by("number"), on)


def of_route(route: ReadingRoute, *, on: date) -> list[Label]:
    """Plates in the order in which the route is walked."""
    stops = RouteStop.objects.filter(route=route).order_by("position")
    order: dict[int, int] = {}
    for position, point_id in enumerate(stops.values_list("metering_point__supply_point_id", flat=True)):
        order.setdefault(point_id, position)
    points = SupplyPoint.objects.filter(pk__in=order)
    return _labels(sorted(points.select_related("unit"), key=lambda point: order[point.pk]), on)


def of_point(point: SupplyPoint, *, on: date) -> list[Label]:
    return _labels([point], on)


def _holding(on: date) -> Q:
    return Q(valid_from__lte=on) & (Q(valid_to__isnull=True) | Q(valid_to__gt=on))


def _labels(points: Iterable[SupplyPoint], on: date) -> list[Label]:
    found = [point for point in points if point.state in ("active", "suspended")]
    terms = {
        row.supply_point_id: row
        for row in SupplyTerms.objects.filter(
            _holding(on), supply_point_id__in=[p.pk for p in found]
        ).select_related("area__transformer__feeder", "transformer__feeder")
    }
    labels = []
    for point in found:
        row = terms.get(point.pk)
        transformer = None
        if row is not None:
            transformer = row.area.transformer if row.area else row.transformer
        labels.append(
            Label(
                point,
                row.area.name if row and row.area else transformer.name if transformer else "",
                transformer.feeder.name if transformer else "",
            )
        )
    return labels
