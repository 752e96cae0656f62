"""The list of all matters."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from denghuo.care.cases.models import Case, CaseKind, CaseState, Channel, Outcome, Priority
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

TONES = {
    "open": "info",
    "replied": "accent",
    "closed": "success",
    "merged": "neutral",
    "withdrawn": "neutral",
}


def _url(row: Any) -> str:
    return reverse("cases:case", args=[row.pk])


@require("cases.view")
class CaseList(ListPage):
    title = _("Matters")
    pretitle = _("Customer service")
    keyset = ("-id",)
    scope_field = "unit__code"
    export_name = "cases"
    empty_title = _("No matter yet")
    empty_text = _("Whatever a customer brings is taken in here, by phone, at the counter or on site.")
    columns = [
        Column("number", _("Case number"), url=_url),
        Column("kind", _("Kind")),
        Column("topic", _("Topic"), value="topic__name"),
        Column("customer", _("Customer"), value="customer__masked_name"),
        Column(
            "phone", _("Phone of the caller"), value="caller_phone", kind="masked", mask="phone", hidden=True
        ),
        Column("state", _("State"), kind="badge", tones=TONES),
        Column("received_at", pgettext_lazy("case", "Received"), kind="moment"),
        Column("answer_due_at", _("Answer due"), kind="moment"),
        Column("replied_at", _("Answered"), kind="moment"),
        Column("closed_at", pgettext_lazy("case", "Closed"), kind="moment", hidden=True),
        Column("owner", pgettext_lazy("case", "Owner"), value="owner__name"),
        Column("unit", _("Unit"), value="unit__name"),
        Column("channel", _("Channel"), hidden=True),
        Column("priority", _("Priority"), hidden=True),
        Column("outcome", _("Outcome"), hidden=True),
        Column("satisfaction", _("Satisfaction"), kind="number", hidden=True),
    ]
    filters = [
        TextFilter(
            "q",
            _("Case, customer, supply point or phone"),
            lookups=("number", "customer__number", "supply_point__number", "caller_phone", "external_number"),
        ),
        ChoiceFilter("kind", _("Kind"), choices=CaseKind.choices),
        ChoiceFilter("state", _("State"), choices=CaseState.choices),
        UnitFilter(),
        DateRangeFilter("received", pgettext_lazy("case", "Received"), field="received_at", instant=True),
        DateRangeFilter("due", _("Answer due"), field="answer_due_at", instant=True),
        TextFilter(
            "topic", _("Topic"), lookups=("topic__name__startswith", "topic__parent__name__startswith")
        ),
        ChoiceFilter("channel", _("Channel"), choices=Channel.choices),
        ChoiceFilter(
            "priority", _("Priority"), choices=[(str(value), label) for value, label in Priority.choices]
        ),
        ChoiceFilter("outcome", _("Outcome"), choices=Outcome.choices),
        TextFilter("owner", pgettext_lazy("case", "Owner"), lookups=("owner__name", "owner__username")),
    ]

    def queryset(self, request: StaffRequest) -> QuerySet[Case]:
        return Case.objects.select_related("topic", "customer", "owner", "unit")
