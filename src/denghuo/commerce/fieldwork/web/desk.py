"""Pages of the office: the board by crew, a task, dispatching by hand, and what is in conflict."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from denghuo.commerce.fieldwork import operations, queries, rules
from denghuo.commerce.fieldwork.models import Act, FieldSubmission, FieldTask, Position, TaskState
from denghuo.commerce.fieldwork.operations import CannotBeResolved, CrewNotSuitable, TaskNotOpen
from denghuo.commerce.fieldwork.queries.shown import answer_rows, both_rows, correctable
from denghuo.commerce.fieldwork.web.forms import AssignForm, DecideForm, NewTaskForm, ReasonForm
from denghuo.foundation.identity.models import Staff
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui.access import require
from denghuo.foundation.ui.navigation import crumb
from denghuo.records.supply.models import SupplyPoint

SHOWN = 300
RECENT = timedelta(hours=2)


def now() -> datetime:
    return timezone.now()


def _trail(*steps: tuple[Any, str | None]) -> list[dict[str, Any]]:
    return [crumb(_("Field tasks"), reverse("fieldwork:tasks")), *(crumb(*step) for step in steps)]


def _task_or_404(request: StaffRequest, pk: int) -> FieldTask:
    found = queries.visible_tasks(request.user.scope).select_related("done_by", "supply_point").filter(pk=pk)
    task = found.first()
    if task is None:
        raise Http404
    return task


@dataclass
class CrewColumn:
    """A person on the board with the tasks at hand; nobody is the column of what is not given out."""

    person: Staff | None
    tasks: list[FieldTask] = field(default_factory=list)
    position: Position | None = None

    @property
    def late(self) -> int:
        return sum(getattr(task, "is_late", False) for task in self.tasks)


@require("fieldwork.view")
def board(request: StaffRequest) -> HttpResponse:
    """Who has what to do now, and where they are if they agreed to tell."""
    at, scope = now(), request.user.scope
    columns = {None: CrewColumn(None)} | {one.pk: CrewColumn(one) for one in queries.workers(scope)}
    rows = queries.live_tasks(scope).order_by("due_at", "id")[:SHOWN]
    for task in rows:
        task.is_late = task.due_at is not None and task.due_at < at  # type: ignore[attr-defined]
        column = columns.setdefault(task.crew_id, CrewColumn(task.crew))
        column.tasks.append(task)
    if request.user.may("fieldwork.dispatch"):
        for position in queries.last_positions(scope, since=at - RECENT):
            if position.device.staff_id in columns:
                columns[position.device.staff_id].position = position
    shown = [column for column in columns.values() if column.tasks or column.position]
    return render(
        request,
        "fieldwork/board.html",
        {
            "page_title": _("Crews at work"),
            "breadcrumbs": _trail((_("Crews at work"), None)),
            "columns": shown,
            "conflicts": queries.undecided(scope).count(),
        },
    )


@require("fieldwork.view")
def task(request: StaffRequest, pk: int) -> HttpResponse:
    return _task_page(request, _task_or_404(request, pk))


def _task_page(
    request: StaffRequest, task: FieldTask, forms: dict[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    dispatches = request.user.may("fieldwork.dispatch")
    offered: dict[str, Any] = {}
    if dispatches and task.state in rules.OPEN:
        offered["assign"] = AssignForm(task=task, initial={"crew": task.crew_id}, prefix="assign")
    if dispatches and task.is_live:
        offered["cancel"] = ReasonForm(prefix="cancel")
    context = {
        "page_title": task.title,
        "breadcrumbs": _trail((task.title, None)),
        "task": task,
        "is_late": task.is_live and task.due_at is not None and task.due_at < now(),
        "answers": answer_rows(task),
        "submissions": task.submissions.select_related("staff").order_by("id")[:50],
        "forms": offered | (forms or {}),
    }
    return render(request, "fieldwork/task.html", context, status=status)


@require("fieldwork.dispatch")
def new(request: StaffRequest) -> HttpResponse:
    """A task by hand, for a supply point."""
    initial = {"supply_point": request.GET.get("supply_point", "")[:13]}
    form = NewTaskForm(request.POST or None, scope=request.user.scope, initial=initial)
    if request.method == "POST" and form.is_valid():
        made = _dispatched(request, form)
        if made is not None:
            messages.success(request, _("The task is on the way."))
            return redirect("fieldwork:task", made.pk)
    return render(
        request,
        "fieldwork/form.html",
        {
            "page_title": _("New task outside"),
            "breadcrumbs": _trail((_("New task outside"), None)),
            "form": form,
            "back_url": reverse("fieldwork:tasks"),
        },
        status=422 if form.errors else 200,
    )


def _dispatched(request: StaffRequest, form: NewTaskForm) -> FieldTask | None:
    data = form.cleaned_data
    point = SupplyPoint.objects.filter(
        number=data["supply_point"], unit__code__startswith=request.user.scope
    ).first()
    if point is None:
        form.add_error("supply_point", _("There is no such supply point in your units."))
        return None
    try:
        return operations.dispatch(
            kind=data["kind"],
            subject=point,
            title=data["title"],
            unit_id=point.unit_id,
            at=now(),
            actor=request.user,
            due_at=data["due_at"],
            crew=data["crew"],
            address=point.address,
            supply_point_id=point.pk,
            details={_("Remark"): data["note"]} if data["note"] else None,
            key=f"hand:{uuid.uuid4().hex}",
        )
    except CrewNotSuitable as error:
        form.add_error("crew", str(error))
        return None


@require("fieldwork.dispatch")
@require_POST
def assign(request: StaffRequest, pk: int) -> HttpResponse:
    found = _task_or_404(request, pk)
    form = AssignForm(request.POST, task=found, prefix="assign")
    if form.is_valid():
        try:
            operations.assign(
                task=found,
                crew=form.cleaned_data["crew"],
                at=now(),
                actor=request.user,
                reason=form.cleaned_data["reason"],
            )
        except (CrewNotSuitable, TaskNotOpen) as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The task is given out."))
            return redirect("fieldwork:task", pk)
    return _task_page(request, _task_or_404(request, pk), {"assign": form}, status=422)


@require("fieldwork.dispatch")
@require_POST
def cancel(request: StaffRequest, pk: int) -> HttpResponse:
    found = _task_or_404(request, pk)
    form = ReasonForm(request.POST, prefix="cancel")
    if form.is_valid():
        try:
            operations.cancel(task=found, reason=form.cleaned_data["reason"], at=now(), actor=request.user)
        except TaskNotOpen as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The task is cancelled."))
            return redirect("fieldwork:task", pk)
    return _task_page(request, _task_or_404(request, pk), {"cancel": form}, status=422)


@require("fieldwork.view")
def conflicts(request: StaffRequest) -> HttpResponse:
    """What phones sent and the system could not apply; each waits for a person."""
    return render(
        request,
        "fieldwork/conflicts.html",
        {
            "page_title": _("Conflicts from outside"),
            "breadcrumbs": _trail((_("Conflicts from outside"), None)),
            "rows": queries.undecided(request.user.scope)[:SHOWN],
        },
    )


def _submission_or_404(request: StaffRequest, pk: int) -> FieldSubmission:
    found = (
        FieldSubmission.objects.filter(pk=pk, unit_id__startswith=request.user.scope)
        .select_related("staff", "task__crew", "device", "resolved_by")
        .first()
    )
    if found is None:
        raise Http404
    return found


@require("fieldwork.view")
def conflict(request: StaffRequest, pk: int) -> HttpResponse:
    """What was sent beside what was there first; whoever dispatches decides."""
    found = _submission_or_404(request, pk)
    may_decide = request.user.may("fieldwork.dispatch") and found.is_undecided
    form = DecideForm(request.POST or None, corrections=correctable(found)) if may_decide else None
    if request.method == "POST":
        if form is None:
            raise Http404
        if form.is_valid() and _decide(request, found, form):
            return redirect("fieldwork:conflicts")
        found = _submission_or_404(request, pk)
    sent = found.sent
    return render(
        request,
        "fieldwork/conflict.html",
        {
            "page_title": found.task.title if found.task else sent.get("title") or str(found),
            "breadcrumbs": _trail(
                (_("Conflicts from outside"), reverse("fieldwork:conflicts")), (found, None)
            ),
            "submission": found,
            "rows": both_rows(found),
            "first": found.first,
            "sent": sent,
            "form": form,
            "may_apply": found.act != Act.COMPLETE
            or (found.task is not None and found.task.state not in (TaskState.DONE, TaskState.CANCELLED)),
        },
        status=422 if form is not None and form.errors else 200,
    )


def _decide(request: StaffRequest, found: FieldSubmission, form: DecideForm) -> bool:
    decision = "apply" if request.POST.get("decision") == "apply" else "put_aside"
    try:
        operations.resolve_conflict(
            submission=found,
            decision=decision,
            answers=form.corrected() or None,
            reason=form.cleaned_data["reason"],
            at=now(),
            actor=request.user,
        )
    except CannotBeResolved as error:
        form.add_error(None, str(error))
        return False
    messages.success(
        request, _("It is applied.") if decision == "apply" else _("What was there first stands.")
    )
    return True
