"""The page of parameters: every declared figure, its history, and setting a new value with a preview."""

from __future__ import annotations

from datetime import date
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.parameters import operations, queries, rules
from denghuo.foundation.parameters.models import ParameterValue
from denghuo.foundation.parameters.rules import Parameter, ParameterInvalid
from denghuo.foundation.parameters.web.forms import ValueForm
from denghuo.foundation.parameters.web.words import CONFIDENCE, KINDS, room_name, shown
from denghuo.foundation.ui.access import require


def _parameter(code: str) -> Parameter:
    try:
        return rules.find(code)
    except LookupError as error:
        raise Http404 from error


@require("parameters.view", "parameters.edit")
@require_GET
def parameters(request: StaffRequest) -> HttpResponse:
    """Every declared parameter by room, with today's value."""
    today = timezone.localdate()
    declared = rules.declared()
    values = queries.values(declared, on=today)
    changed = set(
        ParameterValue.objects.filter(valid_from__lte=today).values_list("code", flat=True).distinct()
    )
    coming = set(
        ParameterValue.objects.filter(valid_from__gt=today).values_list("code", flat=True).distinct()
    )
    return render(
        request,
        "parameters/parameters.html",
        {
            "page_title": _("Parameters"),
            "rooms": [
                (room_name(room), [_row(item, values[item.code], changed, coming) for item in items])
                for room, items in groupby(declared, key=lambda item: item.room)
            ],
            "count": len(declared),
        },
    )


def _row(item: Parameter, value: Any, changed: set[str], coming: set[str]) -> dict[str, Any]:
    label, tone = CONFIDENCE.get(item.confidence, (item.confidence, "neutral"))
    return {
        "code": item.code,
        "label": rules.label_of(item.code),
        "value": shown(item, value),
        "unit": rules.unit_of(item.code),
        "basis": item.basis,
        "confidence": label,
        "tone": tone,
        "changed": item.code in changed,
        "coming": item.code in coming,
    }


@require("parameters.view", "parameters.edit")
def parameter(request: StaffRequest, code: str) -> HttpResponse:
    """One parameter: its course and who set it; the editor sees the effect before anything is saved."""
    found = _parameter(code)
    may_edit = request.user.may("parameters.edit")
    today = timezone.localdate()
    form = ValueForm(
        request.POST or None,
        parameter=found,
        initial={"valid_from": today.isoformat(), "text": _plain(found, today)},
    )
    preview = None
    if request.method == "POST":
        if not may_edit:
            raise Http404
        if form.is_valid():
            try:
                if "save" in request.POST:
                    operations.set_value(
                        parameter=found,
                        text=form.cleaned_data["text"],
                        valid_from=form.cleaned_data["valid_from"],
                        reason=form.cleaned_data["reason"],
                        actor=request.user,
                        at=timezone.now(),
                    )
                    messages.success(request, _("Saved. It holds from the day you gave."))
                    return redirect("parameters:parameter", code)
                preview = _preview(found, form.cleaned_data["text"], form.cleaned_data["valid_from"], today)
            except ParameterInvalid as error:
                form.add_error("text", str(error))
    return _page(request, found, form, preview, may_edit, today)


def _plain(found: Parameter, on: date) -> str:
    value = queries.value(found, on=on)
    return ("1" if value else "0") if found.kind == "flag" else str(value)


def _preview(found: Parameter, text: str, valid_from: date, today: date) -> dict[str, Any]:
    """What would hold from ``valid_from`` until the next value that the bureau set, and what it would replace."""
    value = rules.parse(found, text)
    before = queries.value(found, on=valid_from)
    later = list(
        ParameterValue.objects.filter(code=found.code, valid_from__gt=valid_from)
        .order_by("valid_from")
        .values_list("valid_from", flat=True)
    )
    return {
        "before": shown(found, before),
        "after": shown(found, value),
        "same": before == value,
        "valid_from": valid_from,
        "until": later[0] if later else None,
        "past": valid_from < today,
        "replaced": [
            (day, shown(found, old))
            for day, old in queries.courses([found])[found.code]
            if day >= valid_from and day not in later
        ],
    }


def _page(
    request: StaffRequest,
    found: Parameter,
    form: ValueForm,
    preview: dict[str, Any] | None,
    may_edit: bool,
    today: date,
) -> HttpResponse:
    label, tone = CONFIDENCE.get(found.confidence, (found.confidence, "neutral"))
    course = queries.courses([found])[found.code]
    current = max(day for day, _value in course if day <= today)
    return render(
        request,
        "parameters/parameter.html",
        {
            "page_title": rules.label_of(found.code),
            "parameter": found,
            "kind": KINDS.get(found.kind, found.kind),
            "value": shown(found, queries.value(found, on=today)),
            "unit": rules.unit_of(found.code),
            "regulated": shown(found, rules.parse(found, rules.regulated(found, today))),
            "confidence": label,
            "tone": tone,
            "course": [
                {
                    "since": None if day == date.min else day,
                    "value": shown(found, value),
                    "current": day == current,
                    "coming": day > today,
                }
                for day, value in reversed(course)
            ],
            "rows": [
                (row, shown(found, rules.parse(found, row.value)))
                for row in ParameterValue.objects.filter(code=found.code)
                .select_related("set_by")
                .order_by("-id")
            ],
            "form": form if may_edit else None,
            "preview": preview,
            "breadcrumbs": [
                (_("Parameters"), reverse("parameters:parameters")),
                (rules.label_of(found.code), None),
            ],
        },
        status=422 if form.errors else 200,
    )
