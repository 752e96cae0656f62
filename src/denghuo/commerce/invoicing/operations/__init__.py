"""Everything that writes invoices."""

from denghuo.commerce.invoicing.operations.answers import (
    AnswerRefused,
    record_issued,
    record_rejected,
)
from denghuo.commerce.invoicing.operations.exports import NothingToExport, export
from denghuo.commerce.invoicing.operations.profiles import ProfileInvalid, set_buyer, set_seller
from denghuo.commerce.invoicing.operations.red import (
    RedLetterRefused,
    bill_was_reversed,
    confirm_red,
    raise_red,
)
from denghuo.commerce.invoicing.operations.requests import (
    InvoiceCannotBeCancelled,
    InvoiceCannotBeRequested,
    RequestedMany,
    cancel,
    request,
    request_again,
    request_many,
)

__all__ = [
    "AnswerRefused",
    "InvoiceCannotBeCancelled",
    "InvoiceCannotBeRequested",
    "NothingToExport",
    "ProfileInvalid",
    "RedLetterRefused",
    "RequestedMany",
    "bill_was_reversed",
    "cancel",
    "confirm_red",
    "export",
    "raise_red",
    "record_issued",
    "record_rejected",
    "request",
    "request_again",
    "request_many",
    "set_buyer",
    "set_seller",
]
