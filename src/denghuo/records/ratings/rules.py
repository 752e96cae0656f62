"""Which of a customer's published grades holds."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Protocol, TypeVar

KINDS = ("value", "credit", "importance")
LETTERS = ("A", "B", "C", "D")
"""A is best, D is least."""


class Published(Protocol):
    """What the judgement needs of a publication."""

    pk: int
    grade: str
    by_hand: bool
    as_of: date
    expires_on: date | None


Row = TypeVar("Row", bound=Published)


def holds(row: Published, on: date) -> bool:
    """Whether a publication speaks about ``on``: it is not of a later day, and it has not expired."""
    return row.as_of <= on and (row.expires_on is None or on < row.expires_on)


def in_force(rows: Iterable[Row], on: date) -> Row | None:
    """The publication that holds on ``on``: one set by hand before a model's, then the latest day, then the latest made."""
    speaking = [row for row in rows if holds(row, on)]
    return max(speaking, key=lambda row: (row.by_hand, row.as_of, row.pk), default=None)
