"""Working days and minutes, against the calendar on the wall and against a minute-by-minute count."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from denghuo.foundation.calendars import rules
from tests.oracles import working_time

NATIONAL_DAY_2026 = {date(2026, 10, d): False for d in range(1, 8)} | {
    date(2026, 9, 20): True,
    date(2026, 10, 10): True,
}


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        (date(2026, 9, 4), 1, date(2026, 9, 7)),  # Friday to Monday
        (date(2026, 9, 5), 0, date(2026, 9, 7)),  # Saturday is not worked: the next working day
        (date(2026, 9, 7), 0, date(2026, 9, 7)),
        (date(2026, 9, 30), 1, date(2026, 10, 8)),  # over the National Day holiday
        (date(2026, 9, 30), 3, date(2026, 10, 10)),  # the Saturday worked in exchange counts
        (date(2026, 9, 18), 1, date(2026, 9, 20)),  # and so does the Sunday before
        (date(2026, 10, 8), -1, date(2026, 9, 30)),
    ],
)
def test_a_limit_in_working_days_ends_on(start, days, end):
    assert rules.add_working_days(start, days, NATIONAL_DAY_2026) == end


@given(
    start=st.dates(date(2026, 9, 1), date(2026, 10, 31)),
    days=st.integers(1, 40),
)
def test_adding_and_counting_working_days_agree(start, days):
    end = rules.add_working_days(start, days, NATIONAL_DAY_2026)
    after = timedelta(days=1)
    assert rules.working_days_between(start + after, end + after, NATIONAL_DAY_2026) == days


def test_an_office_day_has_six_and_a_half_hours():
    day = datetime(2026, 9, 7, 0, 0, tzinfo=rules.BEIJING)
    assert rules.working_minutes_between(day, day + timedelta(days=1), {}) == 390


def test_instants_are_read_in_beijing_time():
    assert (
        rules.working_minutes_between(
            datetime(2026, 9, 7, 0, 30, tzinfo=UTC), datetime(2026, 9, 7, 4, 0, tzinfo=UTC), {}
        )
        == 210
    )


minute = st.integers(0, 6 * 24 * 60)


@settings(max_examples=60, deadline=None)
@given(
    first=minute,
    second=minute,
    exceptions=st.dictionaries(st.dates(date(2026, 9, 25), date(2026, 10, 3)), st.booleans(), max_size=5),
    hours=st.sampled_from(
        [
            rules.OFFICE_HOURS,
            ((time(0, 0), time(23, 59)),),
            ((time(9, 0), time(9, 30)), (time(9, 30), time(20, 15))),
        ]
    ),
)
def test_working_minutes_equal_a_count_minute_by_minute(first, second, exceptions, hours):
    origin = datetime(2026, 9, 26, 10, 0, tzinfo=UTC)
    start, end = (origin + timedelta(minutes=m) for m in sorted((first, second)))
    assert rules.working_minutes_between(start, end, exceptions, hours) == working_time.minutes(
        start, end, exceptions, hours
    )


def test_a_backward_period_and_a_naive_instant_are_refused():
    later, earlier = datetime(2026, 9, 8, tzinfo=UTC), datetime(2026, 9, 7, tzinfo=UTC)
    with pytest.raises(ValueError, match="lies before"):
        rules.working_minutes_between(later, earlier, {})
    with pytest.raises(ValueError, match="time zone"):
        rules.working_minutes_between(earlier.replace(tzinfo=None), later, {})
    with pytest.raises(ValueError, match="lies before"):
        rules.working_days_between(later.date(), earlier.date(), {})
