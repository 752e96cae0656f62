"""The money of a few accounts in the slowest, plainest words: lists of debts and piles of money, nothing clever.

No late fee runs here (every debt is due in the future), so a payment is: pay the oldest debt, then the next, keep the rest.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Debt:
    name: int
    due: int
    amount: int
    paid: list[tuple[str, int]] = field(default_factory=list)

    @property
    def open(self) -> int:
        return self.amount - sum(part for _, part in self.paid)


@dataclass
class Purse:
    """One account: its debts, and the prepaid money."""

    debts: list[Debt] = field(default_factory=list)
    prepaid: int = 0

    @property
    def open(self) -> int:
        return sum(debt.open for debt in self.debts)

    def pay(self, source: str, amount: int) -> None:
        for debt in sorted(self.debts, key=lambda debt: (debt.due, debt.name)):
            part = min(amount, debt.open)
            if part > 0:
                debt.paid.append((source, part))
                amount -= part
        self.prepaid += amount

    def use_prepaid(self) -> None:
        amount, self.prepaid = self.prepaid, 0
        self.pay("prepaid", amount)


@dataclass
class Town:
    """Accounts by name, the piles of cash, and what is on its way to customers."""

    purses: dict[int, Purse]
    till: int = 0
    bank: int = 0
    outgoing: int = 0

    def charge(self, account: int, name: int, due: int, amount: int) -> None:
        purse = self.purses[account]
        purse.debts.append(Debt(name, due, amount))
        purse.use_prepaid()

    def basket(self, rows: list[tuple[int, int]], source: str) -> None:
        for account, amount in rows:
            self.purses[account].pay(source, amount)
            self.till += amount

    def undo_without_prepaid(self, account: int, source: str) -> None:
        """Take back a payment of which nothing became prepayment."""
        for debt in self.purses[account].debts:
            gone = [part for name, part in debt.paid if name == source]
            debt.paid = [(name, part) for name, part in debt.paid if name != source]
            self.till -= sum(gone)

    def approve(self, account: int, amount: int) -> None:
        self.purses[account].prepaid -= amount
        self.outgoing += amount

    def hand_out(self, amount: int) -> None:
        self.outgoing -= amount
        self.till -= amount

    def bring_back(self, account: int, amount: int) -> None:
        self.outgoing -= amount
        self.purses[account].pay("returned", amount)

    def transfer(self, source: int, target: int, amount: int) -> None:
        self.purses[source].prepaid -= amount
        self.purses[target].pay("transfer", amount)
