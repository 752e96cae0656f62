"""Which publication of a grade holds: a table that a supervisor could sign."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pytest

from denghuo.records.ratings import rules


@dataclass(frozen=True)
class Row:
    pk: int
    grade: str
    as_of: date
    by_hand: bool = False
    expires_on: date | None = None


ROWS = [
    Row(1, "C", date(2026, 7, 1)),
    Row(2, "B", date(2026, 8, 1)),
    Row(3, "A", date(2026, 8, 10), by_hand=True, expires_on=date(2026, 9, 1)),
    Row(4, "D", date(2026, 8, 20)),
    Row(5, "C", date(2026, 8, 20)),
]


@pytest.mark.parametrize(
    ("on", "grade"),
    [
        (date(2026, 6, 30), None),  # nothing was published yet
        (date(2026, 7, 1), "C"),
        (date(2026, 8, 1), "B"),  # a later day replaces
        (date(2026, 8, 10), "A"),  # by hand comes first
        (date(2026, 8, 31), "A"),  # also over a model's later grade
        (date(2026, 9, 1), "C"),  # expired; of one day the one published last
    ],
)
def test_what_holds(on, grade):
    found = rules.in_force(ROWS, on)
    assert (found.grade if found else None) == grade
    assert rules.in_force(list(reversed(ROWS)), on) == found
