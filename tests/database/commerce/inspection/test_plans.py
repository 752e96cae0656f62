"""The plan of a quarter, visits on page and phone, notices from signature to the day they are put right."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from denghuo.commerce.fieldwork import queries as field_queries
from denghuo.commerce.inspection import events, operations, queries
from denghuo.commerce.inspection.models import Finding, Visit
from denghuo.commerce.inspection.rules.cycles import Quarter
from denghuo.commerce.inspection.rules.processes import field_kind
from denghuo.foundation.identity.models import OrganisationUnit
from denghuo.foundation.outbox.models import Message
from denghuo.foundation.workflow import queries as workflow
from tests.cast import inspection as cast
from tests.cast import supply
from tests.cast.inspection import AT

pytestmark = pytest.mark.django_db
Q3 = Quarter(2026, 3)


def plan(quarter=Q3, at=AT):
    cast.people()
    return operations.plan_quarter(
        quarter=quarter, unit=OrganisationUnit.objects.get(code="45"), at=at, actor=cast.heyong()
    )


def test_a_quarter_is_planned_once_by_rule(django_assert_max_num_queries):
    cast.people()
    points = [cast.secured(), supply.factory(), supply.factory("红旗塑料厂"), supply.household()]
    with django_assert_max_num_queries(22):
        made = plan()
    found = set(Visit.objects.values_list("supply_point_id", "kind"))
    assert {(points[0].pk, "first"), (points[0].pk, "generator"), (points[1].pk, "hv10")} <= found
    assert made.made == len(found)
    again = plan()
    assert again.made == 0
    # done in September: the next quarter asks again, for the important one only
    for visit in Visit.objects.all():
        operations.record(visit=visit, answers=cast.answers(visit.checklist), at=AT, actor=cast.wugang())
    plan(Q3.shifted(1), AT + timedelta(days=20))
    assert set(Visit.objects.filter(quarter="2026Q4").values_list("kind", flat=True)) - {"lv"} == {"first"}
    with pytest.raises(operations.PlanRefused):
        plan(Q3.shifted(-1))


def test_what_is_still_open_is_not_planned_a_second_time():
    cast.hospital()
    plan()
    made = plan(Q3.shifted(1), AT)
    assert not made.made or "first" not in set(
        Visit.objects.filter(quarter="2026Q4").values_list("kind", flat=True)
    )


def test_given_to_an_inspector_it_is_on_the_phone_and_comes_back_from_there():
    visit = cast.visit(cast.hospital())
    task = field_queries.task_of(visit, field_kind("first"))
    assert task.crew == cast.wugang()
    answers = {f"item_{k}": v for k, v in cast.answers("first", "interlock").items()}
    operations.from_the_phone(task, {"met": True, **answers, "companion": "李强"}, at=AT, actor=cast.wugang())
    visit.refresh_from_db()
    assert visit.state == "done" and visit.companion == "李强"
    finding = Finding.objects.get()
    assert (finding.code, finding.level) == ("S02", "major")
    from denghuo.commerce.fieldwork.rules import Conflict

    with pytest.raises(Conflict):
        operations.from_the_phone(task, {"met": True, **answers}, at=AT, actor=cast.wugang())


def test_nobody_met_keeps_it_open_and_recorded_on_the_page_it_leaves_the_phone():
    visit = cast.visit()
    operations.record_not_met(visit=visit, note="门卫不放行", at=AT, actor=cast.wugang())
    assert field_queries.task_of(visit, field_kind("first")).state == "cancelled"
    operations.assign(
        visits=[visit], inspector=cast.wugang(), at=AT, actor=cast.heyong(), planned_date=date(2026, 9, 9)
    )
    assert field_queries.task_of(visit, field_kind("first")).state == "assigned"
    with pytest.raises(operations.VisitRefused):
        operations.record(visit=visit, answers={}, at=AT, actor=cast.wugang())
    done = operations.record(visit=visit, answers=cast.answers("first"), at=AT, actor=cast.wugang())
    assert done.state == "done" and field_queries.task_of(visit, field_kind("first")).state == "cancelled"
    with pytest.raises(operations.PlanRefused):
        operations.assign(visits=[visit], inspector=cast.heyong(), at=AT, actor=cast.heyong())


def test_an_open_finding_is_not_found_twice():
    point = cast.hospital()
    cast.inspected("tests", point=point)
    cast.inspected("tests", "earthing", point=point)
    assert sorted(Finding.objects.values_list("code", flat=True)) == ["Q01", "Q06"]


def test_own_emergency_power_is_judged_and_a_test_counts():
    point = cast.secured()
    profile = queries.planning.profile_of(point.pk)
    assert queries.planning.emergency_faults(profile, date(2026, 9, 1)) == ["not_tested"]
    visit = cast.visit(point, checklist="generator")
    operations.record(visit=visit, answers=cast.answers("generator"), at=AT, actor=cast.wugang())
    profile = queries.planning.profile_of(point.pk)
    assert queries.planning.emergency_faults(profile, date(2026, 9, 1)) == []
    operations.set_profile(supply_point=point, security_load_kw=450, at=AT, actor=cast.heyong())
    profile = queries.planning.profile_of(point.pk)
    assert queries.planning.emergency_faults(profile, date(2026, 9, 1)) == ["too_small"]
    with pytest.raises(operations.ProfileRefused):
        operations.set_profile(supply_point=point, version=1, at=AT, actor=cast.heyong())


def test_a_notice_runs_in_working_days_and_closes_with_its_findings():
    notice = cast.noticed("tests", "earthing")
    assert notice.due_date == date(2026, 9, 15)  # ten working days of the stricter finding
    assert workflow.open_task(notice, "recheck")
    assert notice.duties.filter(duty="notify").exists()
    closed = operations.recheck(
        notice=notice, passed=True, note="已更换接地极", at=AT + timedelta(days=7), actor=cast.wugang()
    )
    assert closed.state == "closed" and not Finding.objects.filter(resolved_at__isnull=True)
    assert workflow.instance_of(notice).outcome == "closed"
    assert events.RectificationClosed.name in Message.objects.values_list("name", flat=True)


def test_refused_to_sign_needs_a_witness():
    notice = cast.noticed(delivered=False)
    with pytest.raises(operations.RectificationRefused):
        operations.deliver(notice=notice, refused=True, at=AT, actor=cast.wugang())
    with pytest.raises(operations.RectificationRefused):
        operations.deliver(notice=notice, at=AT, actor=cast.wugang())
    found = operations.deliver(notice=notice, refused=True, witness="街道办 周洁", at=AT, actor=cast.wugang())
    assert found.refused and found.state == "delivered"


def test_not_put_right_it_is_reported_and_the_four_duties_are_ticked():
    notice = cast.noticed("tests")
    on = date(2026, 9, 10)
    with pytest.raises(operations.RectificationRefused):
        report(notice, AT)
    operations.recheck(
        notice=notice, passed=False, note="未试验", at=AT + timedelta(days=30), actor=cast.wugang()
    )
    assert workflow.open_task(notice, "follow_up")
    report(notice, AT + timedelta(days=31))
    notice.refresh_from_db()
    assert notice.state == "reported" and workflow.open_task(notice, "recheck")
    for duty in ("serve", "supervise"):
        operations.tick(notice=notice, duty=duty, note="上门指导", at=AT, actor=cast.wugang())
    with pytest.raises(operations.RectificationRefused):
        operations.tick(notice=notice, duty="serve", note="再次", at=AT, actor=cast.wugang())
    assert all(item.tick for item in queries.rectifying.duties(notice, on))
    assert queries.rectifying.duty_share("45", on) == (4, 4)
    with pytest.raises(operations.RectificationRefused):
        report(notice, AT + timedelta(days=32))
    operations.recheck(
        notice=notice, passed=False, note="仍未试验", at=AT + timedelta(days=40), actor=cast.wugang()
    )
    done = operations.recheck(
        notice=notice, passed=True, note="试验合格", at=AT + timedelta(days=50), actor=cast.wugang()
    )
    assert done.state == "closed" and workflow.instance_of(notice).state == "done"


def report(notice, at):
    return operations.report(
        notice=notice, authority="市工信局", document_number="灯供函〔2026〕40号", at=at, actor=cast.wugang()
    )


def test_more_time_with_a_reason_only():
    notice = cast.noticed()
    with pytest.raises(operations.RectificationRefused):
        operations.extend(
            notice=notice, to_date=notice.due_date, reason="设备到货晚", at=AT, actor=cast.heyong()
        )
    with pytest.raises(operations.RectificationRefused):
        operations.extend(notice=notice, to_date=date(2026, 12, 1), reason="", at=AT, actor=cast.heyong())
    found = operations.extend(
        notice=notice, to_date=date(2026, 12, 1), reason="设备到货晚", at=AT, actor=cast.heyong()
    )
    assert found.due_date == date(2026, 12, 1)
    assert not queries.rectifying.overdue("45", on=date(2026, 11, 30)).exists()
    assert queries.rectifying.overdue("45", on=date(2026, 12, 2)).exists()


def test_a_notice_that_was_not_delivered_is_taken_back():
    notice = cast.noticed(delivered=False)
    operations.withdraw(notice=notice, reason="写错户号", at=AT, actor=cast.wugang())
    assert Finding.objects.filter(rectification__isnull=True).count() == 1
    with pytest.raises(operations.RectificationRefused):
        operations.withdraw(notice=cast.noticed(), reason="x", at=AT, actor=cast.wugang())


def test_hidden_dangers_are_counted_by_level_area_and_unit():
    notice = cast.noticed("tests", "interlock", "papers")
    start, end = date(2026, 1, 1), date(2027, 1, 1)
    rows = queries.statistics.dangers("45", start, end, by="level", on=date(2026, 12, 1))
    assert {row.key: (row.total, row.open, row.overdue) for row in rows} == {
        "larger": (1, 1, 1), "major": (1, 1, 1), "minor": (1, 1, 1),
    }  # fmt: skip
    operations.recheck(notice=notice, passed=True, note="好", at=AT, actor=cast.wugang())
    for by in ("area", "unit", "grade"):
        assert sum(row.closed for row in queries.statistics.dangers("45", start, end, by=by, on=end)) == 3
    assert not queries.statistics.dangers("4502", start, end, by="level", on=end)
    assert queries.statistics.by_month("45", start, end) == {date(2026, 9, 1): (3, 3)}
