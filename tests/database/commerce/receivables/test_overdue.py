"""Who is overdue, and who is protected."""

from __future__ import annotations

from datetime import date

import pytest

from denghuo.commerce.receivables import queries
from denghuo.commerce.receivables.models import DisputeHold, InstalmentPlan
from tests.cast import customers, staff
from tests.cast.money import noon, owing, pay

pytestmark = pytest.mark.django_db
ON = date(2026, 5, 1)


def test_overdue_adds_up_by_account():
    shop = customers.account(customers.organisation("陈记面馆"))
    home = customers.account(customers.person("赵建国"))
    owing(shop, 100_000, due=date(2026, 3, 20), residential=False)
    owing(shop, 50_000, due=date(2026, 4, 20), residential=False)
    owing(shop, 30_000, due=date(2026, 5, 20), residential=False)
    owing(home, 20_000, due=ON)  # due today is not overdue

    (found,) = queries.overdue(on=ON)

    assert (found.account_id, found.overdue_fen, found.open_fen, found.items) == (
        shop.pk,
        150_000,
        180_000,
        2,
    )
    assert (found.oldest_due_date, found.days_overdue) == (date(2026, 3, 20), 42)
    assert queries.overdue_accounts(on=ON) == [shop.pk]
    assert queries.overdue(on=ON, scope=shop.unit_id)[0].account_id == shop.pk
    assert queries.overdue(on=ON, scope="9999") == []
    assert queries.overdue(on=ON, account_ids=[home.pk]) == []

    pay(shop, 159_400, on=ON)  # with a late fee of 84.00 + 11.00 one yuan is left
    assert [(row.overdue_fen, row.items) for row in queries.overdue(on=ON)] == [(100, 1)]


def test_a_dispute_and_a_plan_protect_and_say_so():
    shop = customers.account(customers.organisation("陈记面馆"))
    home = customers.account(customers.person("赵建国"))
    debt = owing(shop, 100_000, due=date(2026, 3, 20))
    hold = DisputeHold.objects.create(
        receivable=debt, reason="电表快", opened_date=date(2026, 4, 1), opened_at=noon(date(2026, 4, 1))
    )
    InstalmentPlan.objects.create(
        account=home, state="active", reason="困难", total_fen=5, agreed_date=date(2026, 4, 1),
        decided_by=staff.hire("heyong", customers.AT), decided_at=noon(date(2026, 4, 1)),
        requested_by=staff.hire("yejing", customers.AT), requested_at=noon(date(2026, 4, 1)),
    )  # fmt: skip
    both = [shop.pk, home.pk]
    assert queries.shielded(both, on=date(2026, 3, 31)) == {}
    assert queries.shielded(both, on=ON) == {shop.pk: ["dispute"], home.pk: ["plan"]}
    hold.closed_date, hold.closed_at = date(2026, 4, 20), noon(date(2026, 4, 20))
    hold.save()
    assert queries.shielded(both, on=ON) == {home.pk: ["plan"]}
    assert queries.shielded([], on=ON) == {}
