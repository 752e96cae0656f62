"""Charge documents to accounts; cancel a document that was charged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from denghuo.commerce.ledger.models import Posting, PostingKind
from denghuo.commerce.ledger.rules import Leg
from denghuo.commerce.ledger.rules.chart import LATE_FEE, PAYABLE_GENERATION, RECEIVABLE
from denghuo.commerce.receivables import queries
from denghuo.commerce.receivables.models import AllocationSource, DisputeHold, Receivable
from denghuo.commerce.receivables.operations import balances as standing
from denghuo.commerce.receivables.operations.allocations import allocate_rows, tell_settled
from denghuo.commerce.receivables.operations.releasing import release
from denghuo.commerce.receivables.operations.settling import apply_prepayments
from denghuo.commerce.receivables.rules import effective_due_date, parameters
from denghuo.foundation.calendars import queries as calendars
from denghuo.foundation.calendars.rules import is_working
from denghuo.foundation.database import bulk
from denghuo.foundation.parameters import queries as parameter_queries


@dataclass(frozen=True)
class Charge:
    """One document: what it charges the account (fen); below zero it is owed to the customer (generation bought)."""

    account_id: int
    unit_id: str
    kind: str
    payer_class: str
    document_type: str
    document_id: int
    document_number: str
    cycle: str
    due_date: date
    amount_fen: int


@transaction.atomic
def charge(
    *,
    charges: Sequence[Charge],
    against: Sequence[Leg],
    kind: PostingKind,
    on: date,
    at: datetime,
    unit_id: str,
    actor: Any = None,
    key: str | None = None,
    document_type: str = "",
    document_id: int | None = None,
    use_prepayments: bool = True,
) -> Posting | None:
    """Make the documents receivable in one posting, ``against`` the accounts that explain them (credits negative).

    Afterwards the prepayments of these accounts settle what they can. Documents of nothing charge nothing. Where the
    bureau grants it, a due date on a day off moves to the next working day here, once and on record.

    Raises:
        PostingUnbalanced: ``against`` does not explain the charges.
        PeriodClosed: the month of ``on`` is closed.
        IntegrityError: a document was charged before.
    """
    moving = _due_on_working_days([item for item in charges if item.amount_fen], on)
    if not moving:
        return None
    balances = standing.lock(item.account_id for item in moving)
    posting = standing.post(
        balances,
        legs=[*map(_leg, moving), *against],
        kind=kind,
        on=on,
        at=at,
        unit_id=unit_id,
        actor=actor,
        key=key,
        document_type=document_type,
        document_id=document_id,
    )
    _write(moving, posting, on)
    if use_prepayments:
        apply_prepayments(balances=balances, on=on, at=at)
    return posting


def _due_on_working_days(charges: list[Charge], on: date) -> list[Charge]:
    if not charges or not parameter_queries.value(parameters.DUE_DATE_MOVES, on=on):
        return charges
    first = min(item.due_date for item in charges)
    known = calendars.exceptions(first, max(item.due_date for item in charges) + timedelta(days=40))
    moved = {
        day: effective_due_date(day, lambda day: is_working(day, known))
        for day in {item.due_date for item in charges}
    }
    return [replace(item, due_date=moved[item.due_date]) for item in charges]


def _leg(item: Charge) -> Leg:
    return Leg(
        RECEIVABLE if item.amount_fen > 0 else PAYABLE_GENERATION,
        item.amount_fen,
        item.account_id,
        document_number=item.document_number,
        unit_id=item.unit_id,
    )


_SAME = (
    "account_id", "unit_id", "kind", "payer_class", "document_type", "document_id", "document_number", "cycle",
    "due_date", "amount_fen",
)  # fmt: skip


def _write(charges: Sequence[Charge], posting: Posting, on: date) -> None:
    """A receivable for each charge that the customer owes."""
    owed = [item for item in charges if item.amount_fen > 0]
    bulk.insert_columns(
        Receivable,
        {
            **{name: [getattr(item, name) for item in owed] for name in _SAME},
            "open_fen": [item.amount_fen for item in owed],
            "charged_date": [on] * len(owed),
            "disputed": [False] * len(owed),
            "posting_id": [posting.pk] * len(owed),
        },
    )


@transaction.atomic
def cancel(
    *,
    document_type: str,
    charges: Sequence[tuple[int, int, int, str]],
    against: Sequence[Leg],
    on: date,
    at: datetime,
    unit_id: str,
    reason: str,
    actor: Any = None,
    key: str | None = None,
    document_id: int | None = None,
) -> Posting | None:
    """Take documents back: (document id, account id, fen charged, number of the reversing document) each.

    What was paid on them and on their late fees becomes prepayment again, the late fees are taken back, and the debt
    is closed by an allocation of source ``reversal``. The caller applies the prepayments where that is wanted.
    """
    balances = standing.lock(account for _, account, _, _ in charges)
    waiting = [item for items in queries.open_items_of(balances).values() for item in items]
    wanted = {document for document, *_ in charges}
    found = list(
        Receivable.objects.select_for_update(no_key=True).filter(
            document_type=document_type,
            document_id__in=wanted,
            principal__isnull=True,
            cancelled_at__isnull=True,
        )
    )
    fees = list(Receivable.objects.filter(principal__in=found, cancelled_at__isnull=True))
    facts: dict[str, Any] = {"on": on, "at": at, "actor": actor, "reason": reason, "unit_id": unit_id}
    release(balances, receivables=[*found, *fees], on=on, at=at, actor=actor, reason=reason)
    if fees:
        _take_back(fees, balances, **facts)
    _end_disputes(found, on, at, reason, actor)
    if not (moving := [item for item in charges if item[2]]):
        return None
    units = {item.document_id: item.unit_id for item in found}
    legs = [
        Leg(
            RECEIVABLE if fen > 0 else PAYABLE_GENERATION,
            -fen,
            account,
            document_number=number,
            unit_id=units.get(document, unit_id),
        )
        for document, account, fen, number in moving
    ]
    posting = standing.post(
        balances,
        legs=[*legs, *against],
        kind=PostingKind.BILL_REVERSED,
        document_type=document_type,
        document_id=document_id,
        key=key,
        **facts,
    )
    _close(found, posting, on, at)
    tell_settled(waiting, on=on, at=at, closed={item.pk for item in (*found, *fees)})
    return posting


def _end_disputes(found: Sequence[Receivable], on: date, at: datetime, reason: str, actor: Any) -> None:
    DisputeHold.objects.filter(receivable__in=found, closed_at__isnull=True).update(
        closed_date=on, closed_at=at, closed_by=actor, outcome=reason[:300]
    )


def _take_back(
    fees: Sequence[Receivable], balances: standing.Balances, *, on: date, at: datetime, **facts: Any
) -> None:
    """Cancel late fees whose principal is cancelled."""
    legs = []
    for fee in fees:
        number, unit = fee.document_number, fee.unit_id
        legs.append(Leg(LATE_FEE, fee.open_fen, unit_id=unit))
        legs.append(Leg(RECEIVABLE, -fee.open_fen, fee.account_id, document_number=number, unit_id=unit))
    posting = standing.post(balances, legs=legs, kind=PostingKind.LATE_FEE_WAIVED, on=on, at=at, **facts)
    _close(fees, posting, on, at)


def _close(items: Sequence[Receivable], posting: Posting, on: date, at: datetime) -> None:
    allocate_rows(
        [(item, item.open_fen) for item in items],
        posting=posting,
        source=AllocationSource.REVERSAL,
        value_date=on,
    )
    Receivable.objects.filter(pk__in=[item.pk for item in items]).update(cancelled_at=at)
