"""The statement of a settlement account (往来明细账): what it owed, what happened, what it owes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Sum

from denghuo.commerce.ledger.models import Entry, Posting
from denghuo.commerce.ledger.rules import CHART, account_of

BY_CUSTOMER = tuple(code for code, account in CHART.items() if account.by_customer)


@dataclass(frozen=True)
class StatementLine:
    """One entry of the account. ``owed_fen`` is what the customer owes after it; below zero the bureau owes."""

    entry: Entry
    posting: Posting
    balance_fen: int
    owed_fen: int

    @property
    def debit_fen(self) -> int:
        return max(self.entry.amount_fen, 0)

    @property
    def credit_fen(self) -> int:
        return max(-self.entry.amount_fen, 0)


@dataclass(frozen=True)
class Standing:
    """One ledger account of the customer: its balance before and after the period, in its own sense."""

    code: str
    opening_fen: int
    closing_fen: int


@dataclass(frozen=True)
class Statement:
    """Entries of ``[first, last]`` with running balances. ``standings`` are receivable, prepayment, payable and others."""

    account_id: int
    first: date
    last: date
    opening_fen: int
    lines: list[StatementLine]
    standings: list[Standing]

    @property
    def closing_fen(self) -> int:
        return self.lines[-1].owed_fen if self.lines else self.opening_fen

    @property
    def debit_fen(self) -> int:
        return sum(line.debit_fen for line in self.lines)

    @property
    def credit_fen(self) -> int:
        return sum(line.credit_fen for line in self.lines)


def statement(account_id: int, *, first: date, last: date) -> Statement:
    """Every entry of the account from ``first`` to ``last``; opening + entries = closing, for each ledger account."""
    mine = Entry.objects.filter(account_id=account_id)
    opening = dict(
        mine.filter(posting_date__lt=first)
        .values_list("ledger_account")
        .annotate(fen=Sum("amount_fen"))
        .order_by()
    )
    entries = list(
        mine.filter(posting_date__gte=first, posting_date__lte=last)
        .select_related("posting__posted_by")
        .order_by("posting_date", "posting_id", "id")
    )
    balance = dict(opening)
    owed = sum(opening.values())
    lines = []
    for entry in entries:
        code = entry.ledger_account
        balance[code] = balance.get(code, 0) + entry.amount_fen
        owed += entry.amount_fen
        lines.append(StatementLine(entry, entry.posting, _own_sense(code, balance[code]), owed))
    return Statement(
        account_id=account_id,
        first=first,
        last=last,
        opening_fen=sum(opening.values()),
        lines=lines,
        standings=[
            Standing(code, _own_sense(code, opening.get(code, 0)), _own_sense(code, balance.get(code, 0)))
            for code in BY_CUSTOMER
            if code in balance or code in _ALWAYS
        ],
    )


_ALWAYS = BY_CUSTOMER[:1]


def _own_sense(code: str, fen: int) -> int:
    """A prepayment of 5 yuan is a credit: it is shown as 5, not as −5."""
    return fen * account_of(code).nature.sign
