"""What the pages of this room share: the clock, what is visible, why a ticket comes first, signed screens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core import signing
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from denghuo.care.desk import queries
from denghuo.care.desk.models import Ticket
from denghuo.foundation.identity.models import OrganisationUnit
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.kernel.periods import BEIJING
from denghuo.records.customers.models import SpecialCare

TONES = {
    "waiting": "info",
    "called": "accent",
    "serving": "accent",
    "done": "success",
    "absent": "warning",
    "left": "neutral",
}
SCREEN = "desk.screen"
EVALUATION = "desk.evaluation"
KINDS = ("kiosk", "display", "evaluation")


def now() -> datetime:
    return timezone.now()


def visible_ticket(request: StaffRequest, pk: int) -> Ticket:
    """The ticket, or 404 outside the data scope."""
    found = (
        queries.visible(request.user.scope).select_related("customer", "unit", "clerk").filter(pk=pk).first()
    )
    if found is None:
        raise Http404
    return found


def reason_text(ticket: Ticket) -> str:
    """Why the ticket comes before others; empty for an ordinary one."""
    if ticket.reason == "special_care":
        return str(dict(SpecialCare.choices).get(ticket.reason_detail, ticket.reason_detail))
    if ticket.reason == "grade_importance":
        return _("Service importance %(grade)s") % {"grade": ticket.reason_detail}
    if ticket.reason == "grade_value":
        return _("Customer value %(grade)s") % {"grade": ticket.reason_detail}
    if ticket.reason == "appointment":
        if ticket.appointment is None:
            return _("Appointment")
        return _("Appointment at %(time)s") % {
            "time": f"{ticket.appointment.starts_at.astimezone(BEIJING):%H:%M}"
        }
    return ""


@dataclass(frozen=True)
class Screen:
    """A screen in the hall that needs nobody signed in: what its signed address names."""

    unit: OrganisationUnit
    kind: str
    window: str


def screen_token(unit_id: str, kind: str, window: str = "") -> str:
    return signing.dumps([unit_id, kind, window], salt=SCREEN)


def screen(token: str, kind: str) -> Screen:
    """Raises Http404 for an address that we did not sign, or that is for another kind of screen."""
    try:
        unit_id, given, window = signing.loads(token, salt=SCREEN)
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise Http404 from error
    unit = OrganisationUnit.objects.filter(pk=unit_id).first()
    if unit is None or given != kind:
        raise Http404
    return Screen(unit, kind, window)


def evaluation_token(ticket: Ticket) -> str:
    return signing.dumps(ticket.pk, salt=EVALUATION)


def evaluated_ticket(token: str) -> Ticket | None:
    """The served ticket that a signed evaluation names."""
    try:
        pk: Any = signing.loads(token, salt=EVALUATION)
    except signing.BadSignature:
        return None
    return Ticket.objects.select_related("clerk", "unit").filter(pk=pk).first()
