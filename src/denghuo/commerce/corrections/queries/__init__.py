"""Reading corrections, and what they would do."""

from denghuo.commerce.corrections.queries.consistency import inconsistencies
from denghuo.commerce.corrections.queries.mass import (
    billed_in_scope,
    extremes,
    histogram,
    households,
    outcome_sums,
    scope_rows,
)
from denghuo.commerce.corrections.queries.months import Replayed
from denghuo.commerce.corrections.queries.replay import replay

__all__ = [
    "Replayed",
    "billed_in_scope",
    "extremes",
    "histogram",
    "inconsistencies",
    "households",
    "outcome_sums",
    "replay",
    "scope_rows",
]
