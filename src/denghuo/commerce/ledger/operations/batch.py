"""Post many groups of entries at once, from columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from denghuo.commerce.ledger import rules
from denghuo.commerce.ledger.models import ClosedPeriod, Entry, Posting, PostingKind
from denghuo.commerce.ledger.operations.posting import PeriodClosed
from denghuo.commerce.ledger.rules import Leg
from denghuo.foundation.database import bulk
from denghuo.kernel.periods import Cycle


@dataclass(frozen=True)
class Group:
    """What one posting of a batch holds; the rest is common to the batch."""

    legs: Sequence[Leg]
    unit_id: str
    key: str | None = None


@transaction.atomic
def post_many(
    *,
    kind: PostingKind,
    groups: Sequence[Group],
    on: date,
    at: datetime,
    actor: Any = None,
    document_type: str = "",
) -> list[int]:
    """Write a posting for each group, as ``post`` would one by one; returns their ids in the order of the groups.

    Raises:
        PostingUnbalanced: a group does not add up to zero, or does not fit the chart.
        PeriodClosed: the month of ``on`` is closed.
        IntegrityError: a key has been posted before.
    """
    if not groups:
        return []
    if ClosedPeriod.objects.filter(month=str(Cycle.of(on))).exists():
        raise PeriodClosed(_("The books of %(month)s are closed.") % {"month": Cycle.of(on)})
    ids = list(bulk.reserve_ids(Posting, len(groups)))
    checked = [rules.checked(group.legs) for group in groups]
    rows = [
        (posting_id, leg, leg.unit_id or group.unit_id)
        for posting_id, group, legs in zip(ids, groups, checked, strict=True)
        for leg in legs
    ]
    bulk.insert_columns(
        Entry,
        {
            "posting_id": [posting_id for posting_id, *_rest in rows],
            "posting_date": [on] * len(rows),
            "ledger_account": [leg.ledger_account for _id, leg, _unit in rows],
            "detail": [leg.detail for _id, leg, _unit in rows],
            "account_id": [leg.account_id for _id, leg, _unit in rows],
            "document_number": [leg.document_number for _id, leg, _unit in rows],
            "amount_fen": [leg.amount_fen for _id, leg, _unit in rows],
            "unit_id": [unit for *_rest, unit in rows],
        },
    )
    count = len(groups)
    bulk.insert_columns(
        Posting,
        {
            "id": ids,
            "kind": [kind.value] * count,
            "key": [group.key for group in groups],
            "document_type": [document_type] * count,
            "posting_date": [on] * count,
            "total_fen": [sum(leg.amount_fen for leg in legs if leg.amount_fen > 0) for legs in checked],
            "unit_id": [group.unit_id for group in groups],
            "reason": [""] * count,
            "posted_at": [at] * count,
            "posted_by_id": [actor.pk if actor else None] * count,
        },
    )
    return ids
