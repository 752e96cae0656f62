"""Pure judgement about corrections: reasons, facts, effects, calculators."""

from denghuo.commerce.corrections.rules.reasons import FACTS_OF, OUR_FAULT, TRANSITIONS, may_become

__all__ = ["FACTS_OF", "OUR_FAULT", "TRANSITIONS", "may_become"]
