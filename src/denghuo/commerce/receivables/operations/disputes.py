"""Hold a debt that the customer disputes, and let it go again."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from denghuo.commerce.receivables.models import DisputeHold, Receivable
from denghuo.commerce.receivables.operations import balances as standing
from denghuo.commerce.receivables.operations.settling import apply_prepayments
from denghuo.foundation.audit import operations as audit
from denghuo.kernel.periods import day_of


class DisputeRefused(Exception):
    """The debt cannot be held, or the hold not be closed; the text says why."""


@transaction.atomic
def open_dispute(*, receivable: Receivable, reason: str, at: datetime, actor: Any = None) -> DisputeHold:
    """Hold a debt and its late fees: no money is applied unasked, no step of collection is taken.

    A dispute about a late fee holds the debt it is of.

    Raises:
        DisputeRefused: nothing is open, it is held already, or no reason is given.
    """
    if not reason.strip():
        raise DisputeRefused(_("Say what the customer disputes."))
    standing.lock([receivable.account_id])
    debt = Receivable.objects.get(pk=receivable.principal_id or receivable.pk)
    if not Receivable.objects.filter(Q(pk=debt.pk) | Q(principal=debt), open_fen__gt=0).exists():
        raise DisputeRefused(_("Nothing is open on this debt."))
    if debt.disputes.filter(closed_at__isnull=True).exists():
        raise DisputeRefused(_("This debt is under dispute already."))
    hold = DisputeHold.objects.create(
        receivable=debt, reason=reason.strip()[:300], opened_date=day_of(at), opened_at=at, opened_by=actor
    )
    _mark(debt, disputed=True)
    audit.record(
        "receivables.dispute.opened", subject=hold, actor=actor, at=at, reason=reason, unit_id=debt.unit_id
    )
    return hold


@transaction.atomic
def close_dispute(*, hold: DisputeHold, outcome: str, at: datetime, actor: Any = None) -> DisputeHold:
    """Let the debt go its way again; prepayment of the account settles what it can.

    Raises:
        DisputeRefused: closed already, or no outcome is given.
    """
    if not outcome.strip():
        raise DisputeRefused(_("Say how the dispute ended."))
    balances = standing.lock([hold.receivable.account_id])
    found = DisputeHold.objects.select_related("receivable").get(pk=hold.pk)
    if found.closed_at is not None:
        raise DisputeRefused(_("This dispute has been closed already."))
    found.closed_date, found.closed_at, found.closed_by = day_of(at), at, actor
    found.outcome = outcome.strip()[:300]
    found.save(update_fields=["closed_date", "closed_at", "closed_by", "outcome"])
    _mark(found.receivable, disputed=False)
    apply_prepayments(balances=balances, on=day_of(at), at=at, actor=actor)
    audit.record(
        "receivables.dispute.closed",
        subject=found,
        actor=actor,
        at=at,
        reason=outcome,
        unit_id=found.receivable.unit_id,
    )
    return found


def _mark(debt: Receivable, *, disputed: bool) -> None:
    Receivable.objects.filter(Q(pk=debt.pk) | Q(principal=debt)).update(disputed=disputed)
