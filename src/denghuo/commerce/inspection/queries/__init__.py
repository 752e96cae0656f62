"""Plans, findings, notices, cases: what is due, what is late, what it costs."""

from denghuo.commerce.inspection.queries import breaching, planning, pricing, rectifying, statistics, words

__all__ = ["breaching", "planning", "pricing", "rectifying", "statistics", "words"]
