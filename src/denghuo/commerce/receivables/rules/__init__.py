"""Judgement about debts: the late fee, what money pays first, the regulated figures."""

from denghuo.commerce.receivables.rules.allocation import Open, allocate
from denghuo.commerce.receivables.rules.late_fee import Rates, Span, effective_due_date, spans, total_fen

__all__ = ["Open", "Rates", "Span", "allocate", "effective_due_date", "spans", "total_fen"]
