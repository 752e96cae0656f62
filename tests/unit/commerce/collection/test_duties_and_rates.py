"""Who answers for an account; what a rate is and what it costs."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from denghuo.commerce.collection.rules.duties import Duty, book
from denghuo.commerce.collection.rules.recovery import (
    Amounts,
    QuarterInvalid,
    Score,
    ScoreRule,
    last_month_of,
    quarter_of,
    rate_ppm,
    score,
)

DAY = date(2026, 3, 2)
DUTIES = [
    Duty(1, "unit", "45", date(2025, 1, 1)),
    Duty(2, "unit", "4501", date(2025, 1, 1)),
    Duty(3, "route", 7, date(2025, 1, 1)),
    Duty(4, "account", 70, date(2025, 1, 1)),
    Duty(5, "account", 71, date(2025, 1, 1), DAY),
]


@pytest.mark.parametrize(
    ("account", "route", "unit", "person"),
    [
        (70, 7, "4501", 4),
        (71, 7, "4501", 3),  # the duty for it ended on this day
        (72, 7, "4501", 3),
        (72, 8, "4501", 2),
        (72, None, "450101", 2),
        (72, None, "4502", 1),
        (72, None, "46", None),
    ],
)
def test_the_most_specific_duty_holds(account, route, unit, person):
    assert book(DUTIES, DAY).responsible(account_id=account, route_id=route, unit_id=unit) == person


@pytest.mark.parametrize(
    ("receivable", "received", "ppm"),
    [
        (0, 0, None),
        (100, 100, 1_000_000),
        (3, 2, 666_666),
        (10_000_000, 9_999_999, 999_999),
        (100, 120, 1_000_000),
    ],
)
def test_a_rate_is_cut_off_not_rounded_up(receivable, received, ppm):
    assert rate_ppm(Amounts(receivable, received)) == ppm


RULE = ScoreRule(Decimal("0.5"), Decimal(10), Decimal(200), Decimal(50))


@pytest.mark.parametrize(
    ("rate", "target", "points", "reward_fen"),
    [
        (999_500, 999_500, 0, 20_000),
        (999_499, 999_500, -50, -2_500),  # a tenth of a percent is begun
        (998_500, 999_500, -50, -2_500),
        (998_499, 999_500, -100, -5_000),
        (900_000, 999_500, -1_000, -50_000),  # no more than the most
        (None, 999_500, 0, 0),
        (999_500, None, 0, 0),
    ],
)
def test_what_a_rate_costs(rate, target, points, reward_fen):
    assert score(rate, target, RULE) == Score(points, reward_fen)


@given(st.integers(0, 1_000_000), st.integers(0, 1_000_000), st.integers(0, 1_000_000))
def test_a_better_rate_never_costs_more(first, second, target):
    low, high = sorted((first, second))
    assert score(low, target, RULE).points <= score(high, target, RULE).points


def test_quarters():
    assert [quarter_of(date(2026, month, 1)) for month in (1, 3, 4, 12)] == [
        "2026-Q1", "2026-Q1", "2026-Q2", "2026-Q4",
    ]  # fmt: skip
    assert last_month_of("2026-Q2") == "2026-06"
    for wrong in ("2026", "2026-Q5", "26-Q1", ""):
        with pytest.raises(QuarterInvalid):
            last_month_of(wrong)
