"""A step by itself: take it, give it, pass it on, do it; and many at once."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_GET, require_POST

from denghuo.foundation.identity.models import Staff
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui.access import require
from denghuo.foundation.workflow import operations, queries, rules
from denghuo.foundation.workflow.models import HumanTask, TaskState
from denghuo.foundation.workflow.operations.deciding import decide
from denghuo.foundation.workflow.queries import worklists
from denghuo.foundation.workflow.web import cases
from denghuo.foundation.workflow.web import forms as pages
from denghuo.foundation.workflow.web.common import next_url, now, step_label, step_url, visible_task

MOST = 500


@require("workflow.view")
@require_GET
def task_page(request: StaffRequest, pk: int) -> HttpResponse:
    return show(request, visible_task(request, pk))


def show(
    request: StaffRequest, task: HumanTask, *, bound: dict[str, forms.Form] | None = None, status: int = 200
) -> HttpResponse:
    case = task.instance
    diagram = operations.diagram_of(case.definition)
    context = cases.case_context(request, case, at=now())
    mine = queries.may_work(task, request.user) and request.user.may("workflow.work")
    free = task.assignee_id in (None, request.user.pk)
    open_ = task.state == TaskState.OPEN
    own_page = step_url(task)
    context["forms"] |= _forms(request, task, mine=mine and free and open_, open_=open_) | (bound or {})
    node = diagram.nodes.get(task.step)
    context |= {
        "page_title": step_label(task),
        "task": task,
        "step_face": next(iter(cases.faces.faces([task], now=context["now"]))),
        "mine": mine,
        "is_free": free,
        "is_open": open_,
        "own_page": own_page if own_page != reverse("workflow:task", args=[task.pk]) else "",
        "lane": node.lane if node else "",
        "back": reverse("workflow:task", args=[task.pk]),
        "breadcrumbs": [(_("My tasks"), reverse("workflow:tasks")), (case.number, reverse("workflow:case", args=[case.pk])), (step_label(task), None)],
    }  # fmt: skip
    return render(request, "workflow/task.html", context, status=status)


def _forms(request: StaffRequest, task: HumanTask, *, mine: bool, open_: bool) -> dict[str, forms.Form]:
    found: dict[str, forms.Form] = {}
    if not open_:
        return found
    if mine and not queries.task_url_name(task):
        found["step"] = step_form(task)
    if request.user.may("workflow.assign"):
        found["assign"] = _person_form(request, task, pgettext("process", "Give to"), reason=False)
    if task.assignee_id == request.user.pk or (task.assignee_id and request.user.may("workflow.assign")):
        found["transfer"] = _person_form(request, task, pgettext("process", "Pass on to"), reason=True)
        found.pop("assign", None)
    return found


def step_form(task: HumanTask, data: Any = None) -> pages.StepForm:
    diagram = operations.diagram_of(task.instance.definition)
    return pages.StepForm(data, outcomes=queries.outcomes(diagram, task.step))


def _person_form(
    request: StaffRequest, task: HumanTask, label: str, *, reason: bool, data: Any = None
) -> pages.PersonForm:
    able = [
        person.pk for person in worklists.may_be_given([task], request.user) if person.pk != task.assignee_id
    ]
    return pages.PersonForm(
        data,
        auto_id="give-%s" if reason else "assign-%s",
        people=Staff.objects.filter(pk__in=able).select_related("unit").order_by("username"),
        reason_required=reason,
        to=label,
    )


@require("workflow.work")
@require_POST
def complete(request: StaffRequest, pk: int) -> HttpResponse:
    """Do a step that has no page of its own."""
    task = visible_task(request, pk)
    if queries.task_url_name(task):
        return redirect(step_url(task))
    form = step_form(task, request.POST)
    if form.is_valid():
        try:
            case = decide(
                task=task,
                answers=form.answers(),
                result=form.cleaned_data["result"],
                at=now(),
                actor=request.user,
            )
        except (
            operations.NotTheirs,
            operations.TaskNotOpen,
            operations.DataMissing,
            operations.NotTaskData,
        ) as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("“%(step)s” is done.") % {"step": step_label(task)})
            return redirect("workflow:case", pk=case.pk)
    return show(request, task, bound={"step": form}, status=422)


@require("workflow.work")
@require_POST
def claim(request: StaffRequest, pk: int) -> HttpResponse:
    task = visible_task(request, pk)
    try:
        operations.claim(task=task, at=now(), actor=request.user)
    except (operations.TaskNotOpen, operations.NotTheirs) as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The step is yours."))
    return redirect(next_url(request, reverse("workflow:task", args=[pk])))


@require("workflow.assign")
@require_POST
def assign(request: StaffRequest, pk: int) -> HttpResponse:
    task = visible_task(request, pk)
    form = _person_form(request, task, pgettext("process", "Give to"), reason=False, data=request.POST)
    if form.is_valid():
        try:
            operations.assign(task=task, to=form.cleaned_data["to"], at=now(), actor=request.user)
        except (operations.TaskNotOpen, operations.NotTheirs) as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(
                request, _("The step is given to %(name)s.") % {"name": form.cleaned_data["to"].name}
            )
            return redirect("workflow:task", pk=pk)
    return show(request, task, bound={"assign": form}, status=422)


@require("workflow.work")
@require_POST
def transfer(request: StaffRequest, pk: int) -> HttpResponse:
    """Pass on a step that is one's own, or (who gives out work) anybody's."""
    task = visible_task(request, pk)
    form = _person_form(request, task, pgettext("process", "Pass on to"), reason=True, data=request.POST)
    if task.assignee_id != request.user.pk and not request.user.may("workflow.assign"):
        form.add_error(None, _("Only your own steps can be passed on."))
    elif form.is_valid():
        try:
            operations.transfer(task=task, at=now(), actor=request.user, **form.cleaned_data)
        except (operations.TaskNotOpen, operations.NotTheirs, ValueError) as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(
                request, _("The step is passed on to %(name)s.") % {"name": form.cleaned_data["to"].name}
            )
            return redirect("workflow:task", pk=pk)
    return show(request, task, bound={"transfer": form}, status=422)


def _chosen(request: StaffRequest) -> list[HumanTask]:
    ids = [int(text) for text in request.POST.getlist("ids") if text.isdecimal() and len(text) < 19][:MOST]
    return list(worklists.tasks(request.user.scope).filter(pk__in=ids).order_by("id"))


@require("workflow.work")
@require_POST
def claim_many(request: StaffRequest) -> HttpResponse:
    """Take the chosen steps; those for others or taken meanwhile stay as they are."""
    chosen = _chosen(request)
    taken = 0
    for task in chosen:
        try:
            operations.claim(task=task, at=now(), actor=request.user)
            taken += 1
        except (operations.TaskNotOpen, operations.NotTheirs):
            continue
    _tell(request, taken, len(chosen))
    return redirect(next_url(request, reverse("workflow:tasks-roles")))


@require("workflow.assign")
@require_POST
def assign_many(request: StaffRequest) -> HttpResponse:
    """Ask to whom, then give the chosen steps."""
    chosen = _chosen(request)
    back = next_url(request, reverse("workflow:tasks-all"))
    able = worklists.may_be_given(chosen, request.user)
    people = (
        Staff.objects.filter(pk__in=[person.pk for person in able])
        .select_related("unit")
        .order_by("username")
    )
    given = "to" in request.POST
    form = pages.PersonForm(
        request.POST if given else None,
        people=people,
        reason_required=False,
        to=pgettext("process", "Give to"),
    )
    if given and form.is_valid():
        count = operations.assign_many(tasks=chosen, to=form.cleaned_data["to"], at=now(), actor=request.user)
        _tell(request, count, len(chosen))
        return redirect(back)
    return render(
        request,
        "workflow/assign_many.html",
        {
            "page_title": _("Give steps to somebody"),
            "chosen": [(task, step_label(task), rules.label(task.instance.process)) for task in chosen],
            "form": form,
            "nobody": bool(chosen) and not able,
            "back": back,
            "breadcrumbs": [(_("Everything in reach"), back), (_("Give steps to somebody"), None)],
        },
        status=422 if given else 200,
    )


def _tell(request: StaffRequest, done: int, asked: int) -> None:
    if done:
        text = ngettext("%(n)d step given.", "%(n)d steps given.", done) % {"n": done}
        messages.success(request, text)
    if asked > done:
        left = asked - done
        text = ngettext(
            "%(n)d step stayed as it was: done, taken or for another role.",
            "%(n)d steps stayed as they were: done, taken or for another role.",
            left,
        )
        messages.warning(request, text % {"n": left})
