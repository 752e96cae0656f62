"""What this room shows on the pages of lower rooms, in the menu and on the workbench; its words."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy, pgettext_lazy

from denghuo.care.appointments import rules
from denghuo.care.appointments.rules import parameters
from denghuo.care.appointments.web.booking import booking_url
from denghuo.care.notifications import rules as notifications
from denghuo.foundation.audit import queries as audit
from denghuo.foundation.parameters import rules as parameter_rules
from denghuo.foundation.ui import extensions, navigation

ACTIONS = {
    "appointments.appointment.booked": gettext_lazy("Appointment booked"),
    "appointments.appointment.moved": gettext_lazy("Appointment moved"),
    "appointments.appointment.cancelled": gettext_lazy("Appointment cancelled"),
    "appointments.appointment.arrived": gettext_lazy("Customer arrived"),
    "appointments.appointment.done": gettext_lazy("Appointment done"),
    "appointments.appointment.missed": gettext_lazy("Nobody came to the appointment"),
    "appointments.service.saved": gettext_lazy("Service by appointment saved"),
    "appointments.opening.added": gettext_lazy("Opening added"),
    "appointments.opening.ended": gettext_lazy("Opening ended"),
    "appointments.day.changed": gettext_lazy("Capacity of a day changed"),
    "appointments.day.restored": gettext_lazy("Weekly plan restored"),
    "appointments.series.started": gettext_lazy("Recurring visits agreed"),
    "appointments.series.ended": gettext_lazy("Recurring visits ended"),
}
DAYS, HOURS = pgettext_lazy("parameter", "days"), pgettext_lazy("parameter", "hours")
MINUTES = pgettext_lazy("parameter", "minutes")
NAMES = {
    parameters.DAYS_AHEAD.code: (gettext_lazy("Appointments are given at most so far ahead"), DAYS),
    parameters.LEAD_MINUTES.code: (gettext_lazy("An appointment is booked at least so long before"), MINUTES),
    parameters.MISSED_AFTER_MINUTES.code: (gettext_lazy("Nobody came: so long after the end"), MINUTES),
    parameters.REMIND_HOURS.code: (gettext_lazy("Second reminder before the appointment"), HOURS),
    parameters.SERIES_DAYS.code: (gettext_lazy("Recurring visits are booked so far ahead"), DAYS),
    parameters.SERIES_SHIFT_DAYS.code: (gettext_lazy("A recurring visit may be so late"), DAYS),
}
TEMPLATES = {
    rules.BOOKED.code: gettext_lazy("Appointment booked"),
    rules.MOVED.code: gettext_lazy("Appointment moved"),
    rules.CANCELLED.code: gettext_lazy("Appointment cancelled"),
    rules.TOMORROW.code: gettext_lazy("Reminder of an appointment, the day before"),
    rules.SOON.code: gettext_lazy("Reminder of an appointment, two hours before"),
}


def register() -> None:
    """Called once when Django is ready."""
    audit.name_actions(ACTIONS)
    room = "appointments.appointment"
    audit.name_fields(
        {
            f"{room}.starts_at": (pgettext_lazy("appointment", "When"), {}),
            f"{room}.service": (pgettext_lazy("appointment", "Service"), {}),
        }
    )
    parameter_rules.name(NAMES)
    for code, label in TEMPLATES.items():
        notifications.name_template(code, label)
    navigation.register(
        navigation.NavItem(
            "care",
            gettext_lazy("Appointments"),
            "appointments:week",
            icon="calendar-event",
            permission="appointments.view",
            order=30,
        )
    )
    extensions.action(
        "customer",
        gettext_lazy("Book an appointment"),
        _book_url,
        icon="calendar-event",
        permission="appointments.book",
        order=60,
    )


def _book_url(customer: Any) -> str:
    return booking_url(who=customer.number)
