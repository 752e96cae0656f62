"""What may be debited on a day, and the file of a batch."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from denghuo.commerce.banking import rules
from denghuo.commerce.banking.models import (
    DebitBatch,
    DebitItem,
    ItemState,
    LineOutcome,
    Mandate,
    MandateState,
    ReturnLine,
)
from denghuo.commerce.banking.rules import parameters
from denghuo.commerce.receivables import queries as receivables
from denghuo.commerce.receivables.models import InstalmentPlan, PlanState, Receivable
from denghuo.foundation.parameters import queries as parameter_queries


@dataclass(frozen=True)
class Candidate:
    """A debit that would be asked for: ``amount_fen`` is ``owed_fen`` or the limit of the mandate, if that is less."""

    mandate: Mandate
    owed_fen: int
    amount_fen: int

    @property
    def capped(self) -> bool:
        return self.amount_fen < self.owed_fen


def planned_items(account_ids: Iterable[int]) -> set[int]:
    """Receivables of these accounts that a running instalment plan covers."""
    plans = InstalmentPlan.objects.filter(
        account_id__in=list(account_ids), state__in=[PlanState.REQUESTED, PlanState.ACTIVE]
    )
    return set(plans.values_list("receivables", flat=True)) - {None}


def debitable(account_ids: Iterable[int], *, on: date, due_only: bool) -> dict[int, int]:
    """Fen of each account that a debit may ask for: open, not disputed, in no plan, with the late fee up to ``on``."""
    ids = list(account_ids)
    planned = planned_items(ids)
    items: dict[int, list[Receivable]] = defaultdict(list)
    for account, waiting in receivables.open_items_of(ids).items():
        for item in waiting:
            if item.disputed or item.pk in planned or item.principal_id in planned:
                continue
            if due_only and item.due_date > on:
                continue
            items[account].append(item)
    late = [
        item for found in items.values() for item in found if item.kind == "energy" and item.due_date < on
    ]
    totals = {account: sum(item.open_fen for item in found) for account, found in items.items()}
    for fee in receivables.accrued_on(late, on=on):
        totals[fee.receivable.account_id] += max(0, fee.due_fen)
    return {account: fen for account, fen in totals.items() if fen > 0}


def candidates(bank: str, *, on: date, scope: str) -> list[Candidate]:
    """Debits that a batch of ``bank`` would hold on ``on``, by account; accounts with a debit out are left alone."""
    mandates = (
        Mandate.objects.filter(
            Q(valid_to__isnull=True) | Q(valid_to__gte=on),
            bank=bank,
            state=MandateState.ACTIVE,
            valid_from__lte=on,
            unit__code__startswith=scope,
            account__balance__open_fen__gt=0,
        )
        .exclude(account__in=DebitItem.objects.filter(state__in=OPEN_STATES).values("account"))
        .order_by("account_id")
    )
    found = {mandate.account_id: mandate for mandate in mandates}
    due_only = parameter_queries.value(parameters.DEBIT_FROM, on=on) == "due"
    owed: dict[int, int] = {}
    ids = list(found)
    for first in range(0, len(ids), 5_000):
        owed |= debitable(ids[first : first + 5_000], on=on, due_only=due_only)
    return [
        Candidate(mandate, owed[account], min(owed[account], mandate.limit_fen or owed[account]))
        for account, mandate in found.items()
        if account in owed
    ]


OPEN_STATES = (ItemState.OUT, ItemState.TAKEN)


def out_file(batch: DebitBatch) -> bytes:
    """The file of a batch, written from its items; its digest is the batch's."""
    items = batch.items.select_related("mandate", "account").order_by("id")
    return rules.write_debits(
        rules.profile_of(batch.bank),
        batch_number=batch.number,
        debit_date=batch.debit_date,
        rows=[
            rules.DebitRow(
                serial=item.serial,
                bank_account=item.mandate.bank_account,
                holder=item.mandate.holder,
                agreement=item.mandate.number,
                amount_fen=item.amount_fen,
                note=f"电费 {item.account.number}",
            )
            for item in items
        ],
    )


def file_name(batch: DebitBatch) -> str:
    return f"{batch.number}-{batch.bank}.txt"


def lines_to_settle(scope: str) -> QuerySet[ReturnLine]:
    """Rows of bank answers that nobody could place and nobody has settled."""
    return ReturnLine.objects.filter(
        outcome__in=[LineOutcome.UNKNOWN, LineOutcome.ERROR],
        settled_at__isnull=True,
        file__batch__unit__code__startswith=scope,
    ).select_related("file__batch", "item")
