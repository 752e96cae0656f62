"""Several clerks and channels at once: every payment once, no fen lost. (SQLite lets one writer in at a time.)"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from django.db import connections

from denghuo.commerce.payments import operations as payments
from denghuo.commerce.payments.models import Basket, Payment
from denghuo.commerce.receivables import queries as debts
from denghuo.commerce.receivables.models import AccountBalance
from tests.cast import customers, staff
from tests.cast.counter import basket, shift
from tests.cast.money import noon, owing

pytestmark = pytest.mark.django_db(transaction=True)
DAY = date(2026, 3, 10)
THREADS = 6


def together(work, numbers) -> list:
    def one(number):
        try:
            return work(number)
        finally:
            connections["default"].close()

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(one, numbers))


def test_payments_on_one_account_at_once_are_each_booked_once(threaded_database):
    account = customers.account()
    debt = owing(account, 20_000, due=date(2026, 3, 25))

    def pay(number):
        return payments.receive(
            account=account,
            amount_fen=700 + number % 3,
            channel="wechat",
            external_id=f"W{number // 2}-{number % 3}",
            at=noon(DAY),
        ).pk

    numbers = list(range(36))
    ids = together(pay, [*numbers, *numbers])
    sent = {(f"W{number // 2}-{number % 3}"): 700 + number % 3 for number in numbers}
    assert len(set(ids)) == len(sent) == Payment.objects.count()
    debt.refresh_from_db()
    balance = AccountBalance.objects.get(account=account)
    assert sum(sent.values()) == (20_000 - debt.open_fen) + balance.prepaid_fen
    assert list(debts.inconsistencies()) == []


def test_one_key_sent_several_times_at_once_is_one_basket(threaded_database):
    clerk = staff.hire("zhengjie", noon(date(2026, 1, 5)))
    shift(clerk, DAY)
    home, shop = customers.account(), customers.account(customers.organisation("陈记面馆"))
    made = together(
        lambda _number: basket(clerk, DAY, [(home, 1_000), (shop, 2_000)], key="pressed-twice").pk, range(8)
    )
    assert len(set(made)) == 1 == Basket.objects.count()
    assert Payment.objects.count() == 2


def test_a_refund_is_paid_once_however_often_the_channel_reports_it(threaded_database):
    clerk, approver = (staff.hire(name, noon(date(2026, 1, 5))) for name in ("zhengjie", "heyong"))
    account = customers.account()
    payment = payments.receive(
        account=account, amount_fen=9_000, channel="wechat", external_id="W1", at=noon(DAY)
    )
    refund = payments.ask_refund(
        account=account,
        amount_fen=9_000,
        source="prepayment",
        channel="wechat",
        payment=payment,
        reason="误付",
        at=noon(DAY),
        actor=clerk,
    )
    refund = payments.approve_refund(refund=refund, actor=approver, at=noon(DAY))
    outcomes = together(
        lambda _number: payments.refund_paid(refund=refund, external_id="WR1", at=noon(DAY)).outcome_id,
        range(8),
    )
    assert len(set(outcomes)) == 1
    assert list(debts.inconsistencies()) == []
