"""Reading the grid."""

from __future__ import annotations

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
