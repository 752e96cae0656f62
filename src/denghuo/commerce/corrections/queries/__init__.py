"""Reading corrections, and what they would do."""

from denghuo.commerce.corrections.queries.mass import (
    billed_in_scope,
    extremes,
    histogram,
    is_household,
    outcome_sums,
    scope_rows,
)
from denghuo.commerce.corrections.queries.replay import Replayed, replay

__all__ = [
    "Replayed",
    "billed_in_scope",
    "extremes",
    "histogram",
    "is_household",
    "outcome_sums",
    "replay",
    "scope_rows",
]
