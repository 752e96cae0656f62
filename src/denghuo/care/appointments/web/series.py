"""Visits that come back: who gets them, what is booked, what could not be."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from denghuo.care.appointments import operations, queries
from denghuo.care.appointments.models import Appointment, State
from denghuo.care.appointments.web.common import day_typed, now, who_is
from denghuo.care.appointments.web.forms import SeriesForm
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui.access import require
from denghuo.foundation.ui.navigation import crumb
from denghuo.kernel.periods import day_of


@require("appointments.view")
@require_http_methods(["GET", "HEAD"])
def visits(request: StaffRequest) -> HttpResponse:
    """Everybody with recurring visits, and the next one of each."""
    return _page(request, None)


@require("appointments.book")
@require_POST
def start(request: StaffRequest) -> HttpResponse:
    form = SeriesForm(request.POST, scope=request.user.scope)
    if form.is_valid():
        data = dict(form.cleaned_data)
        found = who_is(data.pop("who"), request.user.scope)
        if len(found) != 1:
            form.add_error("who", _("Nobody is found by this number."))
        else:
            customer, point = found[0]
            try:
                made = operations.start_series(
                    customer=customer, supply_point=point, at=now(), actor=request.user, **data
                )
            except operations.SeriesInvalid as error:
                form.add_error(None, str(error))
            else:
                count = operations.book_ahead(at=now(), only=made)
                messages.success(
                    request, _("The visits are agreed; %(count)d are booked.") % {"count": count}
                )
                return redirect("appointments:visits")
    return _page(request, form, status=422)


@require("appointments.book")
@require_POST
def end(request: StaffRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(queries.visible_series(request.user.scope), pk=pk)
    try:
        count = operations.end_series(
            series=found, reason=request.POST.get("reason", ""), at=now(), actor=request.user
        )
    except operations.SeriesInvalid as error:
        messages.error(request, str(error))
    else:
        messages.success(
            request, _("The visits end; %(count)d that were booked are cancelled.") % {"count": count}
        )
    return redirect("appointments:visits")


def _page(request: StaffRequest, form: SeriesForm | None, status: int = 200) -> HttpResponse:
    at = now()
    rows = list(
        queries.visible_series(request.user.scope)
        .filter(state="running")
        .select_related("customer", "service", "unit", "supply_point")
    )
    coming: dict[int, list[Appointment]] = {}
    for row in Appointment.objects.filter(series__in=rows, state=State.BOOKED, starts_at__gte=at).order_by(
        "starts_at", "id"
    ):
        coming.setdefault(row.series_id or 0, []).append(row)
    day = day_typed(request.GET.get("day", ""), day_of(at))
    crew = list(
        queries.visible(request.user.scope)
        .filter(
            service__where="door",
            starts_at__gte=queries.midnight(day),
            starts_at__lt=queries.midnight(day + timedelta(days=7)),
            state__in=["booked", "arrived"],
        )
        .select_related("customer", "service", "unit")
    )
    may_book = request.user.may("appointments.book")
    context = {
        "page_title": _("Visits at the door"),
        "breadcrumbs": [
            crumb(_("Appointments"), reverse("appointments:week")),
            crumb(_("Visits at the door")),
        ],
        "rows": [(row, coming.get(row.pk, [])) for row in rows],
        "crew": crew,
        "form": form
        or (
            SeriesForm(scope=request.user.scope, initial={"first_date": day_of(at) + timedelta(days=1)})
            if may_book
            else None
        ),
        "may_book": may_book,
    }
    return render(request, "appointments/visits.html", context, status=status)
