"""Messages about appointments; who is no customer yet gets none."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from denghuo.care.appointments.models import Appointment
from denghuo.care.notifications import operations as notifications
from denghuo.foundation.ui import formats


def tell(appointment: Appointment, template: Any, *, at: datetime) -> None:
    """Send one message; moved appointments are told of again, the same time is told once."""
    if appointment.customer is None:
        return
    place = appointment.address if appointment.service.where == "door" else appointment.unit.name
    notifications.send(
        template=template.code,
        customer=appointment.customer,
        context={
            "service": appointment.service.name,
            "when": formats.moment(appointment.starts_at),
            "place": place,
            "number": appointment.number,
        },
        at=at,
        key=f"{template.code}:{appointment.number}:{int(appointment.starts_at.timestamp())}",
    )
