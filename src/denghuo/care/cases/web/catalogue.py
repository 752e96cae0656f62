"""Keep topics, answers and kinds of settlement: everybody sees them, a supervisor changes them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from denghuo.care.cases import operations
from denghuo.care.cases.models import AnswerTemplate, CaseKind, Cause, Settlement, Topic
from denghuo.care.cases.web.common import complain, make, now
from denghuo.care.cases.web.forms import SettlementForm, TemplateForm, TopicForm
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui.access import require


@require("cases.view")
@require_GET
def catalogue(request: StaffRequest) -> HttpResponse:
    """Topics by kind, causes of complaints, answers, settlements."""
    may = request.user.may("cases.approve")
    topics = list(Topic.objects.select_related("parent").order_by("code"))
    return render(
        request,
        "cases/catalogue.html",
        {
            "page_title": _("Topics and answers"),
            "kinds": [
                (label, [topic for topic in topics if topic.kind == kind]) for kind, label in CaseKind.choices
            ],
            "causes": list(Cause.objects.order_by("code")),
            "templates": list(AnswerTemplate.objects.order_by("kind", "code")),
            "kind_labels": dict(CaseKind.choices),
            "settlements": list(
                Settlement.objects.filter(unit__code__startswith=request.user.scope).select_related("unit")
            ),
            "forms": {
                "topic": TopicForm(auto_id="topic-%s"),
                "template": TemplateForm(auto_id="template-%s"),
                "settlement": make(SettlementForm, request, auto_id="settlement-%s"),
            }
            if may
            else {},
        },
    )


def _save(request: StaffRequest, form: forms.Form, act: Callable[[dict[str, Any]], object]) -> HttpResponse:
    if not form.is_valid():
        complain(request, form)
    else:
        try:
            act(form.cleaned_data)
            messages.success(request, _("Saved."))
        except operations.CaseRefused as error:
            messages.error(request, str(error))
    return redirect("cases:catalogue")


@require("cases.approve")
@require_POST
def save_topic(request: StaffRequest) -> HttpResponse:
    def act(data: dict[str, Any]) -> None:
        above = data["code"].rpartition(".")[0]
        operations.save_topic(
            **data,
            kind=data["code"].partition(".")[0],
            parent=Topic.objects.filter(code=above).first(),
            at=now(),
            actor=request.user,
        )

    return _save(request, TopicForm(request.POST), act)


@require("cases.approve")
@require_POST
def save_template(request: StaffRequest) -> HttpResponse:
    return _save(
        request,
        TemplateForm(request.POST),
        lambda data: operations.save_template(**data, at=now(), actor=request.user),
    )


@require("cases.approve")
@require_POST
def set_settlement(request: StaffRequest) -> HttpResponse:
    return _save(
        request,
        make(SettlementForm, request, request.POST),
        lambda data: operations.set_settlement(
            unit=data["station"], kind=data["kind"], at=now(), actor=request.user
        ),
    )
