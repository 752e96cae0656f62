"""The life of an order: placed, paid, asked about, closed; whatever answers get lost."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from denghuo.commerce.channels import operations, rules
from denghuo.commerce.channels.models import Enquiry, Incident, Notification, PaymentOrder
from denghuo.commerce.payments.models import Payment
from denghuo.commerce.receivables import queries as receivables
from tests.cast import channels as cast
from tests.cast import customers

pytestmark = pytest.mark.django_db
PROVIDERS = ("wechat", "alipay")


@pytest.mark.parametrize("provider", PROVIDERS)
def test_the_janitor_finds_money_whose_callback_never_came(wang, emulator, clock, provider):
    order = cast.place(wang, 12_345, provider=provider, at=clock.now)
    assert (order.state, bool(order.code_url)) == ("pending", True)
    emulator.desk.pay(provider, order.out_trade_no, "silent")

    assert operations.sweep(at=clock.pass_(seconds=10)).orders == 0, "not yet"
    assert operations.sweep(at=clock.pass_(seconds=30)).ended == 1
    order.refresh_from_db()
    assert order.state == "paid" and order.payment.channel == provider
    assert order.payment.value_date == date(2026, 9, 7)
    assert receivables.owed(wang.pk, on=date(2026, 9, 7)).total_fen == 0
    assert operations.sweep(at=clock.pass_(days=2)).orders == 0
    assert [e.answer for e in order.enquiries.all()] == ["placed", "paid"]


@pytest.mark.parametrize("provider", PROVIDERS)
def test_an_order_nobody_pays_is_closed_after_a_last_question(wang, emulator, clock, provider):
    order = cast.place(wang, 100, provider=provider, at=clock.now)
    for _minute in range(16):
        operations.sweep(at=clock.pass_(minutes=1))
    order.refresh_from_db()
    assert (order.state, order.payment, order.next_query_at) == ("closed", None, None)
    assert order.queries_made < 8, "the pauses grow"
    assert Payment.objects.count() == 0


def test_money_for_a_closed_order_is_still_booked(wang, emulator, clock):
    order = cast.place(wang, 12_345, at=clock.now)
    order = operations.close(order=order, at=clock.now)
    assert order.state == "closed"
    with emulator.desk.store.changing("wechat-order", order.out_trade_no) as at_wechat:
        at_wechat["closed"] = False  # paid in the same second as it was closed
    emulator.desk.pay("wechat", order.out_trade_no, "silent")
    order = operations.look_up(order=order, at=clock.pass_(minutes=3), wanted=True)
    assert order.state == "paid" and order.payment.amount_fen == 12_345


def test_an_order_paid_while_it_is_being_closed_is_booked(wang, emulator, clock):
    order = cast.place(wang, 12_345, at=clock.now)
    emulator.desk.pay("wechat", order.out_trade_no, "silent")
    assert operations.close(order=order, at=clock.pass_(seconds=5)).state == "paid"


@pytest.mark.parametrize("provider", PROVIDERS)
def test_no_answer_leaves_an_unknown_order_that_the_janitor_ends(wang, emulator, clock, provider):
    with operations.replaced(cast.gateways()):  # nobody listens
        order = cast.place(wang, 100, provider=provider, at=clock.now)
        assert order.state == "unknown"
        operations.sweep(at=clock.pass_(minutes=1))
        order.refresh_from_db()
        assert (order.state, order.is_open) == ("unknown", True)
    operations.sweep(at=clock.pass_(minutes=30))
    order.refresh_from_db()
    assert order.state == "closed"


def test_an_order_without_an_answer_for_a_day_comes_before_a_person(wang, clock):
    with operations.replaced(cast.gateways()):
        order = cast.place(wang, 100, at=clock.now)
        for hours in (1, 12, 13, 24, 24):
            operations.sweep(at=clock.pass_(hours=hours))
    assert list(Incident.objects.values_list("kind", "order")) == [("still_open", order.pk)]
    order.refresh_from_db()
    assert order.is_open and order.next_query_at > clock.now, "the questions go on"


def test_a_kill_between_the_order_and_its_answer_is_resolved(wang, emulator, clock):
    """The process dies after the row is written: before, or after, the channel heard of it."""

    class Killed(BaseException):
        pass

    class Dying:
        def __init__(self, port, after):
            self.port, self.after = port, after
            self.merchant, self.app = port.merchant, port.app

        def create_order(self, request):
            if self.after:
                self.port.create_order(request)
            raise Killed

    real = operations.gateway("wechat")
    orders = []
    for after in (False, True):
        with operations.replaced({"wechat": Dying(real, after)}), pytest.raises(Killed):
            cast.place(wang, 12_345, at=clock.now, key=f"killed-{after}")
        orders.append(PaymentOrder.objects.get(key=f"killed-{after}"))
        assert orders[-1].state == "created"
    again = cast.place(wang, 12_345, at=clock.now, key="killed-True")
    assert again.pk == orders[1].pk and again.state == "pending", "the browser asks again with the same key"
    emulator.desk.pay("wechat", again.out_trade_no, "silent")
    for _minute in range(20):
        operations.sweep(at=clock.pass_(minutes=1))
    states = dict(PaymentOrder.objects.values_list("key", "state"))
    assert states == {"killed-False": "closed", "killed-True": "paid"}
    assert Payment.objects.count() == 1


def test_the_same_key_gives_the_same_order_and_no_other(wang, emulator, clock):
    first = cast.place(wang, 100, at=clock.now, key="k")
    assert cast.place(wang, 100, at=clock.now, key="k").pk == first.pk
    with pytest.raises(operations.KeyUsed):
        cast.place(wang, 101, at=clock.now, key="k")
    assert PaymentOrder.objects.count() == 1
    assert len(emulator.desk.store.all("wechat-order")) == 1


def test_what_cannot_be_ordered_is_refused_before_anything_is_written(wang, emulator, clock):
    for how in ({"amount_fen": 0}, {"product": "wap"}):
        with pytest.raises(operations.OrderImpossible):
            cast.place(wang, **{"at": clock.now, **how})
    with operations.replaced({}), pytest.raises(operations.OrderImpossible):
        operations.gateways._replaced.clear()
        cast.place(wang, 100, at=clock.now)
    assert PaymentOrder.objects.count() == 0


def test_the_channel_is_never_asked_inside_a_transaction(wang, emulator, clock):
    asked = []

    class Watching:
        def __init__(self, port):
            self.port = port

        def __getattr__(self, name):
            found = getattr(self.port, name)
            if not callable(found):
                return found

            def call(*args, **how):
                asked.append((name, [b for b in connection.atomic_blocks if not b._from_testcase]))
                return found(*args, **how)

            return call

    with operations.replaced({"wechat": Watching(operations.gateway("wechat"))}):
        order = cast.place(wang, 12_345, at=clock.now)
        operations.sweep(at=clock.pass_(minutes=1))
        emulator.desk.pay("wechat", order.out_trade_no, "silent")
        operations.sweep(at=clock.pass_(minutes=20))
        with transaction.atomic(), pytest.raises(RuntimeError):
            cast.place(wang, 100, at=clock.now)
    assert {name for name, _ in asked} == {"create_order", "query"}
    assert all(blocks == [] for _, blocks in asked)


def test_an_order_charged_twice_books_both_and_tells_somebody(wang, emulator, clock):
    order = cast.place(wang, 12_345, at=clock.now)
    emulator.desk.pay("wechat", order.out_trade_no, "charge_twice")
    for _number, _attempt, call in emulator.desk.store.due(clock()):
        headers, body = emulator.desk.signed(call)
        envelope = operations.Envelope("wechat", headers, body, len(body))
        assert operations.hear(envelope=envelope, at=clock.now) == "accepted"
    assert Payment.objects.count() == 2
    assert list(Incident.objects.values_list("kind", flat=True)) == ["paid_twice"]
    assert receivables.owed(wang.pk, on=date(2026, 9, 7)).total_fen == 0


def test_the_database_agrees_on_its_own(wang, emulator, clock):
    order = cast.place(wang, 100, at=clock.now)
    for change in ({"state": "paid"}, {"next_query_at": None}, {"expires_at": order.created_at}):
        with pytest.raises(IntegrityError), transaction.atomic():
            PaymentOrder.objects.filter(pk=order.pk).update(**change)
    note = Notification.objects.create(provider="wechat", received_at=clock.now, size=1, verdict="malformed")
    for row in (note, Enquiry.objects.get()):
        with pytest.raises(Exception, match="append-only"), transaction.atomic():
            row.delete()
    with pytest.raises(Exception, match="append-only"), transaction.atomic():
        PaymentOrder.objects.filter(pk=order.pk)._raw_delete("default")
    with pytest.raises(Exception, match="append-only"), transaction.atomic():
        Notification.objects.update(verdict="accepted")


def test_two_that_ask_at_once_ask_once(wang, emulator, clock):
    order = cast.place(wang, 100, at=clock.now)
    seen = PaymentOrder.objects.get(pk=order.pk)
    later = clock.pass_(minutes=1)
    operations.look_up(order=order, at=later)
    operations.look_up(order=seen, at=later)
    assert order.enquiries.filter(question="query").count() == 1


def test_orders_of_other_accounts_are_not_touched(wang, emulator, clock):
    other = customers.account(customers.person("李建国", phone="13800138002"))
    mine, theirs = (cast.place(account, 500, at=clock.now) for account in (wang, other))
    emulator.desk.pay("wechat", mine.out_trade_no, "silent")
    operations.sweep(at=clock.pass_(minutes=1))
    theirs.refresh_from_db()
    assert theirs.state == "pending"
    assert timedelta(0) < theirs.next_query_at - clock.now <= timedelta(minutes=2)
    assert {"created", "pending", "unknown"} == rules.OPEN
