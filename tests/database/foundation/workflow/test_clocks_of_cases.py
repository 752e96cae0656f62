"""Clocks of cases in calendar time: the warning, the breach, the chain, and pauses with a holiday in between."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from denghuo.foundation.workflow import operations
from denghuo.foundation.workflow.models import TimeLimit

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def beijing(month, day, hour=9, minute=0):
    return datetime(2026, month, day, hour - 8 if hour >= 8 else hour + 16, minute, tzinfo=UTC) - (
        timedelta(0) if hour >= 8 else DAY
    )


@pytest.fixture
def limited(request_process):
    TimeLimit.objects.create(
        process="test.request", step="", valid_from=date(2026, 1, 1), amount=5, unit="working_days"
    )
    TimeLimit.objects.create(
        process="test.request", step="accept", valid_from=date(2026, 1, 1), amount=2, unit="working_days",
        warn_percent=50, escalation="supervisor,decision_maker", escalate_every_minutes=60,
    )  # fmt: skip


def begin(subject, at):
    return operations.start(
        process="test.request", subject=subject, title="申请", unit_id="4501", at=at, actor=None
    )


def test_a_limit_over_the_national_holiday_with_its_exchanged_days(limited, subject):
    case = begin(subject, beijing(9, 28))
    assert case.due_at == beijing(10, 10, 17, 30), (
        "29, 30 September, 8, 9 and the exchanged Saturday 10 October"
    )
    assert case.tasks.get().due_at == beijing(9, 30, 17, 30)


def test_a_newer_limit_holds_for_newer_cases_only(limited, subject):
    old = begin(subject, beijing(9, 7))
    TimeLimit.objects.create(
        process="test.request", step="accept", valid_from=date(2026, 9, 8), amount=4, unit="hours"
    )
    assert begin(subject, beijing(9, 8)).tasks.get().due_at == beijing(9, 8, 13)
    assert old.tasks.get().due_at == beijing(9, 9, 17, 30)


def test_the_clock_warns_breaks_and_climbs(limited, subject):
    case = begin(subject, beijing(9, 7))
    task = case.tasks.get()
    assert operations.ring(at=task.warn_at - HOUR) == 0
    assert operations.ring(at=task.warn_at) == 1
    assert operations.ring(at=task.due_at) == 0, "done at the last minute is in time"
    for hours in (0, 1, 2, 3):
        operations.ring(at=task.due_at + HOUR * hours + timedelta(minutes=1))
    kinds = list(case.events.filter(task=task, kind__in=["warned", "broken"]).values_list("kind", "text"))
    assert kinds == [("warned", ""), ("broken", "supervisor"), ("broken", "decision_maker")]
    task.refresh_from_db()
    assert task.breached_at == task.due_at and task.next_alarm_at is None


def test_paused_days_do_not_count(limited, subject):
    case = begin(subject, beijing(9, 7))
    operations.pause(instance=case, reason="customer", note="客户出差", at=beijing(9, 8, 10), actor=None)
    with pytest.raises(operations.NotNow):
        operations.pause(instance=case, reason="weather", at=beijing(9, 8, 11), actor=None)
    assert operations.ring(at=beijing(9, 20)) == 0, "a clock that stands still does not ring"
    after = operations.resume(instance=case, at=beijing(9, 10, 9), actor=None)
    assert after.due_at == beijing(9, 16, 17, 30)
    assert case.tasks.get().due_at == beijing(9, 11, 17, 30)
    with pytest.raises(operations.NotNow):
        operations.resume(instance=case, at=beijing(9, 10, 10), actor=None)
    assert operations.ring(at=beijing(9, 12)) >= 1
