"""A complaint from the call to the measure: limits, two persons, money back, escalation, the three taboos."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from denghuo.care.cases import operations, queries
from denghuo.care.cases.models import Cause, Complaint
from denghuo.commerce.payments.models import Refund
from denghuo.foundation.audit.models import Entry
from denghuo.foundation.outbox.models import Message
from denghuo.foundation.workflow import operations as workflow
from denghuo.foundation.workflow import queries as processes
from tests.cast import cases as cast
from tests.cast import supply
from tests.cast.cases import AT

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def complaint(**how):
    point = how.pop("point", None) or supply.household()
    return cast.received("complaint", supply_point=point, **how)


def investigated(case, *, at=AT + 5 * HOUR, **how):
    facts = {
        "cause": Cause.objects.get(code="quality.billing"),
        "findings": "抄表员误抄一位数",
        "admitted": True,
        "proposal": "更正电费并致歉",
        "apology": True,
        "actor": cast.staff("wugang"),
        **how,
    }
    return operations.investigate(case=case, at=at, **facts)


def contacted(case, at=AT + 2 * HOUR):
    operations.record_contact(
        case=case, method="phone", reached=True, text="已致电说明", at=at, actor=cast.agent()
    )


def decided(case, *, at=AT + 6 * HOUR, approved=True, **how):
    facts = {
        "reason": "属实，同意",
        "measure": "抄表机加录入校验",
        "measure_owner": cast.staff("machao"),
        "actor": cast.staff("heyong"),
        **how,
    }
    return operations.decide(case=case, approved=approved, at=at, **facts)


def test_limits_run_from_the_word():
    case = complaint()
    assert case.contact_due_at == AT + DAY
    assert case.answer_due_at == queries.working_days_later(AT, 5)
    assert case.unit_id == "4501" and case.customer and case.account and case.address
    instance = processes.instance_of(case)
    assert instance.owner == cast.agent() and instance.customer_id == case.customer_id
    assert [task.step for task in processes.open_tasks(case)] == ["contact"]


def test_from_the_call_to_the_measure():
    case = complaint()
    contacted(case)
    investigated(case, gift="雨伞", gift_value_fen=3500, refund_fen=5_000)
    decided(case)
    refund = Refund.objects.get()
    assert refund.amount_fen == 5_000 and refund.requested_by == cast.staff("wugang")
    assert Complaint.objects.get(case=case).refund == refund
    operations.reply(
        case=case, answer="已更正并致歉", outcome="solved", accepted=True, at=AT + DAY, actor=cast.agent()
    )
    case.refresh_from_db()
    assert case.state == "replied" and case.replied_at <= case.answer_due_at
    operations.give_gift(case=case, at=AT + DAY, actor=cast.agent())
    operations.follow_up(case=case, satisfaction=5, text="满意", at=AT + DAY + HOUR, actor=cast.agent())
    case.refresh_from_db()
    assert case.state == "closed" and case.satisfaction == 5
    instance = processes.instance_of(case)
    assert instance.state == "done" and instance.outcome == "closed"
    item = case.improvements.get()
    with pytest.raises(operations.CaseRefused):
        operations.verify_improvement(item=item, text="好", at=AT + DAY, actor=cast.agent())
    operations.finish_improvement(item=item, text="已上线校验", at=AT + DAY, actor=cast.staff("machao"))
    item.refresh_from_db()
    with pytest.raises(operations.CaseRefused):
        operations.verify_improvement(item=item, text="好", at=AT + DAY, actor=cast.staff("machao"))
    operations.verify_improvement(item=item, text="客户认可", at=AT + 2 * DAY, actor=cast.agent())
    names = set(Message.objects.values_list("name", flat=True))
    assert {"cases.received", "cases.replied", "cases.closed", "cases.complaint_decided"} <= names
    assert Entry.objects.filter(action="cases.complaint.decided").exists()


def test_the_investigator_does_not_decide_and_the_database_agrees():
    case = complaint()
    contacted(case)
    found = investigated(case, actor=cast.staff("heyong"))
    with pytest.raises(operations.CaseRefused):
        decided(case)
    with pytest.raises(IntegrityError), transaction.atomic():
        Complaint.objects.filter(pk=found.pk).update(decided_by=cast.staff("heyong"), decided_at=AT + DAY)


def test_an_admitted_complaint_needs_its_measure():
    case = complaint()
    contacted(case)
    investigated(case)
    with pytest.raises(operations.CaseRefused):
        decided(case, measure="  ")
    assert [task.step for task in processes.open_tasks(case)] == ["approve"]


def test_what_is_sent_back_is_looked_into_again():
    case = complaint()
    contacted(case)
    investigated(case)
    decided(case, approved=False, reason="未核对表码")
    assert [task.step for task in processes.open_tasks(case)] == ["investigate"]
    investigated(case, admitted=False)
    decided(case, measure="")
    assert [task.step for task in processes.open_tasks(case)] == ["reply"]
    assert not case.improvements.exists()


def test_steps_come_in_their_order():
    case = complaint()
    with pytest.raises(operations.CaseRefused) as refused:
        operations.reply(case=case, answer="好", outcome="solved", at=AT, actor=cast.agent())
    assert "contact" in str(refused.value) or str(refused.value)
    case.refresh_from_db()
    assert case.state == "open" and case.replied_at is None


def test_a_try_that_reaches_nobody_is_no_contact():
    case = complaint()
    operations.record_contact(
        case=case, method="phone", reached=False, text="无人接听", at=AT + HOUR, actor=cast.agent()
    )
    case.refresh_from_db()
    assert case.contacted_at is None and case.contacts.count() == 1
    assert [task.step for task in processes.open_tasks(case)] == ["contact"]


def test_the_same_matter_again_goes_higher():
    point = supply.household()
    first = complaint(point=point)
    other = complaint(point=point, topic=cast.topic("complaint.service.attitude"), at=AT + DAY)
    again = complaint(point=point, topic=cast.topic("complaint.business.reading"), at=AT + 20 * DAY)
    assert other.previous is None and other.escalation == 0
    assert again.previous == first and again.escalation == 1 and again.priority == 4
    late = complaint(point=point, at=AT + 100 * DAY)
    assert late.previous is None
    assert Message.objects.filter(name="cases.complaint_escalated").count() == 1


def test_the_three_taboos_are_watched():
    calm, passed, silent = (complaint(at=AT + offset * HOUR) for offset in (20, 0, 1))
    people = [cast.agent(), cast.staff("heyong")]
    workflow_task = processes.open_task(passed, "contact")
    second = cast.staff("chenxin")
    for turn in range(3):
        workflow.transfer(
            task=workflow_task, to=second, reason="转交", at=AT + turn * HOUR, actor=people[turn % 2]
        )
    contacted(passed)
    at = AT + 30 * HOUR
    found = {row.case.pk: row for row in queries.watched("45", at=at)}
    assert found[calm.pk].taboos == []
    assert found[passed.pk].taboos == ["passed"] and found[passed.pk].passes == 3
    assert found[silent.pk].taboos == ["no_contact"]
    much_later = {row.case.pk: row.taboos for row in queries.watched("45", at=AT + 20 * DAY)}
    assert much_later[silent.pk] == ["no_contact", "overdue"]
    assert queries.watched("4502", at=at) == []


def test_joined_and_withdrawn_matters_end_with_their_process():
    point = supply.household()
    first, second = complaint(point=point), complaint(point=point)
    operations.join(case=second, main=first, at=AT + HOUR, actor=cast.agent())
    second.refresh_from_db()
    assert second.state == "merged" and second.main == first
    assert processes.instance_of(second).state == "cancelled"
    with pytest.raises(operations.CaseRefused):
        operations.join(case=first, main=first, at=AT + HOUR, actor=cast.agent())
    operations.withdraw(case=first, reason="客户撤诉", at=AT + 2 * HOUR, actor=cast.agent())
    first.refresh_from_db()
    assert first.state == "withdrawn"
    with pytest.raises(operations.CaseRefused):
        contacted(first)
