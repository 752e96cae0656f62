"""What this room shows on the pages of lower rooms, in the menu and on the workbench; its words."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from denghuo.foundation.audit import queries as audit
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui import extensions, navigation
from denghuo.foundation.ui.extensions import Tile
from denghuo.foundation.workflow.models import HumanTask, TaskState
from denghuo.foundation.workflow.web.common import now

ACTIONS = {
    "workflow.case.started": gettext_lazy("Case opened"),
    "workflow.case.cancelled": gettext_lazy("Case cancelled"),
    "workflow.case.handed_over": gettext_lazy("Owner of a case changed"),
    "workflow.case.migrated": gettext_lazy("Case moved to another version of its process"),
    "workflow.clock.paused": gettext_lazy("Clock of a case stopped"),
    "workflow.clock.resumed": gettext_lazy("Clock of a case runs again"),
    "workflow.task.decided": gettext_lazy("Step of a case done"),
    "workflow.task.transferred": gettext_lazy("Step of a case passed on"),
    "workflow.tasks.assigned": gettext_lazy("Steps given to a person"),
    "workflow.definition.drafted": gettext_lazy("Process diagram uploaded"),
    "workflow.definition.approved": gettext_lazy("Process diagram put into force"),
    "workflow.limit.set": gettext_lazy("Time limit set"),
}
MENU = (
    ("overview", gettext_lazy("My tasks"), "workflow:tasks", "checklist", "workflow.work", 20),
    ("overview", pgettext_lazy("process", "Cases"), "workflow:cases", "route", "workflow.view", 21),
    ("overview", gettext_lazy("Board of processes"), "workflow:board", "layout-board", "workflow.assign", 22),
    ("administration", gettext_lazy("Process definitions"), "workflow:definitions", "sitemap", "workflow.define", 60),
    ("administration", gettext_lazy("Time limits"), "workflow:limits", "clock", "workflow.define", 61),
)  # fmt: skip


def register() -> None:
    """Called once when Django is ready."""
    audit.name_actions(ACTIONS)
    audit.name_fields(
        {
            "workflow.processinstance.owner": (pgettext_lazy("process", "Owner"), {}),
            "workflow.processinstance.version": (gettext_lazy("Version"), {}),
            "workflow.timelimit.limit": (gettext_lazy("Limit"), {}),
            "identity.staff.tasks": (gettext_lazy("Steps"), {}),
        }
    )
    audit.mark_sensitive("workflow.definition.approved", "workflow.limit.set")
    for section, label, url_name, icon, permission, order in MENU:
        navigation.register(
            navigation.NavItem(section, label, url_name, icon=icon, permission=permission, order=order)
        )
    extensions.keep_drafts_at("workflow:drafts")
    extensions.workbench("workflow.work", _tile, order=0)


def _tile(request: StaffRequest) -> Tile:
    """What is mine and what waits for my roles, in one question."""
    at, staff = now(), request.user
    found: dict[str, Any] = HumanTask.objects.filter(
        Q(assignee=staff) | Q(assignee__isnull=True, role__in=sorted(staff.roles)),
        state=TaskState.OPEN,
        unit__code__startswith=staff.scope,
    ).aggregate(
        mine=Count("pk", filter=Q(assignee=staff)),
        late=Count("pk", filter=Q(assignee=staff, due_at__lt=at, paused_at__isnull=True)),
        waiting=Count("pk", filter=Q(assignee__isnull=True)),
    )
    return Tile(
        title=_("My tasks"),
        value=found["mine"],
        hint=_("%(late)d late · %(waiting)d wait for my roles")
        % {"late": found["late"], "waiting": found["waiting"]},
        url=reverse("workflow:tasks" if found["mine"] else "workflow:tasks-roles"),
        icon="checklist",
        tone="danger" if found["late"] else ("warning" if found["mine"] else "success"),
    )
