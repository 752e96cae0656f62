"""Pure judgement about bills: their states, the scope of a run, the plausibility gate."""

from denghuo.commerce.billing.rules.gate import (
    DEFAULT_GATE,
    Facts,
    Finding,
    GateSetting,
    evaluate,
)
from denghuo.commerce.billing.rules.scope import Scope, ScopeInvalid
from denghuo.commerce.billing.rules.states import IMMUTABLE, LIVE, TRANSITIONS, DueDate, may_become

__all__ = [
    "DEFAULT_GATE",
    "IMMUTABLE",
    "LIVE",
    "TRANSITIONS",
    "DueDate",
    "Facts",
    "Finding",
    "GateSetting",
    "Scope",
    "ScopeInvalid",
    "evaluate",
    "may_become",
]
