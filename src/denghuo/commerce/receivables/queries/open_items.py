"""Open receivables of accounts, and what an account owes today."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from denghuo.commerce.receivables.models import AccountBalance, Receivable
from denghuo.commerce.receivables.queries.late_fees import AccruedLateFee, accrued_late_fees


def open_items(account_id: int) -> list[Receivable]:
    """Open receivables of an account, oldest due date first."""
    return list(Receivable.objects.filter(account_id=account_id, open_fen__gt=0).order_by("due_date", "id"))


def open_items_of(account_ids: Iterable[int]) -> dict[int, list[Receivable]]:
    """Open receivables of many accounts in one query, by account."""
    found: dict[int, list[Receivable]] = defaultdict(list)
    rows = Receivable.objects.filter(account_id__in=list(account_ids), open_fen__gt=0)
    for item in rows.order_by("account_id", "due_date", "id"):
        found[item.account_id].append(item)
    return dict(found)


@dataclass(frozen=True)
class Owed:
    """What an account owes on a day, in fen: open receivables, the late fee not charged yet, and its prepayment."""

    account_id: int
    on: date
    items: list[Receivable]
    accrued: list[AccruedLateFee]
    prepaid_fen: int
    payable_fen: int

    @property
    def open_fen(self) -> int:
        return sum(item.open_fen for item in self.items)

    @property
    def overdue_fen(self) -> int:
        return sum(item.open_fen for item in self.items if item.due_date < self.on)

    @property
    def accrued_fen(self) -> int:
        return sum(fee.due_fen for fee in self.accrued)

    @property
    def disputed_fen(self) -> int:
        """Open under dispute, with its late fee: money does not settle it unasked."""
        return sum(item.open_fen for item in self.items if item.disputed) + sum(
            fee.due_fen for fee in self.accrued if fee.receivable.disputed
        )

    @property
    def total_fen(self) -> int:
        """What settles the account today: open, with the late fee to this day; without what is under dispute."""
        return self.open_fen + self.accrued_fen - self.disputed_fen


def owed(account_id: int, *, on: date) -> Owed:
    """What the account owes on ``on``, the running late fee included."""
    balance = AccountBalance.objects.filter(account_id=account_id).first()
    items = open_items(account_id)
    overdue = any(item.due_date < on for item in items)
    return Owed(
        account_id=account_id,
        on=on,
        items=items,
        accrued=[fee for fee in accrued_late_fees(account_id, on=on) if fee.due_fen > 0] if overdue else [],
        prepaid_fen=balance.prepaid_fen if balance else 0,
        payable_fen=balance.payable_fen if balance else 0,
    )
