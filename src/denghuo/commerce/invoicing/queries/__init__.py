"""Invoices as people look them up, and whether they agree with the bills."""

from denghuo.commerce.invoicing.queries.consistency import inconsistencies
from denghuo.commerce.invoicing.queries.document import invoice_document
from denghuo.commerce.invoicing.queries.invoices import (
    RED_WORK,
    account_invoices,
    bill_invoices,
    bills_to_invoice,
    invoices_in_scope,
    waiting_red,
)
from denghuo.commerce.invoicing.queries.profiles import Buyer, buyer_of, remarks_of, seller_of

__all__ = [
    "RED_WORK",
    "Buyer",
    "account_invoices",
    "bill_invoices",
    "bills_to_invoice",
    "buyer_of",
    "inconsistencies",
    "invoice_document",
    "invoices_in_scope",
    "remarks_of",
    "seller_of",
    "waiting_red",
]
