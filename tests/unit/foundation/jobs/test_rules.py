"""When a schedule is due, and how long a failure waits."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from denghuo.foundation.jobs import rules


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "when, at, slot",
    [
        (rules.Every(minutes=5), "2026-09-07T04:03:59", "2026-09-07T04:00:00"),
        (rules.Every(minutes=5), "2026-09-07T04:05:00", "2026-09-07T04:05:00"),
        (rules.Daily(hour=2, minute=30), "2026-09-06T18:29:59", "2026-09-05T18:30:00"),
        (rules.Daily(hour=2, minute=30), "2026-09-06T18:30:00", "2026-09-06T18:30:00"),
        (rules.Daily(hour=0, day_of_month=1), "2026-08-31T15:59:59", "2026-07-31T16:00:00"),
        (rules.Daily(hour=0, day_of_month=1), "2026-08-31T16:00:00", "2026-08-31T16:00:00"),
        (rules.Daily(hour=1, day_of_month=31), "2026-11-15T00:00:00", "2026-10-30T17:00:00"),
        (rules.Daily(hour=23, minute=59), "2026-12-31T16:30:00", "2026-12-31T15:59:00"),
    ],
)
def test_the_latest_slot(when, at, slot):
    assert when.latest(utc(at)) == utc(slot)


def test_a_slot_is_the_last_one_at_every_instant():
    at = utc("2026-02-27T00:00:00")
    for _ in range(500):
        for when in (rules.Every(minutes=7), rules.Daily(hour=3), rules.Daily(hour=3, day_of_month=29)):
            slot = when.latest(at)
            assert slot <= at
            assert when.latest(slot) == slot
        at += timedelta(minutes=97)


def test_pauses_grow():
    assert [rules.back_off(n).total_seconds() for n in (1, 2, 3, 4, 9)] == [5, 30, 180, 900, 900]


def test_one_worker_a_kind():
    rules.chunk_worker("tests.twice")(test_pauses_grow)
    rules.chunk_worker("tests.twice")(test_pauses_grow)
    with pytest.raises(ValueError, match="already"):
        rules.chunk_worker("tests.twice")(test_the_latest_slot)
    with pytest.raises(rules.UnknownKind):
        rules.worker_of("tests.nothing")
