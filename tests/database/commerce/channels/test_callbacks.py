"""Callbacks by the thousand: duplicate, late, shuffled ones book one payment; bad ones change nothing.

``DENGHUO_CALLBACKS`` and ``DENGHUO_BAD_CALLBACKS`` set how many (default 600 and 250; a release 100,000 and 50,000),
``DENGHUO_SEED`` repeats a failure.
"""

from __future__ import annotations

import json
import os
import random
import time
from base64 import b64decode
from dataclasses import replace
from datetime import date, timedelta
from itertools import cycle
from urllib.parse import parse_qsl, urlencode

import pytest
from django.urls import reverse
from django.utils import timezone

from denghuo.commerce.channels import operations
from denghuo.commerce.channels.models import Incident, Notification, PaymentOrder
from denghuo.commerce.payments.models import Payment
from denghuo.commerce.receivables import queries as receivables
from denghuo.project.emulator import signing
from denghuo.project.emulator.schedules import moments
from tests.cast import channels as cast
from tests.cast import customers
from tests.cast.money import owing

pytestmark = pytest.mark.django_db
CALLBACKS = int(os.environ.get("DENGHUO_CALLBACKS", "600"))
BAD = int(os.environ.get("DENGHUO_BAD_CALLBACKS", "250"))
PROVIDERS = ("wechat", "alipay")


@pytest.fixture
def dice():
    seed = int(os.environ.get("DENGHUO_SEED", "0")) or random.SystemRandom().randrange(1, 10**9)
    print(
        f"replay: DENGHUO_SEED={seed} DENGHUO_CALLBACKS={CALLBACKS} DENGHUO_BAD_CALLBACKS={BAD} pytest test_callbacks.py"
    )
    return random.Random(seed)


def test_the_schedules_are_those_of_the_channels():
    assert [len(moments(provider)) for provider in PROVIDERS] == [15, 8]
    assert moments("wechat")[-1] / 3600 == pytest.approx(24, abs=1)
    assert moments("alipay")[-1] / 3600 == pytest.approx(25, abs=1)


def test_duplicate_late_and_shuffled_callbacks_book_one_payment(wang, desk, clock, dice):
    accounts = [
        wang, *(customers.account(customers.person(f"客户{n}", phone=f"1380013{n:04d}")) for n in range(1, 8))
    ]  # fmt: skip
    storm = []
    for account, provider in zip(cycle(accounts), cycle(PROVIDERS), strict=False):
        if len(storm) >= CALLBACKS:
            break
        order = cast.place(account, dice.randint(1, 50_000), provider=provider, at=clock.now)
        desk.pay(provider, order.out_trade_no, "silent")
        for moment in moments(provider):
            sent = clock.now + timedelta(seconds=moment)
            heard = sent + timedelta(seconds=dice.uniform(-240, 290))
            storm.append((order, sent, heard))
    dice.shuffle(storm)
    begun, verdicts = time.perf_counter(), []
    for order, sent, heard in storm[:CALLBACKS]:
        envelope = cast.told(desk, order, at=sent)
        verdicts.append(operations.hear(envelope=envelope, at=heard))
    seconds = time.perf_counter() - begun
    called = {order.pk for order, _, _ in storm[:CALLBACKS]}
    print(
        f"{len(verdicts):,} callbacks for {len(called):,} orders in {seconds:.1f} s: {len(called):,} payments"
    )
    assert set(verdicts) == {"accepted", "duplicate"}
    assert verdicts.count("accepted") == len(called) == Payment.objects.count()
    assert Notification.objects.count() == len(verdicts)
    paid = PaymentOrder.objects.filter(pk__in=called).select_related("payment")
    for order in paid:
        assert (order.state, order.payment.amount_fen, order.payment.external_id) == (
            "paid", order.amount_fen, order.transaction_id,
        )  # fmt: skip
    assert not Incident.objects.exists()


def test_the_day_of_the_late_fee_is_the_day_of_payment_not_of_the_callback(wang, desk, clock):
    order = cast.place(wang, 12_345, at=clock.now)
    desk.pay("wechat", order.out_trade_no, "silent")
    late = clock.now + timedelta(days=1)
    assert operations.hear(envelope=cast.told(desk, order, at=late), at=late) == "accepted"
    payment = Payment.objects.get()
    assert (payment.value_date, payment.business_date) == (date(2026, 9, 7), date(2026, 9, 8))


def _bad(dice, desk, order, kind):
    """An envelope that is bad in one way, when it arrives, and the verdict it deserves."""
    at = desk.clock.now
    good = cast.told(desk, order, at=at)
    found = desk.order(order.provider, order.out_trade_no)
    paid = found["transactions"][0]
    body = good.body
    match kind:
        case "signature":
            if order.provider == "wechat":
                headers = {**good.headers, "Wechatpay-Signature": signing.sign(desk.keys.alipay, "x")}
                return replace(good, headers=headers), at, {"bad_signature"}
            return (
                replace(good, body=body.replace(b"TRADE_SUCCESS", b"TRADE_FINISHED")),
                at,
                {"bad_signature"},
            )
        case "amount":
            more = {**paid, "amount_fen": max(1, found["amount_fen"] + dice.choice([-1, 1, 100, 10**6]))}
            return cast.told(desk, order, at=at, paid=more), at, {"wrong_amount"}
        case "merchant":
            return _for_somebody_else(desk, order, found, paid, at), at, {"wrong_merchant", "wrong_app"}
        case "replay":
            age = timedelta(minutes=dice.choice([-6, 6, 60, 14_400]))
            return good, at + age, {"stale"}
        case "truncated":
            return replace(good, body=body[: dice.randrange(len(body))]), at, {"malformed", "bad_signature"}
        case "flipped":
            damaged = body
            while _says(damaged) == _says(body):  # %2f is %2F, and the last bits of base64 mean nothing
                place = dice.randrange(len(body))
                damaged = body[:place] + bytes([body[place] ^ (1 << dice.randrange(8))]) + body[place + 1 :]
            return replace(good, body=damaged), at, {"malformed", "bad_signature"}
        case "large":
            return replace(good, body=None, size=10 * 1024 * 1024), at, {"too_big"}
        case "unknown":
            stranger = {**found, "out_trade_no": "D20260907000000ffffff"}
            return cast.told(desk, order, at=at, order=stranger), at, {"unknown_order"}
        case "headers":
            headers = {k: v for k, v in good.headers.items() if "Timestamp" not in k and k != "Content-Type"}
            body = good.body if order.provider == "wechat" else body.replace(b"&sign_type=RSA2", b"")
            return replace(good, headers=headers, body=body), at, {"malformed", "bad_signature"}
        case "noise":
            noise = bytes(dice.randrange(256) for _ in range(dice.randrange(400)))
            return replace(good, body=noise), at, {"malformed", "bad_signature"}
    raise AssertionError(kind)


def _says(body: bytes) -> object:
    """What a body means: a form by its fields and the bytes of its signature, anything else by itself."""
    if body.startswith(b"{"):
        return body
    fields = dict(parse_qsl(body.decode("latin-1"), keep_blank_values=True))
    try:
        return {**fields, "sign": b64decode(fields.get("sign", ""))}
    except ValueError:
        return fields


def _for_somebody_else(desk, order, found, paid, at):
    """A callback that the channel signed for another merchant."""
    if order.provider == "wechat":
        resource = {**signing.wechat_transaction(found, paid), "mchid": "1900000000"}
        headers, body = signing.wechat_callback(
            desk.keys, resource, event="TRANSACTION.SUCCESS", kind="transaction", at=at.timestamp()
        )
        return operations.Envelope("wechat", headers, body, len(body))
    from urllib.parse import parse_qsl

    _headers, body = signing.alipay_callback(desk.keys, found, paid, at=at.timestamp())
    values = {k: v for k, v in parse_qsl(body.decode()) if k not in ("sign", "sign_type")}
    values["app_id"] = "2021999999999999"
    values["sign"] = signing.sign(desk.keys.alipay, signing.alipay_text(values, without=()))
    body = urlencode({**values, "sign_type": "RSA2"}).encode()
    return operations.Envelope("alipay", {}, body, len(body))


KINDS = (
    "signature",
    "amount",
    "merchant",
    "replay",
    "truncated",
    "flipped",
    "large",
    "unknown",
    "headers",
    "noise",
)


def _standing():
    orders = list(
        PaymentOrder.objects.order_by("pk").values_list("state", "payment", "transaction_id", "paid_at")
    )
    return orders, Payment.objects.count()


def test_bad_callbacks_change_nothing_and_are_kept(wang, desk, clock, dice):
    orders = [cast.place(wang, 12_345, provider=p, at=clock.now) for p in PROVIDERS for _ in range(4)]
    for order in orders:
        desk.pay(order.provider, order.out_trade_no, "silent")
    paid = cast.place(wang, 999, at=clock.now)
    desk.pay("wechat", paid.out_trade_no, "silent")
    assert operations.hear(envelope=cast.told(desk, paid), at=clock.now) == "accepted"
    before, counts, begun = _standing(), dict.fromkeys(KINDS, 0), time.perf_counter()
    for number in range(BAD):
        kind = KINDS[number % len(KINDS)]
        envelope, at, expected = _bad(dice, desk, dice.choice([*orders, paid]), kind)
        verdict = operations.hear(envelope=envelope, at=at)
        assert verdict in expected, kind
        counts[kind] += 1
        clock.pass_(seconds=1)
    print(f"{BAD:,} bad callbacks in {time.perf_counter() - begun:.1f} s, none changed anything: {counts}")
    assert _standing() == before
    assert Notification.objects.exclude(verdict="accepted").count() == BAD
    assert set(Incident.objects.values_list("kind", flat=True)) == {"wrong_amount", "unknown_order"}
    assert receivables.owed(wang.pk, on=date(2026, 9, 7)).total_fen == 12_345 - 999


@pytest.fixture
def now_desk(desk, clock):
    clock.now = timezone.now()
    return desk


@pytest.mark.parametrize("provider", PROVIDERS)
def test_the_addresses_answer_as_the_channels_expect(client, wang, now_desk, clock, provider):
    owing(wang, 500, due=date(2026, 9, 20))
    order = cast.place(wang, 12_345, provider=provider, at=clock.now)
    now_desk.pay(provider, order.out_trade_no, "silent")
    url = reverse(f"channels:{provider}-notify")
    good = cast.told(now_desk, order, at=clock.now)

    def call(envelope, body=None, **how):
        kind = "application/json" if provider == "wechat" else "application/x-www-form-urlencoded"
        headers = {k: v for k, v in envelope.headers.items() if k != "Content-Type"}
        return client.post(url, body or envelope.body, content_type=kind, headers=headers, **how)

    bad = call(good, body=good.body[:-5])
    wrong = call(cast.told(now_desk, order, at=clock.now, paid={
        **now_desk.order(provider, order.out_trade_no)["transactions"][0], "amount_fen": 1}))  # fmt: skip
    huge = call(good, body=b"x" * (10 * 1024 * 1024))
    fine, again = call(good), call(good)
    assert client.get(url).status_code == 405
    if provider == "wechat":
        assert (bad.status_code, wrong.status_code, huge.status_code) == (401, 409, 413)
        assert [json.loads(answer.content)["code"] for answer in (bad, wrong, fine, again)] == [
            "FAIL", "FAIL", "SUCCESS", "SUCCESS",
        ]  # fmt: skip
    else:
        assert [answer.content for answer in (bad, wrong, huge, fine, again)] == [
            b"failure", b"failure", b"failure", b"success", b"success",
        ]  # fmt: skip
        nul = call(good, body=b"out_trade_no=%00&sign=x&sign_type=RSA2")
        assert (nul.status_code, nul.content) == (200, b"failure")
    order.refresh_from_db()
    assert order.state == "paid"
    verdicts = list(Notification.objects.order_by("id").values_list("verdict", flat=True)[:5])
    assert verdicts[1:] == ["wrong_amount", "too_big", "accepted", "duplicate"]
    assert Notification.objects.filter(verdict="too_big").get().size == 10 * 1024 * 1024


def test_a_flood_of_bad_callbacks_does_not_fill_the_disk(wang, desk, clock, monkeypatch):
    monkeypatch.setattr("denghuo.commerce.channels.rules.LOGGED_A_MINUTE", 20)
    for _ in range(50):
        assert (
            operations.hear(envelope=operations.Envelope("wechat", {}, b"{}", 2), at=clock.now)
            == "bad_signature"
        )
    assert Notification.objects.count() == 20
    order = cast.place(wang, 100, at=clock.now)
    desk.pay("wechat", order.out_trade_no, "silent")
    assert operations.hear(envelope=cast.told(desk, order), at=clock.now) == "accepted", (
        "a good one is always heard"
    )
    assert Notification.objects.count() == 21
