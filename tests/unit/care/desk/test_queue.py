"""Who is called next and why; clocks; what a plate says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from denghuo.care.desk.rules import (
    APPOINTMENT,
    GREEN,
    ORDINARY,
    BadPlate,
    ClockState,
    clock_state,
    in_order,
    plate_text,
    priority,
    read_plate,
)

NINE = datetime(2026, 9, 7, 1, tzinfo=UTC)
KEY = b"town"


@dataclass(frozen=True)
class Ticket:
    pk: int
    rank: int
    taken_at: datetime
    due_at: datetime | None = None


def minutes(number: float) -> datetime:
    return NINE + timedelta(minutes=number)


@pytest.mark.parametrize(
    ("grades", "care", "appointment", "rank", "reason"),
    [
        ({}, "", False, ORDINARY, ""),
        ({"value": "B", "importance": "B"}, "", False, ORDINARY, ""),
        ({"value": "A"}, "", False, GREEN, "grade_value"),
        ({"value": "A", "importance": "A"}, "", True, GREEN, "grade_importance"),
        ({"credit": "A"}, "", False, ORDINARY, ""),  # good credit is no key customer
        ({}, "elderly", False, GREEN, "special_care"),
        ({"value": "C"}, "", True, APPOINTMENT, "appointment"),
    ],
)
def test_the_stated_rule(grades, care, appointment, rank, reason):
    claim = priority(grades=grades, special_care=care, has_appointment=appointment)
    assert (claim.rank, claim.reason) == (rank, reason)


def order(tickets, at, **figures) -> list[int]:
    figures = {"patience_minutes": 30, "early_minutes": 10, **figures}
    return [ticket.pk for ticket in in_order(tickets, at, **figures)]


def test_the_order_of_a_morning():
    tickets = [
        Ticket(1, ORDINARY, minutes(0)),
        Ticket(2, ORDINARY, minutes(5)),
        Ticket(3, APPOINTMENT, minutes(8), due_at=minutes(20)),
        Ticket(4, GREEN, minutes(9)),
    ]
    assert order(tickets, minutes(9)) == [4, 1, 2, 3]  # the appointment is not due yet
    assert order(tickets, minutes(10)) == [4, 3, 1, 2]  # ten minutes early counts
    assert order(tickets, minutes(30)) == [4, 3, 1, 2]
    assert order(tickets, minutes(31)) == [1, 4, 3, 2]  # the first has waited longer than the hall's patience
    assert order(tickets, minutes(60)) == [1, 2, 3, 4]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 50)), max_size=8), st.integers(51, 120))
def test_nobody_waits_without_end(drawn, now):
    tickets = [Ticket(n, rank, minutes(taken)) for n, (rank, taken) in enumerate(drawn)]
    found = order(tickets, minutes(now))
    assert sorted(found) == [ticket.pk for ticket in tickets]
    by_pk = {ticket.pk: ticket for ticket in tickets}
    for before, after in zip(found, found[1:], strict=False):
        first, second = by_pk[before], by_pk[after]
        if (
            minutes(now) - second.taken_at > timedelta(minutes=30) or first.rank == second.rank
        ):  # past patience: only who came earlier is first
            assert (first.taken_at, first.pk) < (second.taken_at, second.pk)


@pytest.mark.parametrize(
    ("seconds", "state"),
    [
        (0, ClockState.RUNNING),
        (899, ClockState.RUNNING),
        (900, ClockState.WARNED),  # three quarters of twenty minutes
        (1200, ClockState.WARNED),  # the promise is kept to the last second
        (1201, ClockState.EXCEEDED),
    ],
)
def test_the_clock_of_an_item(seconds, state):
    until = NINE + timedelta(seconds=seconds)
    assert clock_state(NINE, until, limit_minutes=20, warn_percent=75) is state


def test_a_plate_says_nothing_of_anybody():
    text = plate_text("ABCDEFGHIJKLMNOP", KEY)
    assert text.startswith("DH1.ABCDEFGHIJKLMNOP.") and len(text) == 37
    assert read_plate(f" {text.lower()}\n", [b"new key", KEY]) == "ABCDEFGHIJKLMNOP"
    for wrong, why in (
        (text[:-1] + ("A" if text[-1] != "A" else "B"), "signature"),
        (text.replace("ABCD", "ABCE"), "signature"),
        (text.replace("DH1", "DH2"), "shape"),
        ("https://example.com/pay", "shape"),
        ("", "shape"),
    ):
        with pytest.raises(BadPlate, match=why):
            read_plate(wrong, [KEY])
    with pytest.raises(BadPlate, match="signature"):
        read_plate(text, [b"another utility"])
