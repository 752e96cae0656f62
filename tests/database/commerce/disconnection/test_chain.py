"""The legal story on the database: step by step, refused attempts, payment, restoration."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

import pytest

from denghuo.commerce.disconnection import operations, queries
from denghuo.commerce.disconnection.models import (
    DisconnectionOrder,
    NoCutDay,
    RefusedStep,
    RestoreOrder,
    WorkOrder,
)
from denghuo.commerce.disconnection.rules import parameters, switching
from denghuo.commerce.receivables import queries as receivables
from denghuo.commerce.receivables.models import DisputeHold, Receivable
from denghuo.foundation.audit.models import Entry
from denghuo.foundation.outbox import operations as outbox
from denghuo.foundation.parameters import operations as parameter_operations
from tests.cast import billing, supply
from tests.cast import disconnection as cast
from tests.cast.disconnection import PAPER, SECOND, STOPPED
from tests.cast.money import noon, pay

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def refused(act, **how) -> list[str]:
    """The codes of a refusal that must come, and that must be on record."""
    before = RefusedStep.objects.count()
    with pytest.raises(operations.StepRefused) as raised:
        act(**how)
    assert RefusedStep.objects.count() == before + 1
    row = RefusedStep.objects.latest("id")
    assert [item["code"] for item in json.loads(row.refusals)] == [r.code for r in raised.value.refusals]
    assert str(raised.value)
    return [refusal.code for refusal in raised.value.refusals]


def hear(at: datetime) -> None:
    outbox.deliver(at=at)


def settled(point, on: date) -> None:
    """Everything is paid on ``on``, the late fee too."""
    pay(point.account, receivables.owed(point.account_id, on=on).total_fen, on=on)


def test_from_proposal_to_restoration_within_a_day():
    point = cast.debtor()
    order = cast.stopped(point)
    assert order.state == "executed" and order.executed_at == STOPPED
    off = queries.disconnected([point.pk], on=date(2026, 9, 8))[point.pk]
    assert off.number == order.number and not off.restoring
    assert queries.disconnected([point.pk], on=date(2026, 9, 7)) == {}
    assert list(queries.inconsistencies()) == []

    settled(point, date(2026, 9, 9))
    assert len(list(queries.inconsistencies())) == 1  # paid, and nobody has heard of it yet
    hear(noon(date(2026, 9, 9)) + MINUTE)
    assert list(queries.inconsistencies()) == []
    order.refresh_from_db()
    clock = RestoreOrder.objects.get(order=order)
    assert order.state == "restoring" and clock.cause == "settled"
    assert clock.due_at - clock.settled_at == timedelta(hours=24)
    operations.restore(
        order=order, at=noon(date(2026, 9, 9)) + timedelta(hours=3), actor=cast.people()["nongjun"]
    )
    order.refresh_from_db()
    clock.refresh_from_db()
    assert order.state == "restored" and not clock.was_late
    assert queries.disconnected([point.pk], on=date(2026, 9, 9)) == {}
    assert list(receivables.inconsistencies()) == []
    actions = list(
        Entry.objects.filter(action__startswith="disconnection.")
        .values_list("action", flat=True)
        .order_by("sequence")
    )
    assert actions == [
        "disconnection.order.proposed",
        "disconnection.order.approved",
        "disconnection.notice.delivered",
        "disconnection.notice.second_given",
        "disconnection.supply.stopped",
        "disconnection.restoration.started",
        "disconnection.supply.restored",
    ]


def test_the_protected_are_refused_and_the_attempt_is_kept():
    point = cast.debtor(supply.wang_xiuying())
    codes = refused(cast.proposed, point=point)
    assert codes == ["protected"]
    row = RefusedStep.objects.get()
    assert row.account == point.account and row.order is None and row.attempted_by.username == "zhengjie"


def test_nobody_is_proposed_too_early_or_undemanded():
    point = supply.li_jianguo()
    cast.people()
    assert refused(cast.proposed, point=point)[0] == "nothing_overdue"
    cast.owing(point.account, 10_000, due=date(2026, 8, 11))
    assert refused(cast.proposed, point=point) == ["not_overdue_long_enough", "not_demanded"]
    cast.demand(point, date(2026, 8, 20), outcome="not_reached")
    at = datetime(2026, 9, 11, 1, tzinfo=UTC)
    assert refused(cast.proposed, point=point, at=at) == ["not_demanded"]
    cast.demand(point, date(2026, 8, 21))
    order = cast.proposed(point, at=at)
    assert order.state == "proposed" and order.owed_fen == 10_000
    assert refused(cast.proposed, point=point, at=at) == ["wrong_state"]


def test_two_persons_and_the_right_level():
    point = cast.debtor()
    order = cast.proposed(point)
    people = cast.people()
    how = {"order": order, "window_from": cast.WINDOW[0], "window_to": cast.WINDOW[1], "at": cast.APPROVED}
    assert refused(operations.approve, actor=people["zhengjie"], reason="x", **how) == [
        "own_proposal",
        "level",
    ]
    assert refused(operations.approve, actor=people["heyong"], reason="", **how) == ["no_reason"]
    operations.approve(actor=people["heyong"], reason="情况属实", **how)
    order.refresh_from_db()
    assert order.state == "approved" and order.decided_by == people["heyong"]
    assert WorkOrder.objects.get(order=order).method == "field"


def test_an_important_customer_goes_to_the_bureau_and_to_the_authority():
    point = cast.debtor(supply.hospital(), 1_000_000, residential=False)
    order = cast.proposed(point)
    people = cast.people()
    assert order.level == "bureau" and order.importance == "first"
    how = {
        "order": order,
        "window_from": cast.WINDOW[0],
        "window_to": cast.WINDOW[1],
        "at": cast.APPROVED,
        "reason": "x",
    }
    assert refused(operations.approve, actor=people["heyong"], **how) == ["level"]
    operations.approve(actor=people["luoqiang"], **how)
    operations.deliver_notice(
        order=order, **PAPER, delivered_at=cast.NOTICED, at=cast.NOTICED, actor=people["nongjun"]
    )
    second = {"order": order, **PAPER, "at": SECOND, "actor": people["nongjun"]}
    assert refused(operations.give_second_notice, **second) == ["no_authority_copy"]
    copy = {
        "order": order,
        "delivered_at": SECOND,
        "authority": "灯火市经信局",
        "at": SECOND,
        "actor": people["zhengjie"],
    }
    assert "no_evidence" in refused(operations.copy_to_authority, document_number="", **copy)
    operations.copy_to_authority(document_number="灯供函〔2026〕31号", **copy)
    operations.give_second_notice(**second)
    operations.execute(order=order, at=STOPPED, actor=people["nongjun"])
    order.refresh_from_db()
    assert order.state == "executed" and order.authority_copied_at == SECOND


def test_the_stop_waits_for_seven_days_thirty_minutes_and_a_day_on_which_it_may_be():
    point = cast.debtor()
    order = cast.noticed(point)
    people = cast.people()
    early = datetime(2026, 9, 7, 2, tzinfo=UTC)
    second = {"order": order, **PAPER, "actor": people["nongjun"]}
    assert refused(operations.give_second_notice, at=early, **second) == ["notice_running"]
    assert refused(operations.execute, order=order, at=early, actor=people["nongjun"])[0] == "wrong_state"
    (outlook,) = queries.outlooks([order], at=early)
    assert outlook.step == "second_notice"
    assert outlook.allowed_from == datetime(2026, 9, 7, 23, 30, tzinfo=UTC)  # Tuesday, 07:30 in Beijing
    NoCutDay.objects.all().delete()
    operations.set_no_cut_day(
        on=date(2026, 9, 8),
        unit=order.unit,
        kind="weather",
        reason="台风橙色预警",
        at=early,
        actor=people["heyong"],
    )
    assert refused(operations.give_second_notice, at=SECOND, **second) == ["closed_day"]
    operations.clear_no_cut_day(
        day=NoCutDay.objects.get(), reason="预警解除", at=SECOND, actor=people["heyong"]
    )
    operations.give_second_notice(at=SECOND, **second)
    execute = {"order": order, "actor": people["nongjun"]}
    assert refused(operations.execute, at=STOPPED - MINUTE, **execute) == ["second_notice_running"]
    assert refused(operations.execute, at=STOPPED + timedelta(hours=2), **execute) == ["second_notice_stale"]
    operations.execute(at=STOPPED, **execute)


def test_the_working_saturday_of_the_calendar_counts():
    point = cast.debtor()
    order = cast.noticed(point)
    (holiday,) = queries.outlooks([order], at=datetime(2026, 9, 24, 2, tzinfo=UTC))
    assert [refusal.code for refusal in holiday.refusals] == ["eve"]  # the day before Mid-autumn
    (sunday,) = queries.outlooks([order], at=datetime(2026, 9, 20, 2, tzinfo=UTC))
    assert sunday.is_ready  # Sunday 20 September is worked in exchange (调休)
    (saturday,) = queries.outlooks([order], at=datetime(2026, 9, 12, 2, tzinfo=UTC))
    assert [refusal.code for refusal in saturday.refusals] == ["weekend"]


def test_a_dispute_or_a_payment_between_the_notices_and_the_stop():
    point = cast.debtor()
    order = cast.warned(point)
    people = cast.people()
    item = Receivable.objects.get(account=point.account)
    hold = DisputeHold.objects.create(
        receivable=item, reason="示数有疑问", opened_date=date(2026, 9, 8), opened_at=SECOND
    )
    Receivable.objects.filter(pk=item.pk).update(disputed=True)
    codes = refused(operations.execute, order=order, at=STOPPED, actor=people["nongjun"])
    assert "disputed" in codes and "nothing_overdue" in codes
    hold.delete()
    Receivable.objects.filter(pk=item.pk).update(disputed=False)
    settled(point, date(2026, 9, 8))
    codes = refused(operations.execute, order=order, at=STOPPED, actor=people["nongjun"])
    assert codes[0] == "nothing_overdue"
    hear(noon(date(2026, 9, 8)))
    order.refresh_from_db()
    assert order.state == "cancelled" and WorkOrder.objects.get(order=order).state == "cancelled"


def test_the_late_fee_counts_for_the_restoration_where_the_bureau_says_so():
    point = cast.debtor()
    order = cast.stopped(point)
    people = cast.people()
    item = Receivable.objects.get(account=point.account)
    pay(point.account, item.open_fen, on=date(2026, 9, 9), only=[item.pk])
    hear(noon(date(2026, 9, 9)))
    order.refresh_from_db()
    assert order.state == "executed"
    codes = refused(
        operations.decide_restoration,
        order=order,
        reason="",
        at=noon(date(2026, 9, 9)),
        actor=people["heyong"],
    )
    assert codes == ["still_owed"]
    settled(point, date(2026, 9, 10))
    hear(noon(date(2026, 9, 10)))
    order.refresh_from_db()
    assert order.state == "restoring"


def test_a_late_restoration_is_escalated_once():
    point = cast.debtor()
    order = cast.stopped(point)
    settled(point, date(2026, 9, 9))
    assert operations.sweep(at=noon(date(2026, 9, 9))) == 1
    assert operations.sweep(at=noon(date(2026, 9, 9))) == 0
    late = noon(date(2026, 9, 10)) + MINUTE
    assert operations.escalate_late(at=late - 2 * MINUTE) == 0
    assert operations.escalate_late(at=late) == 1
    assert operations.escalate_late(at=late) == 0
    operations.restore(order=order, at=late, actor=cast.people()["nongjun"])
    assert RestoreOrder.objects.get().was_late and RestoreOrder.objects.get().escalated_at == late
    hear(late)  # the message of the payment comes after all of this and changes nothing
    order.refresh_from_db()
    assert order.state == "restored"


def remote(point, number: str = "") -> str:
    """A meter with a built-in switch at the point, and the emulated port in use; returns its asset number."""
    metered = billing.metered(point)
    meter = metered.installations.get().meter
    meter.model = "DDZY102-Z"
    meter.save(update_fields=["model"])
    parameter_operations.set_value(
        parameter=parameters.SWITCH_PORT,
        text="emulated",
        valid_from=date(2026, 1, 1),
        reason="试点",
        actor=None,
        at=SECOND,
    )
    return meter.asset_number


def test_a_remote_switch_stops_and_restores():
    point = cast.debtor()
    meter = remote(point)
    order = cast.warned(point)
    assert WorkOrder.objects.get(order=order).method == "remote"
    order = operations.execute_remote(order=order, at=STOPPED, actor=cast.people()["heyong"])
    assert order.state == "executed" and switching.emulator.position(meter) == "open"
    settled(point, date(2026, 9, 9))
    hear(noon(date(2026, 9, 9)))
    work = WorkOrder.objects.get(order=order, kind="restore")
    assert work.state == "sending" and work.due_at - noon(date(2026, 9, 9)) == timedelta(minutes=30)
    assert operations.perform_waiting(at=noon(date(2026, 9, 9)) + MINUTE) == 1
    order.refresh_from_db()
    assert order.state == "restored" and switching.emulator.position(meter) == "closed"


def test_a_meter_that_does_not_answer_leaves_the_work_to_a_crew():
    point = cast.debtor()
    meter = remote(point)
    order = cast.warned(point)
    switching.emulator.lose(meter)
    try:
        order = operations.execute_remote(order=order, at=STOPPED, actor=cast.people()["heyong"])
        assert order.state == "warned" and order.executed_at is None
        assert list(WorkOrder.objects.filter(order=order).values_list("method", "state")) == [
            ("remote", "unreachable"),
            ("field", "waiting"),
        ]
        operations.execute(order=order, at=STOPPED + MINUTE, actor=cast.people()["nongjun"])
        settled(point, date(2026, 9, 9))
        hear(noon(date(2026, 9, 9)))
        operations.perform_waiting(at=noon(date(2026, 9, 9)))
        crew = WorkOrder.objects.get(order=order, kind="restore", state="waiting")
        assert crew.method == "field" and crew.due_at == noon(date(2026, 9, 10))
    finally:
        switching.emulator.find(meter)


def test_paid_while_the_command_is_on_its_way():
    point = cast.debtor()
    meter = remote(point)
    order = cast.warned(point)
    work = operations.command_stop(order=order, at=STOPPED, actor=cast.people()["heyong"])
    settled(point, date(2026, 9, 8))
    hear(noon(date(2026, 9, 8)))
    operations.perform(work=work, at=noon(date(2026, 9, 8)))
    order.refresh_from_db()
    assert order.state == "restoring"
    operations.perform_waiting(at=noon(date(2026, 9, 8)) + MINUTE)
    order.refresh_from_db()
    assert order.state == "restored" and switching.emulator.position(meter) == "closed"
    assert list(queries.inconsistencies()) == []


def test_theft_is_stopped_at_once_and_reported_afterwards():
    point = supply.li_jianguo()
    people = cast.people()
    at = datetime(2026, 9, 12, 14, tzinfo=UTC)  # a Saturday night
    how = {"account": point.account, "explanation": "私接线路绕越电表", "at": at, "actor": people["nongjun"]}
    assert refused(operations.stop_at_once, reason="arrears", evidence="x", **how) == ["needs_the_chain"]
    assert refused(operations.stop_at_once, reason="theft", evidence="", **how) == ["no_evidence"]
    order = operations.stop_at_once(reason="theft", evidence="执法记录仪 V0912", **how)
    assert order.state == "executed" and order.report_due_at == at + timedelta(hours=24)
    report = {"order": order, "authority": "灯火市经信局", "at": at, "actor": people["heyong"]}
    assert refused(operations.report_afterwards, document_number="", **report) == ["no_evidence"]
    operations.report_afterwards(document_number="灯供报〔2026〕9号", **report)
    restore = {"order": order, "at": at, "actor": people["heyong"]}
    assert refused(operations.decide_restoration, reason="", **restore) == ["no_reason"]
    operations.decide_restoration(reason="违约使用电费已缴清，现场整改完毕", **restore)


def test_at_the_customers_own_request():
    point = supply.li_jianguo()
    people = cast.people()
    order = cast.proposed(point, reason="request", explanation="外出务工，申请暂时断电")
    refused(operations.execute, order=order, at=STOPPED, actor=people["nongjun"])
    operations.approve(
        order=order, window_from=cast.WINDOW[0], window_to=cast.WINDOW[1], reason="申请书齐全", at=cast.APPROVED,
        actor=people["heyong"],
    )  # fmt: skip
    operations.execute(order=order, at=STOPPED, actor=people["nongjun"])
    order.refresh_from_db()
    assert order.state == "executed"


def test_proposals_from_a_list_and_what_becomes_of_each():
    debtor, wang = cast.debtor(), cast.debtor(supply.wang_xiuying())
    found = queries.candidates(at=cast.PROPOSED)
    assert [(c.account.pk, c.is_legal) for c in found] == [
        (debtor.account_id, True),
        (wang.account_id, False),
    ]
    made = operations.propose_many(
        accounts=[c.account for c in found],
        explanation="八月欠费清理",
        at=cast.PROPOSED,
        actor=cast.people()["zhengjie"],
    )
    assert [order.account_id for order in made.orders] == [debtor.account_id]
    assert [account.pk for account, _ in made.refused] == [wang.account_id]
    assert queries.candidates(at=cast.PROPOSED)[0].account.pk == wang.account_id


def test_what_counts_as_a_demand_is_what_collection_says():
    from denghuo.commerce.collection import queries as collection

    point = cast.debtor()
    cast.demand(point, date(2026, 7, 25), outcome="not_reached")
    cast.demand(point, date(2026, 7, 30), outcome="promised")
    told = [
        demand for demand in collection.demanded(point.account_id, on=date(2026, 9, 1)) if demand.delivered
    ]
    facts = queries.facts_of_accounts([point.account_id], at=cast.PROPOSED)[point.account_id]
    assert facts.demanded_date == min(demand.date for demand in told) == date(2026, 7, 30)


def test_facts_of_many_cost_no_more_queries_than_facts_of_one(django_assert_max_num_queries):
    points = [
        cast.debtor(supply.household(f"张{n}", f"灯火镇梧桐巷{n}号", phone="13800138009"))
        for n in "一二三四五"
    ]
    with django_assert_max_num_queries(16):
        assert len(queries.candidates(at=cast.PROPOSED)) == len(points)


def test_an_order_is_rejected_or_cancelled_with_a_reason():
    people = cast.people()
    order = cast.proposed(cast.debtor())
    with pytest.raises(operations.OrderCannotBeEnded):
        operations.reject(order=order, reason="", at=cast.APPROVED, actor=people["heyong"])
    with pytest.raises(operations.OrderCannotBeEnded):
        operations.reject(order=order, reason="自己", at=cast.APPROVED, actor=people["zhengjie"])
    operations.reject(order=order, reason="先协商分期", at=cast.APPROVED, actor=people["heyong"])
    again = cast.proposed(DisconnectionOrder.objects.get().points.get().supply_point)
    operations.cancel(order=again, reason="客户已承诺", at=cast.APPROVED, actor=people["zhengjie"])
    with pytest.raises(operations.OrderCannotBeEnded):
        operations.cancel(order=again, reason="客户已承诺", at=cast.APPROVED, actor=people["zhengjie"])
