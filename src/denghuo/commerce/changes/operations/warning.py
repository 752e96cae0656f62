"""Restrictions that end soon are told to the customer, once."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from denghuo.commerce.changes import events, queries
from denghuo.commerce.changes.models import Change
from denghuo.foundation.audit import operations as audit
from denghuo.foundation.outbox import operations as outbox
from denghuo.kernel.periods import day_of


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
