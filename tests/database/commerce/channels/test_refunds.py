"""Money goes back through the channel that took it: once, whatever answers get lost."""

from __future__ import annotations

import pytest

from denghuo.commerce.channels import operations
from denghuo.commerce.channels.models import GatewayRefund, Incident
from denghuo.commerce.payments import operations as payments
from denghuo.commerce.payments.models import Refund
from denghuo.commerce.receivables.models import AccountBalance
from denghuo.foundation.outbox import operations as outbox
from denghuo.project.emulator import signing
from denghuo.project.emulator.desk import _refund as as_told
from tests.cast import billing
from tests.cast import channels as cast

pytestmark = pytest.mark.django_db
PROVIDERS = ("wechat", "alipay")


def approved(wang, desk, clock, provider="wechat", fen=2_000) -> GatewayRefund:
    """王秀英 paid 20 yuan too much online; the accountant's request is approved and heard by the channel."""
    order = cast.place(wang, 14_345, provider=provider, at=clock.now)
    desk.pay(provider, order.out_trade_no, "silent")
    order = operations.look_up(order=order, at=clock.pass_(minutes=1), wanted=True)
    people = billing.people()
    refund = payments.ask_refund(
        account=wang, amount_fen=fen, source="prepayment", channel=provider, payment=order.payment,
        reason="多缴退回", at=clock.now, actor=people["zhengjie"],
    )  # fmt: skip
    payments.approve_refund(refund=refund, actor=people["heyong"], at=clock.now)
    outbox.deliver(at=clock.now)
    return GatewayRefund.objects.get(refund=refund)


def after(waiting) -> tuple[str, str]:
    waiting.refresh_from_db()
    return waiting.state, Refund.objects.get(pk=waiting.refund_id).state


@pytest.mark.parametrize("provider", PROVIDERS)
def test_an_approved_refund_goes_back_and_ends(wang, desk, clock, provider):
    waiting = approved(wang, desk, clock, provider)
    operations.prepare(refund_id=waiting.refund_id, at=clock.now)
    assert GatewayRefund.objects.count() == 1, "an event heard twice changes nothing"
    assert operations.sweep(at=clock.now).refunds == 1
    assert after(waiting) == ("sent", "sent")
    assert operations.sweep(at=clock.pass_(minutes=2)).refunds_ended == 1
    assert after(waiting) == ("paid", "paid")
    assert AccountBalance.objects.get(account=wang).prepaid_fen == 0
    assert sum(r["amount_fen"] for r in desk.store.all(f"{provider}-refund")) == 2_000
    assert operations.sweep(at=clock.pass_(days=2)).refunds == 0


@pytest.mark.parametrize("lost", ["refund", "refunded", "query_refund"])
def test_a_lost_answer_never_pays_twice(wang, desk, clock, lost):
    waiting = approved(wang, desk, clock)
    times = iter([True, True] + [False] * 100)
    operations.gateway("wechat").fails = lambda call: call == lost and next(times)
    for _try in range(12):
        operations.sweep(at=clock.pass_(hours=3))
    assert after(waiting) == ("paid", "paid")
    assert len(desk.store.all("wechat-refund")) == 1


def test_a_refund_that_the_channel_refuses_is_back_on_the_account(wang, desk, clock):
    waiting = approved(wang, desk, clock)
    order = desk.order("wechat", waiting.out_trade_no)
    desk.refund("wechat", transaction_id=order["transactions"][0]["id"], number="", refund_no="by-hand",
                amount_fen=14_000, url="")  # fmt: skip
    operations.sweep(at=clock.now)
    assert after(waiting) == ("failed", "failed")
    assert AccountBalance.objects.get(account=wang).prepaid_fen == 2_000
    assert list(Incident.objects.values_list("kind", flat=True)) == ["refund_failed"]


def test_the_callback_of_a_refund_ends_it_once(wang, desk, clock):
    waiting = approved(wang, desk, clock)
    operations.sweep(at=clock.now)
    told = as_told(desk.found_refund("wechat", waiting.out_refund_no))

    def call(**changes):
        headers, body = signing.wechat_callback(
            desk.keys, {**told, **changes}, event="REFUND.SUCCESS", kind="refund", at=clock()
        )
        return operations.hear(envelope=operations.Envelope("wechat", headers, body, len(body)), at=clock.now)

    assert call(amount={"refund": 1, "total": 14_345}) == "wrong_amount"
    assert call(mchid="1900000000") == "wrong_merchant"
    assert call(out_refund_no="R-nobody") == "unknown_order"
    assert after(waiting) == ("sent", "sent")
    assert [call(), call(), call()] == ["accepted", "duplicate", "duplicate"]
    assert after(waiting) == ("paid", "paid")


def test_an_alipay_callback_about_a_refunded_order_changes_nothing(wang, desk, clock):
    waiting = approved(wang, desk, clock, "alipay")
    operations.sweep(at=clock.now)
    found = desk.order("alipay", waiting.out_trade_no)
    envelope = cast.told(desk, waiting.order, paid={**found["transactions"][0], "status": "TRADE_CLOSED"})
    assert operations.hear(envelope=envelope, at=clock.now) == "duplicate"
    waiting.order.refresh_from_db()
    assert waiting.order.state == "paid"
