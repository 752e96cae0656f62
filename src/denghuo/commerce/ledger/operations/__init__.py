"""Everything that writes to the ledger."""

from denghuo.commerce.ledger.operations.posting import PeriodClosed, post, reverse

__all__ = ["PeriodClosed", "post", "reverse"]
