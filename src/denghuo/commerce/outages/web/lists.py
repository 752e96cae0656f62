"""Lists: all outages; the supplies one affects; who is cut last and restored first."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy
from django.views.decorators.http import require_GET

from denghuo.commerce.outages import queries
from denghuo.commerce.outages.models import AffectedSupply, Cause, Kind, Outage, OutageState
from denghuo.commerce.outages.rules import priority
from denghuo.commerce.outages.web.common import (
    KIND_TONES,
    TONES,
    find_equipment,
    now,
    offered,
    visible_outage,
)
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui.access import require
from denghuo.foundation.ui.lists import (
    ChoiceFilter,
    Column,
    DateRangeFilter,
    FlagFilter,
    ListPage,
    TextFilter,
)
from denghuo.kernel.periods import day_of
from denghuo.records.grid.queries import visible
from denghuo.records.supply.models import Importance

PRIORITIES = 500


@require("outages.view")
class OutageList(ListPage):
    title = gettext_lazy("All outages")
    pretitle = gettext_lazy("Outages")
    keyset = ("-id",)
    export_name = "outages"
    empty_title = gettext_lazy("No outage yet")
    empty_text = gettext_lazy("Planned works are requested from the board; faults come from reports.")
    columns = [
        Column(
            "number", gettext_lazy("Outage"), url=lambda row: reverse("outages:outage", args=[row.number])
        ),
        Column("kind", gettext_lazy("Kind"), kind="badge", tones=KIND_TONES),
        Column("place", gettext_lazy("Equipment")),
        Column("level", gettext_lazy("Level"), hidden=True),
        Column("cause", gettext_lazy("Cause")),
        Column("state", gettext_lazy("State"), kind="badge", tones=TONES),
        Column("begins_at", gettext_lazy("Begins"), kind="moment", sort=True),
        Column("expected_end_at", gettext_lazy("Expected end"), kind="moment"),
        Column("restored_at", gettext_lazy("Supply back"), kind="moment"),
        Column("supplies", gettext_lazy("Supplies"), kind="number"),
        Column("unit", gettext_lazy("Unit"), value="unit__name", hidden=True),
        Column("requested_by", gettext_lazy("Requested by"), value="requested_by__name", hidden=True),
    ]
    filters = [
        TextFilter("q", gettext_lazy("Outage or equipment"), lookups=("number", "place__contains")),
        ChoiceFilter("state", gettext_lazy("State"), choices=OutageState.choices),
        ChoiceFilter("kind", gettext_lazy("Kind"), choices=Kind.choices),
        ChoiceFilter("cause", gettext_lazy("Cause"), choices=Cause.choices),
        DateRangeFilter("begins", gettext_lazy("Begins"), field="begins_at", instant=True),
    ]

    def queryset(self, request: StaffRequest) -> QuerySet[Outage]:
        return (
            Outage.objects.filter(visible(request.user.scope, "unit__pk"))
            .select_related("unit", "requested_by")
            .annotate(supplies=Count("affected"))
        )


def rank_words(rank: int) -> str:
    """Why a supply stands where it stands."""
    return {
        0: _("Special grade of importance"),
        1: _("First grade of importance"),
        2: _("Second grade of importance"),
        3: _("Temporarily important"),
        4: _("Depends on medical equipment"),
        5: _("Health care"),
        6: _("Special care"),
        7: _("Education"),
        8: _("Grade A"),
        9: _("Grade B"),
    }.get(rank, _("Ordinary"))


@require("outages.view")
class AffectedList(ListPage):
    """The supplies of one outage, in the order in which they come back."""

    title = gettext_lazy("Affected supplies")
    keyset = ("rank", "id")
    export_name = "affected"
    empty_title = gettext_lazy("Nobody is affected yet")
    empty_text = gettext_lazy("Who is affected is fixed when the works are approved.")
    columns = [
        Column("rank", pgettext_lazy("outage", "Why in this place"), value=lambda row: rank_words(row.rank)),
        Column("supply_point", gettext_lazy("Supply point"), value="supply_point__number", url=lambda row: reverse("supply:supply-point", args=[row.supply_point_id])),
        Column("customer", gettext_lazy("Customer"), value="customer__masked_name"),
        Column("address", gettext_lazy("Address"), value="supply_point__address", kind="masked", mask="address"),
        Column("phone", gettext_lazy("Phone"), value="customer__phone", kind="masked", mask="phone"),
        Column("area", gettext_lazy("Area or transformer"), value=lambda row: row.area.name if row.area else row.transformer.name),
        Column("importance", gettext_lazy("Load importance")),
        Column("grade", gettext_lazy("Grade")),
        Column("treatment", gettext_lazy("Treatment")),
        Column("state", gettext_lazy("Supply"), value=lambda row: pgettext("supply", "off") if row.off_minute and not row.on_minute else pgettext("supply", "on")),
    ]  # fmt: skip
    filters = [
        TextFilter("q", gettext_lazy("Supply point or area"), lookups=("supply_point__number", "area__name__contains")),
        ChoiceFilter("importance", gettext_lazy("Load importance"), choices=Importance.choices),
        FlagFilter("treat", gettext_lazy("Needs a treatment"), apply=lambda rows, yes: rows.filter(rank__lte=priority.TREATED) if yes else rows.filter(rank__gt=priority.TREATED)),
    ]  # fmt: skip

    def queryset(self, request: StaffRequest) -> QuerySet[AffectedSupply]:
        found = visible_outage(request, self.kwargs["number"])
        return AffectedSupply.objects.filter(
            outage=found, unit__pk__startswith=request.user.scope
        ).select_related("supply_point", "customer", "area", "transformer")

    def extra_context(self, request: HttpRequest) -> dict[str, Any]:
        return {"outage_number": self.kwargs["number"]}


@require("outages.view")
@require_GET
def priorities(request: StaffRequest) -> HttpResponse:
    """Who is cut last and restored first, of the whole data scope or behind one piece of equipment."""
    scope = request.user.scope
    text = request.GET.get("equipment", "").partition(" ")[0].strip()
    equipment = find_equipment(text, scope) if text else None
    rows = queries.priorities(on=day_of(now()), scope=scope, equipment=equipment)
    return render(
        request,
        "outages/priorities.html",
        {
            "page_title": _("Cut last, restore first"),
            "rows": [(row, rank_words(row.rank)) for row in rows[:PRIORITIES]],
            "more": len(rows) > PRIORITIES,
            "typed": request.GET.get("equipment", ""),
            "unknown": bool(text) and equipment is None,
            "offered": offered(scope),
        },
    )
