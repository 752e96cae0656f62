"""What the books say: trial balance, entries, statements of settlement accounts, and whether they agree."""

from denghuo.commerce.ledger.queries.balances import TrialBalance, TrialRow, trial_balance
from denghuo.commerce.ledger.queries.consistency import inconsistencies
from denghuo.commerce.ledger.queries.documents import document_url, link_documents, link_numbers, number_url
from denghuo.commerce.ledger.queries.periods import Month, closable_month, months
from denghuo.commerce.ledger.queries.postings import (
    PostingPart,
    entries_in_scope,
    parts,
    posting_in_scope,
    postings_in_scope,
)
from denghuo.commerce.ledger.queries.statement import Standing, Statement, StatementLine, statement
from denghuo.commerce.ledger.queries.words import ask_for_details, name_details

__all__ = [
    "Month",
    "PostingPart",
    "Standing",
    "Statement",
    "StatementLine",
    "TrialBalance",
    "TrialRow",
    "ask_for_details",
    "closable_month",
    "document_url",
    "entries_in_scope",
    "inconsistencies",
    "link_documents",
    "link_numbers",
    "months",
    "name_details",
    "number_url",
    "parts",
    "posting_in_scope",
    "postings_in_scope",
    "statement",
    "trial_balance",
]
