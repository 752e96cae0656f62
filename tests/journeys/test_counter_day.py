"""A day in the hall through the pages: from opening the shift to the accountant's confirmation, and the books agree."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from denghuo.commerce.ledger import queries as ledger
from denghuo.commerce.payments import queries
from denghuo.commerce.payments.models import Basket, Refund, Shift
from denghuo.commerce.receivables import queries as debts
from tests.cast import customers, staff
from tests.cast.counter import count_of
from tests.cast.money import owing

pytestmark = pytest.mark.django_db


def test_a_day_in_the_hall(client, now):
    people = {name: staff.hire(name, now) for name in ("zhengjie", "heyong", "yejing")}
    day = timezone.localdate()
    home, shop = customers.account(), customers.account(customers.organisation("陈记面馆"))
    owing(home, 18_050, due=day + timedelta(days=9))
    owing(shop, 40_000, due=day - timedelta(days=10), residential=False)
    owed = debts.owed(shop.pk, on=day)
    assert owed.accrued_fen > 0

    client.force_login(people["zhengjie"])
    client.post(reverse("payments:my-shift"), {"float_fen": "500"})
    shift = Shift.objects.get()
    paid = {home: "200.00", shop: f"{owed.total_fen / 100:.2f}"}
    rows = {"account": [one.pk for one in paid], **{f"amount-{one.pk}": yuan for one, yuan in paid.items()}}
    took = client.post(
        reverse("payments:take"), {**rows, "key": "f" * 32, "channel": "cash", "tendered": "1000"}
    )
    assert client.get(took.json()["receipt"]).status_code == 200
    client.post(reverse("payments:print-receipt", args=[Basket.objects.get().number, "80mm"]))
    client.post(
        reverse("payments:new-refund", args=[home.number]),
        {"source": "prepayment", "amount_fen": "19.50", "way": "cash", "reason": "退多缴", "step": "ask"},
    )
    refund = Refund.objects.get()

    client.force_login(people["heyong"])
    client.post(reverse("payments:decide-refund", args=[refund.number]), {"decision": "approve"})
    client.force_login(people["zhengjie"])
    client.post(reverse("payments:pay-refund", args=[refund.number]), {"outcome": "paid"})

    in_till = 50_000 + 20_000 + owed.total_fen - 1_950
    assert queries.expected_fen(people["zhengjie"]) == in_till
    counted = in_till // 10 * 10
    pieces = {f"d{note}": number for note, number in count_of(counted).items()}
    client.post(
        reverse("payments:count-shift", args=[shift.pk]),
        {**pieces, "deposit_fen": f"{(counted - 50_000) / 100:.2f}", "note": "分币尾差"},
    )
    client.force_login(people["yejing"])
    client.post(reverse("payments:confirm-shift", args=[shift.pk]), {"decision": "confirm"})

    shift.refresh_from_db()
    assert shift.state == "confirmed"
    assert queries.till_fen(people["zhengjie"]) == 50_000
    for check in (ledger.inconsistencies, debts.inconsistencies, queries.inconsistencies):
        assert list(check()) == []
