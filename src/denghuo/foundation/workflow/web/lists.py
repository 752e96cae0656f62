"""Work lists: what is mine, what waits for my roles, for my unit, for everybody in reach; all cases; what others ask."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from denghuo.foundation.identity import queries as identity
from denghuo.foundation.identity.models import Role
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui.access import require
from denghuo.foundation.ui.lists import (
    BulkAction,
    ChoiceFilter,
    Column,
    DateRangeFilter,
    ListPage,
    TextFilter,
    UnitFilter,
)
from denghuo.foundation.ui.lists import keyset as paging
from denghuo.foundation.workflow.models import HumanTask, InstanceState, Priority, ProcessInstance, SideTask
from denghuo.foundation.workflow.queries import faces, worklists
from denghuo.foundation.workflow.web.common import now, step_label, step_url

CLOCKS = (
    ("broken", pgettext_lazy("clock", "Late")),
    ("warning", pgettext_lazy("clock", "Nearly due")),
    ("in_time", pgettext_lazy("clock", "In time")),
    ("paused", pgettext_lazy("clock", "Paused")),
    ("none", pgettext_lazy("clock", "No limit")),
)
PRIORITY_TONES = {"1": "neutral", "2": "neutral", "3": "warning", "4": "danger"}


def _in_state(rows: QuerySet[Any], state: str) -> QuerySet[Any]:
    return rows.filter(worklists.in_state(now(), state)) if state in dict(CLOCKS) else rows.none()


def _people(request: StaffRequest) -> list[tuple[str, str]]:
    found = identity.colleagues(request.user).filter(is_active=True).order_by("username")[:300]
    return [(str(person.pk), person.name) for person in found]


class ClockedList(ListPage):
    """A list whose rows carry clocks: the faces of one page are read together."""

    def _page(self, request: HttpRequest, rows: QuerySet[Any], order: list[paging.Key]) -> paging.Page:
        page = super()._page(request, rows, order)
        at: datetime = now()
        for row, face in zip(page.rows, faces.faces(page.rows, now=at), strict=True):
            row.face = face
        return page


TASK_COLUMNS = (
    Column("priority", pgettext_lazy("process", "Priority"), kind="badge", tones=PRIORITY_TONES, hidden=True),
    Column("step", pgettext_lazy("process", "Step"), value=step_label, url=step_url),
    Column(
        "title",
        pgettext_lazy("process", "Matter"),
        value="instance__title",
        url=lambda row: reverse("workflow:case", args=[row.instance_id]),
    ),
    Column("number", pgettext_lazy("process", "Case"), value="instance__number"),
    Column(
        "process",
        pgettext_lazy("process", "Process"),
        value=lambda row: worklists.process_label(row.instance.process),
        hidden=True,
    ),
    Column(
        "due_at",
        pgettext_lazy("process", "Due"),
        kind="template",
        template="workflow/parts/clock_cell.html",
        export=lambda row: row.due_at,
    ),
    Column("role", pgettext_lazy("process", "Role"), hidden=True),
    Column("assignee", pgettext_lazy("process", "Given to"), value="assignee__name"),
    Column("unit", pgettext_lazy("process", "Unit"), value="unit__name"),
    Column("started_at", gettext_lazy("Waiting since"), kind="moment", hidden=True),
)
TASK_FILTERS = (
    ChoiceFilter("clock", pgettext_lazy("process", "Clock"), choices=CLOCKS, apply=_in_state),
    ChoiceFilter(
        "process",
        pgettext_lazy("process", "Process"),
        choices=lambda request: worklists.process_choices(),
        field="instance__process",
    ),
    TextFilter(
        "q",
        gettext_lazy("Case number or matter"),
        lookups=("instance__number__startswith", "instance__title__contains"),
    ),
    TextFilter("step", gettext_lazy("Name of the step"), lookups=("name__contains", "step")),
    UnitFilter(),
    ChoiceFilter("person", pgettext_lazy("process", "Given to"), choices=_people, field="assignee_id"),
    ChoiceFilter(
        "priority",
        pgettext_lazy("process", "Priority"),
        choices=[(str(code), label) for code, label in Priority.choices],
    ),
)
ASSIGN = BulkAction(
    gettext_lazy("Give to somebody"),
    reverse_lazy("workflow:assign-many"),
    icon="user-check",
    permission="workflow.assign",
)
CLAIM = BulkAction(
    gettext_lazy("Take them"),
    reverse_lazy("workflow:claim-many"),
    icon="hand-grab",
    permission="workflow.work",
)


class TaskList(ClockedList):
    title = gettext_lazy("My tasks")
    pretitle = gettext_lazy("Processes")
    template_name = "workflow/tasks.html"
    columns = TASK_COLUMNS
    filters = TASK_FILTERS
    keyset = ("due_at", "id")
    export_name = "tasks"
    tab: ClassVar[str] = "mine"
    bulk_actions: ClassVar[Sequence[BulkAction]] = (CLAIM, ASSIGN)
    empty_title = gettext_lazy("Nothing waits here")
    empty_text = gettext_lazy("Steps of running cases appear here as soon as they wait for somebody.")

    def extra_context(self, request: HttpRequest) -> dict[str, Any]:
        may_assign = request.user.may("workflow.assign")  # type: ignore[union-attr]
        tabs = [
            ("mine", pgettext("process", "Mine"), reverse("workflow:tasks")),
            ("roles", _("My roles"), reverse("workflow:tasks-roles")),
            ("unit", _("My unit"), reverse("workflow:tasks-unit")),
        ]
        if may_assign:
            tabs.append(("all", _("Everything in reach"), reverse("workflow:tasks-all")))
        tabs.append(("asked", _("Asked of us"), reverse("workflow:asked")))
        return {"tabs": tabs, "tab": self.tab, "may_assign": may_assign}


@require("workflow.work")
class MyTasks(TaskList):
    bulk_actions = (ASSIGN,)
    empty_text = gettext_lazy(
        "What you take, or what is given to you, appears here. See what waits for your roles."
    )
    create_url = reverse_lazy("workflow:tasks-roles")
    create_label = gettext_lazy("What waits for my roles")

    def queryset(self, request: StaffRequest) -> QuerySet[HumanTask]:
        return worklists.mine(request.user)


@require("workflow.work")
class RoleTasks(TaskList):
    tab = "roles"
    title = gettext_lazy("Tasks for my roles")

    def queryset(self, request: StaffRequest) -> QuerySet[HumanTask]:
        return worklists.of_my_roles(request.user)


@require("workflow.work")
class UnitTasks(TaskList):
    tab = "unit"
    title = gettext_lazy("Tasks of my unit")

    def queryset(self, request: StaffRequest) -> QuerySet[HumanTask]:
        return worklists.of_my_unit(request.user)


@require("workflow.assign")
class AllTasks(TaskList):
    tab = "all"
    title = gettext_lazy("All open tasks")

    def queryset(self, request: StaffRequest) -> QuerySet[HumanTask]:
        return worklists.tasks(request.user.scope)


@require("workflow.view")
class CaseList(ClockedList):
    title = pgettext_lazy("process", "Cases")
    pretitle = gettext_lazy("Processes")
    template_name = "workflow/cases.html"
    keyset = ("-id",)
    export_name = "cases"
    empty_title = gettext_lazy("No case yet")
    empty_text = gettext_lazy(
        "A case begins with an application, a complaint, or any process started by hand."
    )
    columns = (
        Column(
            "number",
            pgettext_lazy("process", "Case"),
            url=lambda row: reverse("workflow:case", args=[row.pk]),
        ),
        Column("title", pgettext_lazy("process", "Matter")),
        Column(
            "process",
            pgettext_lazy("process", "Process"),
            value=lambda row: worklists.process_label(row.process, row.definition.name),
        ),
        Column("state", pgettext_lazy("process", "State"), kind="badge"),
        Column(
            "due_at",
            pgettext_lazy("process", "Due"),
            kind="template",
            template="workflow/parts/clock_cell.html",
            export=lambda row: row.due_at,
        ),
        Column("owner", pgettext_lazy("process", "Owner"), value="owner__name"),
        Column("unit", pgettext_lazy("process", "Unit"), value="unit__name"),
        Column("started_at", pgettext_lazy("process", "Opened"), kind="moment"),
        Column("ended_at", pgettext_lazy("process", "Ended"), kind="moment", hidden=True),
        Column(
            "priority", pgettext_lazy("process", "Priority"), kind="badge", tones=PRIORITY_TONES, hidden=True
        ),
    )
    filters = (
        TextFilter(
            "q", gettext_lazy("Case number or matter"), lookups=("number__startswith", "title__contains")
        ),
        ChoiceFilter(
            "process",
            pgettext_lazy("process", "Process"),
            choices=lambda request: worklists.process_choices(),
        ),
        ChoiceFilter("state", pgettext_lazy("process", "State"), choices=InstanceState.choices),
        ChoiceFilter(
            "clock",
            pgettext_lazy("process", "Clock"),
            choices=CLOCKS,
            apply=lambda rows, state: _in_state(rows.filter(state=InstanceState.RUNNING), state),
        ),
        UnitFilter(),
        ChoiceFilter("person", pgettext_lazy("process", "Owner"), choices=_people, field="owner_id"),
        DateRangeFilter("opened", pgettext_lazy("process", "Opened"), field="started_at", instant=True),
    )

    def queryset(self, request: StaffRequest) -> QuerySet[ProcessInstance]:
        return worklists.cases(request.user.scope).defer(
            "engine_state", "definition__xml", "definition__specification"
        )


@require("workflow.work")
class AskedList(ListPage):
    title = gettext_lazy("Asked of us")
    pretitle = gettext_lazy("Processes")
    template_name = "workflow/tasks.html"
    keyset = ("due_at", "id")
    export_name = "asked"
    empty_title = gettext_lazy("Nobody waits for an answer of yours")
    empty_text = gettext_lazy("What other departments need from you for their cases appears here.")
    columns = (
        Column(
            "text",
            gettext_lazy("What is needed"),
            url=lambda row: reverse("workflow:side-task", args=[row.pk]),
        ),
        Column("number", pgettext_lazy("process", "Case"), value="instance__number"),
        Column("due_at", gettext_lazy("Needed by"), kind="moment"),
        Column("role", pgettext_lazy("process", "Role"), value=lambda row: Role(row.role).label),
        Column("unit", pgettext_lazy("process", "Unit"), value="unit__name"),
        Column("asked_by", pgettext_lazy("side task", "Asked by"), value="asked_by__name"),
        Column("asked_at", pgettext_lazy("side task", "Asked"), kind="moment"),
    )

    def queryset(self, request: StaffRequest) -> QuerySet[SideTask]:
        return worklists.asked_of(request.user)

    def extra_context(self, request: HttpRequest) -> dict[str, Any]:
        return {**TaskList.extra_context(TaskList(), request), "tab": "asked"}
