"""The page of an outage and every act on it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from denghuo.commerce.fieldwork import queries as fieldwork
from denghuo.commerce.outages import operations, queries
from denghuo.commerce.outages.models import Outage, OutageState
from denghuo.commerce.outages.rules import priority
from denghuo.commerce.outages.rules.work import REPAIR
from denghuo.commerce.outages.web import forms as pages
from denghuo.commerce.outages.web.common import KIND_TONES, TONES, now, visible_outage
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui import formats
from denghuo.foundation.ui.access import require
from denghuo.foundation.ui.extensions import TimelineItem
from denghuo.foundation.workflow.web.panel import panel
from denghuo.records.grid.models import Transformer

FIRST = 12


@require("outages.view")
@require_GET
def outage(request: StaffRequest, number: str) -> HttpResponse:
    return show(request, visible_outage(request, number))


@require("outages.view")
@require_GET
def by_id(request: StaffRequest, pk: int) -> HttpResponse:
    """Where work lists lead: they know outages by their id."""
    found = queries.visible(request.user.scope).filter(pk=pk).first()
    if found is None:
        raise Http404
    return redirect("outages:outage", number=found.number)


def show(
    request: StaffRequest, found: Outage, *, typed: tuple[str, forms.Form] | None = None, status: int = 200
) -> HttpResponse:
    """The page; ``typed`` is a form that was refused, shown again in its place."""
    at = now()
    rows = found.affected.filter(unit__pk__startswith=request.user.scope)
    first = list(
        rows.filter(rank__lt=priority.ORDINARY)
        .select_related("supply_point", "customer", "area", "transformer")
        .order_by("rank", "supply_point__number")[:FIRST]
    )
    return render(
        request,
        "outages/outage.html",
        {
            "outage": found,
            "page_title": _("Outage %(number)s") % {"number": found.number},
            "tone": TONES[found.state],
            "kind_tone": KIND_TONES[found.kind],
            "at": at,
            "is_overdue": found.state == OutageState.RUNNING
            and found.expected_end_at is not None
            and found.expected_end_at < at,
            "counts": _counts(found, request.user.scope),
            "first": [(row, priority.needs_treatment(row.rank)) for row in first],
            "may_treat": request.user.may("outages.plan") or request.user.may("outages.run"),
            "notices": list(found.notices.all()),
            "story": _story(found),
            "signals": list(found.signals.select_related("supply_point", "transformer")[:20]),
            "merged": list(found.merged.all()),
            "repair": fieldwork.task_of(found, REPAIR.code),
            "forms": {**_forms(request, found, at), **({typed[0]: typed[1]} if typed else {})},
            "opened": typed[0] if typed else "",
            **panel(request, found),
        },
        status=status,
    )


def _counts(found: Outage, scope: str) -> dict[str, int]:
    rows = found.affected.filter(unit__pk__startswith=scope)
    important = rows.filter(rank__lte=priority.TREATED)
    return {
        "supplies": rows.count(),
        "off": rows.filter(off_minute__isnull=False, on_minute__isnull=True).count(),
        "treated": important.filter(treated_at__isnull=False).count(),
        "to_treat": important.count(),
    }


def _story(found: Outage) -> list[TimelineItem]:
    """What was said about the end, and when supply went and came."""
    items = [
        TimelineItem(
            row.made_at,
            "clock",
            _("Expected end %(at)s") % {"at": formats.moment(row.expected_at)},
            row.reason,
            "info",
        )
        for row in found.estimates.all()
    ]
    if found.started_at:
        items.append(TimelineItem(found.started_at, "power", _("Supply off"), "", "danger"))
    if found.restored_at:
        items.append(TimelineItem(found.restored_at, "bolt", _("Supply back"), found.progress, "success"))
    items += [
        TimelineItem(
            row.published_at,
            "send",
            _("Notice sent out"),
            row.get_audience_display(),
            "success" if row.was_in_time else "warning",
        )
        for row in found.notices.all()
        if row.published_at
    ]
    return sorted(items, key=lambda item: item.at, reverse=True)


def _forms(request: StaffRequest, found: Outage, at: datetime) -> dict[str, forms.Form]:
    """The acts that this person may do now."""
    may = request.user.may
    made: dict[str, forms.Form] = {}
    if (
        found.state == OutageState.PROPOSED
        and may("outages.approve")
        and found.requested_by_id != request.user.pk
    ):
        made |= {"approve": pages.NoteForm(), "refuse": pages.ReasonForm()}
    if found.state in (OutageState.PROPOSED, OutageState.APPROVED) and may("outages.plan"):
        made["cancel"] = pages.ReasonForm()
    if found.state == OutageState.APPROVED:
        if may("outages.plan"):
            made["change"] = pages.ChangeForm(
                initial={"begins_at": found.begins_at, "ends_at": found.ends_at}
            )
        if may("outages.run"):
            made["start"] = pages.StartForm(initial={"started_at": max(found.begins_at, at)})
    if found.state == OutageState.RUNNING and may("outages.run"):
        made |= {
            "progress": pages.ProgressForm(),
            "estimate": pages.EstimateForm(initial={"expected_at": found.expected_end_at}),
            "restore": pages.RestoreForm(initial={"restored_at": at}, transformers=_transformers(found)),
        }
        if found.kind == "fault":
            made["retract"] = pages.ReasonForm()
    return made


def _transformers(found: Outage) -> list[tuple[int, str]]:
    """Transformers behind the equipment whose supplies are still off."""
    ids = found.affected.filter(on_minute__isnull=True).order_by().values("transformer_id")
    rows = Transformer.objects.filter(pk__in=ids).select_related("area").order_by("code")
    return [(row.pk, row.area.name if hasattr(row, "area") else row.name) for row in rows]


def _act(
    request: StaffRequest,
    number: str,
    name: str,
    form: forms.Form,
    act: Callable[[Outage, Any], Any],
    done: str,
) -> HttpResponse:
    """Do what a form says; refused, the page shows why beside the form."""
    found = visible_outage(request, number)
    if form.is_valid():
        try:
            act(found, form.cleaned_data)
        except operations.OutageRefused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, done)
            return redirect("outages:outage", number=number)
    return show(request, found, typed=(name, form), status=422)


@require("outages.approve")
@require_POST
def approve(request: StaffRequest, number: str) -> HttpResponse:
    return _act(
        request, number, "approve", pages.NoteForm(request.POST),
        lambda found, data: operations.approve(outage=found, note_=data["note"], at=now(), actor=request.user),
        _("Approved; who is affected is fixed and the notices are dated."),
    )  # fmt: skip


@require("outages.approve")
@require_POST
def refuse(request: StaffRequest, number: str) -> HttpResponse:
    return _act(
        request, number, "refuse", pages.ReasonForm(request.POST),
        lambda found, data: operations.refuse(outage=found, reason=data["reason"], at=now(), actor=request.user),
        _("Refused."),
    )  # fmt: skip


@require("outages.plan")
@require_POST
def cancel(request: StaffRequest, number: str) -> HttpResponse:
    return _act(
        request, number, "cancel", pages.ReasonForm(request.POST),
        lambda found, data: operations.cancel(outage=found, reason=data["reason"], at=now(), actor=request.user),
        _("Cancelled; whoever was told of it hears so."),
    )  # fmt: skip


@require("outages.plan")
@require_POST
def change(request: StaffRequest, number: str) -> HttpResponse:
    return _act(
        request, number, "change", pages.ChangeForm(request.POST),
        lambda found, data: operations.change(outage=found, **data, at=now(), actor=request.user),
        _("The new time waits for approval."),
    )  # fmt: skip


@require("outages.run")
@require_POST
def start(request: StaffRequest, number: str) -> HttpResponse:
    return _act(
        request, number, "start", pages.StartForm(request.POST),
        lambda found, data: operations.start(outage=found, **data, at=now(), actor=request.user),
        _("Supply is off."),
    )  # fmt: skip


@require("outages.run")
@require_POST
def progress(request: StaffRequest, number: str) -> HttpResponse:
    return _act(
        request, number, "progress", pages.ProgressForm(request.POST),
        lambda found, data: operations.report_progress(outage=found, **data, at=now(), actor=request.user),
        _("Noted."),
    )  # fmt: skip


@require("outages.run")
@require_POST
def estimate(request: StaffRequest, number: str) -> HttpResponse:
    return _act(
        request, number, "estimate", pages.EstimateForm(request.POST),
        lambda found, data: operations.estimate(outage=found, **data, at=now(), actor=request.user),
        _("The expected end is announced."),
    )  # fmt: skip


@require("outages.run")
@require_POST
def restore(request: StaffRequest, number: str) -> HttpResponse:
    found = visible_outage(request, number)
    form = pages.RestoreForm(request.POST, transformers=_transformers(found))
    return _act(
        request, number, "restore", form,
        lambda outage_, data: operations.restore(
            outage=outage_, restored_at=data["restored_at"], transformer_ids=data.get("transformers") or None,
            finding=data["finding"], at=now(), actor=request.user,
        ),
        _("Supply is back."),
    )  # fmt: skip


@require("outages.run")
@require_POST
def retract(request: StaffRequest, number: str) -> HttpResponse:
    return _act(
        request, number, "retract", pages.ReasonForm(request.POST),
        lambda found, data: operations.retract(outage=found, reason=data["reason"], at=now(), actor=request.user),
        _("The fault is taken back."),
    )  # fmt: skip


@require("outages.plan", "outages.run")
@require_POST
def treat(request: StaffRequest, number: str, pk: int) -> HttpResponse:
    """What was arranged with one important or special customer."""
    found = visible_outage(request, number)
    row = found.affected.filter(pk=pk, unit__pk__startswith=request.user.scope).first()
    if row is None:
        raise Http404
    try:
        operations.treat(
            affected=row, treatment=request.POST.get("treatment", ""), at=now(), actor=request.user
        )
    except operations.OutageRefused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Noted."))
    return redirect("outages:outage", number=number)
