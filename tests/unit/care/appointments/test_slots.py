"""Which times a day offers: by hand, and against an oracle that walks every minute."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from denghuo.care.appointments.rules import DayKind, Plan, due_days, offered_times
from denghuo.kernel.periods import BEIJING

MONDAY = date(2026, 9, 7)
SINCE = date(2026, 9, 1)
PLANS = [
    Plan(0, time(9), time(10), 30, 2, SINCE),
    Plan(5, time(9), time(9, 30), 30, 1, SINCE),
    Plan(1, time(9), time(9, 45), 30, 3, SINCE, date(2026, 9, 15)),
]


@pytest.mark.parametrize(
    ("day", "kind", "change", "expected"),
    [
        (MONDAY, DayKind.WORKING, None, [("09:00", 2), ("09:30", 2)]),
        (MONDAY, DayKind.OFF, None, []),  # a holiday
        (MONDAY, DayKind.OFF, 1, [("09:00", 1), ("09:30", 1)]),  # opened all the same
        (MONDAY, DayKind.WORKING, 0, []),  # closed by hand
        (MONDAY, DayKind.WORKING, 5, [("09:00", 5), ("09:30", 5)]),
        (date(2026, 9, 8), DayKind.WORKING, None, [("09:00", 3)]),  # what does not fit whole is not offered
        (date(2026, 9, 15), DayKind.WORKING, None, []),  # the opening has ended
        (date(2026, 9, 12), DayKind.WEEKEND, None, [("09:00", 1)]),  # a Saturday with a plan of its own
        (date(2026, 9, 13), DayKind.WEEKEND, None, []),
        (
            date(2026, 9, 20),
            DayKind.MADE_UP,
            None,
            [("09:00", 2), ("09:30", 2)],
        ),  # a Sunday worked: Monday's plan
        (date(2026, 9, 12), DayKind.MADE_UP, None, [("09:00", 1)]),
        (date(2026, 9, 9), DayKind.WORKING, None, []),
        (date(2026, 8, 31), DayKind.WORKING, None, []),  # before it began
    ],
)
def test_a_day(day, kind, change, expected):
    found = offered_times(day, PLANS, kind, change=change)
    assert [(f"{times.starts_at:%H:%M}", times.capacity) for times in found] == expected


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.builds(
            lambda start, length, minutes, capacity: Plan(
                0,
                time(start // 60, start % 60),
                time((start + length) // 60, (start + length) % 60),
                minutes,
                capacity,
                SINCE,
            ),
            st.integers(8 * 60, 12 * 60),
            st.integers(1, 240),
            st.sampled_from([10, 20, 30, 45, 60]),
            st.integers(1, 4),
        ),
        max_size=3,
    )
)
def test_against_an_oracle(plans):
    wanted: dict[tuple[datetime, datetime], int] = {}
    for plan in plans:
        minute = datetime.combine(MONDAY, plan.opens, BEIJING)
        end = datetime.combine(MONDAY, plan.closes, BEIJING)
        waited = 0
        while minute < end:  # every minute of the plan; a time is offered once its last minute has passed
            waited += 1
            minute += timedelta(minutes=1)
            if waited == plan.minutes:
                key = (minute - timedelta(minutes=plan.minutes), minute)
                wanted[key] = wanted.get(key, 0) + plan.capacity
                waited = 0
    found = offered_times(MONDAY, plans, DayKind.WORKING)
    assert {(t.starts_at, t.ends_at): t.capacity for t in found} == wanted
    assert found == sorted(found)


@settings(max_examples=60, deadline=None)
@given(st.integers(-60, 60), st.integers(1, 9), st.integers(0, 120), st.integers(0, 120))
def test_due_days(offset, weeks, start, length):
    first = MONDAY + timedelta(days=offset)
    begin = MONDAY + timedelta(days=start)
    end = begin + timedelta(days=length)
    wanted = [
        day
        for day in (begin + timedelta(days=n) for n in range(length))
        if day >= first and (day - first).days % (7 * weeks) == 0
    ]
    assert due_days(first, weeks, begin, end) == wanted
