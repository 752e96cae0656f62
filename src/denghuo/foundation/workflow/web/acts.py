"""What people do with a case besides its steps: talk, lay papers to it, ask others, stop the clock, hand over, cancel."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from denghuo.foundation.files import operations as files
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui.access import require
from denghuo.foundation.workflow import operations
from denghuo.foundation.workflow.models import ProcessInstance, SideTask
from denghuo.foundation.workflow.operations.keeping import lay_to_case
from denghuo.foundation.workflow.queries import worklists
from denghuo.foundation.workflow.web import cases
from denghuo.foundation.workflow.web import forms as pages
from denghuo.foundation.workflow.web.common import next_url, now, visible_case

REFUSALS = (
    operations.CaseEnded,
    operations.NotNow,
    operations.NothingSaid,
    operations.AlreadyAnswered,
    files.FileRefused,
    ValueError,
)


def _act(
    request: StaffRequest,
    case: ProcessInstance,
    name: str,
    form: forms.Form,
    do: Callable[[], Any],
    told: str,
) -> HttpResponse:
    """Check the form, do the one thing, go back; a refusal shows the case again with what was typed."""
    if form.is_valid():
        try:
            do()
        except REFUSALS as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, told)
            return redirect(next_url(request, reverse("workflow:case", args=[case.pk])))
    return cases.show(request, case, bound={name: form}, status=422)


@require("workflow.work")
@require_POST
def remark(request: StaffRequest, pk: int) -> HttpResponse:
    case = visible_case(request, pk)
    form = pages.RemarkForm(request.POST, auto_id="remark-%s")

    def do() -> None:
        said = form.cleaned_data
        operations.remark(
            instance=case,
            text=said["text"],
            audience=said["audience"],
            from_customer=said["from_customer"],
            key=said["key"] or None,
            at=now(),
            actor=request.user,
        )

    return _act(request, case, "remark", form, do, _("Said."))


@require("workflow.work")
@require_POST
def attach(request: StaffRequest, pk: int) -> HttpResponse:
    case = visible_case(request, pk)
    form = pages.AttachForm(request.POST, request.FILES, auto_id="attach-%s")

    def do() -> None:
        given = form.cleaned_data["file"]
        lay_to_case(
            instance=case,
            name=given.name,
            content=given.read(),
            kind=form.cleaned_data["kind"],
            note=form.cleaned_data["note"],
            at=now(),
            actor=request.user,
        )

    return _act(request, case, "attach", form, do, _("The document lies with the case."))


@require("workflow.work")
@require_POST
def pause(request: StaffRequest, pk: int) -> HttpResponse:
    case = visible_case(request, pk)
    form = pages.PauseForm(request.POST, auto_id="pause-%s")

    def do() -> None:
        operations.pause(instance=case, at=now(), actor=request.user, **form.cleaned_data)

    return _act(request, case, "pause", form, do, _("The clock stands still."))


@require("workflow.work")
@require_POST
def resume(request: StaffRequest, pk: int) -> HttpResponse:
    case = visible_case(request, pk)

    def do() -> None:
        operations.resume(instance=case, at=now(), actor=request.user)

    return _act(request, case, "resume", forms.Form(request.POST), do, _("The clock runs again."))


@require("workflow.work")
@require_POST
def ask(request: StaffRequest, pk: int) -> HttpResponse:
    case = visible_case(request, pk)
    form = pages.AskForm(request.POST, auto_id="ask-%s")

    def do() -> None:
        said = form.cleaned_data
        operations.ask(
            instance=case,
            text=said["text"],
            unit_id=said["unit"].pk,
            role=said["role"],
            due_at=said["due_at"],
            at=now(),
            actor=request.user,
        )

    return _act(request, case, "ask", form, do, _("The other department has been asked."))


@require("workflow.work")
@require_POST
def hand_over(request: StaffRequest, pk: int) -> HttpResponse:
    case = visible_case(request, pk)
    if not cases.may_lead(request, case):
        raise PermissionDenied
    form = pages.PersonForm(
        request.POST, auto_id="hand-%s", people=pages.people(request.user).exclude(pk=case.owner_id)
    )

    def do() -> None:
        operations.hand_over(instance=case, at=now(), actor=request.user, **form.cleaned_data)

    return _act(request, case, "hand_over", form, do, _("The case has a new owner."))


@require("workflow.work")
@require_POST
def cancel(request: StaffRequest, pk: int) -> HttpResponse:
    case = visible_case(request, pk)
    if not cases.may_lead(request, case):
        raise PermissionDenied
    form = pages.CancelForm(request.POST, auto_id="cancel-%s")

    def do() -> None:
        operations.cancel(instance=case, at=now(), actor=request.user, reason=form.cleaned_data["reason"])

    return _act(request, case, "cancel", form, do, _("The case is cancelled."))


def _side_task(request: StaffRequest, pk: int) -> SideTask:
    """A question that this person may see: of a case in scope, or asked of them."""
    found = SideTask.objects.select_related("instance", "unit", "asked_by", "answered_by", "assignee").filter(
        pk=pk
    )
    side_task = found.first()
    if side_task is None or not (
        side_task.instance.unit_id.startswith(request.user.scope)
        or worklists.may_answer(side_task, request.user)
    ):
        raise Http404
    return side_task


@require("workflow.work")
@require_GET
def side_task(request: StaffRequest, pk: int) -> HttpResponse:
    return _show_side_task(request, _side_task(request, pk), pages.AnswerForm())


@require("workflow.work")
@require_POST
def answer(request: StaffRequest, pk: int) -> HttpResponse:
    asked = _side_task(request, pk)
    if not worklists.may_answer(asked, request.user):
        raise PermissionDenied
    form = pages.AnswerForm(request.POST)
    if form.is_valid():
        try:
            operations.answer(side_task=asked, text=form.cleaned_data["text"], at=now(), actor=request.user)
        except (operations.AlreadyAnswered, operations.NothingSaid) as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The answer lies with the case."))
            return redirect(next_url(request, reverse("workflow:asked")))
    return _show_side_task(request, asked, form, status=422)


def _show_side_task(
    request: StaffRequest, asked: SideTask, form: forms.Form, *, status: int = 200
) -> HttpResponse:
    in_scope = asked.instance.unit_id.startswith(request.user.scope)
    return render(
        request,
        "workflow/side_task.html",
        {
            "page_title": _("Asked by another department"),
            "asked": asked,
            "form": form if worklists.may_answer(asked, request.user) and not asked.answered_at else None,
            "case_url": reverse("workflow:case", args=[asked.instance_id]) if in_scope else None,
            "breadcrumbs": [(_("Asked of us"), reverse("workflow:asked")), (asked.instance.number, None)],
        },
        status=status,
    )
