"""Late fee that was charged and is not due after all: days were waived, or a payment turned up that came earlier."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from denghuo.commerce.ledger.models import PostingKind
from denghuo.commerce.ledger.rules import Leg
from denghuo.commerce.ledger.rules.chart import LATE_FEE, RECEIVABLE
from denghuo.commerce.receivables import queries
from denghuo.commerce.receivables.models import AccountBalance, Allocation, AllocationSource, Receivable
from denghuo.commerce.receivables.operations import balances as standing
from denghuo.commerce.receivables.operations.allocations import allocate_rows
from denghuo.commerce.receivables.operations.releasing import live_allocations, release, settle_again


@dataclass(frozen=True)
class Credited:
    """``credited_fen`` of late fee taken back, ``freed_fen`` of it had been paid and is prepayment now."""

    credited_fen: int = 0
    freed_fen: int = 0


def credit_excess(
    balances: Mapping[int, AccountBalance],
    *,
    principals: Sequence[Receivable],
    on: date,
    at: datetime,
    actor: Any = None,
    reason: str = "",
) -> Credited:
    """Take back what was charged of the late fees of these debts beyond what is due; the balances must be locked.

    Open late fee goes first, the newest first; where it was paid, the money becomes prepayment.
    """
    over = {
        fee.receivable.pk: -fee.due_fen for fee in queries.accrued_on(principals, on=None) if fee.due_fen < 0
    }
    if not over:
        return Credited()
    fees = list(Receivable.objects.filter(principal__in=over, cancelled_at__isnull=True).order_by("-id"))
    waived, released, again = _planned(fees, over)
    facts: dict[str, Any] = {"on": on, "at": at, "actor": actor, "reason": reason}
    freed = release(balances, receivables=fees, allocations=released, **facts)
    legs = []
    for fee, fen in waived:
        number, unit = fee.document_number, fee.unit_id
        legs.append(Leg(LATE_FEE, fen, unit_id=unit))
        legs.append(Leg(RECEIVABLE, -fen, fee.account_id, document_number=number, unit_id=unit))
    posting = standing.post(
        balances, legs=legs, kind=PostingKind.LATE_FEE_WAIVED, unit_id=fees[0].unit_id, **facts
    )
    allocate_rows(waived, posting=posting, source=AllocationSource.WAIVER, value_date=on)
    settle_again(balances, rows=again, **facts)
    kept = sum(fen for _, fen, row in again if row.source != AllocationSource.WRITE_OFF)
    return Credited(sum(fen for _, fen in waived), freed - kept)


Again = list[tuple[Receivable, int, Allocation]]


def _planned(
    fees: Sequence[Receivable], over: dict[int, int]
) -> tuple[list[tuple[Receivable, int]], list[Allocation], Again]:
    """What to waive of each late fee, what to release for it, and how much of that settles again."""
    left = dict(over)
    parts: dict[int, int] = {}
    for fee in fees:
        assert fee.principal_id is not None
        part = min(fee.open_fen, left[fee.principal_id])
        parts[fee.pk] = part
        left[fee.principal_id] -= part
    released: list[Allocation] = []
    again: Again = []
    by_id = {fee.pk: fee for fee in fees}
    for row in reversed(live_allocations(list(by_id)) if any(left.values()) else []):
        fee = by_id[row.receivable_id]
        assert fee.principal_id is not None
        part = min(row.amount_fen, left[fee.principal_id])
        if part <= 0 or row.source in (AllocationSource.WAIVER, AllocationSource.REVERSAL):
            continue
        parts[fee.pk] += part
        left[fee.principal_id] -= part
        released.append(row)
        again.append((fee, row.amount_fen - part, row))
    return [(fee, parts[fee.pk]) for fee in fees if parts[fee.pk]], released, again


def charged_beyond(waiting: Sequence[Receivable], *, on: date) -> dict[int, int]:
    """How much of open late fees is for days after ``on``: not to be paid by money that came on ``on``."""
    late = [fee for fee in waiting if fee.to_date is not None and fee.to_date >= on]
    if not late:
        return {}
    principals = Receivable.objects.filter(pk__in={fee.principal_id for fee in late})
    beyond = {fee.receivable.pk: -fee.due_fen for fee in queries.accrued_on(principals, on=on)}
    found: dict[int, int] = {}
    for fee in sorted(late, key=lambda fee: -fee.pk):
        assert fee.principal_id is not None
        part = max(min(fee.open_fen, beyond[fee.principal_id]), 0)
        beyond[fee.principal_id] -= part
        if part:
            found[fee.pk] = part
    return found
