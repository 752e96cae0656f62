"""Money that goes back, told in calendar time; after each story the books agree with themselves."""

from __future__ import annotations

from datetime import date

import pytest

from denghuo.commerce.ledger.models import Entry
from denghuo.commerce.ledger.rules.chart import (
    BANK,
    CLEARING,
    COMPENSATION,
    DEPOSIT,
    PREPAYMENT,
    REFUND_PAYABLE,
)
from denghuo.commerce.payments import operations as payments
from denghuo.commerce.payments import rules
from denghuo.commerce.payments.models import RefundState
from denghuo.commerce.payments.queries import inconsistencies as payment_inconsistencies
from denghuo.commerce.receivables import queries
from denghuo.commerce.receivables.models import AccountBalance
from denghuo.foundation.parameters import operations as parameters
from tests.cast import customers, staff
from tests.cast.money import noon, owing, pay

pytestmark = pytest.mark.django_db
PEOPLE = ("zhengjie", "yejing", "heyong", "luoqiang")
DAY = date(2026, 3, 10)


@pytest.fixture
def people():
    return {name: staff.hire(name, noon(date(2026, 1, 5))) for name in PEOPLE}


@pytest.fixture
def home(people):
    return customers.account(customers.person())


@pytest.fixture(autouse=True)
def books_agree(db):
    yield
    assert list(queries.inconsistencies()) == []
    assert list(payment_inconsistencies()) == []


def ask(account, fen, people, **how):
    how = {
        "source": "prepayment",
        "channel": "transfer",
        "bank_account": "6222 0000 1111",
        "reason": "搬家",
        **how,
    }
    return payments.ask_refund(account=account, amount_fen=fen, at=noon(DAY), actor=people["zhengjie"], **how)


def approve(refund, people):
    return payments.approve_refund(refund=refund, actor=people["heyong"], at=noon(DAY))


def balance_of(code, **where):
    return sum(Entry.objects.filter(ledger_account=code, **where).values_list("amount_fen", flat=True))


def test_a_refund_is_asked_approved_and_paid_by_transfer(home, people):
    pay(home, 50_000, on=DAY)
    refund = ask(home, 20_000, people)
    assert AccountBalance.objects.get(account=home).prepaid_fen == 50_000

    refund = approve(refund, people)
    assert AccountBalance.objects.get(account=home).prepaid_fen == 30_000
    assert balance_of(REFUND_PAYABLE) == -20_000

    refund = payments.refund_paid(refund=refund, external_id="B1", at=noon(DAY), actor=people["yejing"])
    assert refund.state == RefundState.PAID
    assert (balance_of(REFUND_PAYABLE), balance_of(BANK)) == (0, 30_000)
    again = payments.refund_paid(refund=refund, external_id="B1", at=noon(DAY))
    assert (again.outcome_id, balance_of(BANK)) == (refund.outcome_id, 30_000)
    with pytest.raises(payments.RefundDiffers):
        payments.refund_paid(refund=refund, external_id="B2", at=noon(DAY))
    with pytest.raises(payments.RefundDiffers):
        payments.refund_failed(refund=refund, reason="?", at=noon(DAY))


def test_nobody_approves_what_he_asked_for(home, people):
    pay(home, 50_000, on=DAY)
    refund = ask(home, 20_000, people)
    with pytest.raises(payments.RefundCannotBeDecided):
        payments.approve_refund(refund=refund, actor=people["zhengjie"], at=noon(DAY))
    payments.reject_refund(refund=refund, actor=people["heyong"], at=noon(DAY), note="资料不全")
    with pytest.raises(payments.RefundCannotBeDecided):
        approve(refund, people)


def test_below_the_limit_of_the_bureau_one_person_is_enough(home, people):
    parameters.set_value(
        parameter=rules.SECOND_PERSON_ABOVE_YUAN,
        text="100",
        valid_from=date(2026, 1, 1),
        reason="内控制度",
        actor=people["luoqiang"],
        at=noon(DAY),
    )
    pay(home, 50_000, on=DAY)
    assert ask(home, 10_000, people).state == RefundState.APPROVED
    assert ask(home, 10_001, people).state == RefundState.REQUESTED


def test_the_original_channel_gives_back_what_came_through_it_and_no_more(home, people):
    payment = pay(home, 30_000, on=DAY, channel="wechat")
    pay(home, 30_000, on=DAY)
    way = {"channel": "wechat", "payment": payment}
    first = approve(ask(home, 20_000, people, **way), people)
    with pytest.raises(payments.RefundImpossible):
        ask(home, 10_001, people, **way)
    with pytest.raises(payments.PaymentCannotBeReversed):
        payments.reverse(payment=payment, at=noon(DAY), reason="错收")
    payments.refund_sent(refund=first, at=noon(DAY))
    payments.refund_sent(refund=first, at=noon(DAY))
    payments.refund_paid(refund=first, external_id="W1", at=noon(DAY))
    assert balance_of(CLEARING, detail="wechat") == 10_000


def test_what_the_channel_could_not_pay_is_back_and_meets_the_debts(home, people):
    pay(home, 50_000, on=DAY)
    refund = approve(ask(home, 50_000, people), people)
    debt = owing(home, 30_000, due=date(2026, 3, 25))

    payments.refund_failed(refund=refund, reason="户名不符", at=noon(DAY))
    payments.refund_failed(refund=refund, reason="户名不符", at=noon(DAY))

    debt.refresh_from_db()
    assert debt.open_fen == 0
    assert (balance_of(PREPAYMENT), balance_of(REFUND_PAYABLE)) == (-20_000, 0)


def test_money_that_was_used_meanwhile_cannot_be_refunded(home, people):
    pay(home, 50_000, on=DAY)
    refund = ask(home, 50_000, people)
    owing(home, 30_000, due=date(2026, 3, 25))
    with pytest.raises(payments.RefundCannotBeDecided):
        approve(refund, people)


def test_compensation_is_our_expense(home, people):
    refund = approve(ask(home, 5_000, people, source="compensation"), people)
    payments.refund_failed(refund=refund, reason="账号错误", at=noon(DAY))
    assert (balance_of(COMPENSATION), balance_of(PREPAYMENT), balance_of(DEPOSIT)) == (5_000, -5_000, 0)
