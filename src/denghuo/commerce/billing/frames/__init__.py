"""Rows of the database as the engine's tables, and the engine's answer as rows."""

from denghuo.commerce.billing.frames.inputs import (
    ChunkInput,
    Problem,
    Terms,
    history,
    load,
    prior_energy,
    tier_months,
    tier_years,
)
from denghuo.commerce.billing.frames.pricing import (
    Books,
    books_in_force,
    books_of,
    price_cases,
    replay,
    with_calendars,
)
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
    "books_of",
    "history",
    "ints",
    "line_columns",
    "load",
    "price_cases",
    "prior_energy",
    "replay",
    "section_columns",
    "tier_columns",
    "tier_months",
    "tier_years",
    "with_calendars",
]
