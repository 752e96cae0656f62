"""Money in the town: who pays where and when, month by month, and what is told of the last days.

Every month online payers open their phones, some come to the counter, banks debit, firms remit, and the rest is collected
by lock-box. A few pay a month late; a few have stopped paying at all, and are what collection is about.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zlib import crc32

from denghuo.commerce.payments import operations as payments
from denghuo.commerce.receivables import queries as receivables
from denghuo.commerce.receivables.models import Receivable
from denghuo.foundation.identity.models import Staff
from denghuo.foundation.outbox import operations as outbox
from denghuo.kernel.periods import Cycle
from denghuo.project.demo import (
    cast,
    money_arrears,
    money_bank,
    money_channels,
    money_collection,
    money_corrections,
    money_counter,
    money_disconnection,
    money_invoicing,
)
from denghuo.records.customers.models import Account

LATE_IN, STOPPED_IN, LEAST = 50, 90, 10
"""One in so many of the crowd pays late, or stopped paying; at least so many of each."""
LONGEST_MONTHS = 8
MILL_STOPS = Cycle(2026, 6)
"""The cycle from which the mill asks to pay in parts."""


@dataclass(frozen=True)
class Habits:
    """How the crowd pays: who pays a month late, and since which cycle somebody does not pay any more."""

    late: frozenset[int]
    stopped: Mapping[int, Cycle]
    cast: frozenset[int]
    mill: int

    def not_paying(self, cycle: Cycle) -> frozenset[int]:
        """Accounts that let the bill of ``cycle`` lie."""
        stopped = {account for account, since in self.stopped.items() if since <= cycle}
        return frozenset(self.late | stopped | ({self.mill} if cycle >= MILL_STOPS else set()))


def settle_down(people: Mapping[str, Staff], *, at: datetime, last: Cycle) -> Habits:
    """Sign the mandates, and decide who will be late and who will stop."""
    money_bank.agree(people, at=at)
    names = {member.name: member.key for member in cast.CAST}
    of_cast = dict(Account.objects.filter(customer__name__in=names).values_list("pk", "customer__name"))
    crowd = sorted(
        Account.objects.filter(mandates__isnull=True, customer__kind="person")
        .exclude(pk__in=of_cast)
        .values_list("pk", flat=True),
        key=lambda account: crc32(f"habit:{account}".encode()),
    )
    late, stopped = max(LEAST, len(crowd) // LATE_IN), max(LEAST, len(crowd) // STOPPED_IN)
    return Habits(
        late=frozenset(crowd[:late]),
        stopped={
            account: last.shifted(-2 - place % LONGEST_MONTHS)
            for place, account in enumerate(crowd[late : late + stopped])
        },
        cast=frozenset(of_cast),
        mill=next(account for account, name in of_cast.items() if names[name] == "mill"),
    )


def pay_month(people: Mapping[str, Staff], habits: Habits, cycle: Cycle) -> None:
    """Everything that comes in for one issued cycle."""
    month = cycle.shifted(1)
    kept = habits.not_paying(cycle)
    money_channels.collect(cycle=cycle, people=people, kept=kept | habits.cast)
    money_counter.pay_month(people, cycle, kept=kept)
    money_bank.pay_month(people, cycle)
    _collect(people, cycle, habits, month.on_day(12))
    for account in sorted(habits.late):
        _pay_late(people, account, cycle.shifted(-1), month.on_day(21))
    outbox.deliver(at=_at(month.on_day(22)), limit=100_000)


def _collect(people: Mapping[str, Staff], cycle: Cycle, habits: Habits, day: date) -> None:
    """The lock-box file of the bank: whoever has no mandate and has not paid yet."""
    owing = Receivable.objects.filter(
        kind="energy", cycle=str(cycle), open_fen__gt=0, disputed=False, account__mandates__isnull=True
    )
    elsewhere = habits.not_paying(cycle)
    rows = [
        payments.Row(account, fen, f"LB{day:%Y%m%d}{account:08d}", note="银行代收")
        for account, fen in owing.order_by("account").values_list("account_id", "open_fen")
        if account not in elsewhere
    ]
    for start in range(0, len(rows), 5_000):
        payments.receive_file(
            rows=rows[start : start + 5_000],
            channel="lockbox",
            at=_at(day),
            unit_id="45",
            actor=people["yejing"],
        )


def _pay_late(people: Mapping[str, Staff], account_id: int, cycle: Cycle, day: date) -> None:
    """The bill of the month before, with its late fee, by bank transfer."""
    debts = Receivable.objects.filter(account_id=account_id, cycle=str(cycle), open_fen__gt=0, kind="energy")
    if not debts.exists():
        return
    owed = receivables.owed(account_id, on=day)
    overdue = sum(item.open_fen for item in owed.items if item.due_date < day) + owed.accrued_fen
    payments.receive(
        account=Account.objects.get(pk=account_id),
        amount_fen=overdue,
        channel="lockbox",
        external_id=f"LL{day:%Y%m%d}{account_id:08d}",
        at=_at(day),
        actor=people["yejing"],
    )


def tell_the_rest(people: Mapping[str, Staff], today: date) -> None:
    """The stories of the last weeks, in the order in which they build on each other."""
    money_channels.play(people)
    money_counter.play(people)
    money_arrears.play(people)
    money_collection.play(people)
    outbox.deliver(at=_at(today), limit=100_000)
    money_disconnection.play(people)
    money_invoicing.play(people)
    outbox.deliver(at=_at(today), limit=100_000)
    money_bank.reconcile_days(people)


def correct(people: Mapping[str, Staff]) -> None:
    """What was found wrong in the bills, before the last month is billed."""
    money_corrections.play(people)


def _at(day: date) -> datetime:
    """Ten o'clock in Beijing."""
    return datetime(day.year, day.month, day.day, 2, tzinfo=UTC)
