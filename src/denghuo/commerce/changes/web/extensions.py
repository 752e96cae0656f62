"""What this room shows on the pages of lower rooms, in the menu and on the workbench; its words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from denghuo.commerce.changes import operations
from denghuo.commerce.changes.models import Change, ChangeState, Kind
from denghuo.commerce.changes.rules import kinds, parameters, processes
from denghuo.commerce.fieldwork import rules as fieldwork
from denghuo.foundation.audit import queries as audit
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.parameters import rules as parameter_rules
from denghuo.foundation.ui import extensions, navigation
from denghuo.foundation.ui.extensions import Counter
from denghuo.foundation.workflow import rules as flow

PANEL_CHANGES = 8
ACTIONS = {
    "changes.change.asked": gettext_lazy("Change of supply taken in"),
    "changes.change.approved": gettext_lazy("Change of supply approved"),
    "changes.change.refused": gettext_lazy("Change of supply not approved"),
    "changes.change.cancelled": gettext_lazy("Change of supply taken back"),
    "changes.change.carried_out": gettext_lazy("Change of supply in effect"),
    "changes.change.read": gettext_lazy("Read for a change of supply"),
    "changes.change.billed": gettext_lazy("Final bill made"),
    "changes.change.settled": gettext_lazy("Settled for a change of supply"),
    "changes.change.not_allowed": gettext_lazy("Change of supply not allowed by a rule"),
    "changes.change.ends_soon": gettext_lazy("Customers told that a restriction ends soon"),
    "changes.transformer.registered": gettext_lazy("Transformer of a customer registered"),
}
DAYS = pgettext_lazy("parameter", "days")
WORKING_DAYS = pgettext_lazy("parameter", "working days")
MONTHS = pgettext_lazy("parameter", "months")
NAMES = {
    parameters.NOTICE.code: (
        gettext_lazy("Suspension, reduction and their end asked for ahead"),
        WORKING_DAYS,
    ),
    parameters.LEAST_DAYS.code: (gettext_lazy("A suspension lasts at least"), DAYS),
    parameters.YEAR_DAYS.code: (gettext_lazy("Suspensions in a calendar year together at most"), DAYS),
    parameters.TIMES.code: (gettext_lazy("Suspensions in a calendar year at most (0: no limit)"), ""),
    parameters.WHOLE_DEMAND.code: (
        gettext_lazy("Charge by demand: only the whole capacity is suspended"),
        "",
    ),
    parameters.DEMAND_BY_MONTH.code: (gettext_lazy("Charge by demand: changes begin with the month"), ""),
    parameters.RESTORE_MONTHS.code: (gettext_lazy("A reduction is restored within"), MONTHS),
    parameters.THRESHOLD.code: (gettext_lazy("Two-part price from"), "kVA"),
    parameters.EXCHANGE_LOW.code: (gettext_lazy("Temporary transformer up to 10 kV at most"), MONTHS),
    parameters.EXCHANGE_HIGH.code: (gettext_lazy("Temporary transformer from 35 kV at most"), MONTHS),
    parameters.REMOVAL_MONTHS.code: (gettext_lazy("Temporary removal at most"), MONTHS),
    parameters.MODE_MONTHS.code: (gettext_lazy("Capacity or demand: changed at most once in"), MONTHS),
    parameters.MODE_NOTICE.code: (gettext_lazy("Capacity or demand: asked for ahead"), WORKING_DAYS),
    parameters.DEMAND_NOTICE.code: (gettext_lazy("Contract demand: asked for ahead"), WORKING_DAYS),
    parameters.DEMAND_FLOOR.code: (gettext_lazy("Contract demand: at least, of the capacity"), "%"),
    parameters.WARN_DAYS.code: (gettext_lazy("Warned before a restriction ends"), DAYS),
}
PROCESS_NAMES = {
    kinds.SEAL: gettext_lazy("Suspension, reduction and their end"),
    kinds.SITE: gettext_lazy("Change on site"),
    kinds.OFFICE: gettext_lazy("Change of name or class"),
    kinds.SETTLE: gettext_lazy("Transfer, split, merger, closing"),
}
STEP_NAMES = {
    "approve": pgettext_lazy("change step", "Approve"),
    "work": pgettext_lazy("change step", "Carry out"),
    "reading": pgettext_lazy("change step", "Read and take down"),
    "settle": pgettext_lazy("change step", "Settle"),
    "archive": pgettext_lazy("change step", "File"),
}
FIELDS = {
    "done_date": gettext_lazy("Day"),
    "shown": gettext_lazy("What the meter shows"),
    "seal_number": gettext_lazy("Seal number"),
    "photo": gettext_lazy("Photo"),
    "note": gettext_lazy("Note"),
    "new_meter": gettext_lazy("New meter"),
}


def register() -> None:
    """Called once when Django is ready."""
    audit.name_actions(ACTIONS)
    room = "changes.change"
    audit.name_fields(
        {
            f"{room}.kind": (gettext_lazy("Kind"), dict(Kind.choices)),
            f"{room}.from_date": (pgettext_lazy("change", "From"), {}),
            f"{room}.effective_date": (gettext_lazy("In effect from"), {}),
            f"{room}.seal_number": (gettext_lazy("Seal number"), {}),
            f"{room}.bill": (gettext_lazy("Final bill"), {}),
            f"{room}.total_fen": (gettext_lazy("Amount"), {}),
            "supply.supplypoint.kind": (gettext_lazy("Kind"), dict(Kind.choices)),
            "supply.supplypoint.rules": (gettext_lazy("Rules"), {}),
            "supply.supplypoint.transformer": (gettext_lazy("Transformer"), {}),
        }
    )
    parameter_rules.name(NAMES)
    _processes()
    for order, (label, url_name, icon) in enumerate(
        (
            (gettext_lazy("Changes of supply"), "changes:list", "replace"),
            (gettext_lazy("Restrictions in force"), "changes:board", "lock"),
        )
    ):
        navigation.register(
            navigation.NavItem(
                "field", label, url_name, icon=icon, permission="changes.view", order=20 + order
            )
        )
    extensions.panel(
        "supply_point",
        "changes",
        gettext_lazy("Changes of supply"),
        "changes/parts/panel.html",
        _panel,
        permission="changes.view",
        order=40,
    )
    extensions.counter("supply_point", _counter, order=20)
    extensions.action(
        "supply_point",
        gettext_lazy("New change"),
        lambda point: reverse("changes:choose", args=[point.pk]),
        icon="replace",
        permission="changes.apply",
        order=30,
    )


def _processes() -> None:
    """Names, pages and hooks of the four diagrams and the three kinds of field work."""
    for family, process in processes.PROCESSES.items():
        flow.name(process.key, PROCESS_NAMES[family])
        for step, label in STEP_NAMES.items():
            flow.name_step(process.key, step, label)
            flow.step_page(process.key, step, "changes:change")
    flow.subject_page("changes.change", "changes:change")
    for kind, label in (
        (processes.SEAL_WORK, gettext_lazy("Seal transformers")),
        (processes.UNSEAL_WORK, gettext_lazy("Unseal or exchange transformers")),
        (processes.METER_WORK, gettext_lazy("Meter work for a change")),
    ):
        fieldwork.name_kind(kind.code, label, FIELDS)
        fieldwork.on_done(kind.code, operations.field_work_done)


def _panel(request: StaffRequest, point: Any) -> dict[str, Any] | None:
    found = list(Change.objects.filter(supply_point_id=point.pk).order_by("-id")[:PANEL_CHANGES])
    if not found:
        return None
    return {"changes": found, "point_id": point.pk, "may_ask": request.user.may("changes.apply")}


def _counter(point: Any) -> Iterable[Counter]:
    found = (
        Change.objects.filter(
            supply_point_id=getattr(point, "pk", point),
            state=ChangeState.EFFECTIVE,
            ended_date__isnull=True,
            kind__in=kinds.RESTRICTIONS,
        )
        .order_by("until_date", "id")
        .first()
    )
    if found is None:
        return []
    return [
        Counter(
            _("In force"),
            str(found.get_kind_display()),
            url=reverse("changes:change", args=[found.pk]),
            tone="warning",
            hint=str(found.until_date or ""),
        )
    ]
