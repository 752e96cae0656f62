"""Write-offs take two persons, keep the books, and can be recovered in part; duties; targets; what is locked."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from denghuo.commerce.collection import operations, queries
from denghuo.commerce.collection.models import (
    AssessmentRow,
    CollectionDuty,
    DebtAge,
    LegalReview,
    WriteOffRequest,
)
from denghuo.commerce.collection.queries import recovery
from denghuo.commerce.ledger import queries as ledger
from denghuo.commerce.receivables import operations as receivables_operations
from denghuo.commerce.receivables import queries as receivables
from denghuo.commerce.receivables.models import Receivable
from denghuo.kernel.periods import Cycle
from tests.cast import collection as cast
from tests.cast import supply
from tests.cast.money import noon, owing, pay

pytestmark = pytest.mark.django_db
DUE = date(2026, 1, 15)
LATER = cast.moment(date(2026, 3, 2), 10)


@pytest.fixture(autouse=True)
def books():
    yield
    assert list(receivables.inconsistencies()) == []
    assert list(ledger.inconsistencies()) == []
    assert list(queries.inconsistencies()) == []


@pytest.fixture
def people():
    return cast.people()


@pytest.fixture
def asked(people):
    shop = supply.noodle_shop().account
    debts = [
        owing(shop, 30_000, due=DUE, residential=False),
        owing(shop, 20_000, due=DUE + timedelta(days=20), residential=False),
    ]
    return operations.ask_write_off(
        account=shop, receivable_ids=[debt.pk for debt in debts], reason="bankrupt", evidence="法院裁定书",
        actor=people["zhengjie"], at=LATER,
    )  # fmt: skip


def test_nobody_writes_off_alone(asked, people):
    with pytest.raises(operations.WriteOffCannotBeDecided):
        operations.approve_write_off(request=asked, actor=people["zhengjie"], at=LATER)
    with pytest.raises(IntegrityError), transaction.atomic():
        WriteOffRequest.objects.filter(pk=asked.pk).update(
            state="done", decided_by=people["zhengjie"], decided_at=LATER
        )
    operations.approve_write_off(request=asked, actor=people["heyong"], at=LATER)
    assert receivables.open_items(asked.account_id) == []
    with pytest.raises(operations.WriteOffCannotBeDecided):
        operations.approve_write_off(request=asked, actor=people["heyong"], at=LATER)


def test_above_the_limit_the_bureau_decides(asked, people):
    boss = people["heyong"]
    boss.unit_id = "4501"
    boss.save(update_fields=["unit"])
    boss.refresh_from_db()
    WriteOffRequest.objects.filter(pk=asked.pk).update(total_fen=500_001)
    with pytest.raises(operations.WriteOffCannotBeDecided, match="bureau|局"):
        operations.approve_write_off(request=asked, actor=boss, at=LATER)


def test_what_was_paid_meanwhile_is_not_written_off(asked, people):
    pay(asked.account, 5_000, on=date(2026, 3, 2))
    with pytest.raises(operations.WriteOffCannotBeDecided):
        operations.approve_write_off(request=asked, actor=people["heyong"], at=LATER)
    operations.reject_write_off(request=asked, actor=people["heyong"], at=LATER, note="已缴一部分")


@pytest.mark.parametrize("evidence, chosen", [("", True), ("证明", False)])
def test_a_request_needs_debts_and_evidence(people, evidence, chosen):
    shop = supply.noodle_shop().account
    debt = owing(shop, 100, due=DUE)
    with pytest.raises(operations.WriteOffCannotBeAsked):
        operations.ask_write_off(
            account=shop, receivable_ids=[debt.pk] if chosen else [], reason="aged", evidence=evidence,
            actor=people["zhengjie"], at=LATER,
        )  # fmt: skip


def test_a_written_off_debt_is_recovered_in_parts_and_never_twice(asked, people):
    operations.approve_write_off(request=asked, actor=people["heyong"], at=LATER)
    at = cast.moment(date(2026, 6, 1), 10)

    def come_in(fen: int, number: str):
        return operations.recover(
            request=asked,
            amount_fen=fen,
            channel="transfer",
            external_id=number,
            actor=people["zhengjie"],
            at=at,
        )

    first = come_in(35_000, "T1")
    assert come_in(35_000, "T1").payment == first.payment
    assert [(debt.amount_fen, part) for debt, part in first.parts] == [(30_000, 30_000), (20_000, 5_000)]
    assert [debt.remaining_fen for debt in asked.debts.all()] == [0, 15_000]
    assert receivables.open_items(asked.account_id) == []
    with pytest.raises(operations.CannotBeRecovered):
        come_in(15_001, "T2")
    come_in(15_000, "T3")
    assert sum(debt.remaining_fen for debt in asked.debts.all()) == 0
    assert not Receivable.objects.filter(account=asked.account, open_fen__gt=0).exists()
    with pytest.raises(operations.CannotBeRecovered):
        come_in(1, "T4")


def test_duties_are_given_rotated_and_decide_who_answers(people):
    shop, home = supply.noodle_shop().account, supply.wang_xiuying().account
    ma, zheng = people["machao"], people["zhengjie"]
    since = date(2026, 1, 1)
    operations.give_duty(staff=ma, kind="unit", subject=shop.unit, since=since, actor=None, at=LATER)
    operations.give_duty(staff=zheng, kind="account", subject=home, since=since, actor=None, at=LATER)
    assert queries.responsible([shop.pk, home.pk], on=DUE) == {shop.pk: ma.pk, home.pk: zheng.pk}
    owing(shop, 100, due=DUE)
    cast.plans()
    cast.run(date(2026, 3, 2), shop)
    assert cast.case_of(shop).owner == ma
    assert (
        operations.rotate(
            from_staff=ma, to_staff=people["weidong"], since=date(2026, 4, 1), actor=None, at=LATER
        )
        == 1
    )
    assert queries.responsible([shop.pk], on=date(2026, 3, 31)) == {shop.pk: ma.pk}
    assert queries.responsible([shop.pk], on=date(2026, 4, 1)) == {shop.pk: people["weidong"].pk}
    assert cast.case_of(shop).owner == people["weidong"]
    with pytest.raises(IntegrityError), transaction.atomic():
        CollectionDuty.objects.create(
            staff=ma, kind="unit", unit=shop.unit, valid_from=since, created_at=LATER
        )
    persons, _routes = queries.arrears_by_responsibility(on=date(2026, 4, 20))
    assert [(row.name, row.accounts, row.overdue_fen) for row in persons] == [("韦东", 1, 100)]


def stood(month: str, age: DebtAge):
    places = recovery.standing(recovery.movements(Cycle.parse(month), scope="45"), until=month)
    return tuple(recovery.total(places, age=age))


def test_what_is_receivable_and_received_of_this_year_and_of_earlier_ones(people):
    shop = supply.noodle_shop().account
    owing(shop, 50_000, due=date(2025, 11, 20))
    pay(shop, 20_000, on=date(2025, 11, 20))
    assert stood("2025-12", DebtAge.CURRENT) == (50_000, 20_000)
    owing(shop, 40_000, due=date(2026, 1, 20))
    last = owing(shop, 10_000, due=date(2026, 2, 20))
    assert stood("2026-01", DebtAge.CURRENT) == (40_000, 0)
    assert stood("2026-01", DebtAge.OLD) == (30_000, 0)
    paid = pay(shop, 200_000, on=date(2026, 2, 10), only=[last.pk])
    assert paid.amount_fen == 200_000
    assert stood("2026-02", DebtAge.CURRENT) == (50_000, 10_000)
    receivables_operations.apply_prepayments(
        account_ids=[shop.pk], on=date(2026, 3, 5), at=noon(date(2026, 3, 5))
    )
    assert stood("2026-02", DebtAge.CURRENT) == (50_000, 10_000)
    assert stood("2026-03", DebtAge.CURRENT) == (50_000, 50_000)
    assert stood("2026-03", DebtAge.OLD) == (30_000, 30_000)
    assert stood("2026-02", DebtAge.OLD) == (30_000, 0)


def test_what_was_written_off_stays_receivable(asked, people):
    operations.approve_write_off(request=asked, actor=people["heyong"], at=LATER)
    assert stood("2026-03", DebtAge.CURRENT) == (50_000, 0)
    operations.recover(
        request=asked, amount_fen=30_000, channel="transfer", external_id="T1", actor=people["zhengjie"],
        at=cast.moment(date(2026, 4, 1)),
    )  # fmt: skip
    assert stood("2026-04", DebtAge.CURRENT) == (50_000, 30_000)


def test_persons_add_up_to_stations_and_stations_to_the_bureau(people):
    shop, home = supply.noodle_shop().account, supply.wang_xiuying().account
    river = supply.household("周明", "河西镇东风路3号", unit_code="4502", phone="13800138009").account
    for account, fen in ((shop, 50_000), (home, 3_000), (river, 7_000)):
        owing(account, fen, due=DUE)
    pay(home, 3_000, on=DUE)
    operations.give_duty(
        staff=people["machao"], kind="unit", subject=shop.unit, since=DUE, actor=None, at=LATER
    )
    operations.give_duty(
        staff=people["zhengjie"], kind="account", subject=home, since=DUE, actor=None, at=LATER
    )
    month = Cycle(2026, 1)
    places = recovery.standing(recovery.movements(month, scope="45"), until="2026-01")
    whole = recovery.total(places, age=DebtAge.CURRENT)
    assert whole == (60_000, 3_000)
    assert recovery.by_unit(places, DebtAge.CURRENT) == {"4501": (53_000, 3_000), "4502": (7_000, 0)}
    persons = recovery.by_person(places, DebtAge.CURRENT)
    assert persons == {
        people["machao"].pk: (50_000, 0),
        people["zhengjie"].pk: (3_000, 3_000),
        None: (7_000, 0),
    }
    for unit, staff, rate in (("45", None, "0.99"), ("4501", "machao", "0.90")):
        operations.set_target(
            month=month, age="current", unit=people["machao"].unit if staff else people["heyong"].unit,
            staff=people[staff] if staff else None, rate=Decimal(rate), actor=people["luoqiang"], at=LATER,
        )  # fmt: skip
        assert unit
    given = recovery.targets(month)
    assert given.of_unit("4502", "current") == 990_000
    # 50 000 × (0.99 − 0.90) are missing
    assert recovery.decomposition(places, given, "45", DebtAge.CURRENT) == 4_500


def test_a_confirmed_assessment_is_locked(people):
    shop = supply.noodle_shop().account
    owing(shop, 50_000, due=DUE)
    operations.give_duty(
        staff=people["machao"], kind="unit", subject=shop.unit, since=DUE, actor=None, at=LATER
    )
    bureau = people["heyong"].unit
    after = cast.moment(date(2026, 4, 2))
    with pytest.raises(operations.AssessmentCannotChange):
        operations.assess_quarter(quarter="2026-Q1", unit=bureau, actor=people["luoqiang"], at=LATER)
    made = operations.assess_quarter(quarter="2026-Q1", unit=bureau, actor=people["luoqiang"], at=after)
    made = operations.assess_quarter(quarter="2026-Q1", unit=bureau, actor=people["luoqiang"], at=after)
    (row,) = made.rows.all()
    assert (row.staff, row.rate_ppm, row.points, row.reward_fen) == (people["machao"], 0, -1_000, -50_000)
    with pytest.raises(operations.AssessmentCannotChange):
        operations.confirm_assessment(assessment=made, actor=people["luoqiang"], at=after)
    operations.confirm_assessment(assessment=made, actor=people["yejing"], at=after)
    with pytest.raises(operations.AssessmentCannotChange):
        operations.assess_quarter(quarter="2026-Q1", unit=bureau, actor=people["luoqiang"], at=after)
    with pytest.raises(operations.TargetCannotBeSet):
        operations.set_target(
            month=Cycle(2026, 3), age="current", unit=bureau, rate=Decimal("0.5"), actor=None, at=after
        )
    for change in (
        lambda: AssessmentRow.objects.filter(pk=row.pk).update(points=0),
        lambda: AssessmentRow.objects.filter(pk=row.pk).delete(),
        lambda: AssessmentRow.objects.create(assessment=made, age="old", receivable_fen=0, received_fen=0),
        lambda: type(made).objects.filter(pk=made.pk).update(confirmed_by=people["heyong"]),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_a_public_notice_needs_a_lawyer_and_its_days(people):
    home = supply.wang_xiuying()
    day = date(2026, 3, 2)
    made = operations.draft_notice(
        customer=home.customer, kind="breach", facts="私自接线", decision="追补", decision_number="1号",
        amount_fen=100, publish_from=day, publish_to=day + timedelta(days=10), actor=people["heyong"], at=LATER,
    )  # fmt: skip
    shown = lambda on=day: list(queries.published_notices(on=on, scope="45"))  # noqa: E731
    assert shown() == []
    with pytest.raises(operations.NoticeCannotChange):
        operations.review(notice=made, approve=True, note="x", actor=people["luoqiang"], at=LATER)
    operations.ask_review(notice=made, actor=people["heyong"], at=LATER)
    for who, note in (("heyong", "x"), ("luoqiang", " ")):
        with pytest.raises(operations.NoticeCannotChange):
            operations.review(notice=made, approve=True, note=note, actor=people[who], at=LATER)
    operations.review(notice=made, approve=True, note="证据充分", actor=people["luoqiang"], at=LATER)
    assert shown() == [made]
    assert shown(day - timedelta(days=1)) == shown(day + timedelta(days=11)) == []
    assert list(queries.published_notices(on=day, scope="4502")) == []
    operations.withdraw(notice=made, reason="已缴清", actor=people["heyong"], at=LATER)
    assert shown() == []
    made.refresh_from_db()
    assert made.legal_review == LegalReview.APPROVED
