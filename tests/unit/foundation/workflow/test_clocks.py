from __future__ import annotations

import os
import random
from datetime import date, datetime, timedelta

import pytest

from denghuo.foundation.calendars.rules import BEIJING
from denghuo.foundation.workflow.rules import clocks
from tests.oracles.clocks import Walk

CASES = int(os.environ.get("DENGHUO_CLOCK_CASES", "2000"))
SEED = int(os.environ.get("DENGHUO_CLOCK_SEED", random.SystemRandom().randrange(10**6)))
CALENDAR_OF_CASES = 500

NATIONAL_DAY_2026 = {date(2026, 9, 20): True, date(2026, 10, 10): True} | {
    date(2026, 10, day): False for day in range(1, 8)
}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BEIJING)


@pytest.mark.parametrize(
    "start, amount, unit, ends",
    [
        ("2026-09-18 09:00", 45, "minutes", "2026-09-18 09:45"),
        ("2026-09-18 23:30", 24, "hours", "2026-09-19 23:30"),
        ("2026-09-18 11:00", 2, "working_hours", "2026-09-18 15:30"),  # lunch between
        ("2026-09-18 17:00", 1, "working_hours", "2026-09-20 09:00"),  # Sunday the 20th is worked (调休)
        ("2026-09-18 03:00", 7, "days", "2026-09-25 03:00"),
        ("2026-09-30 16:59", 1, "working_days", "2026-10-08 17:30"),  # over the holiday
        ("2026-09-30 00:00", 3, "working_days", "2026-10-10 17:30"),  # Saturday the 10th is worked
        ("2026-10-03 12:00", 1, "working_days", "2026-10-08 17:30"),  # begun on a holiday
        ("2026-09-18 08:00", 13, "working_hours", "2026-09-20 17:30"),
    ],
)
def test_a_limit_ends(start, amount, unit, ends):
    assert clocks.due_at(at(start), amount, unit, NATIONAL_DAY_2026) == at(ends)


@pytest.mark.parametrize(
    "began, ended, ends",
    [
        (
            "2026-09-21 09:00",
            "2026-09-21 17:29",
            "2026-09-22 17:30",
        ),  # it ran again at the close: the day counts
        (
            "2026-09-21 17:29",
            "2026-09-22 08:00",
            "2026-09-23 17:30",
        ),  # it stood at the close: the day does not
        ("2026-09-22 10:00", "2026-09-25 11:00", "2026-09-25 17:30"),  # over the last day: the day it goes on
        ("2026-09-22 17:30", "2026-09-25 11:00", "2026-09-22 17:30"),  # begun at the deadline
        ("2026-09-01 00:00", "2026-09-18 00:00", "2026-09-22 17:30"),  # before the start
        (
            "2026-09-18 12:00",
            "2026-09-18 18:00",
            "2026-09-22 17:30",
        ),  # on the day of the start, which never counts
    ],
)
def test_a_pause_moves_a_limit_of_three_working_days(began, ended, ends):
    pause = (at(began), at(ended))
    assert clocks.deadline(at("2026-09-18 10:00"), 3, "working_days", [pause], NATIONAL_DAY_2026) == at(ends)


def test_hours_stand_still_while_paused():
    pauses = [
        (at("2026-09-18 12:00"), at("2026-09-18 20:00")),
        (at("2026-09-18 19:00"), at("2026-09-19 01:00")),
    ]
    assert clocks.deadline(at("2026-09-18 10:00"), 5, "hours", pauses, {}) == at("2026-09-19 04:00")
    assert clocks.used(at("2026-09-18 10:00"), at("2026-09-18 22:00"), "hours", pauses, {}) == timedelta(
        hours=2
    )


def test_a_limit_that_has_run_when_a_pause_begins_ends_there():
    pauses = [(at("2026-09-18 12:00"), at("2026-09-20 12:00"))]
    assert clocks.deadline(at("2026-09-18 10:00"), 2, "hours", pauses, {}) == at("2026-09-18 12:00")


@pytest.mark.parametrize(
    "amount, unit, percent, warns",
    [
        (5, "working_days", 80, "2026-09-23 17:30"),  # 4 of 5 days
        (3, "working_days", 80, "2026-09-22 11:06"),  # 2.4 days: 2 h 36 of the third
        (1, "working_days", 80, "2026-09-20 16:12"),
        (45, "minutes", 80, "2026-09-18 10:36"),
        (24, "hours", 50, "2026-09-18 22:00"),
        (3, "working_days", 100, "2026-09-22 17:30"),
    ],
)
def test_it_warns_after_its_share(amount, unit, percent, warns):
    assert clocks.warn_at(at("2026-09-18 10:00"), amount, unit, percent, NATIONAL_DAY_2026) == at(warns)


def test_what_is_left_goes_below_zero_when_late():
    start = at("2026-09-18 10:00")

    def left(now: str) -> int:
        return clocks.left(start, 2, "working_days", at(now), [], NATIONAL_DAY_2026).days

    assert [left("2026-09-18 18:00"), left("2026-09-21 17:29"), left("2026-09-21 17:30")] == [2, 1, 0]
    assert left("2026-09-23 17:30") == -2


@pytest.mark.parametrize(
    "call",
    [
        lambda: clocks.due_at(at("2026-09-18").replace(tzinfo=None), 1, "hours", {}),
        lambda: clocks.due_at(at("2026-09-18"), 0, "hours", {}),
        lambda: clocks.due_at(at("2026-09-18"), 1, "fortnights", {}),
        lambda: clocks.deadline(at("2026-09-18"), 1, "hours", [(at("2026-09-19"), at("2026-09-18"))], {}),
        lambda: clocks.warn_at(at("2026-09-18"), 1, "hours", 0, {}),
    ],
)
def test_nonsense_is_refused(call):
    with pytest.raises(ValueError):
        call()


# -- against the walk -------------------------------------------------------------------------------------------------

UNIT_SIZES = {"minutes": 3000, "hours": 200, "working_hours": 60, "days": 20, "working_days": 15}


def a_calendar(rng: random.Random, first: date, days: int) -> dict[date, bool]:
    """About one day in eight differs from Monday to Friday; sometimes a week and more is off."""
    exceptions = {
        first + timedelta(days=n): rng.random() < 0.4
        for n in range(days)
        if rng.random() < rng.choice((0, 0.12, 0.3))
    }
    if rng.random() < 0.5:
        holiday = rng.randrange(10, 40)
        exceptions |= {first + timedelta(days=holiday + n): False for n in range(rng.randrange(1, 9))}
    return exceptions


def an_instant(rng: random.Random, midnight: datetime, days: int, step_seconds: int) -> datetime:
    """Anywhere, often on a boundary of office hours or one step beside it."""
    if rng.random() < 0.4:
        minute = rng.choice((0, 510, 720, 870, 1050))
        beside = rng.choice((-1, 0, 1)) * step_seconds
        return midnight + timedelta(days=rng.randrange(1, days), minutes=minute, seconds=beside)
    return midnight + timedelta(seconds=rng.randrange(days * 86400 // step_seconds) * step_seconds)


def compare(rng: random.Random, first: date, exceptions, walk: Walk, *, span: int, shrink: int) -> None:
    midnight = datetime.combine(first, datetime.min.time(), BEIJING)
    unit = rng.choice(list(UNIT_SIZES))
    amount = rng.randrange(1, max(2, UNIT_SIZES[unit] // shrink))
    start = an_instant(rng, midnight, span, walk.step)
    pauses = []
    for _ in range(rng.choice((0, 0, 1, 2, 4))):
        began = an_instant(rng, midnight, span * 2, walk.step)
        ended = began + timedelta(
            seconds=rng.randrange(rng.choice((60, 600, 86400, 3 * 86400)) // walk.step) * walk.step
        )
        if rng.random() < 0.3:
            ended = max(began, an_instant(rng, began.replace(hour=0, minute=0, second=0), 3, walk.step))
        pauses.append((began, ended))
    percent = rng.choice((1, 50, 80, 80, 99, 100, rng.randrange(1, 101)))
    now = an_instant(rng, midnight, span * 2, walk.step)

    due = clocks.deadline(start, amount, unit, pauses, exceptions)
    assert due == walk.deadline(start, amount, unit, pauses)
    assert clocks.deadline(start, amount, unit, [], exceptions) == clocks.due_at(
        start, amount, unit, exceptions
    )
    used = clocks.used(start, now, unit, pauses, exceptions)
    assert used == walk.used(start, now, unit, pauses)
    assert clocks.left(start, amount, unit, due, pauses, exceptions) == timedelta()
    warn = clocks.warn_at(start, amount, unit, percent, exceptions, pauses)
    mark = walk.warning(start, amount, unit, percent, pauses)
    assert mark - timedelta(seconds=walk.step) < warn <= mark
    assert warn <= due
    inside = [(a, b) for a, b in pauses if a < due <= b]
    assert not inside, "a deadline never falls into a pause"


def test_deadlines_are_those_of_a_walk_minute_by_minute():
    print(f"clock arithmetic: {CASES} cases, DENGHUO_CLOCK_SEED={SEED} repeats them")
    for number in range(0, CASES, CALENDAR_OF_CASES):
        rng = random.Random(f"{SEED} {number}")
        first = date(2024, 1, 1) + timedelta(days=rng.randrange(1500))
        exceptions = a_calendar(rng, first, 120)
        walk = Walk(first, 120, exceptions)
        for _ in range(min(CALENDAR_OF_CASES, CASES - number)):
            compare(rng, first, exceptions, walk, span=40, shrink=1)


def test_and_to_the_second():
    rng = random.Random(f"{SEED} seconds")
    for _ in range(max(1, CASES // 1000)):
        first = date(2024, 1, 1) + timedelta(days=rng.randrange(1500))
        exceptions = a_calendar(rng, first, 40)
        walk = Walk(first, 40, exceptions, step_seconds=5)
        for _ in range(10):
            compare(rng, first, exceptions, walk, span=5, shrink=8)
