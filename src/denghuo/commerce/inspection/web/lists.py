"""Lists: visits, findings, cases."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from denghuo.commerce.inspection.models import (
    BreachCase,
    BreachKind,
    CaseState,
    DangerLevel,
    Finding,
    Visit,
    VisitKind,
    VisitState,
)
from denghuo.commerce.inspection.queries import words
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui.access import require
from denghuo.foundation.ui.lists import (
    ChoiceFilter,
    Column,
    DateRangeFilter,
    FlagFilter,
    ListPage,
    TextFilter,
    UnitFilter,
)

LEVELS = {"minor": "neutral", "larger": "warning", "major": "danger"}
CASES = {"draft": "neutral", "submitted": "warning", "charged": "accent", "closed": "success"}


def _point_url(row: Any) -> str:
    return reverse("supply:supply-point", args=[row.supply_point_id])


@require("inspection.view")
class VisitList(ListPage):
    title = _("Visits")
    pretitle = _("Inspection")
    keyset = ("-planned_date", "-id")
    scope_field = "unit__code"
    export_name = "visits"
    empty_title = _("No visit yet")
    empty_text = _("The plan of a quarter is made on the board.")
    columns = [
        Column(
            "planned_date",
            _("Planned for"),
            kind="date",
            url=lambda row: reverse("inspection:visit", args=[row.pk]),
        ),
        Column("point", _("Supply point"), value="supply_point__number", url=_point_url),
        Column("name", _("Customer"), value="supply_point__customer__masked_name"),
        Column("kind", pgettext_lazy("inspection", "Kind")),
        Column(
            "state",
            _("State"),
            kind="badge",
            tones={"done": "success", "not_met": "warning", "planned": "info"},
        ),
        Column("due_date", _("Due"), kind="date"),
        Column("inspector", pgettext_lazy("inspection", "Inspector"), value="inspector__name"),
        Column("done_at", pgettext_lazy("inspection", "Inspected"), kind="moment"),
        Column("note", _("Note"), hidden=True),
    ]
    filters = [
        TextFilter("q", _("Supply point number"), lookups=("supply_point__number__startswith",)),
        ChoiceFilter("state", _("State"), choices=VisitState.choices),
        ChoiceFilter("kind", pgettext_lazy("inspection", "Kind"), choices=VisitKind.choices),
        UnitFilter(),
        DateRangeFilter("planned", _("Planned for"), field="planned_date"),
    ]

    def queryset(self, request: StaffRequest) -> QuerySet[Visit]:
        return Visit.objects.select_related("supply_point__customer", "inspector")


@require("inspection.view")
class FindingList(ListPage):
    title = pgettext_lazy("inspection", "Findings")
    pretitle = _("Inspection")
    keyset = ("-id",)
    scope_field = "unit__code"
    export_name = "findings"
    empty_title = _("Nothing has been found")
    empty_text = _("A fault on the checklist of a visit becomes a finding here.")
    columns = [
        Column("found_at", pgettext_lazy("inspection", "Found at"), kind="moment"),
        Column("code", _("Code")),
        Column("text", pgettext_lazy("inspection", "Finding")),
        Column("level", _("Hidden danger"), kind="badge", tones=LEVELS),
        Column("area", _("Area of the finding"), value=lambda row: str(words.AREAS.get(row.area, row.area))),
        Column("point", _("Supply point"), value="supply_point__number", url=_point_url),
        Column("name", _("Customer"), value="supply_point__customer__masked_name"),
        Column(
            "notice",
            _("Notice to rectify"),
            value="rectification__number",
            url=lambda row: (
                reverse("inspection:notice", args=[row.rectification_id]) if row.rectification_id else None
            ),
        ),
        Column("due", _("To be put right by"), kind="date", value="rectification__due_date"),
        Column("resolved_at", pgettext_lazy("inspection", "Put right"), kind="moment"),
        Column("basis", _("Basis"), hidden=True),
        Column("note", _("What was seen"), hidden=True),
        Column("found_by", pgettext_lazy("inspection", "Found by"), value="found_by__name", hidden=True),
    ]
    filters = [
        TextFilter(
            "q", _("Supply point number or code"), lookups=("supply_point__number__startswith", "code")
        ),
        ChoiceFilter("level", _("Hidden danger"), choices=DangerLevel.choices),
        ChoiceFilter("area", _("Area of the finding"), choices=list(words.AREAS.items())),
        FlagFilter("open", pgettext_lazy("inspection", "Still open"), when=Q(resolved_at__isnull=True)),
        UnitFilter(),
        DateRangeFilter("found", pgettext_lazy("inspection", "Found at"), field="found_at", instant=True),
    ]

    def queryset(self, request: StaffRequest) -> QuerySet[Finding]:
        return Finding.objects.select_related("supply_point__customer", "rectification", "found_by")


@require("inspection.view")
class CaseList(ListPage):
    title = _("Breach and theft")
    pretitle = _("Inspection")
    keyset = ("-id",)
    scope_field = "unit__code"
    export_name = "breach-cases"
    empty_title = pgettext_lazy("breach", "No case yet")
    empty_text = _("A case is opened on the page of the supply point where it was found.")
    columns = [
        Column("number", _("Case"), url=lambda row: reverse("inspection:case", args=[row.pk])),
        Column("kind", pgettext_lazy("inspection", "Kind")),
        Column("state", _("State"), kind="badge", tones=CASES),
        Column("point", _("Supply point"), value="supply_point__number", url=_point_url),
        Column("name", _("Customer"), value="supply_point__customer__masked_name"),
        Column("found_at", pgettext_lazy("inspection", "Found at"), kind="moment"),
        Column("backbill", _("Back-bill (yuan)"), kind="money", value="backbill_fen", sort=True),
        Column("breach", _("Breach charge (yuan)"), kind="money", value="breach_fen", sort=True),
        Column("due_date", _("To be paid by"), kind="date"),
        Column("drafted_by", _("Drawn up by"), value="drafted_by__name"),
        Column("decided_by", pgettext_lazy("breach", "Decided by"), value="decided_by__name", hidden=True),
        Column("energy", _("Energy"), kind="energy", value="energy_kwh", hidden=True),
    ]
    filters = [
        TextFilter(
            "q", _("Case or supply point number"), lookups=("number", "supply_point__number__startswith")
        ),
        ChoiceFilter("kind", pgettext_lazy("inspection", "Kind"), choices=BreachKind.choices),
        ChoiceFilter("state", _("State"), choices=CaseState.choices),
        UnitFilter(),
        DateRangeFilter("found", pgettext_lazy("inspection", "Found at"), field="found_at", instant=True),
    ]

    def queryset(self, request: StaffRequest) -> QuerySet[BreachCase]:
        return BreachCase.objects.select_related("supply_point__customer", "drafted_by", "decided_by")
