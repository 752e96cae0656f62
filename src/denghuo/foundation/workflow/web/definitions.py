"""Process definitions: versions, drawings, upload with errors by element, the second person, start by hand, moving cases."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from denghuo.foundation.identity.models import Role
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui.access import require
from denghuo.foundation.workflow import operations, rules
from denghuo.foundation.workflow.models import (
    DefinitionState,
    InstanceState,
    ProcessDefinition,
    ProcessInstance,
)
from denghuo.foundation.workflow.operations.shipping import bring_in_shipped
from denghuo.foundation.workflow.queries import worklists
from denghuo.foundation.workflow.rules.diagrams import HUMAN, LARGEST_BYTES
from denghuo.foundation.workflow.web import forms as pages
from denghuo.foundation.workflow.web.common import now

MOVED_AT_ONCE = 2000
SEE = ("workflow.define", "workflow.approve", "workflow.assign")


@require(*SEE)
@require_http_methods(["GET", "POST"])
def definitions(request: StaffRequest) -> HttpResponse:
    """The list, and the upload of a diagram; a refused one is answered with what is wrong, element by element."""
    form = pages.UploadForm()
    problems: list[operations.Problem] = []
    if request.method == "POST":
        form = pages.UploadForm(request.POST, request.FILES)
        if not request.user.may("workflow.define"):
            form.add_error(None, _("You may not upload diagrams."))
        elif form.is_valid():
            try:
                made = operations.draft(
                    xml=form.cleaned_data["file"].read(LARGEST_BYTES + 1),
                    key=form.cleaned_data["key"],
                    at=now(),
                    actor=request.user,
                )
            except operations.DiagramRefused as refusal:
                problems = refusal.problems
            else:
                messages.success(request, _("The diagram is read. A second person puts it into force."))
                return redirect("workflow:definition", pk=made.pk)
    return _list(request, form, problems)


def _list(request: StaffRequest, form: forms.Form, problems: list[operations.Problem]) -> HttpResponse:
    found = (
        ProcessDefinition.objects.defer("xml", "specification")
        .select_related("drafted_by", "approved_by")
        .annotate(running=Count("instances", filter=Q(instances__state=InstanceState.RUNNING)))
        .order_by("key", "-version")
    )
    by_key: dict[str, list[ProcessDefinition]] = {}
    for definition in found:
        by_key.setdefault(definition.key, []).append(definition)
    shipped = [key for key in rules.declared() if key not in by_key]
    return render(
        request,
        "workflow/definitions.html",
        {
            "page_title": _("Process definitions"),
            "processes": [
                (key, rules.label(key, otherwise=versions[0].name), versions)
                for key, versions in by_key.items()
            ],
            "shipped": [(key, rules.label(key)) for key in sorted(shipped)],
            "form": form if request.user.may("workflow.define") else None,
            "problems": problems,
        },
        status=422 if problems or form.errors else 200,
    )


@require(*SEE)
@require_GET
def definition(request: StaffRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(ProcessDefinition.objects.select_related("drafted_by", "approved_by"), pk=pk)
    diagram = operations.diagram_of(found)
    in_force = found.state == DefinitionState.ACTIVE
    others = ProcessDefinition.objects.filter(key=found.key).exclude(pk=pk).defer("xml", "specification")
    return render(
        request,
        "workflow/definition.html",
        {
            "page_title": rules.label(found.key, otherwise=found.name),
            "definition": found,
            "steps": [
                (
                    rules.label(found.key, node.id, otherwise=node.name or node.id),
                    node.lane,
                    Role(node.role).label if node.role else "",
                    bool(rules.page_of_step(found.key, node.id)),
                )
                for node in diagram.nodes.values()
                if node.kind in HUMAN
            ],
            "others": list(others.order_by("-version")),
            "in_force": in_force,
            "may_approve": found.state != DefinitionState.ACTIVE
            and request.user.may("workflow.approve")
            and found.drafted_by_id != request.user.pk,
            "start": pages.StartForm(staff=request.user)
            if in_force and request.user.may("workflow.assign") and found.key not in rules.declared()
            else None,
            "older_cases": _older_cases(request, found).count() if in_force else 0,
            "may_migrate": in_force and request.user.may("workflow.approve"),
            "breadcrumbs": [
                (_("Process definitions"), reverse("workflow:definitions")),
                (f"{found.name} v{found.version}", None),
            ],
        },
    )


def _older_cases(request: StaffRequest, definition: ProcessDefinition) -> QuerySet[ProcessInstance]:
    return (
        worklists.cases(request.user.scope)
        .filter(process=definition.key, state=InstanceState.RUNNING)
        .exclude(definition=definition)
    )


@require("workflow.view")
@require_GET
@cache_control(private=True, max_age=86400, immutable=True)
def diagram(request: StaffRequest, pk: int) -> HttpResponse:
    """The BPMN file; it never changes."""
    found = get_object_or_404(ProcessDefinition.objects.only("xml", "key", "version"), pk=pk)
    response = HttpResponse(found.xml, content_type="application/xml; charset=utf-8")
    response["Content-Disposition"] = f'inline; filename="{found.key}-v{found.version}.bpmn"'
    return response


@require("workflow.approve")
@require_POST
def approve(request: StaffRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(ProcessDefinition, pk=pk)
    try:
        operations.approve(definition=found, at=now(), actor=request.user)
    except operations.ApprovalRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("This version is in force; new cases begin with it."))
    return redirect("workflow:definition", pk=pk)


@require("workflow.assign")
@require_POST
def start(request: StaffRequest, pk: int) -> HttpResponse:
    """Begin a case of an uploaded process by hand; what it is about is its title."""
    found = get_object_or_404(ProcessDefinition, pk=pk, state=DefinitionState.ACTIVE)
    form = pages.StartForm(request.POST, staff=request.user)
    if found.key in rules.declared() or not form.is_valid():
        messages.error(
            request, _("Say what it is about and where; processes of the rooms begin on their own pages.")
        )
        return redirect("workflow:definition", pk=pk)
    try:
        case = operations.start(
            process=found.key,
            subject=found,
            title=form.cleaned_data["title"],
            unit_id=form.cleaned_data["unit"].pk,
            at=now(),
            actor=request.user,
        )
    except (operations.DataMissing, operations.NoSuchProcess) as refusal:
        messages.error(request, str(refusal))
        return redirect("workflow:definition", pk=pk)
    messages.success(request, _("Case %(number)s has begun.") % {"number": case.number})
    return redirect("workflow:case", pk=case.pk)


@require("workflow.approve")
@require_POST
def migrate(request: StaffRequest, pk: int) -> HttpResponse:
    """Move the running cases of earlier versions here; the answer is the report."""
    found = get_object_or_404(ProcessDefinition, pk=pk, state=DefinitionState.ACTIVE)
    cases = list(_older_cases(request, found).order_by("id")[:MOVED_AT_ONCE])
    report = operations.migrate(instances=cases, to=found, at=now(), actor=request.user)
    nodes = operations.diagram_of(found).nodes
    return render(
        request,
        "workflow/migrated.html",
        {
            "page_title": _("Cases moved to version %(version)s") % {"version": found.version},
            "definition": found,
            "moved": [entry.instance for entry in report if not entry.obstacle],
            "stayed": [
                (entry.instance, nodes[entry.obstacle].name if entry.obstacle in nodes else entry.obstacle)
                for entry in report
                if entry.obstacle
            ],
            "left": _older_cases(request, found).count(),
            "breadcrumbs": [
                (_("Process definitions"), reverse("workflow:definitions")),
                (f"{found.name} v{found.version}", reverse("workflow:definition", args=[found.pk])),
                (_("Report"), None),
            ],
        },
    )


@require("workflow.define")
@require_POST
def bring_in(request: StaffRequest) -> HttpResponse:
    """Bring in the diagrams that ship with the rooms, so that they can be looked at before their first case."""
    count = bring_in_shipped(at=now())
    messages.success(request, _("Shipped diagrams brought in: %(n)d.") % {"n": count})
    return redirect("workflow:definitions")
