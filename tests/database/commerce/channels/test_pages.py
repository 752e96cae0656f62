"""Every page of the channels opens in both languages, hides other units' orders, and does what its buttons say."""

from __future__ import annotations

import pytest
from django.urls import reverse

from denghuo.commerce.channels import operations, queries
from denghuo.commerce.channels.models import Incident, PaymentOrder
from denghuo.commerce.channels.web import counter
from tests.cast import billing
from tests.cast import channels as cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock():
    from django.utils import timezone

    return cast.Clock(timezone.now())


@pytest.fixture
def orders(wang, desk, clock):
    """One paid with a refused callback before, one waiting, one charged twice."""
    paid, waiting, twice = (
        cast.place(wang, fen, provider=p, at=clock.now)
        for fen, p in ((12_345, "wechat"), (500, "alipay"), (700, "wechat"))
    )
    desk.pay("wechat", paid.out_trade_no, "silent")
    desk.pay("wechat", twice.out_trade_no, "charge_twice")
    good = cast.told(desk, paid)
    operations.hear(envelope=operations.Envelope("wechat", good.headers, good.body[:-9], 9), at=clock.now)
    operations.hear(envelope=good, at=clock.now)
    for _number, _try, call in desk.store.due(clock()):
        headers, body = desk.signed(call)
        operations.hear(envelope=operations.Envelope("wechat", headers, body, len(body)), at=clock.now)
    paid.refresh_from_db()
    return paid, waiting, twice


def addresses(orders, wang) -> dict[str, str]:
    paid, waiting, twice = orders
    of = {
        "overview": [], "orders": [], "notifications": [], "incidents": [], "refunds": [], "thanks": [],
        "order": [paid.out_trade_no], "incident": [Incident.objects.get().pk],
    }  # fmt: skip
    found = {name: reverse(f"channels:{name}", args=args) for name, args in of.items()}
    found["waiting"] = reverse("channels:order", args=[waiting.out_trade_no])
    found["live"] = reverse("channels:order-live", args=[waiting.out_trade_no])
    found["account"] = reverse("customers:account", args=[wang.pk])
    return found


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_page_opens(client, wang, orders, language):
    client.force_login(billing.people()["yejing"])
    client.cookies["django_language"] = language
    for name, url in addresses(orders, wang).items():
        answer = client.get(url)
        assert answer.status_code == 200, name
        if name in ("orders", "account", "order"):
            assert orders[0].out_trade_no in answer.content.decode()
    assert client.get(reverse("channels:order-live", args=[orders[0].out_trade_no])).status_code == 204
    assert list(queries.inconsistencies()) == []


def test_orders_outside_the_data_scope_do_not_exist(client, wang, orders):
    clerk = billing.people()["yejing"]
    clerk.unit_id = "4502"
    clerk.save(update_fields=["unit"])
    client.force_login(clerk)
    found = addresses(orders, wang)
    for name in ("order", "waiting", "live", "incident"):
        assert client.get(found[name]).status_code == 404, name
    for name in ("orders", "notifications", "incidents", "overview"):
        assert orders[0].out_trade_no not in client.get(found[name]).content.decode()
    for name in ("query-order", "settle-incident"):
        args = [Incident.objects.get().pk if "incident" in name else orders[0].out_trade_no]
        assert client.post(reverse(f"channels:{name}", args=args)).status_code == 404, name


def test_a_cashier_makes_a_link_once_and_closes_it(client, wang, desk):
    client.force_login(billing.people()["zhengjie"])
    url = reverse("channels:new-order", args=[wang.number])
    page = client.get(url)
    assert 'name="amount" value="' in page.content.decode()
    sent = {"provider": "alipay", "way": "link", "amount": "123.45", "key": "k1"}
    assert client.post(url, {**sent, "amount": "0"}).status_code == 422
    first, again = client.post(url, sent), client.post(url, sent)
    assert first.url == again.url and PaymentOrder.objects.count() == 1
    order = PaymentOrder.objects.get()
    assert (order.amount_fen, order.product, order.created_by.username) == (12_345, "wap", "zhengjie")
    client.post(reverse("channels:close-order", args=[order.out_trade_no]))
    order.refresh_from_db()
    assert order.state == "closed"


def test_ask_now_books_what_the_channel_has(client, wang, orders, desk):
    client.force_login(billing.people()["zhengjie"])
    waiting = orders[1]
    desk.pay("alipay", waiting.out_trade_no, "silent")
    client.post(reverse("channels:query-order", args=[waiting.out_trade_no]))
    waiting.refresh_from_db()
    assert waiting.state == "paid"


def test_an_incident_is_settled_with_a_note_by_the_accountant(client, wang, orders):
    incident = Incident.objects.get()
    url = reverse("channels:settle-incident", args=[incident.pk])
    client.force_login(billing.people()["zhengjie"])
    assert client.post(url, {"note": "x"}).status_code == 403
    client.force_login(billing.people()["yejing"])
    client.post(url, {"note": " "})
    client.post(url, {"note": "第二笔已退回客户"})
    client.post(url, {"note": "再次"})
    incident.refresh_from_db()
    assert (incident.note, incident.resolved_by.username) == ("第二笔已退回客户", "yejing")


def test_the_code_at_the_counter(wang, desk, clock):
    till = counter.PROVIDERS[0]
    cashier = billing.people()["zhengjie"]
    code = till.start(account=wang, amount_fen=12_345, key="basket", actor=cashier, at=clock.now)
    assert till.start(account=wang, amount_fen=12_345, key="basket", actor=cashier, at=clock.now) == code
    assert till.look(code.reference).state == "waiting"
    desk.pay("wechat", code.reference, "silent")
    order = PaymentOrder.objects.get(out_trade_no=code.reference)
    PaymentOrder.objects.filter(pk=order.pk).update(next_query_at=clock.now)
    answer = till.look(code.reference)
    assert (answer.state, answer.payment.amount_fen) == ("paid", 12_345)
    other = till.start(account=wang, amount_fen=100, key="other", actor=cashier, at=clock.now)
    till.close(other.reference, at=clock.now)
    assert till.look(other.reference).state == "closed"
    operations.gateway("wechat").fails = lambda call: True
    with pytest.raises(Exception, match="."):
        till.start(account=wang, amount_fen=100, key="third", actor=cashier, at=clock.now)
