"""Whatever the channel answers, and however often it does not, no order and no refund is left beyond its schedule.

``DENGHUO_UNKNOWN`` sets how many orders (default 100; a release 10,000), ``DENGHUO_SEED`` repeats a failure.
"""

from __future__ import annotations

import os
import random
import time
from datetime import timedelta

import pytest

from denghuo.commerce.channels import operations
from denghuo.commerce.channels.models import OPEN, Incident, IncidentKind, PaymentOrder
from denghuo.commerce.channels.rules import schedule
from denghuo.commerce.payments.models import Payment
from tests.cast import channels as cast

pytestmark = pytest.mark.django_db
UNKNOWN = int(os.environ.get("DENGHUO_UNKNOWN", "100"))


def test_the_janitor_resolves_every_unknown_order_within_its_schedule(wang, desk, clock):
    seed = int(os.environ.get("DENGHUO_SEED", "0")) or random.SystemRandom().randrange(1, 10**9)
    print(f"replay: DENGHUO_SEED={seed} DENGHUO_UNKNOWN={UNKNOWN} pytest test_janitor.py")
    dice, begun = random.Random(seed), time.perf_counter()
    for provider in ("wechat", "alipay"):
        operations.gateway(provider).fails = lambda call: dice.random() < 0.35
    placed, paid = [], 0
    for number in range(UNKNOWN):
        order = cast.place(wang, 100 + number, provider=dice.choice(["wechat", "alipay"]), at=clock.now)
        placed.append(order)
        clock.pass_(seconds=dice.uniform(0, 20))
    longest = timedelta(0)
    for step in range(500):
        for order in dice.sample(placed, k=max(1, UNKNOWN // 15)):
            known = desk.store.find(f"{order.provider}-order", order.out_trade_no)
            if known and desk.state(known) == "pending":
                desk.pay(order.provider, order.out_trade_no, "silent")
                paid += 1
        operations.sweep(at=clock.now, limit=UNKNOWN)
        late = PaymentOrder.objects.filter(OPEN).order_by("next_query_at").first()
        if late is None:
            break
        assert not schedule.is_forgotten(late.next_query_at, clock.now)
        longest = max(longest, clock.now - late.expires_at)
        clock.now = clock.now + timedelta(minutes=1) if step < 40 else late.next_query_at
    left = PaymentOrder.objects.filter(OPEN).count()
    print(
        f"{UNKNOWN} orders, 35 % of the answers lost, {paid} paid: {left} left; the last ended {longest} after its end, "
        f"{time.perf_counter() - begun:.1f} s"
    )
    assert left == 0
    assert Payment.objects.count() == paid == PaymentOrder.objects.filter(state="paid").count()
    unlucky = {
        order.pk
        for order in PaymentOrder.objects.all()
        if order.ended_at and order.ended_at > order.expires_at + schedule.ATTENTION_AFTER
    }
    shown = set(Incident.objects.values_list("order_id", "kind"))
    assert shown <= {(order, IncidentKind.STILL_OPEN) for order in unlucky}, "only what stays open too long"
