"""Paying in parts: proposed, agreed by another person, kept or broken by what is paid."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from denghuo.commerce.receivables import operations, queries, rules
from denghuo.commerce.receivables.models import InstalmentPlan
from denghuo.commerce.receivables.rules import Part
from denghuo.foundation.outbox.models import Message
from tests.cast.money import noon, owing, pay

pytestmark = pytest.mark.django_db
PROPOSED, AGREED = date(2026, 5, 1), date(2026, 5, 4)


@pytest.fixture
def debt(shop):
    return owing(shop, 900_000, due=date(2026, 4, 20), residential=False)


def propose(shop, debt, who, count=3, **how):
    total = queries.plan_total(queries.plan_debts(shop.pk, [debt.pk]), on=PROPOSED)
    return operations.propose_plan(
        account=shop,
        receivables=[debt.pk],
        parts=how.pop("parts", None) or rules.equal_parts(total, count, date(2026, 5, 20)),
        reason="资金周转",
        actor=who,
        at=noon(PROPOSED),
        **how,
    )


def agree(plan, who):
    return operations.approve_plan(plan=plan, actor=who, at=noon(AGREED))


def judge(on: date):
    return operations.review_plans(at=noon(on))


def test_a_plan_that_is_kept(shop, debt, cashier, supervisor):
    plan = propose(shop, debt, cashier, free_of_late_fee=True)
    assert plan.total_fen == 900_000 + 11 * 1_800
    plan = agree(plan, supervisor)
    assert plan.total_fen == 900_000 + 13 * 1_800  # on the day of the agreement none runs any more
    assert queries.shielded([shop.pk], on=date(2026, 5, 10)) == {shop.pk: ["plan"]}

    for month in (5, 6):
        pay(shop, 306_600, on=date(2026, month, 20))
        assert judge(date(2026, month, 21)) == {"active": 1, "kept": 0, "broken": 0}
    owed = queries.owed(shop.pk, on=date(2026, 7, 20)).total_fen
    assert owed == plan.total_fen - 2 * 306_600  # free of late fee
    pay(shop, owed, on=date(2026, 7, 20))

    assert judge(date(2026, 7, 21))["kept"] == 1
    plan.refresh_from_db()
    assert (plan.state, plan.ended_date) == ("kept", date(2026, 7, 21))
    assert queries.shielded([shop.pk], on=date(2026, 7, 22)) == {}
    assert [step.state for step in queries.progress(plan, on=date(2026, 7, 22))] == ["met"] * 3


def test_a_plan_that_is_broken_after_the_days_of_grace(shop, debt, cashier, supervisor):
    plan = agree(propose(shop, debt, cashier, free_of_late_fee=True), supervisor)
    assert judge(date(2026, 5, 23))["active"] == 1
    assert judge(date(2026, 5, 24))["broken"] == 1
    assert judge(date(2026, 5, 24)) == {"active": 0, "kept": 0, "broken": 0}
    plan.refresh_from_db()
    assert queries.progress(plan, on=plan.ended_date)[0].state == "missed"
    assert Message.objects.filter(name="receivables.plan_ended").count() == 1
    # the late fee runs again from the day it was broken: two days, 36.00
    assert queries.owed(shop.pk, on=date(2026, 5, 25)).accrued_fen == 2 * 1_800


def test_the_preview_says_what_runs_meanwhile(shop, debt, cashier):
    debts = queries.plan_debts(shop.pk, [debt.pk])
    total = queries.plan_total(debts, on=PROPOSED)
    parts = rules.equal_parts(total, 3, date(2026, 5, 20))
    preview = queries.projection(debts, parts, on=PROPOSED)

    for part in parts:  # the same in the real books
        pay(shop, part.amount_fen, on=part.due_date)
    assert queries.owed(shop.pk, on=parts[-1].due_date).total_fen == preview.left_fen == preview.late_fee_fen
    assert preview.left_fen > 0
    free = queries.projection(debts, parts, on=PROPOSED, free_of_late_fee=True)
    assert free.left_fen == 0 or free.left_fen < preview.left_fen


@pytest.mark.parametrize(
    "parts",
    [
        [Part(date(2026, 5, 20), 919_800)],
        [Part(date(2026, 5, 20), 1), Part(date(2026, 6, 20), 1)],
        [Part(date(2026, 6, 20), 459_900), Part(date(2026, 5, 20), 459_900)],
        [Part(date(2026, 4, 20), 459_900), Part(date(2026, 5, 20), 459_900)],
    ],
)
def test_parts_that_make_no_plan(shop, debt, cashier, parts):
    with pytest.raises(operations.PlanRefused):
        propose(shop, debt, cashier, parts=parts)


def test_two_persons_and_one_plan(shop, debt, cashier, supervisor):
    plan = propose(shop, debt, cashier)
    with pytest.raises(operations.PlanRefused):
        propose(shop, debt, cashier)
    with pytest.raises(operations.PlanRefused):
        agree(plan, cashier)
    with pytest.raises(IntegrityError), transaction.atomic():
        InstalmentPlan.objects.filter(pk=plan.pk).update(
            state="active", agreed_date=AGREED, decided_by=cashier
        )
    with pytest.raises(operations.PlanRefused):
        operations.reject_plan(plan=plan, actor=supervisor, at=noon(AGREED))
    operations.reject_plan(plan=plan, actor=supervisor, at=noon(AGREED), note="无抵押")
    with pytest.raises(operations.PlanRefused):
        agree(plan, supervisor)
    assert propose(shop, debt, cashier).state == "requested"


def test_a_debt_paid_before_the_decision(shop, debt, cashier, supervisor):
    plan = propose(shop, debt, cashier)
    pay(shop, 950_000, on=date(2026, 5, 2))
    with pytest.raises(operations.PlanRefused):
        agree(plan, supervisor)


@settings(max_examples=200, deadline=None)
@given(st.integers(2, 10**7), st.integers(1, 24), st.dates(date(2024, 1, 1), date(2027, 12, 31)))
def test_equal_parts_add_up_and_follow_each_other(total, count, first):
    if total < count:
        return
    parts = rules.equal_parts(total, count, first)
    assert sum(part.amount_fen for part in parts) == total and len(parts) == count
    days = [part.due_date for part in parts]
    assert days == sorted(set(days)) and days[0] == first
    paid = total // 2
    found = rules.progress(parts, paid, on=days[-1], grace_days=0)
    assert sum(step.paid_fen for step in found) == paid
