"""Theft and breach of use from the evidence to the money, and back on appeal."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from denghuo.commerce.corrections.models import Correction
from denghuo.commerce.inspection import events, operations, queries
from denghuo.commerce.inspection.models import BreachCase
from denghuo.commerce.ledger.models import Entry
from denghuo.commerce.receivables import queries as receivables
from denghuo.foundation.outbox.models import Message
from denghuo.foundation.workflow import queries as workflow
from tests.cast import billing, supply
from tests.cast import inspection as cast
from tests.cast.inspection import AT, METER

pytestmark = pytest.mark.django_db


def names() -> list[str]:
    return list(Message.objects.order_by("pk").values_list("name", flat=True))


def test_the_worked_example_is_charged_to_the_fen_in_two_debts():
    case = cast.submitted()
    assert (case.energy_kwh, case.backbill_fen, case.breach_fen) == (Decimal("1188"), 62_762, 188_286)
    assert workflow.open_task(case, "approve")
    case = operations.approve(case=case, reason="证据充分", at=AT, actor=cast.heyong())
    energy, breach = queries.breaching.receivables_of(case)
    assert (energy.kind, energy.amount_fen, energy.due_date) == ("energy", 62_762, date(2026, 9, 11))
    assert (breach.kind, breach.amount_fen, breach.document_number) == ("breach", 188_286, case.number)
    booked = dict(Entry.objects.filter(posting=case.posting).values_list("ledger_account", "amount_fen"))
    assert booked["600101"] == -62_762 and booked["605101"] == -188_286
    assert receivables.owed(case.supply_point.account_id, on=date(2026, 9, 2)).total_fen == 251_048
    noted = Correction.objects.get()
    assert (noted.number, noted.state, noted.reason) == (case.correction_number, "linked", "theft")
    assert (noted.first_cycle, noted.last_cycle) == ("2026-03", "2026-09")
    assert {events.BreachCharged.name, events.TheftConfirmed.name} <= set(names())
    assert workflow.open_task(case, "settle")
    operations.close(case=case, note_text="已移交追缴", at=AT, actor=cast.wugang())
    assert workflow.instance_of(case).state == "done"


def test_nobody_approves_their_own_case_and_the_database_agrees():
    case = cast.submitted()
    with pytest.raises(operations.CaseRefused):
        operations.approve(case=case, reason="自己批", at=AT, actor=cast.wugang())
    with pytest.raises(IntegrityError), transaction.atomic():
        BreachCase.objects.filter(pk=case.pk).update(decided_by=cast.wugang())
    case.refresh_from_db()
    assert case.state == "submitted" and not queries.breaching.receivables_of(case)


def test_approved_twice_is_charged_once():
    case = cast.charged()
    with pytest.raises(operations.CaseRefused):
        operations.approve(case=case, reason="再批一次", at=AT, actor=cast.heyong())
    assert len(queries.breaching.receivables_of(case)) == 2


def test_sent_back_it_is_computed_anew_with_a_lower_multiple_and_its_reason():
    case = cast.submitted()
    operations.send_back(case=case, reason="倍数从轻", at=AT, actor=cast.heyong())
    case.refresh_from_db()
    assert case.state == "draft" and workflow.open_task(case, "compute")
    with pytest.raises(operations.CaseRefused):
        operations.compute(case=case, values={**METER, "multiplier": "1"}, at=AT, actor=cast.wugang())
    values = {**METER, "multiplier": "1", "multiplier_reason": "主动交代"}
    cast.submitted(case, **values)
    case.refresh_from_db()
    assert case.breach_fen == 62_762 and case.lines.get(part="breach").factor == 1


def test_nothing_is_submitted_without_evidence_record_and_computation():
    point = cast.thief()
    wugang = cast.wugang()
    case = operations.open_case(
        supply_point=point, kind="theft", form="tap", description="私拉", found_at=AT, at=AT, actor=wugang
    )
    for act in (
        lambda: operations.sign_record(case=case, signatory="赵铁柱", at=AT, actor=wugang),
        lambda: operations.submit(case=case, at=AT, actor=wugang),
        lambda: operations.stop_supply(case=case, at=AT, actor=wugang),
    ):
        with pytest.raises(operations.CaseRefused):
            act()
    operations.add_evidence(case=case, kind="photo", what="照片", at=AT, actor=wugang)
    with pytest.raises(operations.CaseRefused):
        operations.sign_record(case=case, refused=True, at=AT, actor=wugang)
    operations.sign_record(case=case, refused=True, witness="居委会 王芳", at=AT, actor=wugang)
    with pytest.raises(operations.CaseRefused):
        operations.submit(case=case, at=AT, actor=wugang)


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "nothing"},
        {"description": " "},
        {"form": ""},
        {"kind": "device"},
        {"found_at": AT + timedelta(hours=1)},
    ],
)
def test_a_case_that_makes_no_sense_is_refused(wrong):
    facts = {"kind": "theft", "form": "tap", "description": "x", "found_at": AT, **wrong}
    with pytest.raises(operations.CaseRefused):
        operations.open_case(supply_point=cast.thief(), at=AT, actor=cast.wugang(), **facts)


def test_evidence_is_never_changed():
    case = cast.theft()
    from django.db import DatabaseError

    with pytest.raises(DatabaseError), transaction.atomic():
        case.evidence.update(note="另一张照片")


def test_supply_is_stopped_at_once_on_theft_only_and_reported_afterwards():
    case = operations.stop_supply(case=cast.theft(), at=AT, actor=cast.wugang())
    assert case.stop_order.state == "executed" and case.stop_order.report_due_at is not None
    with pytest.raises(operations.CaseRefused):
        operations.stop_supply(case=case, at=AT, actor=cast.wugang())
    breach = operations.open_case(
        supply_point=supply.shop(),
        kind="device",
        description="私自移表",
        found_at=AT,
        at=AT,
        actor=cast.wugang(),
    )
    with pytest.raises(operations.CaseRefused):
        operations.stop_supply(case=breach, at=AT, actor=cast.wugang())


def test_a_large_theft_goes_to_the_police_and_to_credit_reporting_and_a_tip_is_rewarded():
    case = cast.theft(informant="匿名 1390000")
    big = {
        "method": "evidence", "energy_kwh": Decimal(100_000), "start_date": "2026-06-01", "evidence": "采集曲线",
    }  # fmt: skip
    case = cast.charged(case, **big)
    after = queries.breaching.aftermath(case, date(2026, 9, 1))
    assert after.police and after.credit and case.reward_fen == 500_000
    assert '"credit_report":true' in Message.objects.get(name=events.TheftConfirmed.name).payload.replace(
        " ", ""
    )
    with pytest.raises(operations.CaseRefused):
        operations.close(case=case, note_text="", at=AT, actor=cast.wugang())
    operations.hand_to_police(case=case, document="灯供案移〔2026〕3号", at=AT, actor=cast.wugang())
    with pytest.raises(operations.CaseRefused):
        operations.approve_reward(case=case, at=AT, actor=cast.wugang())
    operations.approve_reward(case=case, at=AT, actor=cast.heyong())
    case = operations.close(case=case, note_text="已移送", at=AT, actor=cast.wugang())
    assert case.state == "closed" and case.reward_approved_by == cast.heyong()


def test_taken_back_on_appeal_the_debts_are_reversed():
    case = cast.charged()
    case = operations.revoke(case=case, reason="复议撤销", at=AT + timedelta(days=1), actor=cast.heyong())
    assert case.state == "revoked"
    assert receivables.owed(case.supply_point.account_id, on=date(2026, 9, 3)).total_fen == 0
    assert sum(Entry.objects.filter(ledger_account="605101").values_list("amount_fen", flat=True)) == 0
    assert sum(Entry.objects.filter(ledger_account="600101").values_list("amount_fen", flat=True)) == 0


def test_private_capacity_of_a_two_part_customer_by_the_price_of_the_book():
    billing.prices()
    mill = supply.factory()
    case = operations.open_case(
        supply_point=mill, kind="capacity", description="私增变压器", found_at=AT, at=AT, actor=cast.wugang()
    )
    made = operations.compute(
        case=case, values={"capacity_kw": "100", "start_date": "2026-08-03"}, at=AT, actor=cast.wugang()
    )
    (basic, breach) = made.lines
    assert basic.factor == 30 and basic.divisor == 30 and basic.quantity == 100
    assert made.backbill_fen == int(basic.price * 100 * 100) and breach.amount_fen == made.backbill_fen * 3


def test_a_shop_on_the_price_of_a_home_pays_the_difference():
    billing.prices()
    home = supply.household("李建国")
    case = operations.open_case(
        supply_point=home, kind="class", description="住宅开店", found_at=AT, at=AT, actor=cast.wugang()
    )
    wrong = {"energy_kwh": "900", "evidence": "设备核定"}
    with pytest.raises(operations.CaseRefused):
        operations.compute(case=case, values=wrong, at=AT, actor=cast.wugang())
    made = operations.compute(
        case=case,
        values={**wrong, "price_yuan": "0.9283", "price_basis": "价目表"},
        at=AT,
        actor=cast.wugang(),
    )
    assert (made.backbill_fen, made.breach_fen) == (36_000, 72_000)
    assert made.start == date(2026, 6, 2) and made.estimated_period


def test_a_price_by_hand_needs_its_basis():
    with pytest.raises(operations.CaseRefused):
        operations.compute(
            case=cast.theft(), values={**METER, "price_yuan": "0.6"}, at=AT, actor=cast.wugang()
        )


def test_dropped_it_stays_on_record():
    case = operations.drop(case=cast.theft(), reason="证据不足", at=AT, actor=cast.heyong())
    assert case.state == "dropped" and workflow.instance_of(case).state == "cancelled"
    with pytest.raises(operations.CaseRefused):
        operations.add_evidence(case=case, kind="photo", what="x", at=AT, actor=cast.wugang())
