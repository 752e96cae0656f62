"""Reading prices: books in force, versions and their differences, price notices, hours, quotes."""

from __future__ import annotations

from denghuo.commerce.tariffs.queries.books import (
    NoBookInForce,
    book_in_force,
    book_of,
    books,
    certainty,
    compiled,
    home_book,
    undecided,
    version_in_force,
    versions,
)
from denghuo.commerce.tariffs.queries.days import day_calendar, triggers_of
from denghuo.commerce.tariffs.queries.differences import Difference, differences
from denghuo.commerce.tariffs.queries.hours import schemes_on, seasons, tou_windows
from denghuo.commerce.tariffs.queries.notice import (
    confidence_shares,
    coverage,
    energy_price,
    price_tables,
)
from denghuo.commerce.tariffs.queries.quotes import (
    impact,
    quote,
    quotes,
    reactive_for,
    standard_cases,
    yearly_effect,
)

__all__ = [
    "Difference",
    "NoBookInForce",
    "book_in_force",
    "book_of",
    "books",
    "certainty",
    "compiled",
    "confidence_shares",
    "coverage",
    "day_calendar",
    "home_book",
    "differences",
    "energy_price",
    "impact",
    "price_tables",
    "quote",
    "quotes",
    "reactive_for",
    "schemes_on",
    "seasons",
    "standard_cases",
    "tou_windows",
    "triggers_of",
    "undecided",
    "version_in_force",
    "versions",
    "yearly_effect",
]
