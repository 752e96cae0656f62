"""What settled a debt is undone, and settles it again in part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from denghuo.commerce.ledger.models import PostingKind
from denghuo.commerce.ledger.rules import Leg
from denghuo.commerce.ledger.rules.chart import LATE_FEE, PREPAYMENT, RECEIVABLE, WRITE_OFF
from denghuo.commerce.receivables.models import AccountBalance, Allocation, AllocationSource, Receivable
from denghuo.commerce.receivables.operations import balances as standing
from denghuo.commerce.receivables.operations.allocations import allocate_rows, undo_rows

_AGAINST = {AllocationSource.WAIVER.value: LATE_FEE, AllocationSource.WRITE_OFF.value: WRITE_OFF}
MONEY = (AllocationSource.PAYMENT.value, AllocationSource.PREPAYMENT.value)


def live_allocations(receivable_ids: Sequence[int]) -> list[Allocation]:
    """Allocations that hold: not undone, and undoing nothing."""
    return list(
        Allocation.objects.filter(
            receivable__in=receivable_ids, undoes__isnull=True, undone_by__isnull=True
        ).order_by("id")
    )


def release(
    balances: Mapping[int, AccountBalance],
    *,
    receivables: Sequence[Receivable],
    on: date,
    at: datetime,
    actor: Any = None,
    reason: str = "",
    allocations: Sequence[Allocation] | None = None,
    kind: PostingKind = PostingKind.PREPAYMENT_RELEASED,
) -> int:
    """Undo what settled these receivables: money becomes prepayment, waivers and write-offs are taken back.

    Returns the fen that became prepayment. The objects follow.
    """
    items = {item.pk: item for item in receivables}
    found = live_allocations(list(items)) if allocations is None else list(allocations)
    found = [row for row in found if row.source != AllocationSource.REVERSAL]
    if not found:
        return 0
    legs = []
    for row in found:
        item = items[row.receivable_id]
        legs += _legs(item, row.source, -row.amount_fen)
    posting = standing.post(
        balances,
        legs=legs,
        kind=kind,
        on=on,
        at=at,
        unit_id=next(iter(items.values())).unit_id,
        actor=actor,
        reason=reason,
    )
    undo_rows(found, items, posting)
    return sum(row.amount_fen for row in found if row.source not in _AGAINST)


def _legs(item: Receivable, source: str, fen: int) -> list[Leg]:
    """Settle ``fen`` of a receivable from where the source says (below zero: the other way)."""
    against = _AGAINST.get(source)
    number, unit = item.document_number, item.unit_id
    return [
        Leg(
            against or PREPAYMENT,
            fen,
            None if against else item.account_id,
            document_number=number,
            unit_id=unit,
        ),
        Leg(RECEIVABLE, -fen, item.account_id, document_number=number, unit_id=unit),
    ]


def settle_again(
    balances: Mapping[int, AccountBalance],
    *,
    rows: Sequence[tuple[Receivable, int, Allocation]],
    on: date,
    at: datetime,
    actor: Any = None,
    reason: str = "",
) -> None:
    """(receivable, fen, the allocation that was released) each: that much of it holds after all, as of its old day."""
    rows = [row for row in rows if row[1]]
    if not rows:
        return
    posting = standing.post(
        balances,
        legs=[leg for item, fen, row in rows for leg in _legs(item, row.source, fen)],
        kind=PostingKind.PREPAYMENT_APPLIED,
        on=on,
        at=at,
        unit_id=rows[0][0].unit_id,
        actor=actor,
        reason=reason,
    )
    for item, fen, row in rows:
        source = AllocationSource.PREPAYMENT if row.source in MONEY else AllocationSource(row.source)
        allocate_rows([(item, fen)], posting=posting, source=source, value_date=row.value_date)
