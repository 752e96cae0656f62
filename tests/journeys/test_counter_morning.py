"""王秀英 comes by appointment: ticket, window, two items, evaluation; the day's figures say so."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from denghuo.care.appointments.models import Appointment
from denghuo.care.desk.models import Ticket
from denghuo.care.desk.web.common import screen_token
from tests.cast import appointments as cast
from tests.cast import customers
from tests.cast.appointments import TUESDAY, beijing
from tests.cast.staff import hire_everyone

pytestmark = pytest.mark.django_db


def test_a_morning(client, monkeypatch):
    clock = {"at": cast.AT}
    for module in (
        "appointments.web.booking",
        "appointments.web.appointments",
        "desk.web.counter",
        "desk.web.screens",
    ):
        monkeypatch.setattr(f"denghuo.care.{module}.now", lambda: clock["at"])
    customers.unit("4501")
    people = hire_everyone(cast.AT)
    cast.open_hall(cast.services()["bill"])
    wang = customers.person(special_care="elderly")

    def post(name, *args, **data):
        return client.post(reverse(name, args=args), data, follow=True)

    client.force_login(people["linxiaoyu"])
    at = beijing(TUESDAY, 9).isoformat()
    post("appointments:book", service="bill", unit="4503", channel="phone", who=wang.number, at=at)
    booked = Appointment.objects.get()
    clock["at"] = beijing(TUESDAY, 8, 55)
    post("desk:open-window", window="1", businesses=["bill", "payment"])
    post("desk:take-for-appointment", booked.number)
    ticket = Ticket.objects.get()
    assert (ticket.rank, ticket.reason) == (
        2,
        "special_care",
    )  # the green channel comes before the appointment
    display = reverse("desk:display", args=[screen_token("4503", "display")])
    post("desk:next")
    assert ticket.number in client.get(display).content.decode()
    post("desk:start", ticket.pk)
    clock["at"] = beijing(TUESDAY, 9, 5)
    post("desk:item", ticket.pk, business="payment")
    clock["at"] = beijing(TUESDAY, 9, 12)
    post("desk:finish", ticket.pk)
    screen = reverse("desk:evaluation", args=[screen_token("4503", "evaluation", "1")])
    signed = re.search(r'name="ticket" value="([^"]+)"', client.get(screen).content.decode())
    client.post(screen, {"ticket": signed[1], "score": "5"})
    booked.refresh_from_db()
    assert booked.state == "done"
    total = client.get(reverse("desk:day") + "?from=2026-09-08").context["total"]
    assert (total.served, total.items, total.exceeded, total.score_average) == (1, 2, 1, 5)
