"""Reliability indices, held to a count of every customer-minute."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from denghuo.commerce.outages.rules.reliability import Tally, accuracy, lost_minutes, tally
from tests.oracles import outages as oracle

DAY = 1440
spell = st.tuples(st.integers(-300, 1700), st.none() | st.integers(0, 900)).map(
    lambda pair: (pair[0], None if pair[1] is None else pair[0] + pair[1])
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(spell, max_size=4), min_size=1, max_size=4), st.integers(0, 10))
def test_the_tally_is_the_count_of_customer_minutes(customers, short):
    found = tally(customers, start=0, end=DAY, served_days=len(customers), short_minutes=short)
    lost = oracle.customer_minutes(customers, 0, DAY, short)
    assert found.customer_minutes == lost
    assert found.asai == oracle.supplied_share(lost, len(customers), DAY)
    assert found.saidi_minutes == Fraction(lost, len(customers))
    if found.interruptions:
        assert found.caidi_minutes * found.saifi == found.saidi_minutes


@pytest.mark.parametrize(
    ("spells", "lost"),
    [
        ([], 0),
        ([(10, 20)], 10),
        ([(10, 20), (15, 30)], 20),
        ([(10, 40), (20, 30)], 30),
        ([(-50, 10), (1430, None)], 20),
        ([(1500, 1600)], 0),
        ([(0, 1440)], 1440),
    ],
)
def test_minutes_without_supply_in_a_day(spells, lost):
    assert lost_minutes(spells, 0, DAY) == lost


def test_short_breaks_are_no_interruption():
    found = tally([[(10, 13)], [(10, 14)]], start=0, end=DAY, served_days=2, short_minutes=3)
    assert (found.customer_minutes, found.interruptions) == (4, 1)


def test_nobody_served_has_no_indices():
    empty = Tally(days=30)
    assert empty.saidi_minutes is None
    assert empty.saifi is None
    assert empty.caidi_minutes is None
    assert empty.asai is None


def test_tallies_of_one_period_add_up_and_of_two_do_not():
    both = Tally(60, 1, 30, 30) + Tally(120, 2, 60, 30)
    assert (both.customers, both.saidi_minutes, both.saifi) == (3, 60, 1)
    with pytest.raises(ValueError, match="different periods"):
        Tally(1, 1, 30, 30) + Tally(1, 1, 31, 31)


def test_accuracy_of_the_announced_end():
    found = accuracy([-10, 0, 31, 90], tolerance_minutes=30)
    assert (found.outages, found.within, found.share) == (4, 2, Fraction(1, 2))
    assert found.median_minutes == Fraction(31, 2)
    assert found.mean_absolute_minutes == Fraction(131, 4)
    assert accuracy([], tolerance_minutes=30).share is None
