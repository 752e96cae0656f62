"""The chart of accounts and what makes a posting whole."""

from denghuo.commerce.ledger.rules.chart import CHART, LedgerAccount, Nature, account_of, revenue_account
from denghuo.commerce.ledger.rules.legs import Leg, PostingUnbalanced, checked

__all__ = [
    "CHART",
    "LedgerAccount",
    "Leg",
    "Nature",
    "PostingUnbalanced",
    "account_of",
    "checked",
    "revenue_account",
]
