"""Planned works: merged or refused, approved by a second person in time, announced, begun, delayed, restored."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation

from denghuo.care.notifications.models import Message
from denghuo.commerce.outages import operations, queries
from denghuo.commerce.outages.models import Outage
from denghuo.foundation.outbox import operations as outbox
from denghuo.foundation.workflow import queries as flow
from tests.cast import grid, supply
from tests.cast import outages as cast
from tests.cast.outages import APPROVED, ASKED, BEGINS, ENDS

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _english():
    """Refusals are matched in the language of the source."""
    with translation.override("en"):
        yield


@pytest.fixture
def street():
    """Two homes and a shop behind one transformer, one of the homes with a person living alone."""
    return [supply.wang_xiuying(), supply.li_jianguo(), supply.noodle_shop()]


def test_works_walk_their_process_to_the_end(street):
    qinyong = cast.people()["qinyong"]
    outage = cast.asked()
    assert flow.open_task(outage, "approve").role == "supervisor"
    outage = operations.approve(outage=outage, at=APPROVED, actor=cast.people()["heyong"])
    rows = list(outage.affected.select_related("supply_point"))
    assert [row.supply_point for row in rows][0] == street[0], "who lives alone is restored first"
    assert {row.supply_point for row in rows} == set(street)
    assert [(n.audience, n.due_at) for n in outage.notices.all()] == [
        ("all", BEGINS - timedelta(days=8)),
        ("important", BEGINS - timedelta(hours=26)),
    ]
    assert operations.publish_due_notices(at=BEGINS - timedelta(days=9)) == 0
    assert operations.publish_due_notices(at=BEGINS - timedelta(days=8)) == 1
    with pytest.raises(operations.OutageRefused, match="notice"):
        operations.start(outage=outage, started_at=BEGINS, at=BEGINS, actor=qinyong)
    assert operations.publish_due_notices(at=BEGINS - timedelta(hours=25)) == 1
    outage = operations.start(outage=outage, started_at=BEGINS, at=BEGINS, actor=qinyong)
    assert outage.affected.filter(off_minute__isnull=False).count() == 3
    late = ENDS + timedelta(hours=2)
    operations.estimate(
        outage=outage, expected_at=late, reason="电缆受损", at=ENDS - timedelta(hours=1), actor=qinyong
    )
    done = operations.restore(outage=outage, restored_at=late, at=late, actor=qinyong)
    assert done.is_late
    assert (done.state, flow.instance_of(done).outcome) == ("restored", "restored")
    assert set(done.affected.values_list("on_minute", flat=True)) == {int(late.timestamp()) // 60}


def test_every_step_tells_the_customers_once(street):
    outage = cast.running()
    qinyong = cast.people()["qinyong"]
    for _round in range(2):
        outbox.deliver(at=BEGINS)
    operations.estimate(
        outage=outage, expected_at=ENDS + timedelta(hours=1), reason="电缆受损", at=BEGINS, actor=qinyong
    )
    operations.restore(outage=outage, restored_at=ENDS, at=ENDS, actor=qinyong)
    for _round in range(2):
        outbox.deliver(at=ENDS)
    told = Message.objects.filter(customer=street[0].customer).order_by("id")
    assert [message.template for message in told] == [
        "outages.planned", "outages.planned", "outages.delayed", "outages.restored",
    ]  # fmt: skip
    assert Message.objects.filter(customer=street[1].customer).count() == 3, (
        "the second notice is for special ones"
    )
    assert "9月15日08:30至9月15日16:30" in told[0].text
    assert "电缆受损" in told[2].text


def test_the_same_supplies_are_not_hit_twice_within_thirty_days(street):
    first = cast.asked()
    second = cast.asked(grid.feeder(), begins_at=BEGINS + timedelta(days=20))
    assert second.state == "refused"
    assert first.number in second.decision_note
    assert flow.instance_of(second) is None
    later = cast.asked(begins_at=BEGINS + timedelta(days=40))
    assert later.state == "proposed"
    urgent = cast.asked(kind="temporary", begins_at=BEGINS + timedelta(days=2))
    assert urgent.state == "proposed"


def test_works_are_merged_into_others_that_grow_to_hold_both(street):
    supply.household("赵六", "灯火镇槐树街1号", area=grid.area("A010102", "槐树街台区"))
    host = cast.asked()
    merged = cast.asked(grid.feeder(), hours=10, begins_at=BEGINS + timedelta(days=3), merge_into=host)
    host.refresh_from_db()
    assert (merged.state, merged.merged_into) == ("merged", host)
    assert (host.level, host.place, host.ends_at) == ("feeder", "10kV梧桐线", BEGINS + timedelta(hours=10))
    done = cast.running(
        supply.hospital().terms.get().transformer, begins_at=BEGINS + timedelta(days=60), at=APPROVED
    )
    with pytest.raises(operations.OutageRefused, match="same supplies"):
        cast.asked(begins_at=BEGINS + timedelta(days=61), merge_into=done)


def test_a_second_person_approves_and_in_time(street):
    outage = cast.asked()
    with pytest.raises(operations.OutageRefused, match="Somebody else"):
        operations.approve(outage=outage, at=APPROVED, actor=cast.people()["qinyong"])
    with pytest.raises(operations.OutageRefused, match="7 days"):
        operations.approve(
            outage=outage, at=BEGINS - timedelta(days=7) + timedelta(minutes=1), actor=cast.people()["heyong"]
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        Outage.objects.filter(pk=outage.pk).update(decided_by=cast.people()["qinyong"], decided_at=APPROVED)
    operations.refuse(outage=outage, reason="负荷高峰", at=APPROVED, actor=cast.people()["heyong"])
    outage.refresh_from_db()
    assert (outage.state, flow.instance_of(outage).outcome) == ("refused", "refused")


def test_temporary_works_tell_important_customers_a_day_ahead():
    hospital = supply.hospital()
    transformer = hospital.terms.get().transformer
    begins = ASKED + timedelta(hours=20)
    outage = cast.asked(transformer, kind="temporary", begins_at=begins)
    with pytest.raises(operations.OutageRefused, match="24 hours"):
        operations.approve(outage=outage, at=APPROVED, actor=cast.people()["heyong"])


def test_another_time_needs_approval_again_and_drops_old_notices(street):
    outage = cast.approved()
    operations.publish_due_notices(at=BEGINS - timedelta(days=8))
    at = BEGINS - timedelta(days=7)
    supply.shop("新店", "灯火镇东街20号")
    outage = operations.change(
        outage=outage, begins_at=BEGINS + timedelta(days=5), ends_at=ENDS + timedelta(days=5), reason="雨天",
        at=at, actor=cast.people()["qinyong"],
    )  # fmt: skip
    assert (outage.state, outage.round) == ("proposed", 2)
    assert flow.open_task(outage, "approve") is not None
    outage = operations.approve(outage=outage, at=at, actor=cast.people()["heyong"])
    assert outage.affected.count() == 4, "computed anew"
    live = outage.notices.filter(dropped_at__isnull=True, published_at__isnull=True)
    assert {notice.round for notice in live} == {2}


def test_who_was_told_hears_that_it_does_not_happen(street):
    outage = cast.approved()
    operations.publish_due_notices(at=BEGINS - timedelta(days=8))
    operations.cancel(
        outage=outage, reason="天气原因", at=BEGINS - timedelta(days=2), actor=cast.people()["qinyong"]
    )
    outbox.deliver(at=BEGINS - timedelta(days=2))
    texts = list(Message.objects.filter(template="outages.cancelled").values_list("text", flat=True))
    assert len(texts) == 3
    assert "天气原因" in texts[0]
    outage.refresh_from_db()
    assert flow.instance_of(outage).outcome == "abandoned"


def test_supply_comes_back_in_parts_and_is_not_taken_early(street):
    other = grid.area("A010102", "槐树街台区")
    supply.household("赵六", "灯火镇槐树街1号", area=other)
    outage = cast.approved(grid.feeder())
    operations.publish_due_notices(at=BEGINS - timedelta(hours=25))
    qinyong = cast.people()["qinyong"]
    with pytest.raises(operations.OutageRefused, match="before"):
        operations.start(outage=outage, started_at=BEGINS - timedelta(minutes=1), at=BEGINS, actor=qinyong)
    operations.start(outage=outage, started_at=BEGINS, at=BEGINS, actor=qinyong)
    noon = BEGINS + timedelta(hours=3)
    part = operations.restore(
        outage=outage, restored_at=noon, at=noon, actor=qinyong, transformer_ids=[other.transformer_id]
    )
    assert part.state == "running"
    assert outage.affected.filter(on_minute__isnull=True).count() == 3
    whole = operations.restore(outage=outage, restored_at=ENDS, at=ENDS, actor=qinyong)
    assert whole.state == "restored"
    assert not whole.affected.filter(on_minute__isnull=True).exists()


def test_stations_see_their_bureaus_feeders_and_not_each_others_areas(street):
    own = cast.asked()
    bureau = cast.asked(grid.feeder(), begins_at=BEGINS + timedelta(days=90))
    assert set(queries.visible("4501")) == {own, bureau}
    assert set(queries.visible("4502")) == {bureau}
