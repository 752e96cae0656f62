"""Restrictions that end soon are told to the customer, once."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from denghuo.commerce.changes import events, queries
from denghuo.commerce.changes.models import Change, ChangeState
from denghuo.commerce.changes.operations.sending import clock_runs
from denghuo.foundation.audit import operations as audit
from denghuo.foundation.outbox import operations as outbox
from denghuo.foundation.workflow import queries as cases
from denghuo.kernel.periods import day_of


@transaction.atomic
def start_clocks(*, at: datetime) -> int:
    """Let the clocks run of what was asked for from today on; returns how many."""
    found = [
        change
        for change in Change.objects.filter(state=ChangeState.APPROVED, from_date__lte=day_of(at)).order_by(
            "id"
        )
        if (instance := cases.instance_of(change)) is not None and instance.paused_at is not None
    ]
    for change in found:
        clock_runs(change, at=at, actor=None)
    return len(found)


@transaction.atomic
def warn_of_ends(*, at: datetime) -> int:
    """Tell of every restriction that ends soon; returns how many were told."""
    found = queries.to_warn(on=day_of(at))
    for change in found:
        changed = Change.objects.filter(pk=change.pk, warned_at__isnull=True).update(warned_at=at)
        if changed and change.until_date is not None:
            outbox.publish(
                events.RestrictionEndsSoon(
                    change_id=change.pk,
                    customer_id=change.customer_id,
                    kind=change.kind,
                    until_date=change.until_date,
                    noticed_at=at,
                )
            )
    if found:
        audit.record(
            "changes.change.ends_soon",
            at=at,
            actor=None,
            subject_type="changes.change",
            subject_id=day_of(at).isoformat(),
            changes={"changes": [None, len(found)]},
        )
    return len(found)
