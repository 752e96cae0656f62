"""Rows of the database as the engine's tables, and the engine's answer as rows."""

from denghuo.commerce.billing.frames.inputs import ChunkInput, Problem, Terms, history, load
from denghuo.commerce.billing.frames.pricing import Books, books_in_force, price_cases, replay, with_calendars
from denghuo.commerce.billing.frames.rows import (
    BillRows,
    bill_numbers,
    bill_rows,
    ints,
    line_columns,
    section_columns,
    tier_columns,
)

__all__ = [
    "BillRows",
    "Books",
    "ChunkInput",
    "Problem",
    "Terms",
    "bill_numbers",
    "bill_rows",
    "books_in_force",
    "history",
    "ints",
    "line_columns",
    "load",
    "price_cases",
    "replay",
    "section_columns",
    "tier_columns",
    "with_calendars",
]
