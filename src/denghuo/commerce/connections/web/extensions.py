"""What this room shows on the pages of lower rooms, in the menu and on the workbench; its words."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from denghuo.commerce.connections import operations, queries
from denghuo.commerce.connections.models import (
    Application,
    ApplicationKind,
    IssueRole,
    PlanState,
    Refusal,
    RefusalState,
    ReviewKind,
)
from denghuo.commerce.connections.operations import installing, surveying
from denghuo.commerce.connections.queries.words import DOCUMENTS, STAGES
from denghuo.commerce.connections.rules import KINDS, parameters
from denghuo.commerce.connections.rules.field import INSTALL, SURVEY
from denghuo.commerce.connections.rules.processes import PROCESSES
from denghuo.commerce.fieldwork import rules as fieldwork
from denghuo.foundation.audit import queries as audit
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.parameters import rules as parameter_rules
from denghuo.foundation.ui import extensions, navigation
from denghuo.foundation.ui.extensions import Tile
from denghuo.foundation.workflow import rules as flow

ACTIONS = {
    "connections.application.accepted": gettext_lazy("Application accepted"),
    "connections.application.withdrawn": gettext_lazy("Application withdrawn"),
    "connections.application.archived": gettext_lazy("Application archived"),
    "connections.document.given": gettext_lazy("Document handed in"),
    "connections.refusal.proposed": gettext_lazy("Refusal proposed"),
    "connections.refusal.decided": gettext_lazy("Refusal decided"),
    "connections.work.dispatched": gettext_lazy("Field work sent out"),
    "connections.survey.recorded": gettext_lazy("Survey recorded"),
    "connections.plan.drafted": gettext_lazy("Supply plan drafted"),
    "connections.plan.edited": gettext_lazy("Supply plan changed"),
    "connections.plan.submitted": gettext_lazy("Supply plan sent for approval"),
    "connections.plan.settled": gettext_lazy("Supply plan settled"),
    "connections.plan.decided": gettext_lazy("Supply plan decided"),
    "connections.plan.answered": gettext_lazy("Supply plan answered"),
    "connections.fees.charged": gettext_lazy("Connection fees settled"),
    "connections.contract.signed": gettext_lazy("Supply contract signed"),
    "connections.works.finished": gettext_lazy("Works outside the premises finished"),
    "connections.review.recorded": gettext_lazy("Review recorded"),
    "connections.solar.abilities": gettext_lazy("Four abilities recorded"),
    "connections.meter.issued": gettext_lazy("Meter taken out of stock"),
    "connections.meter.returned": gettext_lazy("Meter put back into stock"),
    "connections.meter.installed": gettext_lazy("Meter hung for an application"),
}
FIELDS: dict[str, tuple[Any, dict[str, Any]]] = {
    "kind": (gettext_lazy("Kind"), dict(ApplicationKind.choices)),
    "capacity_kva": (gettext_lazy("Capacity (kVA)"), {}),
    "revision": (pgettext_lazy("supply plan", "Revision"), {}),
    "fields": (pgettext_lazy("supply plan", "Changed figures"), {}),
    "result": (gettext_lazy("Result"), {**dict(PlanState.choices), **dict(RefusalState.choices)}),
    "review": (pgettext_lazy("connection", "Review"), dict(ReviewKind.choices)),
    "round": (gettext_lazy("Round"), {}),
    "passed": (pgettext_lazy("review", "Passed"), {}),
    "defects": (gettext_lazy("Defects"), {}),
    "amount_fen": (gettext_lazy("Amount (yuan)"), {}),
    "number": (gettext_lazy("Number"), {}),
    "document": (gettext_lazy("Document"), dict(DOCUMENTS)),
    "meter": (gettext_lazy("Meter"), {}),
    "meters": (pgettext_lazy("connection", "Meters"), {}),
    "role": (gettext_lazy("Use of the point"), dict(IssueRole.choices)),
    "step": (gettext_lazy("Step"), dict(STAGES)),
    "crew": (gettext_lazy("Given to"), {}),
    "area": (gettext_lazy("Transformer area"), {}),
    "external_works": (gettext_lazy("Works outside the premises"), {}),
    "abilities": (gettext_lazy("Four abilities"), {}),
    "supply_point": (gettext_lazy("Supply point"), {}),
}
KVA, DAYS = pgettext_lazy("parameter", "kVA"), pgettext_lazy("parameter", "days")
NAMES: dict[str, tuple[Any, Any]] = {
    parameters.COINCIDENCE_HOME.code: (gettext_lazy("Coincidence of homes"), ""),
    parameters.COINCIDENCE_OTHER.code: (gettext_lazy("Coincidence of other customers"), ""),
    parameters.LOAD_RATE_LIMIT.code: (gettext_lazy("Highest load rate of a transformer area"), ""),
    parameters.SINGLE_PHASE_KW.code: (gettext_lazy("Single phase up to"), pgettext_lazy("parameter", "kW")),
    parameters.LOW_VOLTAGE_KVA.code: (gettext_lazy("Low voltage up to"), KVA),
    parameters.DIRECT_METER_A.code: (gettext_lazy("Meter connected directly up to"), pgettext_lazy("parameter", "A")),
    parameters.PLAN_VALID_DAYS_LOW.code: (gettext_lazy("A low-voltage plan holds for"), DAYS),
    parameters.PLAN_VALID_DAYS_HIGH.code: (gettext_lazy("A high-voltage plan holds for"), DAYS),
    parameters.TEMPORARY_MONTHS.code: (gettext_lazy("Temporary supply lasts at most"), pgettext_lazy("parameter", "months")),
    parameters.HIGH_RELIABILITY_YUAN.code: (gettext_lazy("High-reliability fee of extra feeders"), pgettext_lazy("parameter", "yuan per kVA")),
    parameters.PV_HOSTING_RATE.code: (gettext_lazy("PV behind a transformer, at most of its capacity"), ""),
    parameters.PV_OWN_USE_SHARE.code: (gettext_lazy("Least own use of commercial PV a year"), ""),
}  # fmt: skip
PANEL_ROWS = 6


def register() -> None:
    """Called once when Django is ready."""
    audit.name_actions(ACTIONS)
    audit.mark_sensitive("connections.refusal.decided")
    audit.name_fields(
        {f"{queries.LABEL}.{name}": (label, choices) for name, (label, choices) in FIELDS.items()}
    )
    parameter_rules.name(NAMES)
    _processes()
    _field_work()
    navigation.register(
        navigation.NavItem(
            "field", gettext_lazy("Applications for supply"), "connections:applications", icon="plug",
            permission="connections.view", order=10,
        )
    )  # fmt: skip
    for page, provider in (("account", _account_panel), ("supply_point", _supply_panel)):
        extensions.panel(
            page, "connections", gettext_lazy("Applications for supply"), "connections/parts/panel.html", provider,
            permission="connections.view", order=60,
        )  # fmt: skip
    extensions.action(
        "customer", gettext_lazy("New application"), lambda customer: f"{reverse('connections:new')}?customer={customer.pk}",
        icon="plug", permission="connections.apply", order=60,
    )  # fmt: skip
    extensions.workbench("connections.plan", _running_tile, order=30)
    extensions.workbench("connections.refuse", _refusal_tile, order=30)


def _processes() -> None:
    flow.handler("connections.archive", operations.archive)
    flow.subject_page(queries.LABEL, "connections:application")
    labels = dict(ApplicationKind.choices)
    for process in PROCESSES:
        flow.name(process.key, labels[process.key.removeprefix("connections.")])
        for step, label in STAGES.items():
            flow.name_step(process.key, step, label)
            if step not in ("accepted", "archived"):
                flow.step_page(process.key, step, "connections:application")
        flow.name_step(process.key, "received", STAGES["accepted"])
        flow.name_step(process.key, "archive", pgettext_lazy("stage", "Archive"))
    assert len(PROCESSES) == len(KINDS)


def _field_work() -> None:
    fieldwork.name_kind(
        SURVEY.code,
        gettext_lazy("Survey for a connection"),
        {
            "area_code": gettext_lazy("Code of the transformer area"),
            "distance_m": gettext_lazy("Distance to the connection point (m)"),
            "external_works": gettext_lazy("Works outside the premises are needed"),
            "meter_place": gettext_lazy("Place of the meter"),
            "finding": gettext_lazy("Findings"),
            "photo": gettext_lazy("Photos"),
        },
    )
    fieldwork.name_kind(
        INSTALL.code,
        gettext_lazy("Meter for a connection"),
        {
            "meter": gettext_lazy("Meter (scan)"),
            "opening": gettext_lazy("What the meter shows"),
            "seal_number": gettext_lazy("Seal"),
            "photo": gettext_lazy("Photos"),
            "signature": gettext_lazy("Signature of the customer"),
        },
    )
    fieldwork.on_done(SURVEY.code, surveying.from_phone)
    fieldwork.on_done(INSTALL.code, installing.from_phone)


def _account_panel(request: StaffRequest, account: Any) -> dict[str, Any] | None:
    return _panel(Application.objects.filter(account_id=account.pk), request.user.scope)


def _supply_panel(request: StaffRequest, point: Any) -> dict[str, Any] | None:
    return _panel(Application.objects.filter(supply_point_id=point.pk), request.user.scope)


def _panel(rows: Any, scope: str) -> dict[str, Any] | None:
    found = list(rows.filter(unit__code__startswith=scope).order_by("-id")[:PANEL_ROWS])
    return {"applications": found} if found else None


def _running_tile(request: StaffRequest) -> Tile | None:
    count = Application.objects.filter(unit__code__startswith=request.user.scope, state="running").count()
    return Tile(
        title=_("Applications in progress"), value=count, url=f"{reverse('connections:applications')}?state=running",
        icon="plug", tone="accent" if count else "neutral",
    )  # fmt: skip


def _refusal_tile(request: StaffRequest) -> Tile | None:
    count = Refusal.objects.filter(
        state="proposed", application__unit__code__startswith=request.user.scope
    ).count()
    return Tile(
        title=_("Refusals to decide"), value=count, url=f"{reverse('connections:applications')}?refusal=yes",
        icon="ban", tone="warning" if count else "neutral",
    )  # fmt: skip
