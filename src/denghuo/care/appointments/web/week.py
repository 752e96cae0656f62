"""The week of a place: what is offered, what is taken, who comes today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET

from denghuo.care.appointments import queries
from denghuo.care.appointments.models import Appointment, DayChange, Service
from denghuo.care.appointments.queries import Offer
from denghuo.care.appointments.web.common import TONES, day_typed, now
from denghuo.foundation.calendars import queries as calendars
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui.access import require
from denghuo.kernel.masking import person_name
from denghuo.kernel.periods import day_of

WEEK = 7


@dataclass(frozen=True)
class ShownTime:
    offer: Offer
    service: Service
    tone: str
    url: str


@dataclass(frozen=True)
class ShownDay:
    date: date
    times: list[ShownTime]
    note: str
    is_today: bool
    is_past: bool
    booked: int
    capacity: int


@require("appointments.view")
@require_GET
def week(request: StaffRequest) -> HttpResponse:
    """One place, seven days; on a telephone the days stand below each other."""
    at = now()
    today = day_of(at)
    places = list(queries.places(request.user.scope))
    wanted = request.GET.get("unit", "") or request.user.unit_id
    unit = next((place for place in places if place.pk == wanted), places[0] if places else None)
    day = day_typed(request.GET.get("day", ""), today)
    start = day - timedelta(days=day.weekday())
    chosen = request.GET.get("service", "")
    services = {service.pk: service for service in queries.services()}
    may_book = request.user.may("appointments.book")
    context: dict[str, Any] = {
        "page_title": _("Appointments"),
        "places": places,
        "unit": unit,
        "start": start,
        "end": start + timedelta(days=WEEK - 1),
        "may_book": may_book,
        "may_manage": request.user.may("appointments.manage"),
    }
    if unit is not None:
        offers = queries.offers(units=[unit.pk], start=start, end=start + timedelta(days=WEEK))
        here = [services[pk] for pk in sorted({offer.service_id for offer in offers}) if pk in services]
        if chosen not in {service.code for service in here}:
            chosen = ""
        shown = [offer for offer in offers if not chosen or services[offer.service_id].code == chosen]
        context |= {
            "days": _days(unit.pk, start, today, shown, services, may_book=may_book, at=at),
            "several": not chosen and len(here) > 1,
            "service_tabs": _tabs(unit.pk, start, here, chosen),
            "place_tabs": [(place.pk, place.name, _url(place.pk, start, chosen)) for place in places],
            "current_service": chosen,
            "before": _url(unit.pk, start - timedelta(days=WEEK), chosen),
            "after": _url(unit.pk, start + timedelta(days=WEEK), chosen),
            "this_week": _url(unit.pk, today, chosen),
            "expected": list(
                queries.visible(request.user.scope)
                .filter(
                    unit=unit,
                    starts_at__gte=queries.midnight(today),
                    starts_at__lt=queries.midnight(today + timedelta(days=1)),
                )
                .exclude(state="cancelled")
                .select_related("customer", "service")
            ),
            "tones": TONES,
        }
    return render(request, "appointments/week.html", context)


def _url(unit_id: str, day: date, service: str) -> str:
    query = {"unit": unit_id, "day": day.isoformat(), **({"service": service} if service else {})}
    return f"{reverse('appointments:week')}?{urlencode(query)}"


def _tabs(unit_id: str, start: date, services: list[Service], chosen: str) -> list[tuple[str, str, str]]:
    tabs = [("", pgettext("appointment", "All services"), _url(unit_id, start, ""))]
    return tabs + [(s.code, s.name, _url(unit_id, start, s.code)) for s in services]


def _days(
    unit_id: str,
    start: date,
    today: date,
    offers: list[Offer],
    services: dict[int, Service],
    *,
    may_book: bool,
    at: datetime,
) -> list[ShownDay]:
    end = start + timedelta(days=WEEK)
    holidays = calendars.holidays(start, end)
    changes = {
        row.date: row
        for row in DayChange.objects.filter(unit_id=unit_id, date__gte=start, date__lt=end, service=None)
    }
    found = []
    for number in range(WEEK):
        day = start + timedelta(days=number)
        own = [offer for offer in offers if offer.day == day]
        holiday = holidays.get(day, "")
        note = changes[day].reason if day in changes else str(calendars.HOLIDAY_LABELS.get(holiday, holiday))
        found.append(
            ShownDay(
                day,
                [_time(offer, services[offer.service_id], may_book, at) for offer in own],
                note,
                day == today,
                day < today,
                sum(offer.booked for offer in own),
                sum(offer.capacity for offer in own),
            )
        )
    return found


def _time(offer: Offer, service: Service, may_book: bool, at: datetime) -> ShownTime:
    past = offer.starts_at <= at
    tone = "full" if not offer.left else "some" if offer.booked else "free"
    url = ""
    if may_book and offer.left and not past:
        query = {"unit": offer.unit_id, "service": service.code, "at": offer.starts_at.isoformat()}
        url = f"{reverse('appointments:book')}?{urlencode(query)}"
    elif offer.booked:
        query = {"unit": offer.unit_id, "day_from": offer.day.isoformat(), "day_to": offer.day.isoformat()}
        url = f"{reverse('appointments:list')}?{urlencode(query)}"
    return ShownTime(offer, service, "past" if past else tone, url)


def shown_name(appointment: Appointment) -> str:
    """The customer, masked; whoever is none yet by the name that was left, masked."""
    if appointment.customer is not None:
        return appointment.customer.masked_name
    return person_name(appointment.contact_name)
