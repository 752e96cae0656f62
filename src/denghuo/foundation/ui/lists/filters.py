"""Filters of a list. Each reads its own parameters of the URL, and says so when they make no sense."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import models
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

Text = str | Promise


class BadFilterValue(ValueError):
    """What was typed into a filter cannot be understood; the message is shown beside it."""


def beginning(model: type[models.Model] | None, path: str, prefix: str) -> Q:
    """Rows whose ``path`` begins with ``prefix``; a foreign key (``unit_id``, ``account__unit``) counts as its code."""
    target: Any = model
    for part in path.split("__"):
        field: Any = None
        if target is not None:
            field = target._meta.pk if part == "pk" else target._meta.get_field(part)
        target = getattr(field, "related_model", None)
    if target is not None:
        path = f"{path.removesuffix('_id')}__pk"
    return Q(**{f"{path}__startswith": prefix})


@dataclass(frozen=True)
class Filter:
    """The base: one parameter called ``name``. ``apply`` may replace the condition: ``(queryset, value) → queryset``."""

    name: str
    label: Text
    apply: Callable[[QuerySet[Any], Any], QuerySet[Any]] | None = None
    template = "ui/lists/filter_text.html"

    @property
    def parameters(self) -> tuple[str, ...]:
        return (self.name,)

    def typed(self, params: Mapping[str, str]) -> dict[str, str]:
        """What stands in the URL, by parameter."""
        return {name: params.get(name, "").replace("\x00", "").strip() for name in self.parameters}

    def parse(self, typed: dict[str, str], request: HttpRequest) -> Any:
        """The value that ``typed`` means, or None for "no filter".

        Raises:
            BadFilterValue: it means nothing.
        """
        return typed[self.name] or None

    def narrow(self, queryset: QuerySet[Any], value: Any) -> QuerySet[Any]:
        return self.apply(queryset, value) if self.apply else queryset.filter(self.condition(value))

    def condition(self, value: Any) -> Q:
        return Q(**{self.name: value})

    def options(self, request: HttpRequest, model: type[models.Model] | None) -> Iterable[tuple[str, Any]]:
        return ()


@dataclass(frozen=True)
class TextFilter(Filter):
    """Text that any of ``lookups`` finds: ``TextFilter("q", _("Number"), lookups=("number__startswith",))``."""

    lookups: tuple[str, ...] = ()
    placeholder: Text = ""

    def condition(self, value: str) -> Q:
        found = Q()
        for lookup in self.lookups or (self.name,):
            found |= Q(**{lookup: value})
        return found


@dataclass(frozen=True)
class ChoiceFilter(Filter):
    """One of some choices: given, or those of the model's field (``field``, by default the filter's name)."""

    choices: Iterable[tuple[str, Any]] | Callable[[Any], Iterable[tuple[str, Any]]] | None = None
    field: str = ""
    template = "ui/lists/filter_choice.html"

    def options(self, request: HttpRequest, model: type[models.Model] | None) -> list[tuple[str, Any]]:
        choices = self.choices(request) if callable(self.choices) else self.choices
        if choices is None and model is not None:
            choices = model._meta.get_field(self.field or self.name).choices  # type: ignore[union-attr]
        return [(str(code), label) for code, label in choices or () if code not in ("", None)]

    def condition(self, value: str) -> Q:
        return Q(**{self.field or self.name: value})


@dataclass(frozen=True)
class FlagFilter(Filter):
    """Yes or no: a boolean field, or a condition given as ``when`` (its negation for no)."""

    when: Q | None = None
    template = "ui/lists/filter_choice.html"

    def options(self, request: HttpRequest, model: type[models.Model] | None) -> list[tuple[str, Any]]:
        return [("yes", _("Yes")), ("no", _("No"))]

    def parse(self, typed: dict[str, str], request: HttpRequest) -> bool | None:
        text = typed[self.name]
        if text not in ("", "yes", "no"):
            raise BadFilterValue(_("Choose yes or no."))
        return None if not text else text == "yes"

    def condition(self, value: bool) -> Q:
        wanted = self.when if self.when is not None else Q(**{self.name: True})
        return wanted if value else ~wanted


@dataclass(frozen=True)
class MonthFilter(Filter):
    """A month "2026-08": equal to a text field, or inside the month for a date or instant (``field``)."""

    field: str = ""
    as_text: bool = True
    template = "ui/lists/filter_month.html"

    def parse(self, typed: dict[str, str], request: HttpRequest) -> str | None:
        text = typed[self.name]
        if text and not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", text):
            raise BadFilterValue(_("Give a month as 2026-08."))
        return text or None

    def condition(self, value: str) -> Q:
        name = self.field or self.name
        if self.as_text:
            return Q(**{name: value})
        first = date.fromisoformat(f"{value}-01")
        following = (first + timedelta(days=32)).replace(day=1)
        return Q(**{f"{name}__gte": first, f"{name}__lt": following})


@dataclass(frozen=True)
class DateRangeFilter(Filter):
    """From a day to a day, both included; for instants (``instant=True``) the days of the installation's time zone."""

    field: str = ""
    instant: bool = False
    template = "ui/lists/filter_dates.html"

    @property
    def parameters(self) -> tuple[str, ...]:
        return (f"{self.name}_from", f"{self.name}_to")

    def parse(self, typed: dict[str, str], request: HttpRequest) -> tuple[date | None, date | None] | None:
        days: list[date | None] = []
        for name in self.parameters:
            try:
                days.append(date.fromisoformat(typed[name]) if typed[name] else None)
            except ValueError:
                raise BadFilterValue(_("Give a day as 2026-08-31.")) from None
        start, end = days
        if start and end and end < start:
            raise BadFilterValue(_("The first day is after the last day."))
        return (start, end) if start or end else None

    def condition(self, value: tuple[date | None, date | None]) -> Q:
        name, (start, end) = self.field or self.name, value
        found = Q()
        if start:
            found &= Q(**{f"{name}__gte": self._edge(start)})
        if end:
            found &= Q(
                **{f"{name}__lt": self._edge(min(end, date.max - timedelta(days=1)) + timedelta(days=1))}
            )
        return found

    def _edge(self, day: date) -> date | datetime:
        return timezone.make_aware(datetime.combine(day, time.min)) if self.instant else day


@dataclass(frozen=True)
class NumberRangeFilter(Filter):
    """From a number to a number, both included. ``scale`` turns what is typed into the field's value (yuan → fen: 100)."""

    field: str = ""
    unit: Text = ""
    convert: Callable[[Decimal], Any] = dataclasses.field(default=lambda number: number)
    template = "ui/lists/filter_numbers.html"

    @property
    def parameters(self) -> tuple[str, ...]:
        return (f"{self.name}_from", f"{self.name}_to")

    def parse(self, typed: dict[str, str], request: HttpRequest) -> tuple[Any, Any] | None:
        bounds = []
        for name in self.parameters:
            text = typed[name].replace(",", "")
            try:
                number = Decimal(text) if text else None
                if number is not None and (not number.is_finite() or abs(number) >= Decimal(10) ** 13):
                    raise BadFilterValue(_("Give a number."))
                bounds.append(None if number is None else self.convert(number))
            except (InvalidOperation, ValueError, TypeError):
                raise BadFilterValue(_("Give a number.")) from None
        return (bounds[0], bounds[1]) if any(bound is not None for bound in bounds) else None

    def condition(self, value: tuple[Any, Any]) -> Q:
        name, found = self.field or self.name, Q()
        if value[0] is not None:
            found &= Q(**{f"{name}__gte": value[0]})
        if value[1] is not None:
            found &= Q(**{f"{name}__lte": value[1]})
        return found


@dataclass(frozen=True)
class UnitFilter(Filter):
    """An organisation unit with everything below it, among the units of the user's own data scope."""

    name: str = "unit"
    label: Text = gettext_lazy("Unit")
    field: str = "unit_id"
    template = "ui/lists/filter_choice.html"

    def options(self, request: HttpRequest, model: type[models.Model] | None) -> list[tuple[str, Any]]:
        units = request.user._meta.get_field("unit").related_model  # type: ignore[union-attr]
        scope = getattr(request.user, "scope", "")
        found = units._default_manager.filter(pk__startswith=scope).order_by("pk")
        return [(str(unit.pk), str(unit)) for unit in found[:500]]

    def narrow(self, queryset: QuerySet[Any], value: str) -> QuerySet[Any]:
        if self.apply:
            return self.apply(queryset, value)
        return queryset.filter(beginning(queryset.model, self.field, value))
