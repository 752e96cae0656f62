"""One appointment and what happens to it; the list of all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from denghuo.care.appointments import operations
from denghuo.care.appointments.models import Appointment, Channel, State
from denghuo.care.appointments.web.common import TONES, now, visible
from denghuo.care.appointments.web.week import shown_name
from denghuo.foundation.audit import queries as audit
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui.access import require
from denghuo.foundation.ui.extensions import TimelineItem
from denghuo.foundation.ui.lists import (
    ChoiceFilter,
    Column,
    DateRangeFilter,
    ListPage,
    TextFilter,
    UnitFilter,
)
from denghuo.foundation.ui.navigation import crumb

ICONS = {"booked": "calendar-event", "moved": "arrows-exchange", "cancelled": "x", "missed": "user"}


@require("appointments.view")
class AppointmentList(ListPage):
    title = gettext_lazy("All appointments")
    pretitle = gettext_lazy("Appointments")
    keyset = ("-starts_at", "-id")
    scope_field = "unit__code"
    export_name = "appointments"
    create_url = reverse_lazy("appointments:book")
    create_label = gettext_lazy("Book an appointment")
    create_permission = "appointments.book"
    empty_title = gettext_lazy("Nobody has booked")
    empty_text = gettext_lazy(
        "Appointments are booked at the counter, by telephone, online and by recurring visits."
    )
    columns = [
        Column(
            "number",
            gettext_lazy("Appointment"),
            url=lambda row: reverse("appointments:appointment", args=[row.number]),
        ),
        Column("starts_at", pgettext_lazy("appointment", "When"), kind="moment"),
        Column("service", pgettext_lazy("appointment", "Service"), value="service__name"),
        Column("unit", pgettext_lazy("appointment", "Place"), value="unit__name"),
        Column("who", gettext_lazy("Customer"), value=shown_name),
        Column("contact_phone", gettext_lazy("Telephone"), kind="masked", mask="phone", hidden=True),
        Column("state", gettext_lazy("State"), kind="badge", tones=TONES),
        Column("channel", pgettext_lazy("appointment", "Booked by")),
        Column("moved_times", pgettext_lazy("appointment", "Moved"), kind="number", hidden=True),
        Column("booked_at", pgettext_lazy("appointment", "Booked at"), kind="moment", hidden=True),
        Column("end_reason", pgettext_lazy("appointment", "Reason"), hidden=True),
    ]
    filters = [
        TextFilter(
            "q",
            gettext_lazy("Appointment or customer number"),
            lookups=("number__startswith", "customer__number__startswith"),
        ),
        ChoiceFilter("state", gettext_lazy("State"), choices=State.choices),
        DateRangeFilter("day", pgettext_lazy("appointment", "When"), field="starts_at", instant=True),
        ChoiceFilter("channel", pgettext_lazy("appointment", "Booked by"), choices=Channel.choices),
        UnitFilter(),
    ]

    def queryset(self, request: StaffRequest) -> QuerySet[Appointment]:
        return Appointment.objects.select_related("customer", "service", "unit")


@require("appointments.view")
@require_GET
@never_cache
def appointment(request: StaffRequest, number: str) -> HttpResponse:
    found = visible(request, number)
    at = now()
    context = {
        "page_title": found.number,
        "breadcrumbs": [crumb(_("Appointments"), reverse("appointments:week")), crumb(found.number)],
        "appointment": found,
        "name": shown_name(found),
        "tone": TONES[found.state],
        "may_book": request.user.may("appointments.book"),
        "has_begun": found.starts_at <= at,
        "history": [
            TimelineItem(
                at=entry.at,
                icon=ICONS.get(entry.action.rpartition(".")[2], "history"),
                title=audit.action_label(entry.action),
                text=" · ".join(filter(None, (entry.actor_label, entry.reason))),
            )
            for entry in audit.history(found)[:30]
        ],
    }
    return render(request, "appointments/appointment.html", context)


@require("appointments.book")
@require_POST
def cancel(request: StaffRequest, number: str) -> HttpResponse:
    reason = request.POST.get("reason", "")
    return _act(request, number, operations.cancel, _("The appointment is cancelled."), reason=reason)


@require("appointments.book")
@require_POST
def arrive(request: StaffRequest, number: str) -> HttpResponse:
    return _act(request, number, operations.arrive, _("The arrival is recorded."))


@require("appointments.book")
@require_POST
def finish(request: StaffRequest, number: str) -> HttpResponse:
    note = request.POST.get("reason", "")
    return _act(request, number, operations.finish, _("The appointment is done."), note=note)


@require("appointments.book")
@require_POST
def miss(request: StaffRequest, number: str) -> HttpResponse:
    note = request.POST.get("reason", "")
    return _act(request, number, operations.miss, _("It is recorded that nobody came."), note=note)


def _act(
    request: StaffRequest, number: str, verb: Callable[..., Any], told: str, **facts: str
) -> HttpResponse:
    found = visible(request, number)
    try:
        verb(appointment=found, at=now(), actor=request.user, **facts)
    except (operations.AppointmentInvalid, operations.WrongState) as error:
        messages.error(request, str(error))
    else:
        messages.success(request, told)
    return redirect("appointments:appointment", number)
