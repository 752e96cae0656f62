"""The list of supply points."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from denghuo.foundation.ui.access import require
from denghuo.foundation.ui.lists import ChoiceFilter, Column, DateRangeFilter, ListPage, TextFilter
from denghuo.kernel import masking
from denghuo.records.supply import queries
from denghuo.records.supply.models import (
    Importance,
    SupplyPoint,
    SupplyTerms,
    TariffClass,
    UseNature,
)

MOST_HITS = 500


def supply_point_url(row: SupplyPoint) -> str:
    return reverse("supply:supply-point", args=[row.pk])


def shown_address(row: SupplyPoint) -> str:
    """A home's address down to the road; a business's in full."""
    return masking.address(row.address) if row.customer.is_person else row.address


def _named(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    found = queries.found_by_number if text.isdecimal() else queries.found_by_address
    return rows.filter(pk__in=[point.pk for point in found(text, scope="", limit=MOST_HITS)])


def _having(**terms: Any) -> Any:
    return lambda rows, value: rows.filter(
        pk__in=SupplyTerms.objects.filter(
            queries.holding_on(timezone.localdate()), **dict.fromkeys(terms, value)
        ).values("supply_point_id")
    )


@require("supply.view")
class SupplyPointList(ListPage):
    model = SupplyPoint
    title = _("Supply points")
    pretitle = _("Records")
    scope_field = "unit__code"
    keyset = ("number",)
    export_name = "supply-points"
    create_url = reverse_lazy("supply:open")
    create_label = _("Open a supply point")
    create_permission = "supply.edit"
    empty_title = _("No supply points here")
    empty_text = _("A supply point is opened for an account, or brought in from a file by an import.")
    columns = [
        Column("number", _("Supply point number"), url=supply_point_url),
        Column("customer", _("Customer"), value="customer__masked_name",
               url=lambda row: reverse("customers:customer", args=[row.customer_id])),
        Column("address", _("Address"), value=shown_address),
        Column("state", _("State"), kind="badge"),
        Column("tariff_class", _("Tariff class"), value=lambda row: TariffClass(row.now_class).label if row.now_class else None),
        Column("use_nature", _("Use"), value=lambda row: UseNature(row.now_use).label if row.now_use else None),
        Column("importance", _("Load importance"), hidden=True,
               value=lambda row: Importance(row.now_importance).label if row.now_importance else None),
        Column("capacity", _("Capacity"), kind="quantity", value="now_capacity", unit="kVA"),
        Column("tariff", _("Tariff"), value="now_tariff", hidden=True),
        Column("energised_date", _("Energised"), kind="date"),
        Column("unit", _("Unit"), value="unit__name"),
    ]  # fmt: skip
    filters = [
        TextFilter("q", _("Number or address"), apply=_named),
        ChoiceFilter("state", _("State")),
        ChoiceFilter("tariff_class", _("Tariff class"), choices=TariffClass.choices, apply=_having(tariff_class=1)),
        ChoiceFilter("use_nature", _("Use"), choices=UseNature.choices, apply=_having(use_nature=1)),
        ChoiceFilter("importance", _("Load importance"), choices=Importance.choices, apply=_having(importance=1)),
        TextFilter("tariff", _("Tariff"), apply=_having(tariff=1)),
        TextFilter("area", _("Transformer area code"), apply=_having(area__code=1)),
        TextFilter("unit", _("Unit code"), apply=lambda rows, code: rows.filter(unit__code__startswith=code)),
        DateRangeFilter("energised", _("Energised"), field="energised_date"),
    ]  # fmt: skip

    def queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = SupplyPoint.objects.select_related("customer", "unit")
        return queries.with_terms_on(rows, timezone.localdate())
