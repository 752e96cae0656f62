"""The list of applications."""

from __future__ import annotations

from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext_lazy as _

from denghuo.commerce.connections import queries
from denghuo.commerce.connections.models import Application, ApplicationKind, ApplicationState, Refusal
from denghuo.commerce.connections.queries import words
from denghuo.commerce.connections.web.common import now
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
from denghuo.foundation.workflow.models import HumanTask, ProcessInstance

TONES = {"running": "accent", "refused": "danger", "withdrawn": "neutral", "archived": "success"}


def _step(row: Any) -> str:
    return words.stage_label(row.step_code) if row.step_code else "–"


def _late(rows: QuerySet[Application], late: bool) -> QuerySet[Application]:
    ids = queries.overdue_ids("", now())
    return rows.filter(pk__in=ids) if late else rows.exclude(pk__in=ids)


def _with_refusal(rows: QuerySet[Application], waiting: bool) -> QuerySet[Application]:
    ids = Refusal.objects.filter(state="proposed").values("application_id")
    return rows.filter(pk__in=ids) if waiting else rows.exclude(pk__in=ids)


@require("connections.view")
class ApplicationList(ListPage):
    title = _("Applications for supply")
    keyset = ("-id",)
    scope_field = "unit__code"
    export_name = "connections"
    create_url = reverse_lazy("connections:new")
    create_label = _("New application")
    create_permission = "connections.apply"
    empty_title = _("No application yet")
    empty_text = _(
        "Supplies that are applied for stand here, from acceptance until they are read and billed."
    )
    columns = [
        Column("number", _("Application"), url=lambda row: reverse("connections:application", args=[row.pk])),
        Column("kind", _("Kind")),
        Column("customer", _("Customer"), value="customer__masked_name"),
        Column("address", _("Address of the supply")),
        Column("capacity_kva", _("Capacity (kVA)"), kind="number"),
        Column("state", _("State"), kind="badge", tones=TONES),
        Column("step", _("Waits at"), value=_step),
        Column("due_at", _("Due"), kind="moment"),
        Column("unit", _("Unit"), value="unit__name", hidden=True),
        Column("accepted_at", _("Accepted"), kind="moment"),
        Column("received_by", _("Taken in by"), value="received_by__name", hidden=True),
    ]
    filters = [
        TextFilter(
            "q", _("Application number or address"), lookups=("number", "address__contains", "contact_phone")
        ),
        ChoiceFilter("kind", _("Kind"), choices=ApplicationKind.choices),
        ChoiceFilter("state", _("State"), choices=ApplicationState.choices),
        FlagFilter("refusal", _("Refusal to decide"), apply=_with_refusal),
        FlagFilter("late", _("Late"), apply=_late),
        UnitFilter(),
        DateRangeFilter("accepted", _("Accepted"), field="accepted_at", instant=True),
    ]

    def queryset(self, request: StaffRequest) -> QuerySet[Application]:
        cases = ProcessInstance.objects.filter(
            subject_type=queries.LABEL, subject_id=OuterRef("pk"), state="running"
        )
        steps = HumanTask.objects.filter(
            instance__subject_type=queries.LABEL, instance__subject_id=OuterRef("pk"), state="open"
        )
        return Application.objects.select_related("customer", "unit", "received_by").annotate(
            step_code=Subquery(steps.order_by("id").values("step")[:1]),
            due_at=Subquery(cases.order_by("-id").values("due_at")[:1]),
        )
