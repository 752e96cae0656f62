"""What this room does when something happens elsewhere: outages take faults in, and give them back."""

from __future__ import annotations

from datetime import datetime

from denghuo.care.cases import operations
from denghuo.commerce.outages.events import FaultConfirmed, OutageRestored


def fault_confirmed(event: FaultConfirmed, *, at: datetime) -> None:
    """Calls turned out to be one outage: their matters wait for it."""
    operations.join_outage(case_ids=event.case_ids, outage_id=event.outage_id, at=at)


def outage_restored(event: OutageRestored, *, at: datetime) -> None:
    """Everybody has supply again: the matters that waited go on to their follow-up call."""
    operations.outage_over(outage_id=event.outage_id, restored_at=event.restored_at, at=at)
