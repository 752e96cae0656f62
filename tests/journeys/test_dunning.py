"""陈记面馆 does not pay: message, call with a promise, the promise broken, a letter, at last the money; through the pages."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.urls import reverse

from denghuo.commerce.collection import operations, queries
from denghuo.commerce.collection.models import DunningAction, DunningMessage
from denghuo.commerce.collection.web import board, common, letters
from denghuo.commerce.ledger import queries as ledger
from denghuo.commerce.receivables import queries as receivables
from denghuo.foundation.outbox import operations as outbox
from tests.cast import collection as cast
from tests.cast import supply
from tests.cast.money import noon, owing, pay

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock(monkeypatch):
    """The clock of the pages, and the worker of a day: the run in the morning, messages at ten."""

    class Clock:
        at: datetime

        def morning(self, day: date) -> None:
            cast.run(day)
            operations.send_messages(at=cast.moment(day, 10), gateway=lambda **message: f"r:{message['key']}")
            self.at = cast.moment(day, 11)

    found = Clock()
    for module in (board, common, letters):
        monkeypatch.setattr(module, "now", lambda: found.at)
    for module in (board, common):
        monkeypatch.setattr(module, "today", lambda: found.at.date())  # noqa: PLW0108 - it moves
    return found


def test_from_overdue_to_paid(client, clock):
    people = cast.people()
    cast.plans()
    shop = supply.noodle_shop().account
    operations.give_duty(
        staff=people["zhengjie"], kind="unit", subject=shop.unit, since=date(2026, 1, 1), actor=None,
        at=cast.moment(date(2026, 1, 1)),
    )  # fmt: skip
    owing(shop, 86_000, due=date(2026, 3, 2), residential=False)
    client.force_login(people["zhengjie"])

    clock.morning(date(2026, 3, 3))
    case = cast.case_of(shop)
    assert (case.owner, case.plan.code) == (people["zhengjie"], "business")
    assert DunningMessage.objects.get().state == "sent"

    clock.morning(date(2026, 3, 6))
    worklist = client.get(reverse("collection:work")).content.decode()
    assert shop.number in worklist
    call = DunningAction.objects.get(channel="phone")
    said = {
        "action": call.pk, "key": "k1", "outcome": "promised", "promise_yuan": "866.00",
        "promise_date": "2026-03-13", "note": "周五前到营业厅", "from": "work",
    }  # fmt: skip
    assert client.post(reverse("collection:record", args=[case.pk]), said).status_code == 302
    again = client.post(reverse("collection:record", args=[case.pk]), said)
    assert again.status_code == 422  # recorded already
    assert case.promises.count() == 1

    for back in range(9, 14):
        clock.morning(date(2026, 3, back))
    assert cast.case_of(shop).reason == "promise"
    clock.morning(date(2026, 3, 16))
    assert case.promises.get().state == "broken"
    letter = DunningAction.objects.get(channel="letter")
    assert letter.due_date == date(2026, 3, 16)

    printed = client.post(reverse("collection:print-letters"), {"ids": [letter.pk]})
    assert printed.content.startswith(b"%PDF")
    letter.refresh_from_db()
    # 14 days × 2 ‰ of 860.00
    assert (letter.state, letter.outcome, letter.owed_fen) == ("done", "sent", 86_000 + 2_408)
    assert queries.demanded(shop.pk, on=date(2026, 3, 16)) == [
        (date(2026, 3, 3), "sms", True), (date(2026, 3, 6), "phone", True), (date(2026, 3, 16), "letter", False),
    ]  # fmt: skip

    paid_on = date(2026, 3, 18)
    pay(shop, receivables.owed(shop.pk, on=paid_on).total_fen, on=paid_on)
    outbox.deliver(at=noon(paid_on) + timedelta(minutes=1))
    case.refresh_from_db()
    assert (case.state, case.reason) == ("closed", "paid")
    page = client.get(case.get_absolute_url(), headers={"accept-language": "zh-hans"}).content.decode()
    for word in ("承诺未兑现", "催费单", "收到缴费", "结案"):
        assert word in page, word
    cast.run(date(2026, 3, 25))
    assert DunningAction.objects.filter(case__account=shop).count() == 3
    assert list(receivables.inconsistencies()) == list(ledger.inconsistencies()) == []
