"""Post a balanced group of entries; reverse one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from denghuo.commerce.ledger import rules
from denghuo.commerce.ledger.models import ClosedPeriod, Entry, Posting, PostingKind
from denghuo.commerce.ledger.rules import Leg
from denghuo.foundation.database import bulk
from denghuo.kernel.periods import Cycle


class PeriodClosed(Exception):
    """The books of the month of the posting date are closed."""


@transaction.atomic
def post(
    *,
    kind: PostingKind,
    legs: Sequence[Leg],
    on: date,
    at: datetime,
    unit_id: str,
    actor: Any = None,
    key: str | None = None,
    document_type: str = "",
    document_id: int | None = None,
    reason: str = "",
    reverses: Posting | None = None,
) -> Posting:
    """Write one posting of any number of legs, dated ``on``; legs without a unit belong to ``unit_id``.

    The entries go first and the posting seals them: from then on the database refuses another entry in it.

    Raises:
        PostingUnbalanced: the legs do not add up to zero, or do not fit the chart.
        PeriodClosed: the month of ``on`` is closed.
        IntegrityError: ``key`` has been posted before.
    """
    moving = rules.checked(legs)
    if ClosedPeriod.objects.filter(month=str(Cycle.of(on))).exists():
        raise PeriodClosed(_("The books of %(month)s are closed.") % {"month": Cycle.of(on)})
    posting_id = bulk.reserve_ids(Posting, 1)[0]
    count = len(moving)
    bulk.insert_columns(
        Entry,
        {
            "posting_id": [posting_id] * count,
            "posting_date": [on] * count,
            "ledger_account": [leg.ledger_account for leg in moving],
            "detail": [leg.detail for leg in moving],
            "account_id": [leg.account_id for leg in moving],
            "document_number": [leg.document_number for leg in moving],
            "amount_fen": [leg.amount_fen for leg in moving],
            "unit_id": [leg.unit_id or unit_id for leg in moving],
        },
    )
    posting = Posting(
        pk=posting_id,
        kind=kind,
        key=key,
        document_type=document_type,
        document_id=document_id,
        posting_date=on,
        total_fen=sum(leg.amount_fen for leg in moving if leg.amount_fen > 0),
        unit_id=unit_id,
        reverses=reverses,
        reason=reason,
        posted_at=at,
        posted_by=actor,
    )
    posting.save(force_insert=True)
    return posting


@transaction.atomic
def reverse(
    *,
    posting: Posting,
    on: date,
    at: datetime,
    actor: Any = None,
    reason: str,
    kind: PostingKind = PostingKind.REVERSAL,
) -> Posting:
    """Post the negative of every entry of ``posting`` (冲正). A posting is reversed once.

    Raises:
        PeriodClosed: the month of ``on`` is closed (the month of the original does not matter).
        IntegrityError: it has been reversed before.
    """
    legs = [
        Leg(
            ledger_account=entry.ledger_account,
            amount_fen=-entry.amount_fen,
            account_id=entry.account_id,
            detail=entry.detail,
            document_number=entry.document_number,
            unit_id=entry.unit_id,
        )
        for entry in posting.entries.all()
    ]
    return post(
        kind=kind,
        legs=legs,
        on=on,
        at=at,
        actor=actor,
        unit_id=posting.unit_id,
        key=f"reverse:{posting.pk}",
        document_type=posting.document_type,
        document_id=posting.document_id,
        reason=reason,
        reverses=posting,
    )
