"""What a place offers: services, the weekly plan, days that differ."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from denghuo.care.appointments import operations
from denghuo.care.appointments.models import DayChange, Opening, Service
from denghuo.care.appointments.web.common import now
from denghuo.care.appointments.web.forms import DayForm, OpeningForm, ServiceForm
from denghuo.foundation.identity.models import OrganisationUnit
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui.access import require
from denghuo.foundation.ui.navigation import crumb
from denghuo.kernel.periods import day_of


def _unit(request: StaffRequest, code: str) -> OrganisationUnit:
    return get_object_or_404(OrganisationUnit, code=code, code__startswith=request.user.scope)


def _page(request: StaffRequest, unit: OrganisationUnit, *, status: int = 200, **forms: Any) -> HttpResponse:
    today = day_of(now())
    units = list(OrganisationUnit.objects.filter(code__startswith=request.user.scope))
    openings = (
        Opening.objects.filter(unit=unit)
        .exclude(valid_to__lte=today)
        .select_related("service")
        .order_by("service__code", "weekday", "opens", "id")
    )
    context = {
        "page_title": _("What can be booked"),
        "breadcrumbs": [crumb(_("Appointments"), reverse("appointments:week")), crumb(_("Capacity"))],
        "unit": unit,
        "unit_tabs": [(u.pk, u.name, reverse("appointments:capacity", args=[u.pk])) for u in units],
        "openings": openings,
        "changes": DayChange.objects.filter(unit=unit, date__gte=today).select_related("service", "set_by"),
        "services": Service.objects.all(),
        "opening_form": OpeningForm(initial={"valid_from": today, "opens": "09:00", "closes": "12:00"}),
        "day_form": DayForm(initial={"date": today + timedelta(days=1)}),
        "service_form": ServiceForm(),
        **forms,
    }
    return render(request, "appointments/capacity.html", context, status=status)


@require("appointments.manage")
@require_GET
def capacity(request: StaffRequest, unit: str = "") -> HttpResponse:
    return _page(request, _unit(request, unit or request.user.unit_id))


@require("appointments.manage")
@require_POST
def add_opening(request: StaffRequest, unit: str) -> HttpResponse:
    place, form = _unit(request, unit), OpeningForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        try:
            with transaction.atomic():
                for weekday in data["weekdays"]:
                    operations.add_opening(
                        unit=place,
                        service=data["service"],
                        weekday=int(weekday),
                        opens=data["opens"],
                        closes=data["closes"],
                        capacity=data["capacity"],
                        valid_from=data["valid_from"],
                        at=now(),
                        actor=request.user,
                    )
        except operations.CapacityInvalid as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The opening is added."))
            return redirect("appointments:capacity", unit)
    return _page(request, place, status=422, opening_form=form)


@require("appointments.manage")
@require_POST
def end_opening(request: StaffRequest, unit: str, pk: int) -> HttpResponse:
    place = _unit(request, unit)
    row = get_object_or_404(Opening, pk=pk, unit=place)
    try:
        operations.end_opening(opening=row, on=day_of(now()), at=now(), actor=request.user)
    except operations.CapacityInvalid as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Nothing more is offered there; what is booked stays booked."))
    return redirect("appointments:capacity", unit)


@require("appointments.manage")
@require_POST
def change_day(request: StaffRequest, unit: str) -> HttpResponse:
    place, form = _unit(request, unit), DayForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        try:
            operations.change_day(
                unit=place,
                service=data["service"],
                on=data["date"],
                capacity=data["capacity"],
                reason=data["reason"],
                at=now(),
                actor=request.user,
            )
        except operations.CapacityInvalid as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The day is changed."))
            return redirect("appointments:capacity", unit)
    return _page(request, place, status=422, day_form=form)


@require("appointments.manage")
@require_POST
def restore_day(request: StaffRequest, unit: str, pk: int) -> HttpResponse:
    row = get_object_or_404(DayChange, pk=pk, unit=_unit(request, unit))
    try:
        operations.restore_day(
            change=row, reason=request.POST.get("reason", ""), at=now(), actor=request.user
        )
    except operations.CapacityInvalid as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The weekly plan holds again."))
    return redirect("appointments:capacity", unit)


@require("appointments.manage")
@require_POST
def save_service(request: StaffRequest, unit: str) -> HttpResponse:
    place, form = _unit(request, unit), ServiceForm(request.POST)
    if request.POST.get("standard"):
        made = operations.take_over_standard(at=now(), actor=request.user)
        messages.success(request, _("%(count)d services are added.") % {"count": len(made)})
        return redirect("appointments:capacity", unit)
    if form.is_valid():
        try:
            operations.save_service(**form.cleaned_data, at=now(), actor=request.user)
        except operations.CapacityInvalid as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The service is saved."))
            return redirect("appointments:capacity", unit)
    return _page(request, place, status=422, service_form=form)
