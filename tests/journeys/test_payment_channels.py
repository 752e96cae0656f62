"""A customer pays by link while the callback is lost, pays again by code, and gets the second amount back the way it came."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from denghuo.commerce.channels import operations, queries
from denghuo.commerce.channels.models import GatewayRefund, PaymentOrder
from denghuo.commerce.channels.operations.address import notify_url
from denghuo.commerce.payments import operations as payments
from denghuo.commerce.payments.models import Payment, Refund
from denghuo.commerce.receivables import queries as receivables
from denghuo.commerce.receivables.models import AccountBalance
from denghuo.foundation.outbox import operations as outbox
from tests.cast import billing, customers
from tests.cast import channels as cast
from tests.cast.money import owing

pytestmark = pytest.mark.django_db


def call(client, desk, order):
    """The channel calls the address that the order named."""
    told = cast.told(desk, order)
    url = desk.order(order.provider, order.out_trade_no)["notify_url"]
    assert url == notify_url(order.provider)
    kind = "application/json" if order.provider == "wechat" else "application/x-www-form-urlencoded"
    headers = {k: v for k, v in told.headers.items() if k != "Content-Type"}
    return client.post("/" + url.split("/", 3)[3], told.body, content_type=kind, headers=headers)


def test_paid_twice_by_two_ways_and_refunded_the_way_it_came(client, settings):
    people = billing.people()
    clock = cast.Clock(timezone.now())
    desk = cast.counter(clock)
    account = customers.account()
    owing(account, 20_000, due=date(2027, 1, 20), charged=timezone.localdate())
    with operations.replaced(cast.offline(desk)):
        client.force_login(people["zhengjie"])
        url = reverse("channels:new-order", args=[account.number])
        orders = []
        for provider, way in (("alipay", "link"), ("wechat", "code")):
            sent = {"provider": provider, "way": way, "amount": "200.00", "key": provider}
            assert client.post(url, sent).status_code == 302
            orders.append(PaymentOrder.objects.get(provider=provider))
        link, code = orders
        desk.pay("alipay", link.out_trade_no, "silent")  # its callback is lost: the family pays again by code
        desk.pay("wechat", code.out_trade_no, "silent")
        client.logout()
        assert call(client, desk, code).status_code == 200
        assert receivables.owed(account.pk, on=timezone.localdate()).total_fen == 0

        client.force_login(people["zhengjie"])
        client.post(reverse("channels:query-order", args=[link.out_trade_no]))
        assert Payment.objects.count() == 2
        assert AccountBalance.objects.get(account=account).prepaid_fen == 20_000

        link.refresh_from_db()
        refund = payments.ask_refund(
            account=account, amount_fen=20_000, source="prepayment", channel="alipay", payment=link.payment,
            reason="重复缴费", at=clock.now, actor=people["zhengjie"],
        )  # fmt: skip
        client.force_login(people["heyong"])
        client.post(reverse("payments:decide-refund", args=[refund.number]), {"decision": "approve"})
        outbox.deliver(at=timezone.now())
        waiting = GatewayRefund.objects.get()
        for _try in range(3):
            operations.sweep(at=waiting.next_query_at or timezone.now())
            waiting.refresh_from_db()
        assert (waiting.state, Refund.objects.get().state) == ("paid", "paid")
        client.force_login(people["yejing"])
        page = client.get(reverse("channels:refunds")).content.decode()
        assert refund.number in page
    assert AccountBalance.objects.get(account=account).prepaid_fen == 0
    assert [*queries.inconsistencies(), *receivables.inconsistencies()] == []
