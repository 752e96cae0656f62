"""Reading the grid."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet

from denghuo.records.grid.models import Feeder, Substation, Transformer, TransformerArea


def visible(scope: str, path: str) -> Q:
    """Equipment whose unit (at ``path``) lies below ``scope`` or above it: a station sees the bureau's substations."""
    above = [scope[:length] for length in range(1, len(scope))]
    return Q(**{f"{path}__startswith": scope}) | Q(**{f"{path}__in": above})


def substations(scope: str) -> QuerySet[Substation]:
    return Substation.objects.filter(visible(scope, "unit__code"))


def feeders(scope: str) -> QuerySet[Feeder]:
    return Feeder.objects.filter(visible(scope, "substation__unit__code"))


def transformers(scope: str) -> QuerySet[Transformer]:
    return Transformer.objects.filter(visible(scope, "feeder__substation__unit__code"))


def areas(scope: str) -> QuerySet[TransformerArea]:
    """Transformer areas of the unit ``scope`` and the units below it."""
    return TransformerArea.objects.filter(unit__code__startswith=scope)


@dataclass(frozen=True)
class Load:
    """What hangs on a piece of the grid: supply points in use and the sum of their capacities."""

    supply_points: int
    capacity_kva: Decimal


LoadProvider = Callable[[str, Iterable[int], date], dict[int, Load]]
_NOTHING = Load(0, Decimal(0))
_providers: list[LoadProvider] = []


def register_loads(provider: LoadProvider) -> None:
    """The room above that knows what hangs where: ``provider(level, ids, on)`` gives loads by id."""
    _providers[:] = [provider]


def loads(level: str, rows: Sequence[Any], on: date) -> list[tuple[Any, Load]]:
    """Each row of one level of the grid with what hangs on it."""
    found = {
        key: load
        for provider in _providers
        for key, load in provider(level, [r.pk for r in rows], on).items()
    }
    return [(row, found.get(row.pk, _NOTHING)) for row in rows]
