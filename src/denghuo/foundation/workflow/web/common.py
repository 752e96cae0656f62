"""What the pages of processes share: the clock, what is visible, where to go back to."""

from __future__ import annotations

from datetime import datetime

from django.http import Http404, HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.workflow import queries, rules
from denghuo.foundation.workflow.models import HumanTask, ProcessInstance
from denghuo.foundation.workflow.queries import worklists


def now() -> datetime:
    return timezone.now()


def visible_case(request: StaffRequest, pk: int) -> ProcessInstance:
    """The case, or 404 outside the data scope."""
    found = worklists.cases(request.user.scope).select_related("started_by").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def visible_task(request: StaffRequest, pk: int) -> HumanTask:
    """A step of a case, open or not; 404 outside the data scope."""
    found = (
        HumanTask.objects.filter(pk=pk, unit__code__startswith=request.user.scope)
        .select_related("instance__definition", "instance__owner", "instance__unit", "assignee", "unit")
        .first()
    )
    if found is None:
        raise Http404
    return found


def next_url(request: HttpRequest, default: str) -> str:
    """Where the form asked to go back to, if that is one of our own pages."""
    wanted = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if wanted and safe else default


def subject_url(instance: ProcessInstance) -> str | None:
    """The page of what the case is about, where its room has one."""
    return _address(rules.page_of_subject(instance.subject_type), instance.subject_id)


def step_url(task: HumanTask) -> str:
    """Where the step is done: the page of its room, else the general one."""
    found = _address(queries.task_url_name(task), task.instance.subject_id)
    return found or reverse("workflow:task", args=[task.pk])


def _address(url_name: str | None, pk: int) -> str | None:
    if url_name is None:
        return None
    try:
        return reverse(url_name, args=[pk])
    except NoReverseMatch:
        return None


def step_label(task: HumanTask) -> str:
    return str(rules.label(task.instance.process, task.step, otherwise=task.name))
