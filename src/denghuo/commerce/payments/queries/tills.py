"""What is in the tills, by the books and by channel."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from django.db.models import Count, Sum

from denghuo.commerce.ledger.models import Entry
from denghuo.commerce.ledger.rules.chart import CASH
from denghuo.commerce.payments.models import (
    Basket,
    Channel,
    Deposit,
    Payment,
    PaymentState,
    Refund,
    RefundState,
    Shift,
    ShiftState,
)
from denghuo.foundation.identity.models import Staff


def open_shift_of(clerk: Staff) -> Shift | None:
    """The shift the clerk works in now."""
    return Shift.objects.filter(clerk=clerk, state=ShiftState.OPEN).first()


def till_fen(clerk: Staff) -> int:
    """The balance of cash on hand (1001) of a clerk."""
    found = Entry.objects.filter(ledger_account=CASH, detail=clerk.username).aggregate(fen=Sum("amount_fen"))
    return found["fen"] or 0


def expected_fen(clerk: Staff) -> int:
    """The cash a clerk must have in hand: the balance of the till as if the shifts that wait were confirmed."""
    waiting = Shift.objects.filter(clerk=clerk, state=ShiftState.COUNTED).values_list(
        "expected_fen", "counted_fen", "deposited_fen"
    )
    return till_fen(clerk) - sum(
        (expected or 0) - ((counted or 0) - (deposited or 0)) for expected, counted, deposited in waiting
    )


@dataclass(frozen=True)
class ShiftTotals:
    """What came and went in a shift, in fen: by channel (payments, how many, reversed of them), deposits, refunds in cash."""

    received: dict[str, tuple[int, int]] = field(default_factory=dict)
    reversed: dict[str, tuple[int, int]] = field(default_factory=dict)
    deposits: dict[str, tuple[int, int]] = field(default_factory=dict)
    refunds_fen: int = 0
    refunds: int = 0

    @property
    def received_fen(self) -> int:
        return sum(fen for fen, _ in self.received.values())

    @property
    def payments(self) -> int:
        return sum(count for _, count in self.received.values())

    def rows(self) -> list[dict[str, object]]:
        """One row for each channel that moved, for pages and the cash-up sheet."""
        labels = dict(Channel.choices)
        made = []
        for channel in Channel.values:
            received, deposits, undone = (
                table.get(channel, (0, 0)) for table in (self.received, self.deposits, self.reversed)
            )
            if not (received[1] or deposits[1]):
                continue
            made.append(
                {
                    "channel": channel,
                    "label": labels[channel],
                    "count": received[1],
                    "received_fen": received[0],
                    "reversed": undone[1],
                    "reversed_fen": undone[0],
                    "deposits_fen": deposits[0],
                    "net_fen": received[0] - undone[0] + deposits[0],
                }
            )
        return made


def totals_of(shift: Shift) -> ShiftTotals:
    """What a shift took, channel by channel; three queries."""
    received: dict[str, tuple[int, int]] = defaultdict(lambda: (0, 0))
    undone: dict[str, tuple[int, int]] = {}
    rows = (
        Payment.objects.filter(basket__shift=shift)
        .order_by()
        .values_list("channel", "state")
        .annotate(fen=Sum("amount_fen"), count=Count("id"))
    )
    for channel, state, fen, count in rows:
        before = received[channel]
        received[channel] = (before[0] + fen, before[1] + count)
        if state == PaymentState.REVERSED:
            undone[channel] = (fen, count)
    deposits = {
        channel: (fen, count)
        for channel, fen, count in Deposit.objects.filter(shift=shift)
        .order_by()
        .values_list("channel")
        .annotate(fen=Sum("amount_fen"), count=Count("id"))
    }
    refunds = Refund.objects.filter(shift=shift, state=RefundState.PAID).aggregate(
        fen=Sum("amount_fen"), count=Count("id")
    )
    return ShiftTotals(dict(received), undone, deposits, refunds["fen"] or 0, refunds["count"])


def baskets_of(shift: Shift, limit: int = 200) -> list[Basket]:
    """Receipts of a shift, newest first."""
    return list(shift.baskets.prefetch_related("payments__account__customer").order_by("-id")[:limit])
