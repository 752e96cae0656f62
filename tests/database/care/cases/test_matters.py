"""Every other kind of matter: enquiry, tip-off, fault, damage, doubted meter; who calls and what is doubled."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from denghuo.care.cases import operations, queries
from denghuo.care.cases.models import Case, Repair
from denghuo.commerce.corrections.models import Correction
from denghuo.commerce.fieldwork import operations as fieldwork
from denghuo.commerce.fieldwork import queries as tasks
from denghuo.commerce.payments.models import Refund
from denghuo.foundation.outbox.models import Message
from denghuo.foundation.workflow import queries as processes
from denghuo.kernel.periods import Cycle
from tests.cast import billing, corrections, customers, grid, supply
from tests.cast import cases as cast
from tests.cast.cases import AT

pytestmark = pytest.mark.django_db
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def waiting(case) -> list[str]:
    return [task.step for task in processes.open_tasks(case)]


def test_an_intake_sent_twice_is_taken_in_once():
    first = cast.received(key="k-1")
    assert cast.received(key="k-1") == first
    assert Case.objects.count() == 1
    assert Message.objects.filter(name="cases.received").count() == 1


def test_nobody_known_is_enough():
    case = cast.received(caller_phone="13977110001", unit=None, supply_point=None)
    assert case.customer is None and case.unit_id == "45" and case.number.startswith("GD202609")
    with pytest.raises(operations.CaseRefused):
        cast.received(text="  ")
    with pytest.raises(operations.CaseRefused):
        cast.received(topic=cast.topic("fault.outage.single"))
    with pytest.raises(operations.CaseRefused):
        cast.received("meter_dispute")


def test_an_enquiry_is_answered_at_once_or_with_help():
    case = cast.received()
    operations.reply(
        case=case, answer="按年累计阶梯", outcome="explained", at=AT + MINUTE, actor=cast.agent()
    )
    case.refresh_from_db()
    assert case.state == "closed" and case.contacted_at == AT + MINUTE
    other = cast.received("request")
    operations.ask_support(case=other, question="请核对曲线数据", at=AT, actor=cast.agent())
    assert waiting(other) == ["support"]
    with pytest.raises(operations.CaseRefused):
        operations.reply(case=other, answer="好", outcome="solved", at=AT, actor=cast.agent())
    operations.give_support(case=other, findings="数据无误", at=AT + HOUR, actor=cast.staff("heyong"))
    operations.reply(case=other, answer="数据无误", outcome="solved", at=AT + HOUR, actor=cast.agent())
    other.refresh_from_db()
    assert other.state == "closed"
    assert processes.instance_of(other).owner == cast.agent()


def test_a_tip_off_is_assessed_and_checked():
    case = cast.received("tip_off")
    operations.assess(
        case=case, check_needed=True, findings="请稽查", at=AT + HOUR, actor=cast.staff("heyong")
    )
    operations.check(case=case, findings="查实一处", at=AT + DAY, actor=cast.staff("wugang"))
    operations.reply(case=case, answer="已查处", outcome="solved", at=AT + DAY, actor=cast.agent())
    case.refresh_from_db()
    assert case.state == "closed"
    praise = cast.received("praise")
    operations.assess(case=praise, check_needed=False, findings="", at=AT, actor=cast.staff("heyong"))
    assert waiting(praise) == ["reply"]


def test_minutes_of_a_repair_follow_the_settlement():
    operations.set_settlement(unit=customers.unit("4502"), kind="rural", at=AT, actor=cast.agent())
    city = cast.received("fault", supply_point=supply.household())
    rural = cast.received("fault", unit=customers.unit("4502"))
    assert (city.repair.arrive_due_at, city.repair.legal_due_at) == (AT + 45 * MINUTE, AT + 60 * MINUTE)
    assert (rural.repair.arrive_due_at, rural.repair.legal_due_at) == (AT + 90 * MINUTE, AT + 120 * MINUTE)
    assert [row.case_id for row in queries.repairs("45")] == [city.pk, rural.pk]
    assert [row.case_id for row in queries.repairs("4502")] == [rural.pk]


def test_a_repair_from_the_call_to_the_light_on_the_phone():
    case = cast.received("fault", supply_point=supply.household())
    crew = cast.staff("nongjun")
    operations.dispatch(case=case, crew=crew, at=AT + 2 * MINUTE, actor=cast.staff("qinyong"))
    task = tasks.task_of(case, "cases.repair")
    assert task.crew == crew and task.due_at == AT + 45 * MINUTE
    fieldwork.accept(task=task, at=AT + 4 * MINUTE, actor=crew)
    fieldwork.arrive(task=task, at=AT + 50 * MINUTE, actor=crew)
    repair = Repair.objects.get(case=case)
    assert repair.was_late and repair.restore_due_at == AT + (50 + 180) * MINUTE
    answers = {"fault": "接户线断线", "side": "supplier", "work": "重新接线"}
    fieldwork.complete(
        task=task,
        answers=answers,
        at=AT + 95 * MINUTE,
        actor=crew,
        longitude=Decimal(108),
        latitude=Decimal(22),
    )
    repair.refresh_from_db()
    assert repair.restored_at == AT + 95 * MINUTE and repair.fault == "接户线断线"
    assert waiting(case) == ["follow_up"]
    operations.follow_up(case=case, satisfaction=4, text="已来电", at=AT + DAY, actor=cast.agent())
    case.refresh_from_db()
    assert case.state == "closed" and case.outcome == "solved"
    steps = [m.payload for m in Message.objects.filter(name="cases.repair_moved").order_by("id")]
    assert len(steps) == 4


def test_the_desk_may_enter_the_minutes_and_the_phone_is_called_off():
    case = cast.received("fault", supply_point=supply.household())
    dispatcher = cast.staff("qinyong")
    with pytest.raises(operations.CaseRefused):
        operations.go_on(case=case, to="arrived", at=AT, actor=dispatcher)
    operations.dispatch(case=case, at=AT + MINUTE, actor=dispatcher)
    operations.go_on(case=case, to="arrived", at=AT + 30 * MINUTE, actor=dispatcher)
    with pytest.raises(operations.CaseRefused):
        operations.go_on(case=case, to="restored", work="换保险", at=AT + 40 * MINUTE, actor=dispatcher)
    operations.go_on(
        case=case, to="restored", fault="熔断器熔断", side="supplier", work="更换", at=AT + 40 * MINUTE,
        actor=dispatcher,
    )  # fmt: skip
    assert tasks.task_of(case, "cases.repair").state == "cancelled"
    assert waiting(case) == ["follow_up"]


def test_several_faults_of_one_area_wait_for_the_outage():
    area = grid.area()
    points = [supply.household() for n in range(2)]
    cases = [
        cast.received("fault", supply_point=point, area=area, at=AT + n * MINUTE)
        for n, point in enumerate(points)
    ]
    found = queries.doubles(kind="fault", supply_point_id=None, area_id=area.pk, scope="45", at=AT + HOUR)
    assert {case.pk for case in found.same_area} == {case.pk for case in cases} and found.is_outage
    assert not queries.doubles(
        kind="fault", supply_point_id=None, area_id=area.pk, scope="45", at=AT + 9 * HOUR
    ).is_outage
    operations.dispatch(case=cases[1], at=AT + 2 * MINUTE, actor=cast.staff("qinyong"))
    ids = [case.pk for case in cases]
    assert operations.join_outage(case_ids=ids, outage_id=7, at=AT + 5 * MINUTE) == 2
    assert operations.join_outage(case_ids=ids, outage_id=7, at=AT + 6 * MINUTE) == 0
    assert [waiting(case) for case in cases] == [["outage"], ["repair"]]
    assert operations.outage_over(outage_id=7, restored_at=AT + HOUR, at=AT + HOUR) == 2
    assert operations.outage_over(outage_id=7, restored_at=AT + HOUR, at=AT + HOUR) == 0
    assert [waiting(case) for case in cases] == [["follow_up"], ["follow_up"]]
    assert tasks.task_of(cases[1], "cases.repair").state == "cancelled"


def test_damaged_appliances_are_paid_by_age_and_a_second_person():
    case = cast.received("damage", supply_point=supply.household(), occurred_at=AT - 2 * DAY)
    claim = case.damage
    assert claim.within_time and claim.visit_due_at == AT + DAY
    tv = operations.Appliance("电视机", "electronic", date(2021, 9, 5), 500_000)
    lamp = operations.Appliance("吸顶灯", "lamp", date(2026, 8, 1), 20_000)
    with pytest.raises(operations.CaseRefused):
        operations.inspect(
            case=case, liable=True, findings="零线断", appliances=[], at=AT, actor=cast.staff("wugang")
        )
    claim = operations.inspect(
        case=case, liable=True, findings="零线断线，电压升高", appliances=[tv, lamp], at=AT + 3 * HOUR,
        actor=cast.staff("wugang"),
    )  # fmt: skip
    assert [(row.compensation_fen, row.basis) for row in claim.items.all()] == [
        (250_000, "depreciated"),
        (20_000, "full_price"),
    ]
    operations.decide_damage(case=case, approved=True, reason="属实", at=AT + DAY, actor=cast.staff("heyong"))
    refund = Refund.objects.get()
    assert refund.amount_fen == 270_000 and refund.source == "compensation"
    assert waiting(case) == ["reply"]
    late = cast.received("damage", supply_point=supply.household(), occurred_at=AT - 8 * DAY)
    assert not late.damage.within_time


def test_a_right_meter_is_explained_and_a_wrong_one_corrected():
    billing.prices()
    point = supply.household()
    meter = billing.metered(point)
    corrections.bill_months({meter: (300, 500, 900)}, first="2025-08")
    right = cast.received("meter_dispute", supply_point=point)
    operations.record_check(
        case=right, error_percent=Decimal("0.8"), certificate="JD-1", at=AT + HOUR, actor=cast.staff("wugang")
    )
    assert right.dispute.pk and waiting(right) == ["reply"]
    found = queries.explanation(point, until="2025-10")
    assert found.this.energy_kwh > found.last.energy_kwh
    assert "more_than_last_month" in found.reasons
    wrong = cast.received("meter_dispute", supply_point=point)
    dispute = operations.record_check(
        case=wrong, error_percent=Decimal("25"), certificate="JD-2", at=AT + HOUR, actor=cast.staff("wugang")
    )
    assert dispute.result == "wrong" and waiting(wrong) == ["correct"]
    operations.draft_correction(
        case=wrong,
        first=Cycle(2025, 9),
        last=Cycle(2025, 10),
        at=AT + 2 * HOUR,
        actor=billing.people()["liumin"],
    )
    correction = Correction.objects.get()
    assert correction.difference_fen < 0 and correction.apology
    energies = dict(queries.energy_by_cycle(point, Cycle(2025, 9), Cycle(2025, 10)))
    expected = [-(energy * Decimal("0.25") / Decimal("1.25") / 2) for energy in energies.values()]
    assert [fact.registers["total"] for fact in correction.changes] == expected
    assert waiting(wrong) == ["reply"]


def test_a_caller_is_found_by_any_number_and_known_again():
    point = supply.household()
    person = point.customer
    on = AT.date()
    for text in (person.number, person.phone, point.number, point.account.number, person.name):
        found = queries.callers(text, scope="45", on=on)
        assert [row.point for row in found if row.customer == person] == [point], text
    assert queries.callers(person.number, scope="4502", on=on) == []
    first = cast.received(supply_point=point)
    cast.received("complaint", supply_point=point, at=AT + HOUR)
    matters = queries.last_matters(customer_id=person.pk, phone="", scope="45")
    assert len(matters) == 2 and queries.is_repeat_caller(matters, at=AT + DAY)
    assert queries.last_matters(customer_id=None, phone=person.phone, scope="45") == matters
    assert [case.pk for case in queries.doubles(
        kind="enquiry", supply_point_id=point.pk, area_id=None, scope="45", at=AT + DAY
    ).same_point][-1] == first.pk  # fmt: skip
