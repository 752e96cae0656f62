"""Faults: reports become one outage, a crew is sent, minutes are never counted twice, indices agree with an oracle."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest
from django.utils import translation

from denghuo.commerce.fieldwork import queries as fieldwork
from denghuo.commerce.fieldwork.rules import Conflict
from denghuo.commerce.outages import operations, queries
from denghuo.commerce.outages.models import AffectedSupply
from denghuo.commerce.outages.queries.reliability import bounds
from denghuo.commerce.outages.rules.reliability import tally
from denghuo.kernel.periods import Cycle
from tests.cast import grid, supply
from tests.cast import outages as cast

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _english():
    """Refusals are matched in the language of the source."""
    with translation.override("en"):
        yield


NOON = datetime(2026, 9, 7, 4, tzinfo=UTC)


def minutes(count):
    return NOON + timedelta(minutes=count)


@pytest.fixture
def street():
    return [supply.household(f"张{n}", f"灯火镇梧桐巷{n}号", phone=f"1380013800{n}") for n in range(4)]


def call(point, minute, case=None):
    return operations.report_fault(
        key=f"case:{point.pk}:{minute}", at=minutes(minute), supply_point_id=point.pk, case_id=case
    )


def confirm(equipment=None, minute=20, **more):
    return operations.confirm_fault(
        equipment=equipment or grid.area().transformer,
        at=minutes(minute),
        actor=cast.people()["qinyong"],
        **more,
    )


def test_three_calls_become_one_outage_with_a_crew(street):
    assert call(street[0], 0, case=11).outage is None
    assert call(street[0], 0).pk == call(street[0], 0).pk
    call(street[1], 5, case=12)
    assert queries.suspicions(at=minutes(10)) == []
    call(street[2], 9, case=13)
    (suspicion,) = queries.suspicions(at=minutes(10))
    assert (suspicion.suggestion.level, suspicion.places, suspicion.place) == ("transformer", 3, "梧桐巷台区")
    outage = confirm(suspicion.equipment)
    assert (outage.started_at, outage.state, outage.signals.count()) == (NOON, "running", 3)
    assert outage.affected.filter(off_minute__isnull=False).count() == 4
    task = fieldwork.task_of(outage, "outages.repair")
    assert task.due_at == outage.expected_end_at == minutes(20 + 180)
    assert queries.suspicions(at=minutes(21)) == []
    assert call(street[3], 25, case=14).outage == outage, "who calls later belongs to it at once"
    with pytest.raises(operations.OutageRefused, match=outage.number):
        confirm(minute=30)
    operations.repaired(
        task, {"found": "熔断器熔断", "cause": "equipment", "restored": True}, at=minutes(80), actor=cast.people()["nongjun"]
    )  # fmt: skip
    outage.refresh_from_db()
    assert (outage.state, outage.cause, outage.restored_at) == ("restored", "equipment", minutes(80))
    with pytest.raises(Conflict):
        operations.repaired(task, {"restored": True}, at=minutes(90), actor=None)


def test_meters_report_too_and_withdraw_it(street):
    operations.record_meter_event(key="e1", supply_point_id=street[0].pk, kind="power_off", at=NOON)
    assert queries.open_signals().count() == 1
    operations.record_meter_event(key="e2", supply_point_id=street[0].pk, kind="power_on", at=minutes(3))
    assert queries.open_signals().count() == 0
    assert operations.report_fault(key="nowhere", at=NOON) is None
    by_area = operations.report_fault(key="area", at=NOON, transformer_area_id=grid.area().pk)
    assert by_area.transformer == grid.area().transformer


def test_a_fault_that_is_none_counts_for_nothing(street):
    call(street[0], 0)
    outage = confirm()
    operations.retract(outage=outage, reason="用户空开跳闸", at=minutes(30), actor=cast.people()["qinyong"])
    assert not AffectedSupply.objects.exists()
    assert queries.open_signals().count() == 0
    assert fieldwork.task_of(outage, "outages.repair").state == "cancelled"
    signal = call(street[1], 40)
    assert operations.dismiss(signals=[signal], reason="用户内部故障", at=minutes(45), actor=None) == 1


def test_a_minute_without_supply_is_counted_once(street):
    """A transformer is off 12:00–13:00; its feeder 12:30–14:00: the street is off 12:00–14:00, and once interrupted."""
    small = confirm(minute=0)
    big = confirm(grid.feeder(), minute=30)
    operations.restore(outage=small, restored_at=minutes(60), at=minutes(60), actor=None)
    operations.restore(outage=big, restored_at=minutes(120), at=minutes(120), actor=None)
    rows = AffectedSupply.objects.filter(supply_point=street[0]).order_by("off_minute")
    spells = [(row.on_minute - row.off_minute, row.continues) for row in rows]
    assert spells == [(60, False), (60, True)]
    found = queries.total(date(2026, 9, 1), date(2026, 10, 1), at=datetime(2026, 10, 1, tzinfo=UTC))
    assert (found.fault.customer_minutes, found.fault.interruptions) == (480, 4)


def test_an_outage_found_late_takes_up_where_the_other_ended(street):
    """A transformer is off 12:00–12:40. At 13:00 its feeder proves to be off since 12:20."""
    small = confirm(minute=0)
    operations.restore(outage=small, restored_at=minutes(40), at=minutes(40), actor=None)
    big = confirm(grid.feeder(), minute=60, since=minutes(20))
    operations.restore(outage=big, restored_at=minutes(70), at=minutes(70), actor=None)
    row = big.affected.get(supply_point=street[0])
    assert (row.on_minute - row.off_minute, row.continues) == (30, True)


def test_indices_by_area_are_the_oracles(street):
    other = grid.area("A010102", "槐树街台区")
    supply.household("赵六", "灯火镇槐树街1号", area=other, energised_date=date(2026, 9, 16))
    outage = confirm(minute=0)
    operations.restore(outage=outage, restored_at=minutes(95), at=minutes(95), actor=None)
    second = confirm(grid.feeder(), minute=60 * 24 * 30)
    at = minutes(60 * 24 * 30 + 7)
    assert second.state == "running"
    first, until = date(2026, 9, 1), date(2026, 10, 1)
    by_area = {
        row.key: row for row in queries.indices("area", first, until, at=datetime(2026, 10, 1, tzinfo=UTC))
    }
    start, end = bounds(first, until)
    spells = [
        [(row.off_minute, row.on_minute) for row in AffectedSupply.objects.filter(supply_point=point)]
        for point in street
    ]
    expected = tally(spells, start=start, end=end, served_days=4 * 30, short_minutes=3)
    mine = by_area[grid.area().pk]
    assert (mine.total, mine.fault, mine.planned.customer_minutes) == (expected, expected, 0)
    assert mine.total.saidi_minutes == 95
    assert mine.total.asai == 1 - Fraction(95, 30 * 1440)
    assert by_area[other.pk].total.customer_days == 15
    october = queries.total(date(2026, 10, 1), date(2026, 11, 1), at=at)
    assert (october.total.customer_minutes, october.total.days) == (5 * 7, 7)
    months = queries.months(Cycle.parse("2026-10"), 2, at=at)
    assert [month.found.total.interruptions for month in months] == [4, 5]


def test_how_right_the_announced_ends_were(street):
    outage = confirm(minute=0, expected_at=minutes(60))
    operations.estimate(
        outage=outage, expected_at=minutes(120), reason="等待备件", at=minutes(50), actor=None
    )
    with pytest.raises(operations.OutageRefused, match="reason"):
        operations.estimate(outage=outage, expected_at=minutes(150), reason="", at=minutes(51), actor=None)
    operations.restore(outage=outage, restored_at=minutes(100), at=minutes(100), actor=None)
    errors = queries.first_and_last_errors(start=NOON, end=minutes(600))
    assert errors == ([40], [-20])
