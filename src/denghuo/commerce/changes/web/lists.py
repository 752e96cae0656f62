"""Lists: all requests, and those that a rule did not allow."""

from __future__ import annotations

import json
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from denghuo.commerce.changes import queries
from denghuo.commerce.changes.models import Change, ChangeState, Kind, RefusedRequest
from denghuo.commerce.changes.web.common import TONES
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui.access import require
from denghuo.foundation.ui.lists import (
    ChoiceFilter,
    Column,
    DateRangeFilter,
    ListPage,
    TextFilter,
    UnitFilter,
)


def _point_url(row: Any) -> str:
    return reverse("supply:supply-point", args=[row.supply_point_id])


@require("changes.view")
class ChangeList(ListPage):
    title = _("Changes of supply")
    pretitle = pgettext_lazy("menu", "Field")
    keyset = ("-id",)
    scope_field = "unit__code"
    export_name = "changes"
    empty_title = _("No change yet")
    empty_text = _(
        "A change is asked for by the customer, from the page of the supply point or with “New change”."
    )
    columns = [
        Column("number", _("Request"), url=lambda row: reverse("changes:change", args=[row.pk])),
        Column("kind", _("Kind")),
        Column("state", _("State"), kind="badge", tones=TONES),
        Column("supply_point", _("Supply point"), value="supply_point__number", url=_point_url),
        Column("name", _("Customer"), value="customer__masked_name"),
        Column("from_date", pgettext_lazy("change", "From"), kind="date", sort=True),
        Column("until_date", pgettext_lazy("change", "Until"), kind="date"),
        Column("effective_date", _("In effect from"), kind="date"),
        Column("ended_date", _("Ended"), kind="date", hidden=True),
        Column("capacity_kva", _("Capacity (kVA)"), kind="number"),
        Column("asked_at", _("Taken in"), kind="moment"),
        Column("asked_by", _("Taken in by"), value="asked_by__name", hidden=True),
        Column("decided_by", _("Decided by"), value="decided_by__name", hidden=True),
    ]
    filters = [
        TextFilter(
            "q", _("Request, supply point or account number"),
            lookups=("number", "supply_point__number__startswith", "account__number"),
        ),
        ChoiceFilter("kind", _("Kind"), choices=Kind.choices),
        ChoiceFilter("state", _("State"), choices=ChangeState.choices),
        UnitFilter(),
        DateRangeFilter("from", pgettext_lazy("change", "From"), field="from_date"),
    ]  # fmt: skip

    def queryset(self, request: StaffRequest) -> QuerySet[Change]:
        return Change.objects.select_related("supply_point", "customer", "asked_by", "decided_by")


def _reasons(row: RefusedRequest) -> str:
    return " ".join(queries.sentence(queries.from_plain(item)) for item in json.loads(row.refusals))


@require("changes.view")
class RefusedList(ListPage):
    title = _("Requests that a rule did not allow")
    pretitle = _("Changes of supply")
    keyset = ("-id",)
    scope_field = "unit__code"
    export_name = "changes-not-allowed"
    empty_title = _("Every request was allowed")
    empty_text = _(
        "A request that breaks a rule is not taken in; it is kept here with the rule and its figures."
    )
    columns = [
        Column("asked_at", pgettext_lazy("change", "When"), kind="moment"),
        Column("kind", _("Kind")),
        Column("supply_point", _("Supply point"), value="supply_point__number", url=_point_url),
        Column("name", _("Customer"), value="supply_point__customer__masked_name"),
        Column("why", _("Why it was not allowed"), value=_reasons),
        Column("asked_by", _("Taken in by"), value="asked_by__name"),
    ]
    filters = [
        TextFilter("q", _("Supply point number"), lookups=("supply_point__number__startswith",)),
        ChoiceFilter("kind", _("Kind"), choices=Kind.choices),
        DateRangeFilter("asked", pgettext_lazy("change", "When"), field="asked_at", instant=True),
    ]

    def queryset(self, request: StaffRequest) -> QuerySet[RefusedRequest]:
        return RefusedRequest.objects.select_related("supply_point__customer", "asked_by")
