"""Everything that moves a customer's money."""

from denghuo.commerce.payments.operations.receiving import (
    PaymentCannotBeReversed,
    PaymentDiffers,
    money_leg,
    receive,
    reverse,
)

__all__ = ["PaymentCannotBeReversed", "PaymentDiffers", "money_leg", "receive", "reverse"]
