"""What money pays first, under both settings."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from denghuo.commerce.receivables.rules import Open, allocate
from tests.oracles.allocation import allocated

MARCH, APRIL = date(2026, 3, 20), date(2026, 4, 20)
ITEMS = [
    Open(1, MARCH, 10_000),
    Open(2, APRIL, 20_000),
    Open(3, date(2026, 5, 2), 300, principal_id=1),
    Open(4, date(2026, 5, 2), 200, principal_id=2),
]


@pytest.mark.parametrize(
    "amount, late_fee_first, expected",
    [
        (250, True, [(3, 250)]),
        (10_300, True, [(3, 300), (1, 10_000)]),
        (10_400, True, [(3, 300), (1, 10_000), (4, 100)]),
        (10_300, False, [(1, 10_000), (2, 300)]),
        (30_100, False, [(1, 10_000), (2, 20_000), (3, 100)]),
        (99_999, True, [(3, 300), (1, 10_000), (4, 200), (2, 20_000)]),
        (0, True, []),
    ],
)
def test_the_order_of_payment(amount, late_fee_first, expected):
    assert allocate(amount, ITEMS, late_fee_first=late_fee_first) == expected


def test_what_is_disputed_is_left_alone():
    items = [
        Open(1, MARCH, 10_000, disputed=True),
        Open(3, MARCH, 300, principal_id=1, disputed=True),
        ITEMS[1],
    ]
    assert allocate(25_000, items, late_fee_first=True) == [(2, 20_000)]


def test_a_negative_amount_is_a_fault():
    with pytest.raises(ValueError):
        allocate(-1, ITEMS, late_fee_first=True)


@st.composite
def open_items(draw) -> list[Open]:
    items: list[Open] = []
    for number in range(1, draw(st.integers(0, 8)) + 1):
        principals = [item.id for item in items if item.principal_id is None]
        principal = draw(st.sampled_from([None, None, *principals])) if principals else None
        items.append(
            Open(
                number,
                MARCH + timedelta(days=draw(st.integers(0, 3))),
                draw(st.integers(0, 500)),
                principal_id=principal,
                disputed=draw(st.integers(0, 5)) == 0,
            )
        )
    return items


@settings(max_examples=400, deadline=None)
@given(st.integers(0, 3000), open_items(), st.booleans())
def test_every_case_equals_the_oracle(amount, items, late_fee_first):
    found = allocate(amount, items, late_fee_first=late_fee_first)
    assert dict(found) == allocated(amount, items, late_fee_first=late_fee_first)
    free = sum(item.open_fen for item in items if not item.disputed)
    assert sum(fen for _, fen in found) == min(amount, free)
