"""李建国 does not pay: the whole legal story through the web, with a Sunday worked in exchange, to supply restored."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse

from denghuo.commerce.disconnection.models import DisconnectionOrder, RefusedStep
from denghuo.commerce.receivables import queries as receivables
from denghuo.foundation.outbox import operations as outbox
from tests.cast import disconnection as cast
from tests.cast import supply
from tests.cast.money import pay

pytestmark = pytest.mark.django_db


class Clock:
    """Beijing's time, moved by the story."""

    def __init__(self, monkeypatch) -> None:
        self.at = datetime(2026, 9, 1, 1, tzinfo=UTC)
        for module in ("board", "orders", "field", "documents", "days"):
            monkeypatch.setattr(f"denghuo.commerce.disconnection.web.{module}.now", lambda: self.at)

    def __call__(self, text: str) -> datetime:
        self.at = datetime.fromisoformat(f"2026-{text}:00+08:00").astimezone(UTC)
        return self.at


def test_from_the_board_to_the_light_again(client, monkeypatch):
    clock = Clock(monkeypatch)
    point = cast.debtor()
    protected = cast.debtor(supply.wang_xiuying())
    people = cast.people()

    def post(who: str, name: str, number: str, **data):
        client.force_login(people[who])
        return client.post(reverse(f"disconnection:{name}", args=[number]), data)

    # the collector proposes both from the board; 王秀英 is refused, and the attempt is kept
    clock("09-09T09:00")
    client.force_login(people["zhengjie"])
    data = {"account": [point.account_id, protected.account_id], "explanation": "两期未缴，多次催交"}
    answer = client.post(reverse("disconnection:propose-many"), data, follow=True)
    assert "保护名单" in answer.content.decode()
    order = DisconnectionOrder.objects.get()
    assert order.account_id == point.account_id and RefusedStep.objects.count() == 1

    # not by the one who proposed; the supervisor approves
    window = {"window_from": "2026-09-10", "window_to": "2026-09-30", "reason": "情况属实", "assignee": ""}
    assert post("zhengjie", "approve", order.number, **window).status_code == 403
    assert post("heyong", "approve", order.number, **window).status_code == 302

    # the crew delivers the notice on Friday the 11th; it may not skip ahead
    clock("09-11T10:00")
    paper = {"method": "in_person", "recipient": "本人", "evidence": "签收单0031"}
    assert post("nongjun", "second-notice", order.number, **paper).status_code == 422
    back = reverse("disconnection:field-order", args=[order.number])
    delivered = post(
        "nongjun", "deliver-notice", order.number, delivered_at="2026-09-11T09:30", next=back, **paper
    )
    assert delivered.status_code == 302 and delivered.url == back
    pdf = client.get(reverse("disconnection:paper", args=[order.number, "first"]))
    assert pdf.content.startswith(b"%PDF")

    # a week later it is a Saturday: refused. Sunday the 20th is worked in exchange
    clock("09-19T10:00")
    answer = post("nongjun", "second-notice", order.number, **paper)
    assert answer.status_code == 422 and "休息日" in answer.content.decode()
    clock("09-20T07:00")
    assert "2026-09-20 07:30" in client.get(back).content.decode()
    clock("09-20T10:00")
    assert post("nongjun", "second-notice", order.number, **paper).status_code == 302
    clock("09-20T10:20")
    answer = post("nongjun", "execute", order.number)
    assert answer.status_code == 422 and "二次通知后须满 30 分钟" in answer.content.decode()
    clock("09-20T10:31")
    assert post("nongjun", "execute", order.number, reading_note="1803.20", photo="IMG_1").status_code == 302
    client.force_login(people["heyong"])
    assert "已停电" in client.get(reverse("supply:supply-point", args=[point.pk])).content.decode()

    # the customer pays at noon the next day; supply is back in the afternoon
    paid_at = clock("09-21T12:00")
    pay(
        point.account,
        receivables.owed(point.account_id, on=date(2026, 9, 21)).total_fen,
        on=date(2026, 9, 21),
    )
    outbox.deliver(at=paid_at + timedelta(minutes=1))
    clock("09-21T15:00")
    board = client.get(reverse("disconnection:board") + "?tab=restoring").content.decode()
    assert order.number in board and "2026-09-22 12:00" in board
    assert post("nongjun", "restore", order.number, reading_note="1803.20", photo="IMG_2").status_code == 302
    order.refresh_from_db()
    assert order.state == "restored" and not order.restoration.was_late
    page = client.get(reverse("disconnection:order", args=[order.number])).content.decode()
    assert "被拒绝的操作" in page and "签收单0031" in page
    assert list(receivables.inconsistencies()) == []
