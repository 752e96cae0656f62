"""What the counter must know of an account, and what a payment did."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet, Sum

from denghuo.commerce.ledger.models import Entry
from denghuo.commerce.ledger.rules.chart import PREPAYMENT
from denghuo.commerce.payments.models import Payment, PaymentState, Refund, RefundState
from denghuo.commerce.receivables import queries as debts
from denghuo.commerce.receivables.models import AccountBalance, Allocation, Receivable
from denghuo.records.customers.models import Account


@dataclass(frozen=True)
class Item:
    """An open debt with the late fee that has run up on it and is not charged yet."""

    receivable: Receivable
    running_fen: int
    overdue_days: int

    @property
    def total_fen(self) -> int:
        return self.receivable.open_fen + self.running_fen


@dataclass(frozen=True)
class Standing:
    """An account as the cashier sees it; ``pays_all_fen`` settles everything that is not under dispute."""

    account: Account
    items: list[Item]
    prepaid_fen: int
    payable_fen: int
    on: date

    @property
    def total_fen(self) -> int:
        return sum(item.total_fen for item in self.items)

    @property
    def running_fen(self) -> int:
        return sum(item.running_fen for item in self.items)

    @property
    def disputed_fen(self) -> int:
        return sum(item.total_fen for item in self.items if item.receivable.disputed)

    @property
    def pays_all_fen(self) -> int:
        return self.total_fen - self.disputed_fen

    @property
    def pays_all_text(self) -> str:
        """In yuan, as it is typed."""
        return f"{self.pays_all_fen // 100}.{self.pays_all_fen % 100:02d}"


def standing_of(account: Account, *, on: date) -> Standing:
    """What the account owes on ``on``, item by item, the late fee to that day included."""
    owed = debts.owed(account.pk, on=on)
    running = {fee.receivable.pk: fee.due_fen for fee in owed.accrued}
    return Standing(
        account=account,
        items=[Item(item, running.get(item.pk, 0), max(0, (on - item.due_date).days)) for item in owed.items],
        prepaid_fen=owed.prepaid_fen,
        payable_fen=owed.payable_fen,
        on=on,
    )


def settled_by(payments: Iterable[Payment]) -> list[Allocation]:
    """What these payments settled when they came in, in order (undone allocations too)."""
    return list(
        Allocation.objects.filter(posting__in=[payment.posting_id for payment in payments], amount_fen__gt=0)
        .select_related("receivable__account", "receivable__principal", "undone_by")
        .order_by("id")
    )


def prepaid_by(payment: Payment) -> int:
    """How much of a payment became prepayment."""
    found = Entry.objects.filter(posting=payment.posting_id, ledger_account=PREPAYMENT).aggregate(
        fen=Sum("amount_fen")
    )
    return -(found["fen"] or 0)


@dataclass(frozen=True)
class ReversalEffect:
    """What reversing a payment would do now, in fen: debts that open again, and what prepayment must give."""

    opens: list[tuple[Receivable, int]]
    prepaid_fen: int
    prepaid_now_fen: int
    refunded_fen: int

    @property
    def opens_fen(self) -> int:
        return sum(fen for _, fen in self.opens)

    @property
    def from_uses_fen(self) -> int:
        """What must be released from debts that the prepayment has settled meanwhile."""
        return max(0, self.prepaid_fen - self.prepaid_now_fen)


def effect_of_reversal(payment: Payment) -> ReversalEffect:
    """The effect of reversing ``payment`` now. Writes nothing."""
    live = [row for row in settled_by([payment]) if not hasattr(row, "undone_by")]
    gone = sum(row.amount_fen for row in settled_by([payment]) if hasattr(row, "undone_by"))
    balance = AccountBalance.objects.filter(account_id=payment.account_id).first()
    refunded = payment.refunds.exclude(state__in=[RefundState.REJECTED, RefundState.FAILED]).aggregate(
        fen=Sum("amount_fen")
    )["fen"]
    return ReversalEffect(
        opens=[(row.receivable, row.amount_fen) for row in live],
        prepaid_fen=prepaid_by(payment) + gone,
        prepaid_now_fen=balance.prepaid_fen if balance else 0,
        refunded_fen=refunded or 0,
    )


@dataclass(frozen=True)
class ClosedAccount:
    """A closed account on which money of the customer is left."""

    account: Account
    prepaid_fen: int
    payable_fen: int
    refund: Refund | None


def closed_accounts_with_money(scope: str) -> QuerySet[AccountBalance]:
    """Balances of closed accounts that are owed to the customer, the longest closed first."""
    return (
        AccountBalance.objects.filter(
            account__closed_date__isnull=False, account__unit__code__startswith=scope, open_fen=0
        )
        .filter(prepaid_fen__gt=0)
        .select_related("account__customer")
        .order_by("account__closed_date", "account_id")
    )


def received_today(scope: str, on: date) -> dict[str, int]:
    """What came in on a day, by channel."""
    rows = (
        Payment.objects.filter(unit__code__startswith=scope, business_date=on, state=PaymentState.RECEIVED)
        .order_by()
        .values_list("channel")
        .annotate(fen=Sum("amount_fen"))
    )
    return dict(rows)
