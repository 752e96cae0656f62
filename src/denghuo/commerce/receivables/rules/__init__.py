"""Judgement about debts: the late fee, what money pays first, paying in parts, the regulated figures."""

from denghuo.commerce.receivables.rules.allocation import Open, allocate
from denghuo.commerce.receivables.rules.late_fee import Rates, Span, effective_due_date, spans, total_fen
from denghuo.commerce.receivables.rules.plans import Part, Progress, equal_parts, progress, verdict

__all__ = [
    "Open",
    "Part",
    "Progress",
    "Rates",
    "Span",
    "allocate",
    "effective_due_date",
    "equal_parts",
    "progress",
    "spans",
    "total_fen",
    "verdict",
]
