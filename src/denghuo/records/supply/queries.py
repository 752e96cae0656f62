"""Reading supply points and what held at them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Sum, Window
from django.db.models.functions import Lead

from denghuo.foundation.database.text_index import starts_with
from denghuo.records.grid.queries import Load
from denghuo.records.supply import rules
from denghuo.records.supply.models import (
    ADDRESS_INDEX,
    LOSS_FIELDS,
    TERM_FIELDS,
    LossTerms,
    SupplyPoint,
    SupplyTerms,
)


def in_scope(scope: str) -> QuerySet[SupplyPoint]:
    """Supply points of the unit ``scope`` and the units below it."""
    return SupplyPoint.objects.filter(unit__code__startswith=scope)


def by_number(number: str, *, scope: str = "") -> SupplyPoint:
    """The supply point with this number.

    Raises:
        SupplyPoint.DoesNotExist: there is none in the data scope.
    """
    return in_scope(scope).select_related("customer", "account", "unit").get(number=number)


def holding_on(day: date) -> Q:
    """Rows of terms or losses that hold on ``day``."""
    return Q(valid_from__lte=day) & (Q(valid_to__isnull=True) | Q(valid_to__gt=day))


def holding_between(start: date, end: date) -> Q:
    """Rows that hold on any day of [start, end)."""
    return Q(valid_from__lt=end) & (Q(valid_to__isnull=True) | Q(valid_to__gt=start))


def terms_on(supply_point: SupplyPoint, day: date) -> SupplyTerms | None:
    """What holds at a supply point on ``day``; None before it was energised or after it closed."""
    return (
        supply_point.terms.filter(holding_on(day))
        .select_related("area", "transformer__feeder", "area__transformer__feeder")
        .first()
    )


def loss_terms_on(supply_point: SupplyPoint, day: date) -> LossTerms | None:
    """How losses are added on ``day``; None where none were ever agreed."""
    return supply_point.loss_terms.filter(holding_on(day)).first()


def with_terms_on(points: QuerySet[SupplyPoint], day: date) -> QuerySet[Any]:
    """Supply points with what holds on ``day``: ``now_class``, ``now_use``, ``now_importance``, ``now_capacity``, ``now_tariff``."""
    rows = SupplyTerms.objects.filter(holding_on(day), supply_point=OuterRef("pk"))
    return points.annotate(
        now_class=Subquery(rows.values("tariff_class")[:1]),
        now_use=Subquery(rows.values("use_nature")[:1]),
        now_importance=Subquery(rows.values("importance")[:1]),
        now_capacity=Subquery(rows.values("capacity_kva")[:1]),
        now_tariff=Subquery(rows.values("tariff")[:1]),
    )


def terms_between(supply_point_ids: Iterable[int], start: date, end: date) -> dict[int, list[SupplyTerms]]:
    """Rows that hold on any day of [start, end), in order, by supply point; one query."""
    rows: dict[int, list[SupplyTerms]] = defaultdict(list)
    for row in SupplyTerms.objects.filter(
        holding_between(start, end), supply_point_id__in=list(supply_point_ids)
    ).order_by("supply_point_id", "valid_from"):
        rows[row.supply_point_id].append(row)
    return dict(rows)


def history(supply_point: SupplyPoint) -> list[tuple[SupplyTerms, dict[str, tuple[Any, Any]]]]:
    """Every row of terms, newest first, with the fields (name → before, after) that differ from the row before."""
    rows = list(supply_point.terms.select_related("area", "transformer").order_by("valid_from"))
    return [
        (row, _differences(before, row, TERM_FIELDS))
        for before, row in zip([None, *rows], rows, strict=False)
    ][::-1]


def loss_history(supply_point: SupplyPoint) -> list[tuple[LossTerms, dict[str, tuple[Any, Any]]]]:
    """Every row of loss terms, newest first, with what differs from the row before."""
    rows = list(supply_point.loss_terms.order_by("valid_from"))
    return [
        (row, _differences(before, row, LOSS_FIELDS))
        for before, row in zip([None, *rows], rows, strict=False)
    ][::-1]


def _differences(before: Any, row: Any, names: Iterable[str]) -> dict[str, tuple[Any, Any]]:
    if before is None:
        return {}
    pairs = {name: (getattr(before, name), getattr(row, name)) for name in names}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def findings(terms: SupplyTerms) -> list[rules.Finding]:
    """Where classifications, voltage, capacity and tariff inputs of a row do not agree."""
    values: Mapping[str, Any] = {
        field.attname: getattr(terms, field.attname) for field in terms._meta.concrete_fields
    }
    return rules.findings(values)


def behind_area(area_id: int, on: date) -> QuerySet[SupplyPoint]:
    """Supply points that hang on a transformer area on ``on``."""
    return SupplyPoint.objects.filter(
        pk__in=SupplyTerms.objects.filter(holding_on(on), area_id=area_id).values("supply_point_id")
    ).exclude(state="closed")


def behind_transformer(transformer_id: int, on: date) -> QuerySet[SupplyPoint]:
    """Supply points with this transformer of their own on ``on``."""
    rows = SupplyTerms.objects.filter(holding_on(on), transformer_id=transformer_id)
    return SupplyPoint.objects.filter(pk__in=rows.values("supply_point_id")).exclude(state="closed")


def grid_loads(level: str, ids: Iterable[int], on: date) -> dict[int, Load]:
    """What hangs on these pieces of the grid on ``on``: supply points and their capacity; at most two queries.

    ``level``: substation, feeder, transformer or area. A public transformer counts what its area counts.
    """
    rows = SupplyTerms.objects.filter(holding_on(on)).exclude(supply_point__state="closed")
    loads: dict[int, Load] = {}
    for path in _LOAD_PATHS[level]:
        found = rows if path.startswith("area") else rows.filter(area__isnull=True)
        counted = (
            found.filter(**{f"{path}__in": list(ids)})
            .values_list(path)
            .annotate(Count("id"), Sum("capacity_kva"))
        )
        for key, count, capacity_kva in counted.order_by():
            before = loads.get(key, Load(0, Decimal(0)))
            loads[key] = Load(before.supply_points + count, before.capacity_kva + (capacity_kva or 0))
    return loads


_LOAD_PATHS = {
    "substation": ("area__transformer__feeder__substation_id", "transformer__feeder__substation_id"),
    "feeder": ("area__transformer__feeder_id", "transformer__feeder_id"),
    "transformer": ("area__transformer_id", "transformer_id"),
    "area": ("area_id",),
}


def found_by_number(digits: str, *, scope: str, limit: int) -> list[SupplyPoint]:
    """Supply points whose number starts with ``digits``."""
    return list(in_scope(scope).filter(starts_with("number", digits)).select_related("customer")[:limit])


def found_by_address(text: str, *, scope: str, limit: int) -> list[SupplyPoint]:
    """Supply points whose address contains ``text``."""
    ids = ADDRESS_INDEX.ids(text, scope=scope, limit=limit)
    return list(SupplyPoint.objects.filter(pk__in=ids).select_related("customer"))


def inconsistencies() -> list[str]:
    """Supply points whose terms do not cover their life without gap or overlap (none in a sound database)."""
    following = Window(Lead("valid_from"), partition_by="supply_point_id", order_by="valid_from")
    rows = SupplyTerms.objects.annotate(following=following).values_list(
        "supply_point__number", "valid_from", "valid_to", "following", "supply_point__energised_date",
        "supply_point__closed_date",
    )  # fmt: skip
    found, seen = [], set()
    for number, start, end, following_start, energised, closed in rows.order_by(
        "supply_point_id", "valid_from"
    ).iterator(5_000):
        if number not in seen and energised and start > energised:
            found.append(f"supply point {number}: no terms from {energised} to {start}")
        seen.add(number)
        if end != (following_start or closed):
            found.append(f"supply point {number}: terms end {end}, the next begin {following_start}")
    bare = SupplyPoint.objects.filter(terms__isnull=True, energised_date__isnull=False)
    return found + [f"supply point {number}: no terms" for number in bare.values_list("number", flat=True)]
