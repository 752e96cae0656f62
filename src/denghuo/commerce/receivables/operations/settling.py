"""Money meets debts: payments, prepayments, and undoing both."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from denghuo.commerce.ledger.models import Entry, Posting, PostingKind
from denghuo.commerce.ledger.rules import Leg
from denghuo.commerce.ledger.rules.chart import LATE_FEE, PREPAYMENT, RECEIVABLE, WRITE_OFF
from denghuo.commerce.receivables import events, queries, rules
from denghuo.commerce.receivables.models import AccountBalance, Allocation, AllocationSource, Receivable
from denghuo.commerce.receivables.operations import balances as standing
from denghuo.commerce.receivables.operations import late_fees
from denghuo.foundation.database import bulk
from denghuo.foundation.outbox import operations as outbox


@dataclass(frozen=True)
class Settlement:
    """What a sum of money did: (receivable, fen) each, and what became prepayment."""

    posting: Posting
    paid: list[tuple[Receivable, int]] = field(default_factory=list)
    prepaid_fen: int = 0


class NotEnoughPrepaid(Exception):
    """The prepayment of the account is smaller than what is to be taken from it."""


@transaction.atomic
def receive(
    *,
    account_id: int,
    amount_fen: int,
    money: Sequence[Leg],
    on: date,
    at: datetime,
    unit_id: str,
    value_date: date | None = None,
    actor: Any = None,
    kind: PostingKind = PostingKind.PAYMENT,
    key: str | None = None,
    document_type: str = "",
    document_id: int | None = None,
    document_number: str = "",
    only: Iterable[int] | None = None,
) -> Settlement:
    """Let ``amount_fen`` settle the debts of an account, oldest first; what is left over becomes prepayment.

    ``money`` says where it came from (debits that add up to the amount). The late fee is assessed up to ``value_date``
    (the posting date unless said) before anything is paid. ``only`` limits it to some receivables and their late fees.

    Raises:
        ValueError: an amount that is not above zero.
        PostingUnbalanced: ``money`` is another amount.
        PeriodClosed: the month of ``on`` is closed.
        IntegrityError: ``key`` has been posted before.
    """
    if amount_fen <= 0:
        raise ValueError(f"a payment of {amount_fen} fen")
    counted = value_date or on
    balances = standing.lock([account_id])
    late_fees.assess(
        account_id=account_id, on=counted, at=at, actor=actor, balances=balances, posting_date=on
    )
    waiting = queries.open_items(account_id)
    paid = _shared(amount_fen, _chosen(waiting, only), counted)
    left = amount_fen - sum(fen for _, fen in paid)
    legs = [
        *money,
        *(_paid_leg(item, fen) for item, fen in paid),
        Leg(PREPAYMENT, -left, account_id, document_number=document_number, unit_id=unit_id),
    ]
    posting = standing.post(
        balances,
        legs=legs,
        kind=kind,
        on=on,
        at=at,
        unit_id=unit_id,
        actor=actor,
        key=key,
        document_type=document_type,
        document_id=document_id,
    )
    allocate_rows(paid, posting=posting, source=AllocationSource.PAYMENT, value_date=counted)
    _tell(account_id, waiting, counted, at)
    return Settlement(posting, paid, left)


def _shared(amount_fen: int, items: Sequence[Receivable], on: date) -> list[tuple[Receivable, int]]:
    """What the amount pays of these items, in the order of ``rules.allocate``."""
    by_id = {item.pk: item for item in items}
    parts = rules.allocate(amount_fen, map(_as_open, items), late_fee_first=queries.late_fee_first(on))
    return [(by_id[key], fen) for key, fen in parts]


def _paid_leg(item: Receivable, fen: int) -> Leg:
    return Leg(RECEIVABLE, -fen, item.account_id, document_number=item.document_number, unit_id=item.unit_id)


def _chosen(waiting: Sequence[Receivable], only: Iterable[int] | None) -> Sequence[Receivable]:
    if only is None:
        return waiting
    wanted = set(only)
    return [item for item in waiting if item.pk in wanted or item.principal_id in wanted]


def _as_open(item: Receivable) -> rules.Open:
    return rules.Open(item.pk, item.due_date, item.open_fen, item.principal_id, item.disputed)


def _tell(account_id: int, waiting: Sequence[Receivable], on: date, at: datetime) -> None:
    """Say upward that an account which was overdue is so no more."""
    overdue = [item for item in waiting if item.due_date < on]
    if overdue and all(item.open_fen == 0 or item.disputed for item in overdue):
        outbox.publish(events.AccountSettled(account_id=account_id, on=on, settled_at=at))


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


def _write_open(items: Sequence[Receivable]) -> None:
    bulk.update_columns(
        Receivable,
        [item.pk for item in items],
        {
            "open_fen": [item.open_fen for item in items],
            "settled_date": [item.settled_date for item in items],
        },
    )


@transaction.atomic
def apply_prepayments(
    *,
    on: date,
    at: datetime,
    balances: Mapping[int, AccountBalance] | None = None,
    account_ids: Iterable[int] = (),
    actor: Any = None,
) -> Posting | None:
    """Let the prepayments of accounts settle their open receivables, oldest first; one posting for all of them."""
    locked = standing.lock(account_ids) if balances is None else balances
    holding = {account: row for account, row in locked.items() if row.prepaid_fen > 0 and row.open_fen > 0}
    if not holding:
        return None
    late_first = queries.late_fee_first(on)
    paid: list[tuple[Receivable, int]] = []
    legs: list[Leg] = []
    for account, items in queries.open_items_of(holding).items():
        parts = rules.allocate(
            holding[account].prepaid_fen, [_as_open(item) for item in items], late_fee_first=late_first
        )
        by_id = {item.pk: item for item in items}
        for item_id, fen in parts:
            item = by_id[item_id]
            paid.append((item, fen))
            legs.append(
                Leg(PREPAYMENT, fen, account, document_number=item.document_number, unit_id=item.unit_id)
            )
            legs.append(
                Leg(RECEIVABLE, -fen, account, document_number=item.document_number, unit_id=item.unit_id)
            )
    if not paid:
        return None
    posting = standing.post(
        locked,
        legs=legs,
        kind=PostingKind.PREPAYMENT_APPLIED,
        on=on,
        at=at,
        unit_id=min(item.unit_id for item, _ in paid),
        actor=actor,
    )
    allocate_rows(paid, posting=posting, source=AllocationSource.PREPAYMENT, value_date=on)
    return posting


_AGAINST = {AllocationSource.WAIVER: LATE_FEE, AllocationSource.WRITE_OFF: WRITE_OFF}


def release(
    balances: Mapping[int, AccountBalance],
    *,
    receivables: Sequence[Receivable],
    on: date,
    at: datetime,
    actor: Any = None,
    reason: str = "",
    allocations: Sequence[Allocation] | None = None,
) -> int:
    """Undo what settled these receivables: money becomes prepayment, waivers and write-offs are taken back.

    Returns the fen that became prepayment.
    """
    items = {item.pk: item for item in receivables}
    found = (
        list(Allocation.objects.filter(receivable__in=items, undoes__isnull=True, undone_by__isnull=True))
        if allocations is None
        else list(allocations)
    )
    found = [row for row in found if row.source != AllocationSource.REVERSAL]
    if not found:
        return 0
    legs = []
    freed = 0
    for row in found:
        item = items[row.receivable_id]
        against = _AGAINST.get(AllocationSource(row.source))
        if against is None:
            freed += row.amount_fen
        legs.append(
            Leg(
                RECEIVABLE,
                row.amount_fen,
                item.account_id,
                document_number=item.document_number,
                unit_id=item.unit_id,
            )
        )
        legs.append(
            Leg(
                against or PREPAYMENT,
                -row.amount_fen,
                None if against else item.account_id,
                document_number=item.document_number,
                unit_id=item.unit_id,
            )
        )
    posting = standing.post(
        balances,
        legs=legs,
        kind=PostingKind.PREPAYMENT_RELEASED,
        on=on,
        at=at,
        unit_id=next(iter(items.values())).unit_id,
        actor=actor,
        reason=reason,
    )
    _undo_rows(found, items, posting)
    return freed


def _undo_rows(found: Sequence[Allocation], items: Mapping[int, Receivable], posting: Posting) -> None:
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


@transaction.atomic
def undo(*, posting: Posting, on: date, at: datetime, reason: str, actor: Any = None) -> Posting:
    """Undo a payment (a bounced cheque, a payment to the wrong account): its debts are open again.

    Where its prepayment has been used meanwhile, the newest uses are released first.

    Raises:
        NotEnoughPrepaid: the prepayment has been refunded or moved away.
        PeriodClosed: the month of ``on`` is closed.
        IntegrityError: it was undone before.
    """
    account_id = Entry.objects.filter(posting=posting, account__isnull=False).values_list(
        "account_id", flat=True
    )[0]
    balances = standing.lock([account_id])
    rows = list(Allocation.objects.filter(posting=posting, undoes__isnull=True, undone_by__isnull=True))
    prepaid = -sum(
        Entry.objects.filter(posting=posting, ledger_account=PREPAYMENT).values_list("amount_fen", flat=True)
    )
    _free_prepaid(balances, account_id, prepaid, on=on, at=at, actor=actor, reason=reason)
    legs = [
        Leg(
            entry.ledger_account,
            -entry.amount_fen,
            entry.account_id,
            entry.detail,
            entry.document_number,
            entry.unit_id,
        )
        for entry in posting.entries.all()
    ]
    gone = sum(
        row.amount_fen
        for row in Allocation.objects.filter(posting=posting, undone_by__isnull=False, undoes__isnull=True)
    )
    if gone:  # parts that became prepayment when a document was reversed: taken from there
        _free_prepaid(balances, account_id, prepaid + gone, on=on, at=at, actor=actor, reason=reason)
        legs = _merged(legs, gone, account_id)
    reversing = standing.post(
        balances,
        legs=legs,
        kind=PostingKind.PAYMENT_REVERSED,
        on=on,
        at=at,
        unit_id=posting.unit_id,
        actor=actor,
        key=f"reverse:{posting.pk}",
        document_type=posting.document_type,
        document_id=posting.document_id,
        reason=reason,
        reverses=posting,
    )
    _undo_rows(rows, Receivable.objects.in_bulk([row.receivable_id for row in rows]), reversing)
    return reversing


def _merged(legs: list[Leg], gone: int, account_id: int) -> list[Leg]:
    """The reversing legs where ``gone`` fen of the receivable part have become prepayment meanwhile."""
    merged = []
    left = gone
    for leg in legs:
        if leg.ledger_account == RECEIVABLE and left:
            part = min(left, leg.amount_fen)
            left -= part
            leg = leg._replace(amount_fen=leg.amount_fen - part)
        merged.append(leg)
    merged.append(Leg(PREPAYMENT, gone, account_id))
    return [leg for leg in merged if leg.amount_fen]


def _free_prepaid(balances: Mapping[int, AccountBalance], account_id: int, wanted: int, **facts: Any) -> None:
    """See that ``wanted`` fen of prepayment stand on the account, releasing its newest uses where it must."""
    if balances[account_id].prepaid_fen >= wanted:
        return
    uses = Allocation.objects.filter(
        receivable__account_id=account_id,
        receivable__cancelled_at__isnull=True,
        source=AllocationSource.PREPAYMENT,
        undoes__isnull=True,
        undone_by__isnull=True,
    ).select_related("receivable")
    for use in uses.order_by("-id"):
        release(balances, receivables=[use.receivable], allocations=[use], **facts)
        if balances[account_id].prepaid_fen >= wanted:
            return
    raise NotEnoughPrepaid(_("The prepayment has been refunded or moved away."))


@transaction.atomic
def take_back(
    *,
    account_id: int,
    amount_fen: int,
    against: Sequence[Leg],
    kind: PostingKind,
    on: date,
    at: datetime,
    unit_id: str,
    actor: Any = None,
    key: str | None = None,
    document_type: str = "",
    document_id: int | None = None,
    document_number: str = "",
    reason: str = "",
) -> Posting:
    """Take ``amount_fen`` out of the prepayment of an account, ``against`` credits (a refund, another account …).

    Raises:
        NotEnoughPrepaid: less is there.
        PeriodClosed: the month of ``on`` is closed.
    """
    accounts = {account_id, *(leg.account_id for leg in against if leg.account_id is not None)}
    balances = standing.lock(accounts)
    if not 0 < amount_fen <= balances[account_id].prepaid_fen:
        raise NotEnoughPrepaid(_("The prepayment of this account is smaller than the amount."))
    return standing.post(
        balances,
        legs=[
            Leg(PREPAYMENT, amount_fen, account_id, document_number=document_number, unit_id=unit_id),
            *against,
        ],
        kind=kind,
        on=on,
        at=at,
        unit_id=unit_id,
        actor=actor,
        key=key,
        document_type=document_type,
        document_id=document_id,
        reason=reason,
    )


@transaction.atomic
def write_off(
    *, receivables: Sequence[Receivable], on: date, at: datetime, reason: str, actor: Any = None
) -> Posting:
    """Write off what is open on receivables of one account; it stays known as an old debt and may still be paid later.

    Raises:
        ValueError: nothing is open, or several accounts.
    """
    accounts = {item.account_id for item in receivables}
    if len(accounts) != 1:
        raise ValueError("a write-off concerns one account")
    balances = standing.lock(accounts)
    items = list(
        Receivable.objects.filter(pk__in=[item.pk for item in receivables], open_fen__gt=0).order_by("id")
    )
    if not items:
        raise ValueError("nothing is open")
    posting = standing.post(
        balances,
        legs=[
            leg
            for item in items
            for leg in (
                Leg(WRITE_OFF, item.open_fen, document_number=item.document_number, unit_id=item.unit_id),
                Leg(
                    RECEIVABLE,
                    -item.open_fen,
                    item.account_id,
                    document_number=item.document_number,
                    unit_id=item.unit_id,
                ),
            )
        ],
        kind=PostingKind.WRITE_OFF,
        on=on,
        at=at,
        unit_id=items[0].unit_id,
        actor=actor,
        reason=reason,
    )
    allocate_rows(
        [(item, item.open_fen) for item in items],
        posting=posting,
        source=AllocationSource.WRITE_OFF,
        value_date=on,
    )
    return posting
