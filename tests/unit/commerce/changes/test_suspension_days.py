"""Days of suspension in a calendar year, against an oracle that looks at every day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from denghuo.commerce.changes.rules import Spell, days_in_year, frees_basic_charge, latest_end, months_later
from tests.oracles import suspension_days as oracle

DAYS = st.dates(date(2025, 6, 1), date(2027, 6, 30))
SPELLS = st.lists(
    st.builds(lambda start, length: Spell(start, start + timedelta(days=length)), DAYS, st.integers(0, 200)),
    max_size=5,
)


def pairs(spells):
    return [(spell.start, spell.end) for spell in spells]


@settings(max_examples=60, deadline=None)
@given(SPELLS, st.sampled_from([2025, 2026, 2027]))
def test_days_are_those_counted_one_by_one(spells, year):
    assert days_in_year(spells, year) == oracle.days_in_year(pairs(spells), year)


@settings(max_examples=60, deadline=None)
@given(SPELLS, DAYS, st.sampled_from([15, 90, 180, 184, 366]))
def test_the_latest_end_is_the_one_found_day_by_day(spells, start, limit):
    assert latest_end(spells, start, limit) == oracle.latest_end(pairs(spells), start, limit)


@pytest.mark.parametrize(
    ("start", "latest"),
    [("2026-01-01", "2026-06-30"), ("2026-03-10", "2026-09-06"), ("2026-07-05", "2027-06-30"), ("2026-07-04", "2026-12-31")],
)  # fmt: skip
def test_a_first_suspension_runs_180_days_of_a_year(start, latest):
    assert latest_end([], date.fromisoformat(start), 180) == date.fromisoformat(latest)


def test_two_transformers_sealed_on_a_day_make_one_day():
    spells = [Spell(date(2026, 3, 1), date(2026, 4, 1)), Spell(date(2026, 3, 16), date(2026, 4, 16))]
    assert days_in_year(spells, 2026) == 46


def test_fourteen_days_free_nothing():
    assert not frees_basic_charge(date(2026, 3, 1), date(2026, 3, 15), 15)
    assert frees_basic_charge(date(2026, 3, 1), date(2026, 3, 16), 15)


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [("2026-12-31", 2, "2027-02-28"), ("2027-12-31", 2, "2028-02-29"), ("2026-03-11", 24, "2028-03-11")],
)
def test_months_end_on_the_last_day_of_shorter_ones(day, months, later):
    assert months_later(date.fromisoformat(day), months) == date.fromisoformat(later)
