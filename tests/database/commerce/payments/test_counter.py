"""郑洁's day at the till, told in calendar time; after each story the books agree with themselves."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from denghuo.commerce.ledger.models import Entry
from denghuo.commerce.ledger.rules.chart import BANK, CASH, CASH_OVER, CASH_SHORT, CHEQUES, DEPOSIT
from denghuo.commerce.payments import operations as payments
from denghuo.commerce.payments import queries
from denghuo.commerce.payments.models import Basket, Deposit, Payment, ReceiptPrint, Shift
from denghuo.commerce.payments.queries import inconsistencies as payment_inconsistencies
from denghuo.commerce.receivables import queries as debts
from denghuo.commerce.receivables.models import AccountBalance
from denghuo.foundation.audit.models import Entry as Trail
from denghuo.foundation.outbox.models import Message
from tests.cast import customers, staff
from tests.cast.counter import basket, count_of, shift
from tests.cast.money import noon, owing, pay

pytestmark = pytest.mark.django_db
PEOPLE = ("zhengjie", "yejing", "heyong")
DAY = date(2026, 3, 10)


@pytest.fixture
def people():
    return {name: staff.hire(name, noon(date(2026, 1, 5))) for name in PEOPLE}


@pytest.fixture
def zhengjie(people):
    return people["zhengjie"]


@pytest.fixture
def home(people):
    return customers.account(customers.person())


@pytest.fixture
def shop(people):
    return customers.account(customers.organisation("陈记面馆"))


@pytest.fixture(autouse=True)
def books_agree(db):
    yield
    assert list(debts.inconsistencies()) == []
    assert list(payment_inconsistencies()) == []


def balance_of(code, **where):
    return sum(Entry.objects.filter(ledger_account=code, **where).values_list("amount_fen", flat=True))


def test_one_person_pays_for_two_accounts_and_gets_change(zhengjie, home, shop):
    shift(zhengjie, DAY)
    debt = owing(home, 12_340, due=date(2026, 3, 25))
    made = basket(zhengjie, DAY, [(home, 12_340), (shop, 20_000)], tendered_fen=40_000)

    debt.refresh_from_db()
    assert debt.open_fen == 0
    assert (made.total_fen, made.tendered_fen, made.change_fen) == (32_340, 40_000, 7_660)
    assert made.payments.count() == 2
    assert balance_of(CASH, detail="zhengjie") == 32_340 == queries.till_fen(zhengjie)


def test_the_same_key_is_the_same_basket(zhengjie, home, shop):
    shift(zhengjie, DAY)
    first = basket(zhengjie, DAY, [(home, 10_000)], key="k-1")
    assert basket(zhengjie, DAY, [(home, 10_000)], key="k-1") == first
    with pytest.raises(payments.BasketDiffers):
        basket(zhengjie, DAY, [(home, 10_001)], key="k-1")
    with pytest.raises(payments.BasketDiffers):
        basket(zhengjie, DAY, [(shop, 10_000)], key="k-1")
    assert Payment.objects.count() == 1


@pytest.mark.parametrize(
    "how",
    [
        {"rows": []},
        {"fen": 0},
        {"twice": True},
        {"tendered_fen": 9_999},
        {"channel": "card", "reference": " "},
        {"channel": "cheque", "cheque": None},
        {"channel": "wechat"},
    ],
)
def test_what_the_counter_refuses(zhengjie, home, how):
    shift(zhengjie, DAY)
    how = dict(how)
    rows = how.pop("rows", [(home, how.pop("fen", 10_000))])
    rows = rows * 2 if how.pop("twice", False) else rows
    with pytest.raises(payments.BasketImpossible):
        basket(zhengjie, DAY, rows, **how)
    assert not Basket.objects.exists()


def test_a_pos_slip_is_booked_once(zhengjie, home):
    shift(zhengjie, DAY)
    basket(zhengjie, DAY, [(home, 10_000)], channel="card", reference="260310000001")
    with pytest.raises(payments.BasketImpossible):
        basket(zhengjie, DAY, [(home, 10_000)], channel="card", reference="260310000001")
    assert list(payment_inconsistencies()) == []


def test_nothing_is_taken_without_an_open_shift(zhengjie, home):
    with pytest.raises(payments.NoOpenShift):
        basket(zhengjie, DAY, [(home, 100)])


def test_a_day_that_agrees(people, zhengjie, home):
    opened = shift(zhengjie, DAY, float_fen=50_000)
    assert balance_of(BANK) == -50_000
    basket(zhengjie, DAY, [(home, 12_340)])
    basket(zhengjie, DAY, [(home, 5_000)], channel="card")
    counted = payments.count_shift(
        shift=opened, counts=count_of(62_340), deposit_fen=12_340, at=noon(DAY), actor=zhengjie
    )
    assert counted.expected_fen == 62_340
    with pytest.raises(payments.ShiftCannotBeConfirmed):
        payments.confirm_shift(shift=opened, at=noon(DAY), actor=zhengjie)
    payments.confirm_shift(shift=opened, at=noon(DAY), actor=people["yejing"])
    assert queries.till_fen(zhengjie) == 50_000
    assert balance_of(BANK) == -37_660
    rows = {row["channel"]: row["net_fen"] for row in queries.totals_of(opened).rows()}
    assert rows == {"cash": 12_340, "card": 5_000}


@pytest.mark.parametrize(("difference", "account"), [(-500, CASH_SHORT), (300, CASH_OVER)])
def test_a_difference_is_named_and_booked_when_another_person_confirms(
    people, zhengjie, home, difference, account
):
    opened = shift(zhengjie, DAY)
    basket(zhengjie, DAY, [(home, 20_000)])
    facts = {
        "shift": opened,
        "counts": count_of(20_000 + difference),
        "deposit_fen": 15_000,
        "at": noon(DAY),
        "actor": zhengjie,
    }
    with pytest.raises(payments.ShiftCannotBeCounted):
        payments.count_shift(**facts)
    payments.count_shift(**facts, note="找零差错")
    assert balance_of(account) == 0
    payments.confirm_shift(shift=opened, at=noon(DAY), actor=people["yejing"])
    assert balance_of(account) == -difference
    assert queries.till_fen(zhengjie) == 5_000 + difference


def test_the_next_shift_begins_before_the_last_one_is_confirmed(people, zhengjie, home):
    first = shift(zhengjie, DAY, float_fen=30_000)
    basket(zhengjie, DAY, [(home, 20_000)])
    payments.count_shift(
        shift=first,
        counts=count_of(49_000),
        deposit_fen=19_000,
        at=noon(DAY),
        actor=zhengjie,
        note="短款10元",
    )
    following = date(2026, 3, 11)
    with pytest.raises(payments.ShiftCannotBeOpened):
        shift(zhengjie, following, float_fen=29_999)
    second = shift(zhengjie, following, float_fen=30_000)
    with pytest.raises(payments.ShiftCannotBeOpened):
        shift(zhengjie, following, float_fen=30_000)
    basket(zhengjie, following, [(home, 1_000)])
    assert queries.expected_fen(zhengjie) == 31_000
    with pytest.raises(payments.ShiftCannotBeConfirmed):
        payments.send_back(shift=first, reason="重点", at=noon(following), actor=people["yejing"])
    payments.confirm_shift(shift=first, at=noon(following), actor=people["yejing"])
    assert queries.expected_fen(zhengjie) == 31_000 == queries.till_fen(zhengjie)
    payments.count_shift(
        shift=second, counts=count_of(31_000), deposit_fen=31_000, at=noon(following), actor=zhengjie
    )
    payments.send_back(shift=second, reason="零钞未清点", at=noon(following), actor=people["yejing"])
    assert Shift.objects.get(pk=second.pk).state == "open"


def test_the_database_wants_two_persons_for_a_cash_up(zhengjie):
    opened = shift(zhengjie, DAY)
    with pytest.raises(IntegrityError), transaction.atomic():
        Shift.objects.filter(pk=opened.pk).update(confirmed_by=zhengjie)


def test_a_cheque_bounces_and_its_debts_are_open_again(zhengjie, people, home, shop):
    shift(zhengjie, DAY)
    debts_of = [owing(account, 30_000, due=date(2026, 3, 25)) for account in (home, shop)]
    made = basket(zhengjie, DAY, [(home, 30_000), (shop, 35_000)], channel="cheque")
    assert balance_of(CHEQUES) == 65_000
    later = date(2026, 3, 20)
    payments.bounce_cheque(cheque=made.cheque, reason="存款不足", at=noon(later), actor=people["yejing"])

    for debt in debts_of:
        debt.refresh_from_db()
        assert debt.open_fen == 30_000
    assert (balance_of(CHEQUES), AccountBalance.objects.get(account=shop).prepaid_fen) == (0, 0)
    assert Message.objects.filter(name="payments.cheque_bounced").count() == 1
    with pytest.raises(payments.ChequeCannotBeDecided):
        payments.clear_cheque(cheque=made.cheque, at=noon(later), actor=people["yejing"])
    again = payments.ChequeFacts(made.cheque.number, made.cheque.bank, made.cheque.drawer)
    basket(zhengjie, DAY, [(home, 30_000)], channel="cheque", cheque=again)
    with pytest.raises(payments.BasketImpossible):
        basket(zhengjie, DAY, [(shop, 30_000)], channel="cheque", cheque=again)


def test_a_cheque_clears(zhengjie, people, home):
    shift(zhengjie, DAY)
    made = basket(zhengjie, DAY, [(home, 30_000)], channel="cheque")
    payments.clear_cheque(cheque=made.cheque, at=noon(DAY), actor=people["yejing"])
    assert (balance_of(CHEQUES), balance_of(BANK, detail="cheque")) == (0, 30_000)
    with pytest.raises(payments.PaymentCannotBeReversed):
        payments.reverse(payment=made.payments.get(), at=noon(DAY), reason="错收")


def test_a_refund_in_cash_leaves_the_till(zhengjie, people, home):
    opened = shift(zhengjie, DAY)
    basket(zhengjie, DAY, [(home, 30_000)])
    refund = payments.ask_refund(
        account=home,
        amount_fen=10_000,
        source="prepayment",
        channel="cash",
        reason="多缴",
        at=noon(DAY),
        actor=zhengjie,
    )
    with pytest.raises(payments.RefundDiffers):
        payments.hand_out(refund=refund, at=noon(DAY), actor=zhengjie)
    refund = payments.approve_refund(refund=refund, actor=people["heyong"], at=noon(DAY))
    payments.hand_out(refund=refund, at=noon(DAY), actor=zhengjie)
    assert queries.expected_fen(zhengjie) == 20_000
    assert queries.totals_of(opened).refunds_fen == 10_000


def test_prepayment_moves_between_accounts_of_one_customer_at_once(zhengjie, home):
    second = customers.account(home.customer)
    pay(home, 50_000, on=DAY)
    debt = owing(second, 12_000, due=date(2026, 3, 25))
    effect = payments.preview_transfer(source=home, target=second, amount_fen=20_000, on=DAY)
    assert (effect.source_after_fen, effect.owed_after_fen, effect.prepaid_after_fen) == (30_000, 0, 8_000)
    assert not effect.needs_approval
    payments.ask_transfer(
        source=home, target=second, amount_fen=20_000, reason="合并", at=noon(DAY), actor=zhengjie
    )
    debt.refresh_from_db()
    assert debt.open_fen == 0
    assert AccountBalance.objects.get(account=home).prepaid_fen == 30_000
    assert AccountBalance.objects.get(account=second).prepaid_fen == 8_000


def test_another_payer_gets_prepayment_only_with_approval(zhengjie, people, home, shop):
    pay(home, 50_000, on=DAY)
    asked = payments.ask_transfer(
        source=home, target=shop, amount_fen=20_000, reason="代缴", at=noon(DAY), actor=zhengjie
    )
    assert asked.state == "requested"
    with pytest.raises(payments.TransferCannotBeDecided):
        payments.approve_transfer(transfer=asked, actor=zhengjie, at=noon(DAY))
    payments.approve_transfer(transfer=asked, actor=people["heyong"], at=noon(DAY))
    assert AccountBalance.objects.get(account=shop).prepaid_fen == 20_000
    with pytest.raises(payments.TransferImpossible):
        payments.ask_transfer(
            source=home, target=shop, amount_fen=30_001, reason="代缴", at=noon(DAY), actor=zhengjie
        )


def test_a_deposit_is_taken_drawn_on_and_given_back(zhengjie, people, shop):
    shift(zhengjie, DAY)
    facts = {
        "account": shop,
        "amount_fen": 100_000,
        "purpose": "临时用电保证金",
        "channel": "cash",
        "external_id": "D-1",
        "at": noon(DAY),
        "actor": zhengjie,
    }
    deposit = payments.take_deposit(**facts)
    assert payments.take_deposit(**facts) == deposit
    assert AccountBalance.objects.get(account=shop).prepaid_fen == 0
    debt = owing(shop, 30_000, due=date(2026, 3, 25))
    with pytest.raises(payments.DepositImpossible):
        payments.draw_deposit(deposit=deposit, amount_fen=30_001, reason="欠费", at=noon(DAY), actor=zhengjie)
    payments.draw_deposit(deposit=deposit, amount_fen=30_000, reason="欠费", at=noon(DAY), actor=zhengjie)
    debt.refresh_from_db()
    assert (debt.open_fen, balance_of(DEPOSIT)) == (0, -70_000)
    refund = payments.ask_refund(
        account=shop,
        amount_fen=70_000,
        source="deposit",
        deposit=deposit,
        channel="cash",
        reason="销户",
        at=noon(DAY),
        actor=zhengjie,
    )
    refund = payments.approve_refund(refund=refund, actor=people["heyong"], at=noon(DAY))
    assert (balance_of(DEPOSIT), Deposit.objects.get().held_fen) == (0, 0)
    payments.refund_failed(refund=refund, reason="未领取", at=noon(DAY))
    assert (balance_of(DEPOSIT), Deposit.objects.get().held_fen) == (-70_000, 70_000)


def test_every_print_after_the_first_is_a_copy_and_is_logged(zhengjie, home):
    shift(zhengjie, DAY)
    made = basket(zhengjie, DAY, [(home, 30_000)])
    copies = [
        payments.print_receipt(basket=made, form=form, at=noon(DAY), actor=zhengjie).copy
        for form in ("80mm", "80mm", "a4")
    ]
    assert copies == [1, 2, 3]
    assert Trail.objects.filter(action="payments.receipt.reprinted").count() == 2
    with pytest.raises(DatabaseError), transaction.atomic():
        ReceiptPrint.objects.update(copy=9)
