"""A street without power: works that are announced and end late, then a fault that the neighbours report."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse

from denghuo.care.notifications import operations as notifications
from denghuo.care.notifications.models import Message
from denghuo.care.notifications.operations import inbox
from denghuo.care.notifications.rules import parameters
from denghuo.commerce.outages import operations, queries
from denghuo.commerce.outages.models import Outage
from denghuo.commerce.outages.web import board, common, faults, outages, reliability, requests
from denghuo.foundation.outbox import operations as outbox
from denghuo.foundation.parameters import operations as parameter_operations
from tests.cast import grid, supply
from tests.cast import outages as cast

pytestmark = pytest.mark.django_db


class Clock:
    """Beijing's time, moved by the story; messages go out with it."""

    def __init__(self, monkeypatch) -> None:
        self.at = datetime(2026, 9, 1, 2, tzinfo=UTC)
        for module in (board, common, faults, outages, reliability, requests):
            monkeypatch.setattr(module, "now", lambda: self.at)

    def __call__(self, text: str) -> datetime:
        self.at = datetime.fromisoformat(f"2026-{text}:00+08:00").astimezone(UTC)
        operations.publish_due_notices(at=self.at)
        outbox.deliver(at=self.at)
        notifications.deliver_waiting(at=self.at)
        return self.at


def test_from_the_request_to_the_light_again(client, monkeypatch):
    clock = Clock(monkeypatch)
    people = cast.people()
    inbox.empty()
    parameter_operations.set_value(
        parameter=parameters.TEST_PROVIDER, text="sms", valid_from=date(2025, 9, 1), reason="演练", actor=None, at=clock.at
    )  # fmt: skip
    homes = [supply.household(f"张{n}", f"灯火镇梧桐巷{n}号", phone=f"1380013800{n}") for n in range(3)]

    def post(who: str, name: str, number: str = "", **data):
        client.force_login(people[who])
        return client.post(reverse(f"outages:{name}", args=[number] if number else []), data)

    # the engineer asks for works; another request on the same supplies is refused and names them
    works = {
        "equipment": grid.area().code,
        "kind": "planned",
        "cause": "maintenance",
        "description": "更换电缆",
    }
    times = {"begins_at": "2026-09-15T08:30", "ends_at": "2026-09-15T16:30"}
    assert post("mofan", "request", **works, **times).status_code == 302
    outage = Outage.objects.get()
    post("mofan", "request", **works, begins_at="2026-09-20T08:30", ends_at="2026-09-20T10:30")
    assert outage.number in Outage.objects.exclude(pk=outage.pk).get().decision_note

    # only a second person approves; everybody hears of it eight days before
    clock("09-02T09:00")
    assert post("qinyong", "approve", outage.number, note="").status_code == 403
    assert post("heyong", "approve", outage.number, note="").status_code == 302
    assert not Message.objects.exists()
    clock("09-07T09:00")
    assert len(inbox.taken) == 3
    assert "9月15日08:30至9月15日16:30停电" in inbox.taken[0][2]

    # begun in time, later than planned, and the customers know why
    clock("09-14T10:00")
    clock("09-15T08:29")
    assert post("qinyong", "start", outage.number, started_at="2026-09-15T08:29").status_code == 422
    clock("09-15T08:31")
    assert post("qinyong", "start", outage.number, started_at="2026-09-15T08:30").status_code == 302
    clock("09-15T16:00")
    late = {"expected_at": "2026-09-15T18:00", "reason": ""}
    assert post("qinyong", "estimate", outage.number, **late).status_code == 422
    assert post("qinyong", "estimate", outage.number, **{**late, "reason": "电缆受损"}).status_code == 302
    clock("09-15T17:45")
    assert (
        post("qinyong", "restore", outage.number, restored_at="2026-09-15T17:40", finding="").status_code
        == 302
    )
    clock("09-15T17:50")
    told = Message.objects.filter(customer=homes[0].customer, state="sent").order_by("id")
    assert [row.template for row in told] == ["outages.planned", "outages.delayed", "outages.restored"]

    # three neighbours call in the evening; the board says what has failed, the dispatcher makes it an outage
    for number, home in enumerate(homes):
        at = clock(f"09-16T19:0{number * 3}")
        operations.report_fault(key=f"case:{number}", at=at, supply_point_id=home.pk, case_id=100 + number)
    client.force_login(people["qinyong"])
    assert "梧桐巷台区" in client.get(reverse("outages:board")).content.decode()
    assert post("qinyong", "fault", equipment=grid.area().code, cause="equipment").status_code == 302
    fault = Outage.objects.get(kind="fault")
    assert (fault.started_at, fault.signals.count()) == (clock.at - timedelta(minutes=6), 3)
    clock("09-16T21:00")
    post("qinyong", "restore", fault.number, restored_at="2026-09-16T20:30", finding="更换熔断器")

    # the month in figures: 550 minutes planned and 90 by the fault for each home, twice interrupted
    month = queries.total(date(2026, 9, 1), date(2026, 10, 1), at=datetime(2026, 10, 1, tzinfo=UTC))
    assert (month.planned.saidi_minutes, month.fault.saidi_minutes, month.total.saifi) == (550, 90, 2)
    assert "640" in client.get(f"{reverse('outages:reliability')}?month=2026-09").content.decode()
