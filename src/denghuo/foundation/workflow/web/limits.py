"""Time limits: what holds for every process and step, on what it rests, and a new one from a day on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from denghuo.foundation.identity.models import Role
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui.access import require
from denghuo.foundation.workflow import operations, rules
from denghuo.foundation.workflow.models import LimitUnit, ProcessDefinition, TimeLimit
from denghuo.foundation.workflow.operations import timing
from denghuo.foundation.workflow.operations.limiting import LimitRefused, set_limit
from denghuo.foundation.workflow.queries import worklists
from denghuo.foundation.workflow.rules.diagrams import HUMAN
from denghuo.foundation.workflow.web import forms as pages
from denghuo.foundation.workflow.web.common import now
from denghuo.kernel.periods import day_of

SEE = ("workflow.define", "workflow.approve", "workflow.assign")


@dataclass(frozen=True)
class LimitRow:
    """The limit of a process (``step`` empty) or a step as it holds now; ``own`` where the bureau set it."""

    step: str
    label: str
    limit: rules.Limit | None
    own: TimeLimit | None
    coming: TimeLimit | None

    @property
    def text(self) -> str:
        return f"{self.limit.amount} {LimitUnit(self.limit.unit).label}" if self.limit else ""

    @property
    def escalation(self) -> list[Any]:
        known = dict(Role.choices)
        return [known.get(role, role) for role in (self.limit.escalation if self.limit else ())]


@require(*SEE)
@require_GET
def limits(request: StaffRequest) -> HttpResponse:
    choices = worklists.process_choices()
    chosen = request.GET.get("process", "")
    keys = [key for key, _label in choices if not chosen or key == chosen]
    return render(
        request,
        "workflow/limits.html",
        {
            "page_title": _("Time limits"),
            "choices": choices,
            "chosen": chosen,
            "processes": [(key, worklists.process_label(key), _rows(key)) for key in keys],
            "may_set": request.user.may("workflow.define"),
        },
    )


def _rows(key: str) -> list[LimitRow]:
    at = now()
    today = day_of(at)
    holding = timing.limits(key, at)
    own: dict[str, TimeLimit] = {}
    coming: dict[str, TimeLimit] = {}
    for row in TimeLimit.objects.filter(process=key).order_by("valid_from"):
        if row.valid_from <= today:
            own[row.step] = row
        else:
            coming.setdefault(row.step, row)
    labels = {"": _("The whole process")} | _steps(key)
    steps = ["", *[step for step in labels if step and (step in holding or step in coming)]]
    return [
        LimitRow(step, labels.get(step, step), holding.get(step), own.get(step), coming.get(step))
        for step in steps
    ]


def _steps(key: str) -> dict[str, str]:
    """Id and name of every human step of the version in force."""
    definition = ProcessDefinition.objects.filter(key=key).order_by("-version").first()
    if definition is not None:
        nodes = operations.diagram_of(definition).nodes.values()
        return {
            node.id: str(rules.label(key, node.id, otherwise=node.name or node.id))
            for node in nodes
            if node.kind in HUMAN
        }
    declared = rules.declared().get(key)
    return (
        {limit.step: str(rules.label(key, limit.step)) for limit in declared.limits if limit.step}
        if declared
        else {}
    )


@require("workflow.define")
@require_http_methods(["GET", "POST"])
def limit(request: StaffRequest, process: str) -> HttpResponse:
    """Set a new limit of a process or one of its steps (``?step=``)."""
    if process not in dict(worklists.process_choices()):
        raise Http404
    step = request.GET.get("step", "")
    labels = {"": _("The whole process")} | _steps(process)
    if step not in labels:
        raise Http404
    at = now()
    holding = timing.limits(process, at).get(step)
    initial = (
        {
            "amount": holding.amount,
            "unit": holding.unit,
            "warn_percent": holding.warn_percent,
            "escalation": list(holding.escalation),
        }
        if holding
        else {"unit": "working_days"}
    )
    form = pages.LimitForm(request.POST or None, initial=initial, first_day=day_of(at) + timedelta(days=1))
    if request.method == "POST" and form.is_valid():
        if not request.user.may("workflow.define"):
            raise PermissionDenied
        try:
            set_limit(process=process, step=step, at=at, actor=request.user, **form.cleaned_data)
        except LimitRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(
                request, _("The limit holds for what begins from that day on; running clocks keep theirs.")
            )
            return redirect(f"{reverse('workflow:limits')}?process={process}")
    return render(
        request,
        "workflow/limit.html",
        {
            "page_title": _("Set a time limit"),
            "process": process,
            "process_label": worklists.process_label(process),
            "step_label": labels[step],
            "holding": LimitRow(step, labels[step], holding, None, None),
            "history": TimeLimit.objects.filter(process=process, step=step)
            .select_related("set_by")
            .order_by("-valid_from"),
            "form": form,
            "breadcrumbs": [
                (_("Time limits"), reverse("workflow:limits")),
                (worklists.process_label(process), f"{reverse('workflow:limits')}?process={process}"),
                (labels[step], None),
            ],
        },
        status=422 if form.errors else 200,
    )
