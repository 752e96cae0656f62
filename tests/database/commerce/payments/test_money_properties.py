"""Random days of the counter against piles of money that a child could count."""

from __future__ import annotations

from datetime import date
from itertools import count

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from denghuo.commerce.ledger.models import Entry
from denghuo.commerce.ledger.queries import inconsistencies as ledger_inconsistencies
from denghuo.commerce.ledger.rules.chart import CASH, PREPAYMENT, RECEIVABLE, REFUND_PAYABLE
from denghuo.commerce.payments import operations as payments
from denghuo.commerce.payments import queries
from denghuo.commerce.payments.models import RefundState
from denghuo.commerce.receivables import queries as debts
from tests.cast import customers, staff
from tests.cast.counter import basket, shift
from tests.cast.money import noon, owing
from tests.oracles.money import Purse, Town

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 2)
ACCOUNTS = 3
fen = st.integers(1, 60_000)
account = st.integers(0, ACCOUNTS - 1)
STEPS = st.one_of(
    st.tuples(st.just("charge"), account, fen, st.integers(1, 28)),
    st.tuples(st.just("basket"), st.lists(st.tuples(account, fen), min_size=1, max_size=3)),
    st.tuples(st.just("undo"), st.integers(0, 5)),
    st.tuples(st.just("refund"), account, st.integers(1, 100), st.sampled_from(["paid", "failed", "left"])),
    st.tuples(st.just("transfer"), account, account, st.integers(1, 100)),
)


class Undone(Exception):
    """Rolls an example back."""


def balance(code: str, **where) -> int:
    return sum(Entry.objects.filter(ledger_account=code, **where).values_list("amount_fen", flat=True))


class Counter:
    """The same steps for the system and for the oracle."""

    def __init__(self) -> None:
        self.people = {name: staff.hire(name, noon(date(2026, 1, 5))) for name in ("zhengjie", "heyong")}
        person = customers.person()
        self.accounts = [customers.account(person) for _ in range(ACCOUNTS)]
        self.shift = shift(self.people["zhengjie"], DAY)
        self.town = Town({place: Purse() for place in range(ACCOUNTS)})
        self.names = count(1)
        self.taken: list[tuple[int, object]] = []

    def charge(self, place: int, amount: int, day: int) -> None:
        debt = owing(self.accounts[place], amount, due=date(2026, 4, day), charged=DAY)
        self.town.charge(place, debt.pk, day, amount)

    def basket(self, rows: list[tuple[int, int]]) -> None:
        rows = list(dict(rows).items())
        made = basket(
            self.people["zhengjie"], DAY, [(self.accounts[place], amount) for place, amount in rows]
        )
        for (place, amount), payment in zip(rows, made.payments.order_by("id"), strict=True):
            self.town.basket([(place, amount)], payment.number)
            self.taken.append((place, payment))

    def undo(self, which: int) -> None:
        """Only payments of which nothing became prepayment: what the surplus paid since is another story's test."""
        if which >= len(self.taken):
            return
        place, payment = self.taken[which]
        if queries.prepaid_by(payment) or payment.state == "reversed":
            return
        self.taken[which] = (
            place,
            payments.reverse(payment=payment, at=noon(DAY), reason="错收", actor=self.people["zhengjie"]),
        )
        self.town.undo_without_prepaid(place, payment.number)

    def refund(self, place: int, percent: int, end: str) -> None:
        amount = self.town.purses[place].prepaid * percent // 100
        if not amount:
            return
        refund = payments.ask_refund(
            account=self.accounts[place], amount_fen=amount, source="prepayment", channel="cash",
            reason="退费", at=noon(DAY), actor=self.people["zhengjie"],
        )  # fmt: skip
        refund = payments.approve_refund(refund=refund, actor=self.people["heyong"], at=noon(DAY))
        self.town.approve(place, amount)
        if end == "paid" and self.town.till >= amount:
            payments.hand_out(refund=refund, at=noon(DAY), actor=self.people["zhengjie"])
            self.town.hand_out(amount)
        elif end == "failed":
            refund = payments.refund_failed(refund=refund, reason="未领", at=noon(DAY))
            assert refund.state == RefundState.FAILED
            self.town.bring_back(place, amount)

    def transfer(self, source: int, target: int, percent: int) -> None:
        amount = self.town.purses[source].prepaid * percent // 100
        if source == target or not amount:
            return
        payments.ask_transfer(
            source=self.accounts[source], target=self.accounts[target], amount_fen=amount, reason="合并",
            at=noon(DAY), actor=self.people["zhengjie"],
        )  # fmt: skip
        self.town.transfer(source, target, amount)

    def compare(self) -> None:
        for place, one in enumerate(self.accounts):
            purse = self.town.purses[place]
            assert -balance(PREPAYMENT, account=one) == purse.prepaid
            assert balance(RECEIVABLE, account=one) == purse.open
            assert {item.pk: item.open_fen for item in debts.open_items(one.pk)} == {
                debt.name: debt.open for debt in purse.debts if debt.open
            }
        assert balance(CASH, detail="zhengjie") == self.town.till == queries.till_fen(self.people["zhengjie"])
        assert -balance(REFUND_PAYABLE) == self.town.outgoing
        assert list(ledger_inconsistencies()) == []
        assert list(debts.inconsistencies()) == []
        assert list(queries.inconsistencies()) == []


@given(st.lists(STEPS, min_size=3, max_size=9))
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    print_blob=True,
)
def test_random_days_agree_with_piles_of_money(steps):
    with pytest.raises(Undone), transaction.atomic():
        counter = Counter()
        for name, *arguments in steps:
            getattr(counter, name)(*arguments)
        counter.compare()
        raise Undone
