"""Changing prices: drafts and their decision, day triggers, contract prices, adjustment lines."""

from __future__ import annotations

from denghuo.commerce.tariffs.operations.customers import (
    AdjustmentTwice,
    ContractPriceInvalid,
    add_adjustment,
    set_contract_price,
)
from denghuo.commerce.tariffs.operations.days import (
    TriggerUnknown,
    clear_day_trigger,
    set_day_trigger,
)
from denghuo.commerce.tariffs.operations.shipped import (
    NoSuchBook,
    draft_shipped_book,
    load_shipped_books,
    shipped_documents,
)
from denghuo.commerce.tariffs.operations.versions import (
    DraftChanged,
    NothingChanged,
    OtherBook,
    SamePerson,
    StateForbids,
    amend,
    approve,
    draft_version,
    put_in_force,
    reject,
)

__all__ = [
    "AdjustmentTwice",
    "ContractPriceInvalid",
    "DraftChanged",
    "NoSuchBook",
    "NothingChanged",
    "OtherBook",
    "SamePerson",
    "StateForbids",
    "TriggerUnknown",
    "add_adjustment",
    "amend",
    "approve",
    "clear_day_trigger",
    "draft_shipped_book",
    "draft_version",
    "load_shipped_books",
    "put_in_force",
    "reject",
    "set_contract_price",
    "set_day_trigger",
    "shipped_documents",
]
