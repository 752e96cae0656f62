"""Reading prices: books in force, versions and their differences, price notices, hours, quotes."""

from __future__ import annotations

from denghuo.commerce.tariffs.queries.books import (
    NoBookInForce,
    book_in_force,
    book_of,
    books,
    compiled,
    version_in_force,
    versions,
)
from denghuo.commerce.tariffs.queries.days import day_calendar, triggers_of

__all__ = [
    "NoBookInForce",
    "book_in_force",
    "book_of",
    "books",
    "compiled",
    "day_calendar",
    "triggers_of",
    "version_in_force",
    "versions",
]
