from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from denghuo.kernel.periods import Cycle, Period

AUGUST = Period(date(2026, 8, 1), date(2026, 9, 1))


def test_a_period_excludes_its_end():
    assert AUGUST.days == 31
    assert date(2026, 8, 31) in AUGUST
    assert date(2026, 9, 1) not in AUGUST


def test_a_period_that_ends_before_it_starts_is_refused():
    with pytest.raises(ValueError, match="end after"):
        Period(date(2026, 8, 1), date(2026, 8, 1))


@given(st.lists(st.integers(-5, 40)))
def test_the_parts_of_a_split_join_up_to_the_whole(offsets):
    parts = AUGUST.split(AUGUST.start + timedelta(days=offset) for offset in offsets)
    assert parts[0].start == AUGUST.start
    assert parts[-1].end == AUGUST.end
    assert all(left.end == right.start for left, right in zip(parts, parts[1:], strict=False))
    assert sum(part.days for part in parts) == AUGUST.days


@pytest.mark.parametrize(
    "wrong", ["2026-8", "2026/08", "202608", "2026-13", "2026-00", "26-08", "２０２６-08", ""]
)
def test_a_cycle_is_written_in_one_way_only(wrong):
    with pytest.raises(ValueError):
        Cycle.parse(wrong)


@given(st.integers(1950, 2100), st.integers(1, 12), st.integers(-500, 500))
def test_shifting_a_cycle_there_and_back_returns(year, month, months):
    cycle = Cycle(year, month)
    assert cycle.shifted(months).shifted(-months) == cycle
    assert Cycle.parse(str(cycle)) == cycle


@pytest.mark.parametrize(
    "cycle, day, expected",
    [
        ("2026-02", 31, "2026-02-28"),
        ("2028-02", 30, "2028-02-29"),
        ("2026-04", 31, "2026-04-30"),
        ("2026-08", 1, "2026-08-01"),
    ],
)
def test_a_reading_day_past_the_month_falls_on_its_last_day(cycle, day, expected):
    assert str(Cycle.parse(cycle).on_day(day)) == expected
