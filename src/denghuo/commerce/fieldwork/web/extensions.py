"""What this room shows on the pages of lower rooms, in the menu and on the workbench; its words."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from denghuo.commerce.fieldwork import queries, rules
from denghuo.commerce.fieldwork.models import FieldTask, TaskState
from denghuo.commerce.fieldwork.rules import own, parameters
from denghuo.foundation.audit import queries as audit
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.parameters import rules as parameter_rules
from denghuo.foundation.ui import extensions, navigation
from denghuo.foundation.ui.extensions import Tile

PANEL_TASKS = 6
ACTIONS = {
    "fieldwork.task.dispatched": gettext_lazy("Field task dispatched"),
    "fieldwork.task.assigned": gettext_lazy("Field task given to somebody"),
    "fieldwork.task.accepted": gettext_lazy("Field task accepted"),
    "fieldwork.task.arrived": gettext_lazy("Crew arrived"),
    "fieldwork.task.completed": gettext_lazy("Field task completed"),
    "fieldwork.task.cancelled": gettext_lazy("Field task cancelled"),
    "fieldwork.device.met": gettext_lazy("Field terminal opened on a new phone"),
    "fieldwork.consent.given": gettext_lazy("Live location agreed to"),
    "fieldwork.consent.withdrawn": gettext_lazy("Live location ended"),
    "fieldwork.submission.in_conflict": gettext_lazy("Field submission in conflict"),
    "fieldwork.submission.applied": gettext_lazy("Field submission applied by decision"),
    "fieldwork.submission.put_aside": gettext_lazy("Field submission put aside"),
}
NAMES = {
    parameters.POSITION_DAYS.code: (
        gettext_lazy("Positions of consenting crews are kept"),
        pgettext_lazy("parameter", "days"),
    ),
    parameters.CLOCK_HOURS.code: (
        gettext_lazy("The clock of a phone is believed back to"),
        pgettext_lazy("parameter", "hours"),
    ),
    parameters.JUMP_PERCENT.code: (gettext_lazy("Readings outside: far from usual use, more than"), "%"),
    parameters.JUMP_FLOOR_KWH.code: (gettext_lazy("Readings outside: and by more than"), "kWh"),
    parameters.PHOTO_PIXELS.code: (
        gettext_lazy("Photos are scaled down to a longer side of"),
        pgettext_lazy("parameter", "pixels"),
    ),
    parameters.ODD_NEEDS_PHOTO.code: (gettext_lazy("An odd reading needs a photo"), ""),
}


def register() -> None:
    """Called once when Django is ready."""
    audit.name_actions(ACTIONS)
    room = "fieldwork.fieldtask"
    audit.name_fields(
        {
            f"{room}.state": (gettext_lazy("State"), dict(TaskState.choices)),
            f"{room}.crew": (pgettext_lazy("field task", "Crew"), {}),
        }
    )
    audit.mark_sensitive("fieldwork.consent.given", "fieldwork.consent.withdrawn")
    parameter_rules.name(NAMES)
    _name_kinds()
    for order, (label, url_name, icon, permission) in enumerate(
        (
            (gettext_lazy("Field tasks"), "fieldwork:tasks", "tool", "fieldwork.view"),
            (gettext_lazy("Crews at work"), "fieldwork:board", "users", "fieldwork.view"),
            (gettext_lazy("Conflicts from outside"), "fieldwork:conflicts", "alert-triangle", "fieldwork.dispatch"),
            (gettext_lazy("Field terminal"), "fieldwork:terminal", "device-mobile", "fieldwork.work"),
        )
    ):  # fmt: skip
        navigation.register(
            navigation.NavItem("field", label, url_name, icon=icon, permission=permission, order=30 + order)
        )
    extensions.panel(
        "supply_point",
        "fieldwork",
        gettext_lazy("Field tasks"),
        "fieldwork/parts/panel.html",
        _supply_panel,
        permission="fieldwork.view",
        order=60,
    )
    extensions.action(
        "supply_point",
        gettext_lazy("Send a crew"),
        lambda point: f"{reverse('fieldwork:new')}?supply_point={point.number}",
        icon="tool",
        permission="fieldwork.dispatch",
        order=60,
    )
    extensions.workbench("fieldwork.work", _my_tile, order=2)


def _name_kinds() -> None:
    rules.name_kind(
        own.ERRAND.code,
        pgettext_lazy("field kind", "Errand"),
        {
            "report": pgettext_lazy("field kind", "What was done"),
            "photo": pgettext_lazy("field kind", "Photo"),
            "finished": pgettext_lazy("field kind", "Finished?"),
        },
    )
    rules.name_kind(
        own.PATROL.code,
        pgettext_lazy("field kind", "Patrol"),
        {
            "condition": pgettext_lazy("field kind", "Condition"),
            "condition.good": pgettext_lazy("field kind", "Good"),
            "condition.watch": pgettext_lazy("field kind", "To be watched"),
            "condition.danger": pgettext_lazy("field kind", "Dangerous"),
            "plate": pgettext_lazy("field kind", "Plate or meter number"),
            "load_kw": pgettext_lazy("field kind", "Load (kW)"),
            "remark": pgettext_lazy("field kind", "Remark"),
            "photo": pgettext_lazy("field kind", "Photo"),
            "sign": pgettext_lazy("field kind", "Signature"),
        },
    )


def _supply_panel(request: StaffRequest, point: Any) -> dict[str, Any] | None:
    rows = list(
        FieldTask.objects.filter(supply_point_id=point.pk, unit__code__startswith=request.user.scope)
        .select_related("crew")
        .order_by("-id")[:PANEL_TASKS]
    )
    return {"tasks": rows} if rows else None


def _my_tile(request: StaffRequest) -> Tile | None:
    count = queries.mine(request.user).order_by().count()
    return Tile(
        title=_("My field tasks"),
        value=count,
        url=reverse("fieldwork:terminal"),
        icon="device-mobile",
        tone="warning" if count else "success",
    )
