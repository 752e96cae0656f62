"""Who answers for what, and what stands open under whom."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from denghuo.commerce.collection import operations, queries
from denghuo.commerce.collection.models import CollectionDuty, DutyKind
from denghuo.commerce.collection.web.common import (
    act,
    form_page,
    now,
    submitted,
    today,
    visible,
    visible_account,
)
from denghuo.commerce.collection.web.forms import DutyForm, RotationForm
from denghuo.commerce.readings.models import ReadingRoute
from denghuo.foundation.identity.models import OrganisationUnit
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui.access import require


@require("collection.view")
@require_GET
def responsibility(request: StaffRequest) -> HttpResponse:
    """What is overdue by person responsible and by route."""
    persons, routes = queries.arrears_by_responsibility(on=today(), scope=request.user.scope)
    return render(
        request,
        "collection/responsibility.html",
        {
            "page_title": _("Responsibility"),
            "persons": persons,
            "routes": routes,
            "whole_fen": sum(row.overdue_fen for row in persons),
            "accounts": sum(row.accounts for row in persons),
            "unassigned": sum(row.accounts for row in persons if row.key is None),
            "may_edit": request.user.may("collection.targets"),
        },
    )


def _subject(request: StaffRequest, kind: str, code: str) -> Any:
    scope = request.user.scope
    if kind == DutyKind.ACCOUNT:
        return visible_account(request, code)
    if kind == DutyKind.ROUTE:
        return ReadingRoute.objects.filter(code=code.strip(), unit__code__startswith=scope).first()
    return OrganisationUnit.objects.filter(pk=code.strip(), code__startswith=scope).first()


@require("collection.targets")
def new_duty(request: StaffRequest) -> HttpResponse:
    form = DutyForm(request.user.scope, request.POST or None, initial={"since": today()})

    def save(data: dict) -> CollectionDuty | None:
        subject = _subject(request, data["kind"], data["code"])
        if subject is None:
            form.add_error("code", _("There is nothing with this code."))
            return None
        return operations.give_duty(
            staff=data["staff"], kind=data["kind"], subject=subject, since=data["since"],
            actor=request.user, at=now(),
        )  # fmt: skip

    if submitted(form, save) is not None:
        messages.success(request, _("Saved."))
        return redirect("collection:duties")
    return form_page(
        request, form, title=_("Give a duty"), save=_("Save"), back=reverse("collection:duties"),
        note=_("The most specific duty holds: an account before its route, a route before its unit."),
    )  # fmt: skip


@require("collection.targets")
def rotate(request: StaffRequest) -> HttpResponse:
    form = RotationForm(request.user.scope, request.POST or None, initial={"since": today()})
    done = submitted(form, lambda data: operations.rotate(**data, actor=request.user, at=now()))
    if done is not None:
        messages.success(request, _("%(n)s duties handed over.") % {"n": done})
        return redirect("collection:duties")
    return form_page(
        request, form, title=_("Hand everything over"), save=_("Hand over"),
        back=reverse("collection:duties"),
        note=_("Everything the first person answers for goes to the second, the open cases with it."),
    )  # fmt: skip


@require("collection.targets")
@require_POST
def end_duty(request: StaffRequest, pk: int) -> HttpResponse:
    found = visible(CollectionDuty.objects.all(), pk, request.user.scope, "staff__unit")
    return act(
        request,
        lambda: operations.end_duty(duty=found, on=today(), actor=request.user, at=now()),
        _("The duty has ended."),
        back=reverse("collection:duties"),
    )
