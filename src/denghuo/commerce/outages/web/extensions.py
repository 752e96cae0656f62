"""What this room shows on the pages of lower rooms, in the menu and on the workbench; its words."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from denghuo.commerce.fieldwork import rules as fieldwork
from denghuo.commerce.outages import operations, queries
from denghuo.commerce.outages.models import Cause
from denghuo.commerce.outages.rules import parameters, processes
from denghuo.commerce.outages.rules.work import REPAIR
from denghuo.foundation.audit import queries as audit
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.parameters import rules as parameter_rules
from denghuo.foundation.ui import extensions, navigation
from denghuo.foundation.ui.extensions import Tile
from denghuo.foundation.workflow import rules as flow

ACTIONS = {
    "outages.works.requested": gettext_lazy("Works requested"),
    "outages.works.turned_away": gettext_lazy("Works refused: the same supplies"),
    "outages.works.merged": gettext_lazy("Works merged"),
    "outages.works.approved": gettext_lazy("Works approved"),
    "outages.works.refused": gettext_lazy("Works refused"),
    "outages.works.changed": gettext_lazy("Works given another time"),
    "outages.works.cancelled": gettext_lazy("Works cancelled"),
    "outages.works.started": gettext_lazy("Works begun, supply off"),
    "outages.supply.treated": gettext_lazy("Arranged with a customer before an outage"),
    "outages.progress.reported": gettext_lazy("Progress of an outage reported"),
    "outages.end.estimated": gettext_lazy("End of an outage estimated"),
    "outages.end.delayed": gettext_lazy("Outage delayed"),
    "outages.supply.partly_restored": gettext_lazy("Supply partly restored"),
    "outages.supply.restored": gettext_lazy("Supply restored after an outage"),
    "outages.fault.confirmed": gettext_lazy("Fault outage confirmed"),
    "outages.fault.retracted": gettext_lazy("Fault outage taken back"),
}
DAYS = pgettext_lazy("parameter", "days")
MINUTES, HOURS = pgettext_lazy("parameter", "minutes"), pgettext_lazy("parameter", "hours")
NAMES = {
    parameters.NOTICE_DAYS.code: (gettext_lazy("Planned works: customers are told ahead"), DAYS),
    parameters.TEMPORARY_NOTICE_HOURS.code: (
        gettext_lazy("Temporary works: important customers are told ahead"),
        HOURS,
    ),
    parameters.NOTICE_MARGIN_DAYS.code: (gettext_lazy("Notices go out earlier than they must by"), DAYS),
    parameters.MERGE_DAYS.code: (
        gettext_lazy("Works on the same supplies are merged or refused within"),
        DAYS,
    ),
    parameters.CALLS.code: (gettext_lazy("Reports that suggest a fault of a transformer"), ""),
    parameters.CALL_MINUTES.code: (gettext_lazy("… when they come within"), MINUTES),
    parameters.AREAS.code: (gettext_lazy("Suspected transformers that suggest a fault of their feeder"), ""),
    parameters.FEEDERS.code: (gettext_lazy("Suspected feeders that suggest a fault of their substation"), ""),
    parameters.ESTIMATE_MINUTES.code: (gettext_lazy("First announced duration of a fault"), MINUTES),
    parameters.ACCURATE_MINUTES.code: (gettext_lazy("An announced end is right within"), MINUTES),
    parameters.SHORT_MINUTES.code: (gettext_lazy("Interruptions not counted up to"), MINUTES),
}


def register() -> None:
    """Called once when Django is ready."""
    audit.name_actions(ACTIONS)
    room = "outages.outage"
    audit.name_fields(
        {
            f"{room}.supplies": (gettext_lazy("Supplies"), {}),
            f"{room}.reports": (gettext_lazy("Reports"), {}),
            f"{room}.merged_into": (gettext_lazy("Merged into"), {}),
            f"{room}.started_at": (gettext_lazy("Supply off since"), {}),
            f"{room}.restored_at": (gettext_lazy("Supply back since"), {}),
            f"{room}.expected_end_at": (gettext_lazy("Expected end"), {}),
            f"{room}.progress": (gettext_lazy("Progress"), {}),
            f"{room}.supply_point": (gettext_lazy("Supply point"), {}),
            f"{room}.until": (gettext_lazy("Until"), {}),
        }
    )
    parameter_rules.name(NAMES)
    _processes()
    for order, (label, url_name, icon, permission) in enumerate(
        (
            (gettext_lazy("Outages"), "outages:board", "plug", "outages.view"),
            (gettext_lazy("Reliability of supply"), "outages:reliability", "chart-line", "outages.view"),
            (gettext_lazy("Cut last, restore first"), "outages:priorities", "sort-ascending", "outages.view"),
        )
    ):
        navigation.register(
            navigation.NavItem("field", label, url_name, icon=icon, permission=permission, order=40 + order)
        )
    _on_pages()
    extensions.workbench("outages.run", _now_tile, order=43)


def _processes() -> None:
    key = processes.PLANNED.key
    flow.name(key, gettext_lazy("Planned outage"))
    flow.name_step(key, processes.APPROVE, gettext_lazy("Approve the works"))
    flow.name_step(key, processes.BEGIN, gettext_lazy("Take supply off when everybody was told"))
    flow.name_step(key, processes.RESTORE, gettext_lazy("Do the works and restore supply"))
    flow.subject_page("outages.outage", "outages:by-id")
    for step in (processes.APPROVE, processes.BEGIN, processes.RESTORE):
        flow.step_page(key, step, "outages:by-id")
    fieldwork.name_kind(
        REPAIR.code,
        gettext_lazy("Repair of a fault"),
        {
            "found": gettext_lazy("What was found and done"),
            "cause": gettext_lazy("Cause"),
            "photo": gettext_lazy("Photo"),
            "restored": gettext_lazy("Supply is back"),
            **{
                f"cause.{code}": Cause(code).label
                for code in ("equipment", "weather", "damage", "customer", "unknown")
            },
        },
    )
    fieldwork.on_done(REPAIR.code, operations.repaired)


def _on_pages() -> None:
    """Panels and actions on the pages of supplies and of the grid."""
    for page, provider in (
        ("supply_point", _supply_panel),
        ("account", _account_panel),
        ("transformer_area", _area_panel),
    ):
        extensions.panel(
            page,
            "outages",
            gettext_lazy("Outages"),
            "outages/parts/panel.html",
            provider,
            permission="outages.view",
            order=50,
        )
    for page in ("transformer_area", "transformer", "feeder", "substation"):
        extensions.action(
            page,
            gettext_lazy("Request works"),
            lambda subject: f"{reverse('outages:request')}?equipment={subject.code}",
            icon="calendar-event",
            permission="outages.plan",
            order=40,
        )
        extensions.action(
            page,
            gettext_lazy("Report a fault outage"),
            lambda subject: f"{reverse('outages:fault')}?equipment={subject.code}",
            icon="alert-triangle",
            permission="outages.run",
            order=41,
        )


def _supply_panel(request: StaffRequest, point: Any) -> dict[str, Any] | None:
    rows = queries.of_supply([point.pk])
    return {"touched": rows} if rows else None


def _account_panel(request: StaffRequest, account: Any) -> dict[str, Any] | None:
    rows = queries.of_account(account.pk)
    return {"touched": rows, "with_point": True} if rows else None


def _area_panel(request: StaffRequest, area: Any) -> dict[str, Any] | None:
    rows = queries.of_transformer(area.transformer)
    return {"outages": rows} if rows else None


def _now_tile(request: StaffRequest) -> Tile | None:
    running = queries.running(request.user.scope).count()
    return Tile(
        title=_("Outages now"),
        value=running,
        url=reverse("outages:board"),
        icon="plug",
        tone="danger" if running else "success",
    )
