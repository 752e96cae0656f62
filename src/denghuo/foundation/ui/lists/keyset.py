"""Paging by the values of the last row instead of by counting rows: the thousandth page costs as much as the first.

The order is a tuple of fields ("number", "-issued_at"), the last of which must be unique. Empty values come last in
either direction, on SQLite and PostgreSQL alike.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _


class BadCursor(ValueError):
    """A place in a list that this list's order cannot understand."""


@dataclass(frozen=True)
class Key:
    """One field of the order."""

    path: str
    descending: bool
    nullable: bool
    parse: Callable[[Any], Any]


@dataclass(frozen=True)
class Page:
    """One page of a list. ``count_text`` is filled where the number of rows is known for nothing."""

    rows: list[Any]
    next_url: str | None = None
    previous_url: str | None = None
    count_text: str = ""
    count_url: str | None = None


def keys(queryset: QuerySet[Any], order: Sequence[str]) -> list[Key]:
    """The fields of ``order``, each path once (a later mention adds nothing)."""
    found: dict[str, Key] = {}
    for name in order:
        path = name.lstrip("-")
        if path not in found:
            field, nullable = _field(queryset, path)
            found[path] = Key(path, name.startswith("-"), nullable, field.to_python)
    return list(found.values())


def _field(queryset: QuerySet[Any], path: str) -> tuple[Any, bool]:
    if path in queryset.query.annotations:
        return queryset.query.annotations[path].output_field, True
    model: Any = queryset.model
    nullable = False
    field: Any = None
    for part in path.split("__"):
        field = model._meta.pk if part == "pk" else model._meta.get_field(part)
        nullable = nullable or field.null
        if isinstance(field, models.ForeignKey) and path.endswith(f"{part}"):
            break
        model = field.related_model
    if field is None:
        raise FieldDoesNotExist(path)
    return field, nullable


def ordered(queryset: QuerySet[Any], order: list[Key], *, backwards: bool = False) -> QuerySet[Any]:
    expressions: list[Any] = []
    for key in order:
        descending = key.descending != backwards
        if not key.nullable:
            expressions.append(f"-{key.path}" if descending else key.path)
        elif backwards:
            term = F(key.path)
            expressions.append(term.desc(nulls_first=True) if descending else term.asc(nulls_first=True))
        else:
            term = F(key.path)
            expressions.append(term.desc(nulls_last=True) if descending else term.asc(nulls_last=True))
    return queryset.order_by(*expressions)


def beyond(order: list[Key], place: Sequence[Any], *, backwards: bool = False) -> Q:
    """The rows after ``place`` (before it when ``backwards``)."""
    condition = Q()
    for key, value in reversed(list(zip(order, place, strict=True))):
        condition = _one(key, value, backwards) | (
            _equal(key, value) & condition if condition else Q(pk__in=[])
        )
    first, value = order[0], place[0]
    if not first.nullable:  # a bound that an index can use at once
        condition &= Q(**{f"{first.path}__{'lte' if first.descending != backwards else 'gte'}": value})
    return condition


def _equal(key: Key, value: Any) -> Q:
    return Q(**{f"{key.path}__isnull": True}) if value is None else Q(**{key.path: value})


def _one(key: Key, value: Any, backwards: bool) -> Q:
    if value is None:  # empty values are last: nothing is after them, everything else is before
        return Q(**{f"{key.path}__isnull": False}) if backwards else Q(pk__in=[])
    lookup = "lt" if key.descending != backwards else "gt"
    condition = Q(**{f"{key.path}__{lookup}": value})
    if key.nullable and not backwards:
        condition |= Q(**{f"{key.path}__isnull": True})
    return condition


def cursor(order: list[Key], row: Any) -> str:
    """The place of ``row`` as text for the URL."""
    values = []
    for key in order:
        value = row
        for part in key.path.split("__"):
            value = None if value is None else getattr(value, part)
        values.append(value.pk if isinstance(value, models.Model) else value)
    text = json.dumps(values, cls=ExactEncoder, separators=(",", ":"), ensure_ascii=False)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


class ExactEncoder(DjangoJSONEncoder):
    """Keeps the microseconds of instants, which the order may hang on."""

    def default(self, o: Any) -> Any:
        return o.isoformat() if hasattr(o, "isoformat") else super().default(o)


def place(order: list[Key], text: str) -> list[Any]:
    """The values that :func:`cursor` wrote.

    Raises:
        BadCursor: not such a text, or one of another order.
    """
    try:
        values = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        if not isinstance(values, list) or len(values) != len(order):
            raise BadCursor(text)
        return [None if value is None else key.parse(value) for key, value in zip(order, values, strict=True)]
    except (ValueError, TypeError, ValidationError, binascii.Error, RecursionError, OverflowError) as error:
        raise BadCursor(text) from error


@dataclass(frozen=True)
class Slice:
    rows: list[Any]
    has_next: bool
    has_previous: bool


def fetch(
    queryset: QuerySet[Any], order: list[Key], size: int, *, after: str = "", before: str = ""
) -> Slice:
    """Up to ``size`` rows after or before a cursor, or from the start; one query.

    Raises:
        BadCursor: the cursor is not one of this order.
    """
    if before:
        query = ordered(
            queryset.filter(beyond(order, place(order, before), backwards=True)), order, backwards=True
        )
        rows = list(query[: size + 1])
        if len(rows) < size:  # near the start: show a full first page instead of a stub
            rows = list(ordered(queryset, order)[: size + 1])
            return Slice(rows[:size], len(rows) > size, has_previous=False)
        return Slice(rows[:size][::-1], has_next=True, has_previous=len(rows) > size)
    if after:
        queryset = queryset.filter(beyond(order, place(order, after)))
    rows = list(ordered(queryset, order)[: size + 1])
    return Slice(rows[:size], len(rows) > size, has_previous=bool(after))


def count_text(queryset: QuerySet[Any], cap: int) -> str:
    """The number of rows, or "more than cap" without counting further."""
    number = queryset.order_by()[: cap + 1].count()
    if number > cap:
        return _("more than %(number)s rows") % {"number": f"{cap:,}"}
    return rows_text(number)


def rows_text(number: int) -> str:
    return _("%(number)s rows") % {"number": f"{number:,}"}
