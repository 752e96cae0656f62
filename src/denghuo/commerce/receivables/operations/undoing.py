"""Undo a payment, wherever its money has gone meanwhile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from denghuo.commerce.ledger.models import Entry, Posting, PostingKind
from denghuo.commerce.ledger.rules import Leg
from denghuo.commerce.ledger.rules.chart import PREPAYMENT, RECEIVABLE
from denghuo.commerce.receivables.models import AccountBalance, Allocation, AllocationSource, Receivable
from denghuo.commerce.receivables.operations import balances as standing
from denghuo.commerce.receivables.operations.allocations import undo_rows
from denghuo.commerce.receivables.operations.releasing import release, settle_again
from denghuo.commerce.receivables.operations.settling import NotEnoughPrepaid, apply_prepayments


@transaction.atomic
def undo(*, posting: Posting, on: date, at: datetime, reason: str, actor: Any = None) -> Posting:
    """Undo a payment (a bounced cheque, a payment to the wrong account): its debts are open again.

    Where its prepayment has been used meanwhile, the newest uses are released first. Prepayment of other payments then
    settles what it can of the reopened debts.

    Raises:
        NotEnoughPrepaid: the prepayment has been refunded or moved away.
        PeriodClosed: the month of ``on`` is closed.
        IntegrityError: it was undone before.
    """
    entries = list(posting.entries.order_by("id"))
    account_id = next(entry.account_id for entry in entries if entry.account_id and entry.amount_fen < 0)
    balances = standing.lock({entry.account_id for entry in entries if entry.account_id})
    rows = list(Allocation.objects.filter(posting=posting, undoes__isnull=True).select_related("undone_by"))
    gone = [row for row in rows if hasattr(row, "undone_by")]
    live = [row for row in rows if not hasattr(row, "undone_by")]
    prepaid = -sum(
        entry.amount_fen
        for entry in entries
        if entry.ledger_account == PREPAYMENT and entry.account_id == account_id
    )
    wanted = prepaid + sum(row.amount_fen for row in gone)
    _free_prepaid(balances, account_id, wanted, on=on, at=at, actor=actor, reason=reason)
    reversing = standing.post(
        balances,
        legs=_legs(entries, gone, account_id),
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
    undo_rows(live, Receivable.objects.in_bulk([row.receivable_id for row in live]), reversing)
    apply_prepayments(balances={account_id: balances[account_id]}, on=on, at=at, actor=actor)
    return reversing


def _legs(entries: Sequence[Entry], gone: Sequence[Allocation], account_id: int) -> list[Leg]:
    """The negative of the entries; parts that became prepayment meanwhile are taken from there."""
    freed: dict[str, int] = {}
    numbers = dict(
        Receivable.objects.filter(pk__in=[row.receivable_id for row in gone]).values_list(
            "id", "document_number"
        )
    )
    for row in gone:
        number = numbers[row.receivable_id]
        freed[number] = freed.get(number, 0) + row.amount_fen
    legs = [Leg(PREPAYMENT, sum(freed.values()), account_id)]
    for entry in entries:
        fen = -entry.amount_fen
        if entry.ledger_account == RECEIVABLE:
            part = min(freed.get(entry.document_number, 0), fen)
            if part > 0:
                freed[entry.document_number] -= part
                fen -= part
        legs.append(
            Leg(
                entry.ledger_account,
                fen,
                entry.account_id,
                entry.detail,
                entry.document_number,
                entry.unit_id,
            )
        )
    return [leg for leg in legs if leg.amount_fen]


def _free_prepaid(balances: Mapping[int, AccountBalance], account_id: int, wanted: int, **facts: Any) -> None:
    """See that ``wanted`` fen of prepayment stand on the account, releasing its newest uses where it must."""
    balance = balances[account_id]
    if balance.prepaid_fen >= wanted:
        return
    uses = Allocation.objects.filter(
        receivable__account_id=account_id,
        receivable__cancelled_at__isnull=True,
        source=AllocationSource.PREPAYMENT,
        undoes__isnull=True,
        undone_by__isnull=True,
    )
    for use in uses.order_by("-id"):
        item = Receivable.objects.get(pk=use.receivable_id)
        surplus = max(balance.prepaid_fen + use.amount_fen - wanted, 0)
        release(balances, receivables=[item], allocations=[use], **facts)
        settle_again(balances, rows=[(item, surplus, use)], **facts)
        if balance.prepaid_fen >= wanted:
            return
    raise NotEnoughPrepaid(_("The prepayment has been refunded or moved away."))
