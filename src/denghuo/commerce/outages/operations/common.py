"""What every verb shares: the outage as it is now, and the note of what was done."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from denghuo.commerce.outages.models import Outage
from denghuo.foundation.audit import operations as audit
from denghuo.foundation.identity.models import Staff
from denghuo.foundation.numbering import operations as numbering
from denghuo.kernel.periods import day_of


class OutageRefused(Exception):
    """The outage cannot be changed so; the message says why."""


def locked(outage: Outage) -> Outage:
    """The outage as it is now, held until the transaction ends."""
    return (
        Outage.objects.select_for_update(of=("self",))
        .select_related("substation", "feeder__substation", "transformer__feeder__substation", "merged_into")
        .get(pk=outage.pk)
    )


def next_number(at: datetime) -> str:
    day = day_of(at)
    serial = numbering.allocate(f"outages.{day:%Y%m%d}", 1)[0]
    return f"TD{day:%y%m%d}{serial:04d}"


def note(
    action: str,
    outage: Outage,
    *,
    at: datetime,
    actor: Staff | None,
    before: str = "",
    reason: str = "",
    **more: Any,
) -> None:
    """The audit entry of a verb; the last thing it does."""
    changes: dict[str, Any] = {"state": [before or None, outage.state]}
    changes.update({name: [None, value] for name, value in more.items()})
    audit.record(
        f"outages.{action}",
        subject=outage,
        actor=actor,
        at=at,
        unit_id=outage.unit_id,
        reason=reason,
        changes=changes,
    )
