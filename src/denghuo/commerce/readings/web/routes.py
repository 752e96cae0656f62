"""Pages of reading routes: stops, readers, schedule, rotation."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from denghuo.commerce.metering.models import MeteringPoint
from denghuo.commerce.readings import operations, queries, rules
from denghuo.commerce.readings.frames.situations import points_by_number
from denghuo.commerce.readings.web import forms
from denghuo.commerce.readings.web.common import (
    asked_cycle,
    cycle_choices,
    may,
    meter_readers,
    route_or_404,
    route_trail,
    scope_of,
    small_form,
    trail,
)
from denghuo.foundation.ui.access import require
from denghuo.kernel.periods import Cycle

_MOST_NUMBERS = 2_000
_CYCLES_SHOWN = 6


@require("readings.view")
def route(request: HttpRequest, pk: int) -> HttpResponse:
    """One route: coverage, readers, and its stops in walking order with this cycle's reading."""
    subject, cycle = route_or_404(request, pk), asked_cycle(request)
    grid = queries.entry_grid(route=subject, cycle=cycle)
    parsed = Cycle.parse(cycle)
    recent = [
        (str(parsed.shifted(-back)), queries.coverage(cycle=str(parsed.shifted(-back)), routes=[subject]))
        for back in range(_CYCLES_SHOWN)
    ]
    present = subject.readers.filter(to_date__isnull=True).first()
    today = timezone.localdate()
    months = rules.months_between(present.from_date, today) if present else None
    context = {
        "page_title": str(subject),
        "breadcrumbs": trail((_("Reading routes"), reverse("readings:routes")), (subject.code, None)),
        "route": subject,
        "cycle": cycle,
        **cycle_choices(cycle),
        "grid": grid,
        "recent": [(name, found[0]) for name, found in recent if found],
        "readers": subject.readers.select_related("reader").order_by("-from_date")[:10],
        "months": months,
        "rotate": months is not None and months >= rules.ROTATE_AFTER_MONTHS,
        "may_enter": may(request, "readings.enter"),
        "may_edit": may(request, "readings.routes"),
    }
    return render(request, "readings/route.html", context)


@require("readings.routes")
def open_route(request: HttpRequest) -> HttpResponse:
    form = forms.RouteForm(request.POST or None, scope=scope_of(request), initial={"reading_day": 1})
    if request.method == "POST" and form.is_valid():
        try:
            made = operations.open_route(**form.cleaned_data, at=timezone.now(), actor=request.user)  # type: ignore[arg-type]
        except ValidationError as error:
            forms.add_errors(form, error)
        else:
            return redirect("readings:route", made.pk)
    return small_form(
        request,
        form,
        page_title=_("New route"),
        breadcrumbs=trail((_("Reading routes"), reverse("readings:routes")), (_("New route"), None)),
        back_url=reverse("readings:routes"),
        draft="readings-route",
    )


@require("readings.routes")
def schedule(request: HttpRequest, pk: int) -> HttpResponse:
    subject = route_or_404(request, pk)
    form = forms.ScheduleForm(
        request.POST or None, initial={"reading_day": subject.reading_day, "rhythm": subject.rhythm}
    )
    if request.method == "POST" and form.is_valid():
        try:
            operations.change_schedule(
                route=subject,
                **form.cleaned_data,
                at=timezone.now(),
                actor=request.user,  # type: ignore[arg-type]
            )
        except ValidationError as error:
            forms.add_errors(form, error)
        else:
            messages.success(request, _("The schedule is changed; tell the customers of the route."))
            return redirect("readings:route", pk)
    return _route_form(request, subject, form, _("Change the reading day"))


@require("readings.routes")
def assign_reader(request: HttpRequest, pk: int) -> HttpResponse:
    subject = route_or_404(request, pk)
    form = forms.ReaderForm(
        request.POST or None, readers=meter_readers(request), initial={"on": timezone.localdate()}
    )
    if request.method == "POST" and form.is_valid():
        try:
            operations.assign_reader(
                route=subject,
                **form.cleaned_data,
                at=timezone.now(),
                actor=request.user,  # type: ignore[arg-type]
            )
        except ValidationError as error:
            forms.add_errors(form, error)
        else:
            return redirect("readings:route", pk)
    return _route_form(request, subject, form, _("Assign a reader"))


@require("readings.routes")
def add_stops(request: HttpRequest, pk: int) -> HttpResponse:
    """Add metering points by number; unknown numbers are named and nothing is added."""
    subject = route_or_404(request, pk)
    form = forms.StopsForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        numbers = list(dict.fromkeys(form.cleaned_data["numbers"].split()))[:_MOST_NUMBERS]
        found = points_by_number(numbers, scope_of(request))
        if unknown := [number for number in numbers if number not in found]:
            form.add_error(
                "numbers", _("Not found: %(numbers)s") % {"numbers": ", ".join(n[:30] for n in unknown[:10])}
            )
        else:
            by_id = MeteringPoint.objects.in_bulk(list(found.values()))
            count = operations.add_stops(
                route=subject,
                points=[by_id[found[number]] for number in numbers],
                at=timezone.now(),
                actor=request.user,  # type: ignore[arg-type]
            )
            messages.success(request, _("%(count)d metering points added.") % {"count": count})
            return redirect("readings:route", pk)
    return _route_form(request, subject, form, _("Add metering points"))


def _route_form(request: HttpRequest, subject: Any, form: Any, title: str) -> HttpResponse:
    return small_form(
        request,
        form,
        page_title=title,
        subject=str(subject),
        breadcrumbs=route_trail(subject, (title, None)),
        back_url=reverse("readings:route", args=[subject.pk]),
    )


@require("readings.routes")
def rotation(request: HttpRequest) -> HttpResponse:
    """Who reads which route since when, and the button that rotates those who read too long."""
    routes = list(queries.routes_of(scope_of(request)).prefetch_related("readers__reader"))
    today = timezone.localdate()
    readers = meter_readers(request)
    form = forms.RotationForm(
        request.POST or None,
        readers=readers,
        initial={
            "max_months": rules.ROTATE_AFTER_MONTHS,
            "on": today,
            "readers": [reader.pk for reader in readers],
        },
    )
    result = None
    if request.method == "POST" and form.is_valid():
        try:
            result = operations.rotate_readers(
                routes=routes,
                readers=list(form.cleaned_data["readers"]),
                on=form.cleaned_data["on"],
                max_months=form.cleaned_data["max_months"],
                at=timezone.now(),
                actor=request.user,  # type: ignore[arg-type]
            )
        except ValidationError as error:
            forms.add_errors(form, error)
        else:
            routes = list(queries.routes_of(scope_of(request)).prefetch_related("readers__reader"))
    held = []
    for one in routes:
        present = next((entry for entry in one.readers.all() if entry.to_date is None), None)
        months = rules.months_between(present.from_date, today) if present else None
        held.append((one, present, months, months is None or months >= rules.ROTATE_AFTER_MONTHS))
    context = {
        "page_title": _("Rotation of readers"),
        "breadcrumbs": trail((_("Reading routes"), reverse("readings:routes")), (_("Rotation"), None)),
        "form": form,
        "held": held,
        "result": result,
    }
    return render(request, "readings/rotation.html", context, status=422 if form.errors else 200)
