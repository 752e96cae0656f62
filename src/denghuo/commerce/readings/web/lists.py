"""Lists of routes and of exceptions."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from denghuo.commerce.readings.models import ExceptionState, ReadingException, ReadingRoute
from denghuo.foundation.ui.access import require
from denghuo.foundation.ui.lists import (
    BulkAction,
    ChoiceFilter,
    Column,
    ListPage,
    MonthFilter,
    TextFilter,
    UnitFilter,
)


def route_url(route: ReadingRoute) -> str:
    return reverse("readings:route", args=[route.pk])


@require("readings.view")
class RouteList(ListPage):
    model = ReadingRoute
    title = _("Reading routes")
    pretitle = _("Meter to cash")
    scope_field = "unit__code"
    keyset = ("code",)
    export_name = "reading-routes"
    create_url = reverse_lazy("readings:open-route")
    create_label = _("New route")
    create_permission = "readings.routes"
    empty_title = _("No reading routes yet")
    empty_text = _("A route is a walk of metering points that are read on the same day of the month.")
    columns = [
        Column("code", _("Code"), url=route_url),
        Column("name", _("Name"), url=route_url),
        Column("reading_day", _("Reading day"), kind="number", sort=True),
        Column("rhythm", _("Rhythm")),
        Column("reader", _("Reader"), value="reader__name"),
        Column("size", _("Metering points"), kind="number"),
        Column("unit", _("Unit"), value="unit__name"),
    ]
    filters = [
        TextFilter("q", _("Code or name"), lookups=("code__startswith", "name__contains")),
        TextFilter("reader", _("Reader"), lookups=("reader__name__contains", "reader__username")),
        ChoiceFilter("rhythm", _("Rhythm")),
        UnitFilter(field="unit__code"),
    ]

    def queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return ReadingRoute.objects.select_related("unit", "reader").annotate(size=Count("stops"))


def _figure(name: str) -> Any:
    def value(problem: ReadingException) -> Decimal | None:
        text = json.loads(problem.detail).get(name)
        return Decimal(text) if text else None

    return value


_STATES = {"open": "danger", "in_hand": "accent", "resolved": "success"}
_HOLDER = [("mine", _("Mine")), ("nobody", _("Nobody"))]


def _held_by(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    return rows.filter(owner__isnull=True) if value == "nobody" else rows


class _OwnerFilter(ChoiceFilter):
    """Mine or nobody's."""

    def parse(self, typed: dict[str, str], request: HttpRequest) -> Any:
        text = typed[self.name]
        return {"mine": f"of:{request.user.pk}", "nobody": "nobody"}.get(text)

    def narrow(self, queryset: QuerySet[Any], value: str) -> QuerySet[Any]:
        if value.startswith("of:"):
            return queryset.filter(owner_id=int(value[3:]))
        return _held_by(queryset, value)


@require("readings.view")
class ExceptionList(ListPage):
    model = ReadingException
    title = _("Reading exceptions")
    pretitle = _("Meter to cash")
    scope_field = "unit_id"
    keyset = ("pk",)
    export_name = "reading-exceptions"
    empty_title = _("No exceptions")
    empty_text = _("Readings that break a rule, and readings that are missing, wait here for a decision.")
    columns = [
        Column("id", _("No."), url=lambda row: reverse("readings:exception", args=[row.pk])),
        Column("rule", _("Rule"), url=lambda row: reverse("readings:exception", args=[row.pk])),
        Column("cycle", _("Cycle"), sort=True),
        Column("point", _("Metering point"), value="metering_point__number"),
        Column("customer", _("Customer"), value="metering_point__supply_point__customer__masked_name"),
        Column(
            "advance",
            pgettext_lazy("reading", "Advance"),
            kind="energy",
            value=_figure("advance_kwh"),
            unit="kWh",
        ),
        Column("expected", _("Usual"), kind="energy", value=_figure("expected_kwh"), unit="kWh"),
        Column("state", _("State"), kind="badge", tones=_STATES),
        Column("owner", _("In whose hands"), value="owner__name"),
        Column("action", _("Decision")),
        Column("order_reference", _("Fault order"), hidden=True),
        Column("reason", _("Reason"), hidden=True),
        Column("raised_at", _("Raised"), kind="moment", hidden=True),
        Column("unit", _("Unit"), value="unit_id", hidden=True),
    ]
    filters = [
        MonthFilter("cycle", _("Cycle")),
        ChoiceFilter("rule", _("Rule")),
        ChoiceFilter("state", _("State")),
        _OwnerFilter("owner", _("In whose hands"), choices=_HOLDER),
        ChoiceFilter("action", _("Decision")),
        TextFilter(
            "point",
            _("Metering point"),
            lookups=("metering_point__number__startswith", "metering_point__supply_point__number"),
        ),
        UnitFilter(field="unit_id"),
    ]
    bulk_actions = [
        BulkAction(
            _("Accept with one reason"),
            reverse_lazy("readings:accept-many"),
            icon="checks",
            permission="readings.resolve",
            confirm=_("Accept the selected readings as they stand?"),
            reason=True,
        ),
        BulkAction(
            _("Take over"), reverse_lazy("readings:claim"), icon="user-check", permission="readings.resolve"
        ),
    ]

    def queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = ReadingException.objects.select_related("metering_point__supply_point__customer", "owner")
        if not any(request.GET.get(name) for name in ("state", "action", "cycle", "export")):
            rows = rows.exclude(state=ExceptionState.RESOLVED)
        return rows
