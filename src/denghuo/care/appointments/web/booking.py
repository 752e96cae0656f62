"""Booking: choose what, where and when; the next free times are offered."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from denghuo.care.appointments import operations, queries
from denghuo.care.appointments.models import Appointment, Service
from denghuo.care.appointments.queries import Offer
from denghuo.care.appointments.rules import parameters
from denghuo.care.appointments.web.common import day_typed, moment_typed, now, visible, who_is
from denghuo.care.appointments.web.forms import BookForm, ReasonForm
from denghuo.foundation.identity.models import OrganisationUnit
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.parameters import queries as parameter_queries
from denghuo.foundation.ui.access import require
from denghuo.foundation.ui.navigation import crumb
from denghuo.kernel.periods import day_of

SHOWN_DAYS = 5
REFUSALS = (
    operations.NotOffered,
    operations.SlotFull,
    operations.AlreadyBooked,
    operations.AppointmentInvalid,
)


def free_by_day(
    unit: OrganisationUnit, service: Service, at: datetime, since: date
) -> list[tuple[date, list[Offer]]]:
    """The next days with free times, at most ``SHOWN_DAYS`` of them."""
    limits = parameter_queries.values([parameters.DAYS_AHEAD, parameters.LEAD_MINUTES], on=day_of(at))
    last = day_of(at) + timedelta(days=limits[parameters.DAYS_AHEAD.code])
    first = max(queries.midnight(since), at + timedelta(minutes=limits[parameters.LEAD_MINUTES.code]))
    days = max((last - day_of(first)).days, 0)
    found = queries.free(unit_id=unit.pk, service_id=service.pk, after=first, days=days)
    grouped = [
        (day, list(offers)) for day, offers in groupby(found, key=lambda offer: offer.day) if day <= last
    ]
    return grouped[:SHOWN_DAYS]


def _choice(request: StaffRequest, given: Mapping[str, Any]) -> dict[str, Any]:
    """What was chosen so far: the service and a place that offers it."""
    services = list(queries.services())
    service = next((s for s in services if s.code == given.get("service")), services[0] if services else None)
    places = list(queries.places(request.user.scope))
    if service is not None:
        offering = set(service.openings.filter(valid_to__isnull=True).values_list("unit_id", flat=True))
        places = [place for place in places if place.pk in offering]
    wanted = given.get("unit") or request.user.unit_id
    unit = next((place for place in places if place.pk == wanted), places[0] if places else None)
    return {"services": services, "service": service, "places": places, "unit": unit}


@require("appointments.book")
@require_http_methods(["GET", "POST"])
def book(request: StaffRequest) -> HttpResponse:
    """Book for a customer, or for somebody who is none yet."""
    at = now()
    given = request.POST if request.method == "POST" else request.GET
    chosen = _choice(request, given)
    since = day_typed(given.get("since", ""), day_of(at))
    typed = moment_typed(given.get("at", ""))
    form = BookForm(
        request.POST or None,
        initial={"who": given.get("who", ""), "channel": given.get("channel", "counter")},
    )
    if request.method == "POST" and form.is_valid():
        made = _book(request, form, chosen, typed, at)
        if made is not None:
            messages.success(request, _("Appointment %(number)s is booked.") % {"number": made.number})
            return redirect("appointments:appointment", made.number)
    days = []
    if chosen["unit"] is not None and chosen["service"] is not None:
        if typed is not None and "since" not in given:
            since = day_of(typed)
        days = free_by_day(chosen["unit"], chosen["service"], at, since)
    context = {
        "page_title": _("Book an appointment"),
        "breadcrumbs": [crumb(_("Appointments"), reverse("appointments:week")), crumb(_("Book"))],
        **chosen,
        "form": form,
        "days": days,
        "since": since,
        "typed": typed,
        "may_manage": request.user.may("appointments.manage"),
    }
    return render(request, "appointments/book.html", context, status=422 if form.errors else 200)


def _book(
    request: StaffRequest, form: BookForm, chosen: dict[str, Any], typed: datetime | None, at: datetime
) -> Appointment | None:
    data = form.cleaned_data
    if chosen["unit"] is None or chosen["service"] is None or typed is None:
        form.add_error(None, _("Choose one of the free times."))
        return None
    customer, point = None, None
    if data["who"].strip():
        found = who_is(data["who"], request.user.scope)
        if len(found) != 1:
            form.add_error(
                "who",
                _("Several customers have this number; give the customer number.")
                if found
                else _("Nobody is found by this number."),
            )
            return None
        customer, point = found[0]
    try:
        return operations.book(
            service=chosen["service"],
            unit=chosen["unit"],
            starts_at=typed,
            channel=data["channel"],
            customer=customer,
            supply_point=point if chosen["service"].where == "door" else None,
            contact_name=data["contact_name"],
            contact_phone=data["contact_phone"],
            address=data["address"],
            note=data["note"],
            at=at,
            actor=request.user,
        )
    except REFUSALS as error:
        form.add_error(None, str(error))
        return None


@require("appointments.book")
@require_http_methods(["GET", "POST"])
def move(request: StaffRequest, number: str) -> HttpResponse:
    """Another time at the same place, with a reason."""
    at = now()
    found = visible(request, number)
    since = day_typed(request.GET.get("since", ""), day_of(at))
    typed = moment_typed(request.POST.get("at", ""))
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            if typed is None:
                raise operations.AppointmentInvalid(_("Choose one of the free times."))
            operations.move(
                appointment=found,
                starts_at=typed,
                reason=form.cleaned_data["reason"],
                at=at,
                actor=request.user,
            )
        except REFUSALS as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The appointment is moved."))
            return redirect("appointments:appointment", number)
    context = {
        "page_title": _("Move %(number)s") % {"number": number},
        "breadcrumbs": [
            crumb(_("Appointments"), reverse("appointments:week")),
            crumb(number, reverse("appointments:appointment", args=[number])),
            crumb(_("Move")),
        ],
        "appointment": found,
        "form": form,
        "days": free_by_day(found.unit, found.service, at, since),
        "since": since,
        "typed": typed,
    }
    return render(request, "appointments/move.html", context, status=422 if form.errors else 200)


def booking_url(**query: str) -> str:
    return f"{reverse('appointments:book')}?{urlencode(query)}"
