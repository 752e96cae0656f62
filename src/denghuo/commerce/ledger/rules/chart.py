"""The chart of accounts (会计科目), numbered after 《企业会计准则——应用指南》.

``detail`` is the dimension below an account: the till or the channel of money, the component of revenue. An account
``by_customer`` is kept for each settlement account (结算户) too. The ledger keeps amounts as billed, tax included:
the tax is split on the e-invoice, by the bureau's finance system.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Nature(enum.Enum):
    ASSET = "asset"
    LIABILITY = "liability"
    INCOME = "income"
    EXPENSE = "expense"

    @property
    def sign(self) -> int:
        """+1 where a debit makes the balance grow, −1 where a credit does."""
        return 1 if self in (Nature.ASSET, Nature.EXPENSE) else -1


@dataclass(frozen=True)
class LedgerAccount:
    code: str
    name: str
    nature: Nature
    by_customer: bool = False
    detail: str = ""


CASH, BANK, CLEARING, CHEQUES = "1001", "1002", "1012", "1121"
RECEIVABLE = "1122"
PAYABLE_GENERATION, PREPAYMENT = "2202", "2203"
SUSPENSE, REFUND_PAYABLE, DEPOSIT = "224101", "224102", "224103"
FUNDS = "224104"
REVENUE_ENERGY, REVENUE_TRANSMISSION, REVENUE_BASIC, REVENUE_ADJUSTMENT = (
    "600101",
    "600102",
    "600103",
    "600104",
)
REVENUE_BREACH, REVENUE_CONNECTION = "605101", "605102"
LATE_FEE, CASH_OVER = "630101", "630102"
PURCHASE_GENERATION = "640101"
WRITE_OFF, CASH_SHORT, CHANNEL_FEE, COMPENSATION = "671101", "671102", "660301", "671103"

_A, _L, _I, _E = Nature.ASSET, Nature.LIABILITY, Nature.INCOME, Nature.EXPENSE
CHART: dict[str, LedgerAccount] = {
    account.code: account
    for account in (
        LedgerAccount(CASH, "Cash on hand", _A, detail="till"),
        LedgerAccount(BANK, "Bank deposits", _A, detail="bank"),
        LedgerAccount(CLEARING, "Money on the way from channels", _A, detail="channel"),
        LedgerAccount(CHEQUES, "Cheques in collection", _A),
        LedgerAccount(RECEIVABLE, "Electricity receivable", _A, by_customer=True),
        LedgerAccount(PAYABLE_GENERATION, "Payable for generation bought", _L, by_customer=True),
        LedgerAccount(PREPAYMENT, "Prepayments", _L, by_customer=True),
        LedgerAccount(SUSPENSE, "Receipts to be matched", _L, detail="source"),
        LedgerAccount(REFUND_PAYABLE, "Refunds on the way", _L, by_customer=True),
        LedgerAccount(DEPOSIT, "Deposits held", _L, by_customer=True),
        LedgerAccount(FUNDS, "Government funds collected", _L, detail="component"),
        LedgerAccount(REVENUE_ENERGY, "Revenue: energy", _I, detail="component"),
        LedgerAccount(REVENUE_TRANSMISSION, "Revenue: transmission and distribution", _I, detail="component"),
        LedgerAccount(REVENUE_BASIC, "Revenue: basic charge", _I, detail="component"),
        LedgerAccount(REVENUE_ADJUSTMENT, "Revenue: adjustments", _I, detail="component"),
        LedgerAccount(REVENUE_BREACH, "Revenue: breach of use", _I),
        LedgerAccount(REVENUE_CONNECTION, "Revenue: connection fees", _I),
        LedgerAccount(LATE_FEE, "Late-payment charges", _I),
        LedgerAccount(CASH_OVER, "Cash surplus", _I),
        LedgerAccount(PURCHASE_GENERATION, "Generation bought", _E, detail="component"),
        LedgerAccount(CHANNEL_FEE, "Fees of payment channels", _E, detail="channel"),
        LedgerAccount(WRITE_OFF, "Bad debts written off", _E),
        LedgerAccount(CASH_SHORT, "Cash shortage", _E),
        LedgerAccount(COMPENSATION, "Compensation and goodwill", _E),
    )
}


class UnknownLedgerAccount(LookupError):
    """The chart has no such account."""


def account_of(code: str) -> LedgerAccount:
    try:
        return CHART[code]
    except KeyError:
        raise UnknownLedgerAccount(f"the chart has no account {code!r}") from None


_BY_GROUP = {
    "energy": REVENUE_ENERGY,
    "loss": REVENUE_ENERGY,
    "list": REVENUE_ENERGY,
    "transmission": REVENUE_TRANSMISSION,
    "system": REVENUE_TRANSMISSION,
    "basic": REVENUE_BASIC,
    "adjustment": REVENUE_ADJUSTMENT,
    "fund": FUNDS,
    "feed_in": PURCHASE_GENERATION,
}


def revenue_account(group: str) -> str:
    """Where the bill lines of a component group are booked; an unknown group is revenue from energy."""
    return _BY_GROUP.get(group, REVENUE_ENERGY)
