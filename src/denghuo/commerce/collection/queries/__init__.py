"""What is being collected, from whom, by whom."""

from denghuo.commerce.collection.queries.consistency import inconsistencies
from denghuo.commerce.collection.queries.demands import (
    Demand,
    decided_protections,
    demanded,
    protected,
    protecting_care,
)
from denghuo.commerce.collection.queries.notices import published_notices
from denghuo.commerce.collection.queries.responsibility import (
    Standing,
    arrears_by_responsibility,
    batched,
    duty_book,
    responsible,
    routes_of,
)

__all__ = [
    "Demand",
    "Standing",
    "arrears_by_responsibility",
    "batched",
    "decided_protections",
    "demanded",
    "duty_book",
    "inconsistencies",
    "protected",
    "protecting_care",
    "published_notices",
    "responsible",
    "routes_of",
]
