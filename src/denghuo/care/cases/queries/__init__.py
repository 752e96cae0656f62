"""Reads of matters of customers."""

from denghuo.care.cases.queries.boards import (
    ComplaintFigures,
    Watched,
    causes_counted,
    complaint_figures,
    improvements,
    open_steps,
    passes_of,
    repairs,
    visible,
    watched,
)
from denghuo.care.cases.queries.callers import (
    Caller,
    Doubles,
    callers,
    doubles,
    earlier_complaint,
    is_repeat_caller,
    last_matters,
)
from denghuo.care.cases.queries.explanation import (
    Explanation,
    Month,
    accuracy_class,
    energy_by_cycle,
    explanation,
    last_billed_cycle,
)
from denghuo.care.cases.queries.limits import arrival_limits, figure, settlement_of, working_days_later

__all__ = [
    "Caller",
    "ComplaintFigures",
    "Doubles",
    "Explanation",
    "Month",
    "Watched",
    "accuracy_class",
    "arrival_limits",
    "callers",
    "causes_counted",
    "complaint_figures",
    "doubles",
    "earlier_complaint",
    "energy_by_cycle",
    "explanation",
    "figure",
    "improvements",
    "is_repeat_caller",
    "last_billed_cycle",
    "last_matters",
    "open_steps",
    "passes_of",
    "repairs",
    "settlement_of",
    "visible",
    "watched",
    "working_days_later",
]
