"""The trial balance (科目余额表): opening, turnover and closing of every ledger account."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from django.db.models import Case, F, IntegerField, Sum, Value, When

from denghuo.commerce.ledger.models import Entry
from denghuo.commerce.ledger.rules import CHART, Nature, account_of
from denghuo.foundation.database.fields import MoneyField


@dataclass(frozen=True)
class TrialRow:
    """One ledger account (or one detail of it) over a period, in fen; balances are debit positive."""

    code: str
    detail: str
    opening_fen: int
    debit_fen: int
    credit_fen: int

    @property
    def nature(self) -> Nature:
        return account_of(self.code).nature

    @property
    def closing_fen(self) -> int:
        return self.opening_fen + self.debit_fen - self.credit_fen

    @property
    def opening_debit_fen(self) -> int:
        return max(self.opening_fen, 0)

    @property
    def opening_credit_fen(self) -> int:
        return max(-self.opening_fen, 0)

    @property
    def closing_debit_fen(self) -> int:
        return max(self.closing_fen, 0)

    @property
    def closing_credit_fen(self) -> int:
        return max(-self.closing_fen, 0)


@dataclass(frozen=True)
class TrialBalance:
    """All accounts of the chart that ever moved, in the order of the chart."""

    first: date
    last: date
    rows: list[TrialRow]

    def total(self, column: str) -> int:
        return sum(getattr(row, column) for row in self.rows)

    @property
    def balanced(self) -> bool:
        """Debits equal credits in the opening, the turnover and the closing column."""
        return all(
            self.total(f"{part}debit_fen") == self.total(f"{part}credit_fen")
            for part in ("opening_", "", "closing_")
        )


def trial_balance(*, first: date, last: date, unit: str = "", details: bool = False) -> TrialBalance:
    """Balances before ``first``, turnover of ``[first, last]``, balances after ``last``, of the units below ``unit``.

    With ``details`` there is a row for every till, channel or component. Entries of one posting may belong to several
    units, so only the whole bureau must balance.
    """
    before = Case(When(posting_date__lt=first, then=Value(1)), default=Value(0), output_field=IntegerField())
    side = Case(When(amount_fen__gt=0, then=Value(1)), default=Value(0), output_field=IntegerField())
    found = (
        Entry.objects.filter(posting_date__lte=last, unit__code__startswith=unit)
        .annotate(before=before, is_debit=side)
        .values_list("ledger_account", "detail", "before", "is_debit")
        .annotate(fen=Sum(F("amount_fen"), output_field=MoneyField()))
        .order_by()
    )
    sums: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    for code, detail, was_before, is_debit, fen in found:
        row = sums[code, detail if details else ""]
        if was_before:
            row[0] += fen
        elif is_debit:
            row[1] += fen
        else:
            row[2] -= fen
    place = {code: number for number, code in enumerate(CHART)}
    return TrialBalance(
        first,
        last,
        [
            TrialRow(code, detail, *sums[code, detail])
            for code, detail in sorted(sums, key=lambda key: (place.get(key[0], len(place)), key))
        ],
    )
