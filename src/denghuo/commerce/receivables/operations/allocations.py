"""Allocations written and undone, with the receivables kept in step; and word upward when nothing overdue is left."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime

from denghuo.commerce.ledger.models import Posting
from denghuo.commerce.receivables import events
from denghuo.commerce.receivables.models import Allocation, AllocationSource, Receivable
from denghuo.foundation.database import bulk
from denghuo.foundation.outbox import operations as outbox


def allocate_rows(
    paid: Sequence[tuple[Receivable, int]], *, posting: Posting, source: AllocationSource, value_date: date
) -> None:
    """Write allocations and bring the receivables in step (the objects too)."""
    if not paid:
        return
    bulk.insert_columns(
        Allocation,
        {
            "receivable_id": [item.pk for item, _ in paid],
            "posting_id": [posting.pk] * len(paid),
            "source": [source.value] * len(paid),
            "amount_fen": [fen for _, fen in paid],
            "value_date": [value_date] * len(paid),
        },
    )
    for item, fen in paid:
        item.open_fen -= fen
        item.settled_date = None if item.open_fen else value_date
    _write_open([item for item, _ in paid])


def undo_rows(found: Sequence[Allocation], items: Mapping[int, Receivable], posting: Posting) -> None:
    """Write the negative of these allocations and bring the receivables in step (the objects too)."""
    if not found:
        return
    bulk.insert_columns(
        Allocation,
        {
            "receivable_id": [row.receivable_id for row in found],
            "posting_id": [posting.pk] * len(found),
            "source": [row.source for row in found],
            "amount_fen": [-row.amount_fen for row in found],
            "value_date": [row.value_date for row in found],
            "undoes_id": [row.pk for row in found],
        },
    )
    for row in found:
        item = items[row.receivable_id]
        item.open_fen += row.amount_fen
        item.settled_date = None
    _write_open([items[key] for key in sorted({row.receivable_id for row in found})])


def _write_open(items: Sequence[Receivable]) -> None:
    once = list({item.pk: item for item in items}.values())
    bulk.update_columns(
        Receivable,
        [item.pk for item in once],
        {
            "open_fen": [item.open_fen for item in once],
            "settled_date": [item.settled_date for item in once],
        },
    )


def tell_settled(
    waiting: Iterable[Receivable], *, on: date, at: datetime, closed: Collection[int] = ()
) -> None:
    """Say upward which accounts were overdue and are so no more.

    ``waiting`` are all debts of the accounts that were open before; those that are still open say so themselves or are
    in ``closed``. A disputed debt does not hold anybody up.
    """
    overdue: dict[int, list[Receivable]] = defaultdict(list)
    for item in waiting:
        if item.due_date < on:
            overdue[item.account_id].append(item)
    for account_id, items in sorted(overdue.items()):
        if all(item.open_fen == 0 or item.pk in closed or item.disputed for item in items):
            outbox.publish(events.AccountSettled(account_id=account_id, on=on, settled_at=at))
