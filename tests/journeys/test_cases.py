"""The light goes out at 王秀英's: the call, the crew's minutes, the follow-up; and then she complains."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.urls import reverse

from denghuo.care.cases.models import Case, Cause
from denghuo.foundation.outbox import operations as outbox
from tests.cast import cases as cast
from tests.cast import supply

pytestmark = pytest.mark.django_db


class Clock:
    """Beijing's time, moved by the story."""

    def __init__(self, monkeypatch) -> None:
        self.at = datetime(2026, 9, 1, 1, tzinfo=UTC)
        for module in ("acts", "boards", "case", "intake", "common", "papers"):
            monkeypatch.setattr(f"denghuo.care.cases.web.{module}.now", lambda: self.at)

    def __call__(self, text: str) -> None:
        self.at = datetime.fromisoformat(f"2026-{text}:00+08:00").astimezone(UTC)


def test_from_the_dark_to_the_measure(client, monkeypatch):
    clock = Clock(monkeypatch)
    point = supply.wang_xiuying()
    who = f"{point.customer_id}-{point.pk}"

    def post(person: str, name: str, case: Case | None = None, **data):
        client.force_login(cast.staff(person))
        args = [case.pk] if case else []
        answer = client.post(reverse(f"cases:{name}", args=args), data)
        assert answer.status_code == 302, answer.content.decode()[-2000:]
        return Case.objects.latest("id") if case is None else Case.objects.get(pk=case.pk)

    clock("09-07T19:30")
    topic = cast.topic("fault.outage.single")
    call = {"kind": "fault", "topic": topic.pk, "text": "家里没电", "channel": "phone", "who": who}
    fault = post("chenxin", "new", key="call-1", **call)
    assert fault.customer == point.customer and fault.area is not None
    clock("09-07T19:32")
    crew = cast.staff("nongjun")
    post("qinyong", "dispatch", fault, station=point.unit_id, crew=crew.pk)
    clock("09-07T20:25")
    post("qinyong", "go-on", fault, to="arrived")
    clock("09-07T21:10")
    done = {"to": "restored", "fault": "接户线断", "side": "supplier", "work": "重接"}
    fault = post("qinyong", "go-on", fault, **done)
    assert fault.repair.was_late
    clock("09-08T09:30")
    fault = post("chenxin", "follow-up", fault, satisfaction=2, text="来得太慢")
    assert fault.state == "closed" and fault.satisfaction == 2

    topic = cast.topic("complaint.cut.repair")
    call = {"kind": "complaint", "topic": topic.pk, "text": "等了一个小时", "channel": "phone", "who": who}
    complaint = post("chenxin", "new", key="call-2", **call)
    about = client.get(reverse("cases:about") + f"?who={who}&kind=complaint").content.decode()
    assert fault.number in about and complaint.number in about
    clock("09-08T10:00")
    post("chenxin", "contact", complaint, method="phone", reached="on", text="致歉")
    clock("09-09T10:00")
    cause = Cause.objects.get(code="efficiency.late_arrival")
    post(
        "wugang", "investigate", complaint, cause=cause.pk, admitted="yes", findings="到场五十五分钟",
        proposal="致歉并补偿", apology="on", refund="50.00",
    )  # fmt: skip
    clock("09-09T15:00")
    post("heyong", "decide", complaint, reason="属实", measure="夜间加值班车", measure_owner=crew.pk)
    clock("09-10T09:00")
    post("chenxin", "reply", complaint, answer="我们到晚了，向您致歉。", outcome="solved", accepted="true")
    clock("09-11T09:00")
    complaint = post("chenxin", "follow-up", complaint, satisfaction=4, text="可以")
    assert complaint.state == "closed" and complaint.replied_at <= complaint.answer_due_at
    assert complaint.complaint.refund.amount_fen == 5_000
    item = complaint.improvements.get()
    client.force_login(crew)
    client.post(reverse("cases:finish-improvement", args=[item.pk]), {"text": "已加车"})
    client.force_login(cast.agent())
    client.post(reverse("cases:verify-improvement", args=[item.pk]), {"text": "客户认可"})
    item.refresh_from_db()
    assert item.state == "verified"
    assert outbox.deliver(at=clock.at).failed == 0
    assert client.get(reverse("cases:case", args=[complaint.pk])).status_code == 200
