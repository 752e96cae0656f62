"""Charge the late fee of overdue receivables up to a day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from denghuo.commerce.ledger.models import Posting, PostingKind
from denghuo.commerce.ledger.rules import Leg
from denghuo.commerce.ledger.rules.chart import LATE_FEE, RECEIVABLE
from denghuo.commerce.receivables import queries
from denghuo.commerce.receivables.models import AccountBalance, Receivable, ReceivableKind
from denghuo.commerce.receivables.operations import balances as standing
from denghuo.foundation.database import bulk


@transaction.atomic
def assess(
    *,
    account_id: int,
    on: date,
    at: datetime,
    actor: Any = None,
    balances: Mapping[int, AccountBalance] | None = None,
    posting_date: date | None = None,
) -> int:
    """Charge the late fee that overdue electricity debts of an account have run up to ``on``; returns the fen charged.

    What was charged before is taken off, so charging in any number of steps gives the same total to the fen.
    """
    locked = standing.lock([account_id]) if balances is None else balances
    due = [fee for fee in queries.accrued_late_fees(account_id, on=on) if fee.due_fen > 0]
    if not due:
        return 0
    counted = posting_date or on
    legs = []
    for fee in due:
        item = fee.receivable
        number, unit = item.document_number, item.unit_id
        legs.append(Leg(RECEIVABLE, fee.due_fen, account_id, document_number=number, unit_id=unit))
        legs.append(Leg(LATE_FEE, -fee.due_fen, unit_id=unit))
    posting = standing.post(
        locked,
        legs=legs,
        kind=PostingKind.LATE_FEE,
        on=counted,
        at=at,
        unit_id=due[0].receivable.unit_id,
        actor=actor,
    )
    _write(due, account_id, counted, posting)
    return sum(fee.due_fen for fee in due)


_SAME = ("unit_id", "payer_class", "document_type", "document_id", "document_number", "cycle", "disputed")


def _write(due: Sequence[queries.AccruedLateFee], account_id: int, charged: date, posting: Posting) -> None:
    """A receivable for each late fee, beside the debt it is of; payable at once.

    Its days follow those charged before. Where earlier days cost more now (a payment bounced), nothing follows: it
    names the last day.
    """
    count = len(due)
    bulk.insert_columns(
        Receivable,
        {
            "account_id": [account_id] * count,
            "kind": [ReceivableKind.LATE_FEE.value] * count,
            **{name: [getattr(fee.receivable, name) for fee in due] for name in _SAME},
            "charged_date": [charged] * count,
            "due_date": [charged] * count,
            "amount_fen": [fee.due_fen for fee in due],
            "open_fen": [fee.due_fen for fee in due],
            "principal_id": [fee.receivable.pk for fee in due],
            "from_date": [min(fee.charged_to + timedelta(days=1), fee.until) for fee in due],
            "to_date": [fee.until for fee in due],
            "posting_id": [posting.pk] * count,
        },
    )
