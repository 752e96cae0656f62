"""Notes and coins, differences, and what a refund may become."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from denghuo.commerce.payments import rules
from denghuo.commerce.payments.web.common import NotAnAmount, typed_fen

COUNTS = st.dictionaries(st.sampled_from(rules.DENOMINATIONS_FEN), st.integers(0, 200))


@given(COUNTS)
def test_a_count_is_worth_its_pieces_one_by_one(counts):
    assert rules.counted_fen(counts) == sum(note for note, pieces in counts.items() for _ in range(pieces))
    assert rules.counted_fen(rules.counts_of(rules.counts_text(counts))) == rules.counted_fen(counts)


@pytest.mark.parametrize("counts", [{10_000: -1}, {2: 1}, {20_000: 1}])
def test_what_no_till_holds_is_refused(counts):
    with pytest.raises(rules.CountInvalid):
        rules.counted_fen(counts)


@pytest.mark.parametrize(
    ("expected", "counted", "difference"),
    [(62_340, 62_340, 0), (62_340, 61_840, -500), (62_340, 62_640, 300), (0, 0, 0), (-100, 0, 100)],
)
def test_a_difference_is_what_is_in_hand_above_the_books(expected, counted, difference):
    assert rules.difference_fen(expected, counted) == difference


@pytest.mark.parametrize(
    ("amount_fen", "limit_yuan", "wanted"),
    [
        (1, "0", True),
        (10_000, "100", False),
        (10_001, "100", True),
        (10_001, "0.00", True),
        (50, "0.5", False),
    ],
)
def test_who_decides_a_refund(amount_fen, limit_yuan, wanted):
    assert rules.needs_second_person(amount_fen, Decimal(limit_yuan)) is wanted


def test_a_refund_ends_once():
    for state in ("paid", "failed", "rejected"):
        assert not any(rules.may_become(state, other) for other in ("approved", "sent", "paid", "failed"))
    assert rules.may_become("approved", "paid")
    assert not rules.may_become("requested", "paid")


@pytest.mark.parametrize(
    ("text", "fen"),
    [("1", 100), ("1,234.5", 123_450), ("1，234.50", 123_450), (" 0.01 ", 1), ("", 0), ("7.", 700)],
)
def test_what_a_cashier_types_is_exact(text, fen):
    assert typed_fen(text) == fen


@pytest.mark.parametrize("text", ["-1", "1.234", "1e5", "NaN", "abc", "１２", "999999999999", "1.2.3", "+1"])
def test_what_is_no_amount_is_refused(text):
    with pytest.raises(NotAnAmount):
        typed_fen(text)


@given(st.integers(0, 10**13 - 1))
def test_every_amount_that_is_shown_can_be_typed(fen):
    assert typed_fen(f"{fen // 100:,}.{fen % 100:02d}") == fen
