"""What this room shows on the pages of lower rooms, in the menu and on the workbench; its words."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from denghuo.care.desk.models import Ticket, TicketState
from denghuo.care.desk.rules import parameters
from denghuo.care.desk.web.common import now
from denghuo.foundation.audit import queries as audit
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.parameters import rules as parameter_rules
from denghuo.foundation.ui import extensions, navigation
from denghuo.foundation.ui.extensions import Tile
from denghuo.kernel.periods import day_of

ACTIONS = {
    "desk.window.opened": gettext_lazy("Window opened"),
    "desk.window.closed": gettext_lazy("Window closed"),
    "desk.ticket.taken": gettext_lazy("Ticket taken"),
    "desk.ticket.called": gettext_lazy("Ticket called"),
    "desk.ticket.recalled": gettext_lazy("Ticket called again"),
    "desk.ticket.skipped": gettext_lazy("Ticket passed over"),
    "desk.ticket.waits_again": gettext_lazy("Ticket waits again"),
    "desk.ticket.left": gettext_lazy("Customer left the queue"),
    "desk.ticket.served": gettext_lazy("Service begun"),
    "desk.ticket.next_item": gettext_lazy("Next item begun"),
    "desk.ticket.done": gettext_lazy("Ticket served"),
    "desk.ticket.transferred": gettext_lazy("Ticket passed on"),
    "desk.ticket.named": gettext_lazy("Customer of the ticket named"),
    "desk.ticket.evaluated": gettext_lazy("Service evaluated"),
    "desk.plates.printed": gettext_lazy("Customer plates printed"),
    "desk.plate.revoked": gettext_lazy("Customer plate revoked"),
    "desk.plate.refused": gettext_lazy("Scanned code refused"),
}
MINUTES, HOURS = pgettext_lazy("parameter", "minutes"), pgettext_lazy("parameter", "hours")
NAMES = {
    parameters.PAYMENT_MINUTES.code: (gettext_lazy("Counter: one payment within"), MINUTES),
    parameters.BUSINESS_MINUTES.code: (gettext_lazy("Counter: one item of other business within"), MINUTES),
    parameters.WARN_PERCENT.code: (gettext_lazy("Counter: the clock warns at"), "%"),
    parameters.PATIENCE_MINUTES.code: (
        gettext_lazy("Queue: nobody is passed by others after waiting"),
        MINUTES,
    ),
    parameters.EARLY_MINUTES.code: (gettext_lazy("Queue: an appointment counts before its time by"), MINUTES),
    parameters.EVALUATE_HOURS.code: (gettext_lazy("A service can be evaluated for"), HOURS),
    parameters.KIOSK_A_MINUTE.code: (
        gettext_lazy("Kiosk: tickets given at most"),
        pgettext_lazy("parameter", "a minute"),
    ),
    parameters.HOTLINE.code: (gettext_lazy("Hotline printed on plates"), ""),
}


def register() -> None:
    """Called once when Django is ready."""
    audit.name_actions(ACTIONS)
    audit.name_fields(
        {
            "desk.ticket.business": (pgettext_lazy("counter", "Kind of business"), {}),
            "desk.ticket.window": (pgettext_lazy("counter", "Window"), {}),
        }
    )
    parameter_rules.name(NAMES)
    for label, url_name, icon, permission, order in (
        (pgettext_lazy("menu", "Counter"), "desk:counter", "building-store", "desk.serve", 20),
        (pgettext_lazy("menu", "Hotline"), "desk:hotline", "phone", "desk.serve", 22),
        (pgettext_lazy("menu", "Counter statistics"), "desk:day", "chart-bar", "desk.manage", 24),
        (pgettext_lazy("menu", "Customer plates"), "desk:plates", "qrcode", "desk.plates", 90),
    ):
        navigation.register(
            navigation.NavItem("care", label, url_name, icon=icon, permission=permission, order=order)
        )
    extensions.workbench("desk.serve", _queue_tile, order=15)
    extensions.panel(
        "appointment",
        "ticket",
        pgettext_lazy("counter", "Queue"),
        "desk/parts/appointment.html",
        _appointment_panel,
        permission="desk.serve",
    )


def _appointment_panel(request: StaffRequest, appointment: Any) -> dict[str, Any] | None:
    ticket = Ticket.objects.filter(appointment=appointment).first()
    may_take = ticket is None and appointment.is_live and appointment.service.where == "hall"
    return (
        {"ticket": ticket, "may_take": may_take, "number": appointment.number} if ticket or may_take else None
    )


def _queue_tile(request: StaffRequest) -> Tile | None:
    at = now()
    waiting = Ticket.objects.filter(
        unit_id=request.user.unit_id, day=day_of(at), state=TicketState.WAITING
    ).count()
    return Tile(
        title=pgettext("counter", "Waiting in the queue"),
        value=waiting,
        url=reverse("desk:counter"),
        icon="building-store",
        tone="warning" if waiting else "success",
        hint=_("Today, at your hall"),
    )
